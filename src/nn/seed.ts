// The seeds of initial weights and of dropout: a sequence, the same in every run unless the program says otherwise.
import { ArgumentError, Generator, random, type Tensor } from '../index.ts';

let seed = 0;
let count = 0;

/**
 * Starts the sequence of random initial weights and dropout masks anew. Networks built in the same order after the same seed (0 at the start
 * of a program) are equal to the bit. Throws an ArgumentError unless it is an integer from 0 on and below 2^32.
 */
export function setRandomSeed(value: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32)
    throw new ArgumentError(
      `setRandomSeed: expected an integer from 0 on and below 2^32, got ${String(value)}`,
    );
  seed = value;
  count = 0;
}

function next(): number {
  // A key takes 53 bits of seed: 32 of the user's, 20 of the position.
  count = (count + 1) % 2 ** 20;
  return seed + count * 2 ** 32;
}

/** A key for the initial value of one variable. */
export function nextKey(): Tensor {
  return random.key(next());
}

/** A stream of random numbers for one layer. */
export function nextGenerator(): Generator {
  return new Generator(next());
}

/** A seed for the order of examples. */
export function nextOrder(): number {
  count = (count + 1) % 2 ** 20;
  return (seed + Math.imul(count, 0x9e3779b9)) >>> 0;
}
