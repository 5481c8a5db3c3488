// cumsum and cumprod: running totals along an axis, in index order.
import { alongAxis } from '../array/loops.ts';
import { showType, sizeOf, type TensorType } from '../ir/types.ts';
import type { Expr, Kernel } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkFlag, checkOptions } from '../util/options.ts';
import { checkAxis, resolveAxis } from './axes.ts';
import { liftNumeric, type TensorLike } from './coerce.ts';
import { checkDomain } from './families.ts';
import { type Op, op } from './opdef.ts';
import { scalarType } from './scalar.ts';

export interface CumulateOptions {
  /** Element i without itself: of the elements before it (default false). */
  readonly exclusive?: boolean;
  /** From the end to the start (default false). */
  readonly reverse?: boolean;
}

export interface CumulateAttrs {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

type Cumulation = Op<CumulateAttrs, [x: TensorLike, axis?: number, options?: CumulateOptions]>;

interface CumulationSpec {
  readonly doc: string;
  readonly identity: number;
  readonly float: (a: number, b: number) => number;
  readonly int: (a: number, b: number) => number;
  readonly combine: (a: Expr, b: Expr) => Expr;
  readonly d: (g: Tensor, x: Tensor, attrs: CumulateAttrs) => Tensor;
}

function cumulation(name: string, spec: CumulationSpec): Cumulation {
  const { doc, identity, float, int, combine, d } = spec;
  return op<CumulateAttrs, [x: TensorLike, axis?: number, options?: CumulateOptions]>(
    {
      name,
      doc,
      attrs: { axis: 'int', exclusive: 'bool', reverse: 'bool' },
      infer: ([x], { axis }) => {
        checkDomain(name, 'numeric', x!.dtype);
        checkAxis(axis, x!.shape.length, `${name} of ${showType(x!)}`);
        return [{ dtype: x!.dtype, shape: x!.shape }];
      },
      eval: ([x], { attrs: { axis, exclusive, reverse } }) => {
        const add = x!.dtype === 'int32' ? int : float;
        const extent = x!.shape[axis]!;
        const made = alongAxis(x!, axis, x!.dtype, extent, (line, out) => {
          let total = identity;
          for (let step = 0; step < extent; step++) {
            const at = reverse ? extent - 1 - step : step;
            if (exclusive) out[at] = total;
            total = add(total, line[at]!);
            if (!exclusive) out[at] = total;
          }
        });
        return [made];
      },
      vjp: ([g], { args: [x], attrs }) => [x!.dtype === 'float32' ? d(g!, x!, attrs) : null],
      lower: { kind: 'kernel', build: ([x], attrs) => kernel(name, x!, attrs, identity, combine) },
    },
    (x, axis, options) => {
      checkOptions(options, ['exclusive', 'reverse'], name);
      checkFlag(options?.exclusive, 'exclusive', name);
      checkFlag(options?.reverse, 'reverse', name);
      const { exclusive = false, reverse = false } = options ?? {};
      const operand = liftNumeric(x, name);
      // Without an axis the elements are one list, as in NumPy.
      if (axis === undefined)
        return { args: [operand.reshape([operand.size])], attrs: { axis: 0, exclusive, reverse } };
      const resolved = resolveAxis(axis, operand.ndim, `${name} of ${showType(operand.type)}`);
      return { args: [operand], attrs: { axis: resolved, exclusive, reverse } };
    },
  );
}

function kernel(
  name: string,
  x: TensorType,
  { axis, exclusive, reverse }: CumulateAttrs,
  identity: number,
  combine: (a: Expr, b: Expr) => Expr,
): Kernel {
  const type = scalarType(x.dtype);
  const extent = x.shape[axis]!;
  const outer = sizeOf(x.shape.slice(0, axis));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const place = reverse ? k.sub(k.i32(extent - 1), k.index('step')) : k.index('step');
  const at = k.linearIndex([k.index('o'), place, k.index('i')], [outer, extent, inner]);
  const total = k.local(type, 'total');
  const accumulate = k.assign('total', combine(total, k.load(type, 'a0', at)));
  const keep = k.store('y0', at, total);
  return {
    name,
    buffers: [
      { name: 'a0', type, size: sizeOf(x.shape), role: 'in' },
      { name: 'y0', type, size: sizeOf(x.shape), role: 'out' },
    ],
    body: [
      k.loop('o', outer, [
        k.loop('i', inner, [
          k.variable('total', k.constOf(type, identity)),
          k.loop('step', extent, exclusive ? [keep, accumulate] : [accumulate, keep]),
        ]),
      ]),
    ],
  };
}

/**
 * Running sums along an axis; without an axis, of the elements in row-major order (NumPy). int32 wraps; bool becomes int32.
 * `cumsum(tensor([1, 2, 3]))` is `[1, 3, 6]`, with `{ exclusive: true }` `[0, 1, 3]`, with `{ reverse: true }` `[6, 5, 3]`.
 */
export const cumsum: Cumulation = cumulation('cumsum', {
  doc: 'Element i is the sum of elements 0 … i along the axis, accumulated in index order from 0; exclusive: without element i; reverse: from the end.',
  identity: 0,
  float: (a, b) => Math.fround(a + b),
  int: (a, b) => (a + b) | 0,
  combine: k.add,
  d: (g, _, { axis, exclusive, reverse }) => g.cumsum(axis, { exclusive, reverse: !reverse }),
});

/**
 * Running products along an axis; without an axis, of the elements in row-major order (NumPy). int32 wraps; bool becomes int32.
 * The gradient is right also where elements are 0. `cumprod(tensor([1, 2, 3]))` is `[1, 2, 6]`; options as in `cumsum`.
 */
export const cumprod: Cumulation = cumulation('cumprod', {
  doc: 'Element i is the product of elements 0 … i along the axis, accumulated in index order from 1; exclusive: without element i; reverse: from the end.',
  identity: 1,
  float: (a, b) => Math.fround(a * b),
  int: Math.imul,
  combine: k.mul,
  d: (g, x, { axis, exclusive, reverse }) => {
    // dx_k = (Π_{j<k} x_j) · s_k, where s_k = Σ_{i≥k} g_i Π_{k<j≤i} x_j: no division, so zeros need no care.
    const before = x.cumprod(axis, { exclusive: true, reverse });
    return before.mul(suffixSums(g, x, axis, exclusive, reverse));
  },
});

/**
 * s_k = g_k + x_{k+1} s_{k+1} (or, exclusive, s_k = g_{k+1} + x_{k+1} s_{k+1}): a linear recurrence, solved by doubling.
 * After the step of distance n, `sum` holds the terms of n·2 places and `factor` the product of the x between; log₂ of the extent steps.
 */
function suffixSums(g: Tensor, x: Tensor, axis: number, exclusive: boolean, reverse: boolean): Tensor {
  const extent = x.shape[axis]!;
  // The element `distance` places further along the direction of accumulation; `fill` beyond the end.
  const further = (t: Tensor, distance: number, fill: number): Tensor => {
    const widths = t.shape.map((_, a) => (a !== axis ? [0, 0] : reverse ? [distance, 0] : [0, distance]));
    const window = reverse ? ([0, extent] as const) : ([distance, null] as const);
    return t
      .pad(widths as [number, number][], fill)
      .slice(...t.shape.map((_, a) => (a === axis ? window : null)));
  };
  let sum = exclusive ? further(g, 1, 0) : g;
  let factor = further(x, 1, 1);
  for (let distance = 1; distance < extent; distance *= 2) {
    sum = sum.add(factor.mul(further(sum, distance, 0)));
    factor = factor.mul(further(factor, distance, 1));
  }
  return sum;
}
