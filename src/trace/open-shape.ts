// Shapes of which a size is not known before a graph is fed: to hand on, and not to decide by.
import type { Shape } from '../ir/types.ts';
import { mayBeUnknown } from '../ir/unknown.ts';
import { GraphError } from '../util/errors.ts';
import { askedByUser } from '../util/location.ts';

/** The shape, of which the user's code cannot read what is not known. This package computes with the stand-ins; see ir/unknown.ts. */
export function guardedShape(shape: Shape, called: string): Shape {
  const guarded = [...shape];
  shape.forEach((n, axis) => {
    if (!mayBeUnknown(n)) return;
    const get = (): number => {
      if (askedByUser()) throw unknownSizeError(called, `the size of axis ${axis}`);
      return n;
    };
    Object.defineProperty(guarded, axis, { get, enumerable: true });
  });
  return guarded;
}

export function unknownSizeError(called: string, what: string): GraphError {
  return new GraphError(
    `${called}: ${what} is not known before the graph is fed, so that JavaScript can decide nothing by it. In a shape write -1, or hand on x.shape as it is; as a tensor it is sizeOf(x, axis)`,
  );
}
