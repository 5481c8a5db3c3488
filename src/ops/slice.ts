// slice: a regular part of a tensor, with bounds known while tracing. The public `slice(x, ...index)` is built on it.
import { sliced } from '../array/views.ts';
import { type Shape, sameShape, showShape } from '../ir/types.ts';
import { add, i32, mul } from '../loop/make.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ShapeError } from '../util/errors.ts';
import { type Op, op } from './opdef.ts';

/** Along axis i the elements start[i], start[i] + stride[i] … below limit[i]. */
export interface SliceAttrs {
  readonly start: readonly number[];
  readonly limit: readonly number[];
  readonly stride: readonly number[];
}

export const slice: Op<
  SliceAttrs,
  [x: Tensor, start: readonly number[], limit: readonly number[], stride: readonly number[]]
> = op<
  SliceAttrs,
  [x: Tensor, start: readonly number[], limit: readonly number[], stride: readonly number[]]
>(
  {
    name: 'slice',
    doc: 'Along axis i the elements start[i], start[i] + stride[i] … below limit[i]; 0 <= start <= limit <= size, stride >= 1.',
    attrs: { start: 'ints', limit: 'ints', stride: 'ints' },
    infer: ([x], attrs) => [{ dtype: x!.dtype, shape: slicedShape(x!.shape, attrs) }],
    eval: ([x], { attrs: { start, stride }, types: [type] }) => [sliced(x!, start, stride, type!.shape)],
    vjp: ([g], { args: [x], attrs: { start, stride } }) => [
      g!.pad(
        start.map((lo, axis) => {
          const covered = g!.shape[axis] === 0 ? 0 : (g!.shape[axis]! - 1) * stride[axis]! + 1;
          return [lo, x!.shape[axis]! - lo - covered, stride[axis]! - 1];
        }),
      ),
    ],
    simplify: ([x], { attrs: { start, stride }, types: [type], defOf }) => {
      if (sameShape(x!.shape, type!.shape)) return [x!];
      const inner = defOf(x!);
      // An empty result may start past the end of the first operand: the inner slice stays.
      if (inner?.op !== slice.def || type!.shape.includes(0)) return null;
      const first = inner.attrs as SliceAttrs;
      const from = start.map((at, axis) => first.start[axis]! + at * first.stride[axis]!);
      const step = stride.map((by, axis) => by * first.stride[axis]!);
      const limit = type!.shape.map((n, axis) => from[axis]! + (n - 1) * step[axis]! + 1);
      return [slice(inner.args[0]!, from, limit, step)];
    },
    lower: {
      kind: 'view',
      index: (out, { start, stride }) =>
        out.map((at, axis) => add(mul(at, i32(stride[axis]!)), i32(start[axis]!))),
    },
  },
  (x, start, limit, stride) => ({ args: [x], attrs: { start, limit, stride } }),
);

function slicedShape(shape: Shape, { start, limit, stride }: SliceAttrs): Shape {
  if (start.length !== shape.length || limit.length !== shape.length || stride.length !== shape.length)
    throw new ShapeError(
      `slice: start [${start}], limit [${limit}] and stride [${stride}] must have one entry for each axis of ${showShape(shape)}`,
    );
  return shape.map((d, axis) => {
    const [from, to, by] = [start[axis]!, limit[axis]!, stride[axis]!];
    const whole = Number.isInteger(from) && Number.isInteger(to) && Number.isInteger(by);
    if (!whole || from < 0 || to < from || d < to || by < 1)
      throw new ShapeError(
        `slice: start ${from}, limit ${to}, stride ${by} along axis ${axis} of ${showShape(shape)}: must be integers with 0 <= start <= limit <= ${d} and stride >= 1`,
      );
    return Math.ceil((to - from) / by);
  });
}
