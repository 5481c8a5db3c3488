// Which line of the user's program an instruction belongs to: normally the line running now, while replaying the line it was first written at.
import { type Loc, userLocation } from '../util/location.ts';

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
