// throw: in a staged branch a check of the compiled program, since while tracing both sides of the branch run.
import { lift } from '../../ops/coerce.ts';
import { check } from '../../trace/effects.ts';
import { TraceError } from '../../util/errors.ts';
import { stagedRegion } from './regions.ts';
import { tryAround } from './tries.ts';

/** Ends the tracing of a branch: what is behind the throw never runs. */
export class StagedThrow {}

/** What is thrown: the error itself, and in a staged branch, behind a check with its message, the end of that branch. */
export function thrown(error: unknown): unknown {
  const region = stagedRegion();
  if (region === null) return error;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (region.kind !== 'branch')
    return new TraceError(
      `a staged loop always throws: in each of its iterations, whatever the tensors are. Throw under a condition. It would throw ${what}`,
    );
  const around = tryAround();
  if (around !== null)
    return new TraceError(
      `a throw under a condition that is a traced tensor, inside the try block at ${around}: it becomes a check of the compiled program, which ends the call, and neither catch nor finally would run. Move the throw out of the try block, or the try out of the jitted function. It would throw ${what}`,
    );
  check(lift(false, 'throw'), what);
  return new StagedThrow();
}
