// try: what JavaScript throws while tracing is caught as ever. The compiled program throws nothing, so no catch may hang on what only it knows.
import { stagingTrace } from '../../trace/control/region.ts';
import { isFromRegion } from '../../trace/control/thrown.ts';
import { LeakError, TraceError, type TracejitError } from '../../util/errors.ts';
import { stagedRegion } from './regions.ts';

/** A try block that is under way. */
interface Try {
  readonly at: string;
  readonly outer: Try | null;
  /** In eager mode it catches what compiled functions throw, too. */
  readonly traced: boolean;
  /** What came out of it that its catch must not hide. */
  refusal: TracejitError | null;
}

// Innermost first.
let tries: Try | null = null;

export function enterTry(at: string): Try {
  if (stagedRegion() !== null)
    throw new TraceError(
      `the try at ${at} is inside a staged branch or loop: exceptions belong to tracing, and compiled code has none. Move the try out of the condition, or out of the jitted function`,
    );
  tries = { at, outer: tries, traced: stagingTrace() !== null, refusal: null };
  return tries;
}

/** Its block is over. */
export function leaveTry({ outer }: Try): void {
  tries = outer;
}

/** What a try block with a catch throws: the error itself, or why it cannot be caught. */
export function escaped(block: Try, error: unknown): unknown {
  if (!block.traced) return error;
  // Eager mode would have thrown nothing, or later.
  if (error instanceof TraceError || error instanceof LeakError) block.refusal = error;
  else if (isFromRegion(error)) {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    block.refusal = new TraceError(
      `inside the try block at ${block.at}, what a traced tensor decides about throws while it is traced: ${what}\n  whether the catch would run is known only to the compiled program, which has no exceptions. Move what throws out of the branch or loop, or the try out of the jitted function`,
    );
    block.refusal.cause = error;
  }
  return block.refusal ?? error;
}

/** All of it is over: what it may not hide is thrown again, whatever its catch did with it. */
export function endTry({ refusal }: Try): void {
  if (refusal !== null) throw refusal;
}

/** The place of the innermost try block that a trace is in. */
export function tryAround(): string | null {
  return tries?.traced ? tries.at : null;
}
