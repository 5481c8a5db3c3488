// Shapes of which a size is not known before a graph is fed: to hand on, and not to decide by. This package computes with the stand-ins (see ir/unknown.ts): inside
// functions of tensors and gradient rules, where no code of the user runs, and elsewhere by `x.type.shape`.
import type { Shape } from '../ir/types.ts';
import { mayBeUnknown, plainShape } from '../ir/unknown.ts';
import { GraphError } from '../util/errors.ts';

let readable = false;

/** Runs `f`, in which no code of the user runs, with stand-ins for sizes that are not known. */
export function withStandIns<T>(f: () => T): T {
  const saved = readable;
  readable = true;
  try {
    return f();
  } finally {
    readable = saved;
  }
}

/** May a size that is not known be read as its stand-in? */
export function readsStandIns(): boolean {
  return readable;
}

/** The shape, of which the user's code cannot read what is not known. */
export function guardedShape(shape: Shape, called: string): Shape {
  const guarded = [...shape];
  shape.forEach((n, axis) => {
    if (!mayBeUnknown(n)) return;
    const get = (): number => {
      if (!readable) throw unknownSizeError(called, `the size of axis ${axis}`);
      return n;
    };
    Object.defineProperty(guarded, axis, { get, enumerable: true });
  });
  return Object.defineProperty(guarded, plainShape, { value: shape });
}

export function unknownSizeError(called: string, what: string): GraphError {
  return new GraphError(
    `${called}: ${what} is not known before the graph is fed, so that JavaScript can decide nothing by it. In a shape write -1, or hand on x.shape as it is; as a tensor it is sizeOf(x, axis)`,
  );
}
