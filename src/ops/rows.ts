// Rows of stacks: what loops read from and write to, one per round.
import { allocate, type NdView, ndView } from '../array/nd.ts';
import { sizeOf, type TensorType } from '../ir/types.ts';

/** The types with a new first axis. */
export function stackedTypes(types: readonly TensorType[], length: number): readonly TensorType[] {
  return types.map(({ dtype, shape }) => ({ dtype, shape: [length, ...shape] }));
}

export function zerosOf({ dtype, shape }: TensorType): NdView {
  return ndView(dtype, shape, allocate(dtype, sizeOf(shape)));
}

/** Element `at` of the first axis. */
export function rowOf(x: NdView, at: number): NdView {
  return {
    ...x,
    shape: x.shape.slice(1),
    strides: x.strides.slice(1),
    offset: x.offset + at * x.strides[0]!,
  };
}
