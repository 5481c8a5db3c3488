// take_along_axis: one element per index, found along one axis at the index's own place in all others.
import { allocate, flatData, ndView } from '../array/nd.ts';
import { broadcastShapes, type Shape, showShape, sizeOf } from '../ir/types.ts';
import { ShapeError } from '../util/errors.ts';
import { checkAxis, resolveAxis, sameExcept } from './axes.ts';
import { broadcastTo, lift, type TensorLike } from './coerce.ts';
import { checkIndices, isInBounds, liftIndices, outOfBounds, position, positionOf } from './indices.ts';
import { type Op, op } from './opdef.ts';

export interface AlongAxisAttrs {
  readonly axis: number;
}

/**
 * `result[i, j, k] = x[i, indices[i, j, k], k]` for axis 1: what `argmax` and `argsort` point at. Sizes other than that of the axis agree or broadcast.
 * Indices are int32 and negative ones count from the end; one out of bounds is an ArgumentError.
 *
 *     takeAlongAxis(x, x.argmax(1).expandDims(1), 1)   // the greatest element of each row
 */
export const takeAlongAxis: Op<AlongAxisAttrs, [x: TensorLike, indices: TensorLike, axis: number]> = op<
  AlongAxisAttrs,
  [x: TensorLike, indices: TensorLike, axis: number]
>(
  {
    name: 'take_along_axis',
    doc: 'Each result element is the element of the first operand whose position along the axis is the int32 index at the same place of the second; negative indices count from the end, one out of bounds is an error.',
    attrs: { axis: 'int' },
    infer: ([x, indices], { axis }) => {
      checkAxis(axis, x!.shape.length, 'takeAlongAxis');
      checkIndices(indices!, 'takeAlongAxis');
      if (!sameExcept(x!.shape, indices!.shape, axis)) throw mismatch(x!.shape, indices!.shape, axis);
      return [{ dtype: x!.dtype, shape: indices!.shape }];
    },
    eval: ([x, indices], { attrs: { axis }, types: [type] }) => {
      const [size, count] = [x!.shape[axis]!, indices!.shape[axis]!];
      const inner = sizeOf(x!.shape.slice(axis + 1));
      const from = flatData(x!);
      const at = flatData(indices!);
      const out = allocate(x!.dtype, at.length);
      for (let e = 0; e < out.length; e++) {
        const outer = Math.floor(e / (count * inner));
        out[e] = from[(outer * size + position(at[e]!, 'takeAlongAxis', axis, size)) * inner + (e % inner)]!;
      }
      return [ndView(x!.dtype, type!.shape, out)];
    },
    vjp: ([g], { args: [x, indices], attrs: { axis } }) => [
      broadcastTo(lift(0, 'takeAlongAxis'), x!.shape).scatterAddAlongAxis(indices!, g!, axis),
      null,
    ],
    vjpInto: (sum, g, { args: [, indices], attrs: { axis } }) => sum.scatterAddAlongAxis(indices!, g, axis),
    lower: {
      kind: 'index',
      read: (out, load, { axis }, [x]) => load(0, out.with(axis, positionOf(load(1, out), x!.shape[axis]!))),
      asserts: (out, load, { axis }, [x]) => {
        const size = x!.shape[axis]!;
        const got = load(1, out);
        return [{ cond: isInBounds(got, size), message: outOfBounds('takeAlongAxis', axis, size), got }];
      },
    },
  },
  (x, indices, axis) => {
    const t = lift(x, 'takeAlongAxis');
    const at = liftIndices(indices, 'takeAlongAxis');
    const along = resolveAxis(axis, t.ndim, 'takeAlongAxis');
    const others =
      at.ndim === t.ndim ? broadcastShapes(t.shape.with(along, 1), at.shape.with(along, 1)) : undefined;
    if (others === undefined) throw mismatch(t.shape, at.shape, along);
    return {
      args: [
        broadcastTo(t, others.with(along, t.shape[along]!)),
        broadcastTo(at, others.with(along, at.shape[along]!)),
      ],
      attrs: { axis: along },
    };
  },
);

function mismatch(x: Shape, indices: Shape, axis: number): ShapeError {
  return new ShapeError(
    `takeAlongAxis: x ${showShape(x)} and indices ${showShape(indices)} must have equally many axes, whose sizes agree (or are 1) except along axis ${axis}`,
  );
}
