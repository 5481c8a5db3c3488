// throw: while tracing both sides of a staged branch run, so an exception there would always be thrown.
import { TraceError } from '../../util/errors.ts';
import { currentRegion } from './regions.ts';

/** What is thrown: the error itself, or in a staged branch one that says why not. */
export function thrown(error: unknown): unknown {
  if (currentRegion() === null) return error;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new TraceError(
    `a throw in a staged branch or loop: a tensor decides whether it happens, and while tracing it would always happen. Return a flag and throw outside the jitted function, or make the condition a JavaScript value. It would have thrown ${what}`,
  );
}
