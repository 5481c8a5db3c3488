// Where a leaf keeps its gradient: a variable, so that compiled code reads and writes it like any other state.
import { allocate, ndView } from '../array/nd.ts';
import { sizeOf } from '../ir/types.ts';
import type { Leaf } from './history.ts';
import { Variable } from './variable.ts';

/** The variable for the gradient of `leaf`, the same at every call. What it holds means something only where the leaf has a gradient. */
export function gradientSlot(leaf: Leaf): Variable {
  const { dtype, shape } = leaf.type;
  leaf.slot ??= new Variable(
    ndView(dtype, shape, allocate(dtype, sizeOf(shape))),
    `${leaf.name}.grad`,
    false,
  );
  return leaf.slot;
}
