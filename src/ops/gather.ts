// gather: whole slices of a tensor, picked along one axis by a tensor of indices. NumPy's take.
import { allocate, flatData, ndView } from '../array/nd.ts';
import { sizeOf } from '../ir/types.ts';
import { checkAxis, resolveAxis } from './axes.ts';
import { broadcastTo, lift, type TensorLike } from './coerce.ts';
import {
  checkIndices,
  gatheredShape,
  isInBounds,
  liftIndices,
  outOfBounds,
  position,
  positionOf,
} from './indices.ts';
import { type Op, op } from './opdef.ts';

export interface GatherAttrs {
  readonly axis: number;
  /** What errors call it, if not gather. */
  readonly called?: string;
}

type GatherInput = [x: TensorLike, indices: TensorLike, axis?: number, called?: string];

/**
 * The slices of `x` at `indices` along `axis` (0): NumPy's `take`. The result's shape is that of `x` with the axis replaced by the shape of `indices`.
 * Indices are int32 and negative ones count from the end; one out of bounds is an ArgumentError, in which `called` stands for what asked.
 * Compiled code checks the indices of the elements that are needed. The gradient adds up where an index occurs more than once.
 *
 *     gather(tensor([10, 20, 30]), tensor([2, 0, -1], { dtype: 'int32' }))   // [30, 10, 30]
 */
export const gather: Op<GatherAttrs, GatherInput> = op<GatherAttrs, GatherInput>(
  {
    name: 'gather',
    doc: 'The slices of the first operand along the axis at the int32 indices of the second; negative indices count from the end, one out of bounds is an error.',
    attrs: { axis: 'int', called: 'name' },
    infer: ([x, indices], { axis }) => {
      checkAxis(axis, x!.shape.length, 'gather');
      checkIndices(indices!, 'gather');
      return [{ dtype: x!.dtype, shape: gatheredShape(x!.shape, indices!.shape, axis) }];
    },
    eval: ([x, indices], { attrs: { axis, called }, types: [type] }) => {
      const size = x!.shape[axis]!;
      const outer = sizeOf(x!.shape.slice(0, axis));
      const inner = sizeOf(x!.shape.slice(axis + 1));
      const from = flatData(x!);
      const at = flatData(indices!);
      const out = allocate(x!.dtype, sizeOf(type!.shape));
      let next = 0;
      for (let i = 0; i < outer; i++)
        for (let j = 0; j < at.length; j++)
          for (let k = 0; k < inner; k++)
            out[next++] = from[(i * size + position(at[j]!, called ?? 'gather', axis, size)) * inner + k]!;
      return [ndView(x!.dtype, type!.shape, out)];
    },
    vjp: ([g], { args: [x, indices], attrs: { axis } }) => [
      broadcastTo(lift(0, 'gather'), x!.shape).scatterAdd(indices!, g!, axis),
      null,
    ],
    vjpInto: (sum, g, { args: [, indices], attrs: { axis } }) => sum.scatterAdd(indices!, g, axis),
    lower: {
      kind: 'index',
      read: (out, load, { axis }, [x, indices]) => {
        const end = axis + indices!.shape.length;
        const index = load(1, out.slice(axis, end));
        return load(0, [...out.slice(0, axis), positionOf(index, x!.shape[axis]!), ...out.slice(end)]);
      },
      asserts: (out, load, { axis, called }, [x, indices]) => {
        const size = x!.shape[axis]!;
        const index = load(1, out.slice(axis, axis + indices!.shape.length));
        return [
          { cond: isInBounds(index, size), message: outOfBounds(called ?? 'gather', axis, size), got: index },
        ];
      },
    },
  },
  (x, indices, axis = 0, called) => {
    const t = lift(x, 'gather');
    const at = resolveAxis(axis, t.ndim, 'gather');
    return {
      args: [t, liftIndices(indices, 'gather')],
      attrs: called === undefined ? { axis: at } : { axis: at, called },
    };
  },
);
