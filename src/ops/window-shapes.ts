// Shapes of sliding windows, which the ops that have some share.
import { type Shape, showShape } from '../ir/types.ts';
import { ShapeError } from '../util/errors.ts';

/** Of the axes 1, 2 … in order: how many elements a window has, how far apart windows begin, and how far apart their elements are. */
export interface WindowAttrs {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
}

/** How many elements a window reaches over. */
export function reach(size: number, dilation: number): number {
  return (size - 1) * dilation + 1;
}

/** How many windows there are along each axis; a ShapeError where one does not fit. */
export function windowCounts(
  where: string,
  shape: Shape,
  { sizes, strides, dilation }: WindowAttrs,
): readonly number[] {
  const whole = (list: readonly number[]): boolean => list.every((n) => Number.isSafeInteger(n) && n >= 1);
  if (strides.length !== sizes.length || dilation.length !== sizes.length || shape.length < 1 + sizes.length)
    throw new ShapeError(
      `${where}: windows [${sizes}] with strides [${strides}] and dilation [${dilation}] do not fit the axes of ${showShape(shape)}`,
    );
  if (!whole(sizes) || !whole(strides) || !whole(dilation))
    throw new ShapeError(
      `${where}: sizes [${sizes}], strides [${strides}] and dilation [${dilation}] of windows must be integers >= 1`,
    );
  return sizes.map((size, axis) => {
    const n = shape[1 + axis]!;
    const needed = reach(size, dilation[axis]!);
    if (needed > n)
      throw new ShapeError(
        `${where}: a window of ${size}${dilation[axis] === 1 ? '' : ` with dilation ${dilation[axis]}, which reaches over ${needed},`} does not fit into axis ${1 + axis} of ${showShape(shape)}`,
      );
    return Math.floor((n - needed) / strides[axis]!) + 1;
  });
}
