// argsort: the order of the elements along an axis, as int32 positions. sort, topK and random.permutation take from there.
import { alongAxis } from '../array/loops.ts';
import { showType, sizeOf, type TensorType } from '../ir/types.ts';
import type { Expr, Kernel, Stmt } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import { checkFlag, checkOptions } from '../util/options.ts';
import { checkAxis, resolveAxis } from './axes.ts';
import { liftNumeric, type TensorLike } from './coerce.ts';
import { checkDomain } from './families.ts';
import { type Op, op } from './opdef.ts';
import { scalarType } from './scalar.ts';

export interface SortOptions {
  /** The greatest first; NaN still last. Default false. */
  readonly descending?: boolean;
}

export interface ArgsortAttrs {
  readonly axis: number;
  readonly descending: boolean;
}

/**
 * int32 positions that bring the elements along an axis (the last) into order: `takeAlongAxis(x, argsort(x), -1)` is sorted. Equal elements keep their order (0 and -0 are equal), NaN comes last.
 * Throws an AxisError for an axis that does not exist.
 *
 *     argsort(tensor([3, 1, 2]))   // [1, 2, 0]
 */
export const argsort: Op<ArgsortAttrs, [x: TensorLike, axis?: number, options?: SortOptions]> = op<
  ArgsortAttrs,
  [x: TensorLike, axis?: number, options?: SortOptions]
>(
  {
    name: 'argsort',
    doc: 'int32 positions that sort the elements along the axis: stable, NaN last, the greatest first where descending.',
    attrs: { axis: 'int', descending: 'bool' },
    infer: ([x], { axis }) => {
      checkDomain('argsort', 'numeric', x!.dtype);
      checkAxis(axis, x!.shape.length, `argsort of ${showType(x!)}`);
      return [{ dtype: 'int32', shape: x!.shape }];
    },
    eval: ([x], { attrs: { axis, descending } }) => {
      const extent = x!.shape[axis]!;
      return [
        alongAxis(x!, axis, 'int32', extent, (line, out) => {
          const positions = Array.from({ length: extent }, (_, i) => i);
          positions.sort((i, j) => compare(line[i]!, line[j]!, descending));
          positions.forEach((from, to) => {
            out[to] = from;
          });
        }),
      ];
    },
    vjp: () => [null],
    lower: { kind: 'kernel', build: ([x], attrs) => kernel(x!, attrs) },
  },
  (x, axis = -1, options) => {
    checkOptions(options, ['descending'], 'argsort');
    checkFlag(options?.descending, 'descending', 'argsort');
    const operand = liftNumeric(x, 'argsort');
    const resolved = resolveAxis(axis, operand.ndim, `argsort of ${showType(operand.type)}`);
    return { args: [operand], attrs: { axis: resolved, descending: options?.descending ?? false } };
  },
);

function compare(a: number, b: number, descending: boolean): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  const order = a < b ? -1 : a > b ? 1 : 0;
  return descending ? -order : order;
}

// Merge sort from below: rounds in which runs of `width` are merged in pairs, from one half of a scratch buffer to the other.
function kernel(x: TensorType, { axis, descending }: ArgsortAttrs): Kernel {
  const type = scalarType(x.dtype);
  const n = x.shape[axis]!;
  const outer = sizeOf(x.shape.slice(0, axis));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const rounds = Math.ceil(Math.log2(Math.max(n, 1)));
  const [o, i, t] = [k.index('o'), k.index('i'), k.index('t')];
  const at = (place: Expr): Expr => k.linearIndex([o, place, i], [outer, n, inner]);
  const element = (position: Expr): Expr => k.load(type, 'a0', at(position));
  const [source, target] = [k.index('source'), k.index('target')];
  const entry = (place: Expr): Expr => k.load('i32', 's0', k.add(source, place));
  const [left, right, middle, end, width] = ['left', 'right', 'middle', 'end', 'width'].map(k.index) as [
    Expr,
    Expr,
    Expr,
    Expr,
    Expr,
  ];
  const least = (a: Expr, b: Expr): Expr => k.binary('min', a, b);
  const one = k.i32(1);
  const take = (side: 'left' | 'right', from: Expr): readonly Stmt[] => [
    k.store('s0', k.add(target, t), entry(from)),
    k.assign(side, k.add(from, one)),
  ];
  const [a, b] = [k.local(type, 'a'), k.local(type, 'b')];
  const before = k.compare(descending ? 'gt' : 'lt', b, a);
  // NaN is the only number that differs from itself.
  const isFirst = type === 'f32' ? k.or(before, k.and(k.compare('ne', a, a), k.compare('eq', b, b))) : before;
  const merge = k.when(k.compare('ge', left, middle), take('right', right), [
    k.when(k.compare('ge', right, end), take('left', left), [
      k.letIn('a', element(entry(left))),
      k.letIn('b', element(entry(right))),
      k.when(isFirst, take('right', right), take('left', left)),
    ]),
  ]);
  const round: readonly Stmt[] = [
    k.loop('t', n, [
      k.when(k.compare('eq', t, end), [
        k.assign('left', t),
        k.assign('middle', least(k.add(t, width), k.i32(n))),
        k.assign('right', middle),
        k.assign('end', least(k.add(k.add(t, width), width), k.i32(n))),
      ]),
      merge,
    ]),
    k.assign('width', k.add(width, width)),
    k.assign('source', target),
    k.assign('target', k.sub(k.i32(n), source)),
  ];
  return {
    name: 'argsort',
    buffers: [
      { name: 'a0', type, size: sizeOf(x.shape), role: 'in' },
      { name: 'y0', type: 'i32', size: outer * n * inner, role: 'out' },
      { name: 's0', type: 'i32', size: 2 * n, role: 'scratch' },
    ],
    body: [
      k.loop('o', outer, [
        k.loop('i', inner, [
          k.loop('t', n, [k.store('s0', t, t)]),
          ...['source', 'left', 'right', 'middle'].map((name) => k.variable(name, k.i32(0))),
          k.variable('target', k.i32(n)),
          k.variable('width', one),
          k.loop('round', rounds, [k.variable('end', k.i32(0)), ...round]),
          k.loop('t', n, [k.store('y0', at(t), entry(t))]),
        ]),
      ]),
    ],
  };
}
