// throw: in a staged branch a check of the compiled program, since while tracing both sides of the branch run.
import { lift } from '../../ops/coerce.ts';
import { check } from '../../trace/effects.ts';
import { TraceError } from '../../util/errors.ts';
import { stagedRegion, tryAround } from './regions.ts';

/** Ends the tracing of a branch: what is behind the throw never runs. */
export class StagedThrow {}

/** What is thrown: the error itself, and in a staged branch, behind a check with its message, the end of that branch. */
export function thrown(error: unknown): unknown {
  const region = stagedRegion();
  if (region === null) return error;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const tried = tryAround();
  if (tried !== null)
    return new TraceError(
      `a throw in a staged branch inside the try block at ${tried.at}: compiled code has no exceptions to catch. Choose the value of the handler by a condition, or move the try out of the jitted function. It would throw ${what}`,
    );
  if (region.kind !== 'branch')
    return new TraceError(
      `a staged loop always throws: in each of its iterations, whatever the tensors are. Throw under a condition. It would throw ${what}`,
    );
  check(lift(false, 'throw'), what);
  return new StagedThrow();
}
