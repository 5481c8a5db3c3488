// Which line of the user's program an instruction belongs to: normally the line running now, while replaying the line it was first written at.
import { type Loc, locationInStack, userLocation } from '../util/location.ts';

let replayed: Loc | undefined;

/** Runs `f`; instructions traced meanwhile are given `loc`, where it is known. */
export function at<T>(loc: Loc | undefined, f: () => T): T {
  if (loc === undefined) return f();
  const saved = replayed;
  replayed = loc;
  try {
    return f();
  } finally {
    replayed = saved;
  }
}

/** The line of the instruction being traced. */
export function instructionLocation(): Loc | undefined {
  return replayed ?? userLocation();
}

/** True for instructions that are copies of others, or their gradients: not written by the user just now. */
export function isReplaying(): boolean {
  return replayed !== undefined;
}

// Deep enough for a line of the user's under nested transforms.
const framesSearched = 48;

/**
 * Is the user's function that runs now called by this package, as the traced function is, and not by another function of the user's?
 * False where the engine gives no stack to see it by.
 */
export function isInTracedFunction(): boolean {
  const saved = Error.stackTraceLimit;
  Error.stackTraceLimit = framesSearched;
  const frames = (new Error().stack ?? '').split('\n');
  Error.stackTraceLimit = saved;
  const caller = frames[frames.findIndex((frame) => locationInStack(frame) !== undefined) + 1];
  // A frame with a place that is none of the user's is ours; one without a place is a built-in, such as Array.map.
  return caller !== undefined && /:\d+:\d+\)?$/.test(caller) && locationInStack(caller) === undefined;
}
