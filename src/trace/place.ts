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
 * The user's function that runs now, where another function of the user's called it; null where this package did, as it calls the traced function.
 * Where the engine gives no stack to see it by, an unknown one.
 */
export function helperRunning(): { readonly name: string | undefined } | null {
  const saved = Error.stackTraceLimit;
  Error.stackTraceLimit = framesSearched;
  const frames = (new Error().stack ?? '').split('\n');
  Error.stackTraceLimit = saved;
  const user = frames.findIndex((frame) => locationInStack(frame) !== undefined);
  const caller = frames[user + 1];
  // A frame with a place that is none of the user's is ours; one without a place is a built-in, such as Array.map.
  const isOurs = caller !== undefined && /:\d+:\d+\)?$/.test(caller) && locationInStack(caller) === undefined;
  if (isOurs) return null;
  return { name: /^\s*at (?:async |new )?([\w$.]+)[ \w[\]]* \(/.exec(frames[user] ?? '')?.[1] };
}
