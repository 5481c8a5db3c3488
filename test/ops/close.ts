// How near float32 must come to doubles.
import { expect } from 'vitest';

/** Within `tolerance` of the largest magnitude expected, or of 1. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  about: string,
): void {
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  expect(actual.length, about).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / scale;
    expect(error, `${about}, element ${i}: ${actual[i]} and ${expected[i]}`).toBeLessThanOrEqual(tolerance);
  }
}
