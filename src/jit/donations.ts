// Which call takes donated tensors: said at every call, so that a tensor used afterwards can be told where it went.
import type { Donation } from '../tensor/donation.ts';

// The caller of the jitted function is some frames up, and every frame takes its time.
const framesKept = 12;
// A stack takes some microseconds: every call has its own where the program takes much longer, and otherwise the first calls, which is when a
// tensor that is donated by mistake is used.
const worthwhile = 200_000;
const firstCalls = 32;

/** Told about how many nanoseconds a call takes, says which call it is. */
export type Donations = (ns: number) => Donation;

/** Counts the calls of a function. */
export function donations(to: string): Donations {
  let number = 0;
  let first: Error | undefined;
  return (ns) => {
    number++;
    if (first !== undefined && number > firstCalls && ns < worthwhile)
      return { to, number, stack: first, stackOf: 'the first' };
    const stack = stackOf(to);
    first ??= stack;
    return { to, number, stack, stackOf: 'this call' };
  };
}

function stackOf(call: string): Error {
  const saved = Error.stackTraceLimit;
  Error.stackTraceLimit = framesKept;
  const stack = new Error(call);
  Error.stackTraceLimit = saved;
  return stack;
}
