// concat: tensors one after the other along an axis.
import { allocate, ndView } from '../array/nd.ts';
import { copyInto, sliced } from '../array/views.ts';
import { promote, type Shape, showShape, showType, sizeOf, type TensorType } from '../ir/types.ts';
import type { Expr } from '../loop/kernel.ts';
import { compare, i32, select, sub } from '../loop/make.ts';
import { ArgumentError, DTypeError, ShapeError } from '../util/errors.ts';
import { checkAxis, resolveAxis, sameExcept } from './axes.ts';
import { castTo, lift, type TensorLike } from './coerce.ts';
import { type Op, op } from './opdef.ts';

export interface ConcatAttrs {
  readonly axis: number;
}

/**
 * Joins tensors along `axis`; all other sizes must agree. Dtypes promote to one. A negative axis counts from the end.
 * Throws an ArgumentError for an empty list, a ShapeError where shapes differ elsewhere, an AxisError for scalars (`stack` joins those).
 *
 *     concat([tensor([1, 2]), tensor([3])])   // [1, 2, 3]
 */
export const concat: Op<ConcatAttrs, [list: readonly TensorLike[], axis?: number]> = op<
  ConcatAttrs,
  [list: readonly TensorLike[], axis?: number]
>(
  {
    name: 'concat',
    doc: 'The operands one after the other along an axis; all other sizes agree.',
    attrs: { axis: 'int' },
    infer: (types, { axis }) => [joined(types, axis)],
    eval: (args, { attrs: { axis }, types: [type] }) => {
      const out = ndView(type!.dtype, type!.shape, allocate(type!.dtype, sizeOf(type!.shape)));
      const once = type!.shape.map(() => 1);
      let start = once.map(() => 0);
      for (const x of args) {
        copyInto(sliced(out, start, once, x.shape), x);
        start = start.with(axis, start[axis]! + x.shape[axis]!);
      }
      return [out];
    },
    vjp: ([g], { args, attrs: { axis }, needs }) => {
      const offsets = offsetsOf(args, axis);
      return args.map((_, i) =>
        needs[i]
          ? g!.slice(
              ...g!.shape.map((_, a) => (a === axis ? ([offsets[i]!, offsets[i + 1]!] as const) : null)),
            )
          : null,
      );
    },
    simplify: (args, { attrs: { axis }, defOf }) => {
      if (args.length === 1) return [args[0]!];
      const filled = args.filter((x) => x.shape[axis] !== 0);
      const parts = filled.flatMap((x) => {
        const inner = defOf(x);
        return inner?.op === concat.def && (inner.attrs as ConcatAttrs).axis === axis ? inner.args : [x];
      });
      if (filled.length === 0) return [args[0]!];
      return filled.length < args.length || parts.length > filled.length ? [concat(parts, axis)] : null;
    },
    lower: {
      kind: 'index',
      read: (out, load, { axis }, types) => {
        const offsets = offsetsOf(types, axis);
        const at = out[axis]!;
        const from = (k: number) => load(k, out.with(axis, sub(at, i32(offsets[k]!))));
        // A balanced tree of comparisons: n operands cost log2(n) of them per element.
        const among = (first: number, last: number): Expr => {
          if (first === last) return from(first);
          const middle = (first + last + 1) >> 1;
          return select(
            compare('lt', at, i32(offsets[middle]!)),
            among(first, middle - 1),
            among(middle, last),
          );
        };
        return among(0, types.length - 1);
      },
    },
  },
  (list, axis = 0) => {
    if (!Array.isArray(list) || list.length === 0)
      throw new ArgumentError('concat: expected a list of at least one tensor, as in concat([a, b], axis)');
    const tensors = list.map((x: TensorLike) => lift(x, 'concat'));
    const dtype = tensors.map((t) => t.dtype).reduce(promote);
    return {
      args: tensors.map((t) => castTo(t, dtype)),
      attrs: { axis: resolveAxis(axis, tensors[0]!.ndim, 'concat') },
    };
  },
);

function joined(types: readonly TensorType[], axis: number): TensorType {
  const first = types[0];
  if (first === undefined) throw new ArgumentError('concat: no operands');
  checkAxis(axis, first.shape.length, 'concat');
  types.forEach((t, i) => {
    if (t.dtype !== first.dtype)
      throw new DTypeError(
        `concat: operands must have one dtype, got ${showType(first)} and, at ${i}, ${showType(t)}`,
      );
    if (!sameExcept(t.shape, first.shape, axis))
      throw new ShapeError(
        `concat: shapes ${showShape(first.shape)} and, at ${i}, ${showShape(t.shape)} may differ along axis ${axis} only`,
      );
  });
  const sum = types.reduce((n, t) => n + t.shape[axis]!, 0);
  return { dtype: first.dtype, shape: first.shape.with(axis, sum) };
}

/** Where each operand begins along the axis, and the end. */
function offsetsOf(parts: readonly { readonly shape: Shape }[], axis: number): readonly number[] {
  const offsets = [0];
  for (const { shape } of parts) offsets.push(offsets.at(-1)! + shape[axis]!);
  return offsets;
}
