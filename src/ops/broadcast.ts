// broadcast: repeats a tensor along new axes and along axes of size 1.
import { checkShape, showShape } from '../ir/types.ts';
import { i32 } from '../loop/make.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { AxisError, ShapeError } from '../util/errors.ts';
import { type Op, op } from './opdef.ts';

export interface BroadcastAttrs {
  readonly shape: readonly number[];
  /** Operand axis i becomes result axis `axes[i]`; increasing. */
  readonly axes: readonly number[];
}

export const broadcast: Op<BroadcastAttrs, [x: Tensor, shape: readonly number[], axes: readonly number[]]> =
  op<BroadcastAttrs, [x: Tensor, shape: readonly number[], axes: readonly number[]]>(
    {
      name: 'broadcast',
      doc: 'Operand axis i becomes result axis axes[i]; a size 1 is repeated to the result size, and all other result axes repeat the whole.',
      attrs: { shape: 'ints', axes: 'ints' },
      infer: ([x], { shape, axes }) => {
        checkShape(shape, 'broadcast');
        if (axes.length !== x!.shape.length)
          throw new AxisError(
            `broadcast: ${axes.length} axes for an operand of shape ${showShape(x!.shape)}`,
          );
        axes.forEach((axis, i) => {
          if (axis < 0 || axis >= shape.length || (i > 0 && axis <= axes[i - 1]!))
            throw new AxisError(`broadcast: axes [${axes}] must increase within ${showShape(shape)}`);
          const d = x!.shape[i]!;
          if (d !== 1 && d !== shape[axis])
            throw new ShapeError(
              `broadcast: operand ${showShape(x!.shape)} does not fit ${showShape(shape)} at axis ${axis}`,
            );
        });
        return [{ dtype: x!.dtype, shape }];
      },
      eval: ([x], { attrs: { shape, axes } }) => {
        const strides = shape.map(() => 0);
        axes.forEach((axis, i) => {
          strides[axis] = x!.shape[i] === 1 ? 0 : x!.strides[i]!;
        });
        return [{ dtype: x!.dtype, shape, data: x!.data, strides, offset: x!.offset }];
      },
      vjp: ([g], { args: [x], attrs: { shape, axes } }) => {
        // Everything that was repeated is summed; reshape restores the axes of size 1.
        const repeated = shape
          .map((_, axis) => axis)
          .filter(
            (axis) => !axes.includes(axis) || (x!.shape[axes.indexOf(axis)] === 1 && shape[axis] !== 1),
          );
        return [g!.sum(repeated).reshape(x!.shape)];
      },
      simplify: ([x], { attrs: { shape, axes }, defOf }) => {
        if (axes.length === shape.length && axes.every((a, i) => x!.shape[i] === shape[a])) return [x!];
        const inner = defOf(x!);
        if (inner?.op !== broadcast.def) return null;
        const { axes: first } = inner.attrs as BroadcastAttrs;
        return [
          broadcast(
            inner.args[0]!,
            shape,
            first.map((a) => axes[a]!),
          ),
        ];
      },
      lower: {
        kind: 'view',
        index: (out, { axes }, operand) => axes.map((axis, i) => (operand[i] === 1 ? i32(0) : out[axis]!)),
      },
    },
    (x, shape, axes) => ({ args: [x], attrs: { shape, axes } }),
  );
