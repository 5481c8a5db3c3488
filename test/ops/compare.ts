// Comparisons of results: to the bit between executors, to a tolerance between float32 and doubles. One assertion per array, for speed.
import { expect } from 'vitest';
import { flatData, type NdView } from '../../src/array/nd.ts';
import { showType } from '../../src/ir/types.ts';

/** The same types and elements; NaN equals NaN, and -0 is not 0. */
export function expectSameBits(actual: readonly NdView[], expected: readonly NdView[], about: string): void {
  expect(actual.map(showType), about).toEqual(expected.map(showType));
  actual.forEach((y, i) => {
    expect(difference(flatData(y), flatData(expected[i]!), Object.is), about).toBeUndefined();
  });
}

/** Within `tolerance` of the largest magnitude expected, or of 1. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  about: string,
): void {
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  const near = (x: number, y: number): boolean => Math.abs(x - y) <= tolerance * scale;
  expect(actual.length, about).toBe(expected.length);
  expect(difference(actual, expected, near), about).toBeUndefined();
}

function difference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  same: (x: number, y: number) => boolean,
): string | undefined {
  for (let i = 0; i < expected.length; i++) {
    const [x, y] = [actual[i]!, expected[i]!];
    if (!same(x, y)) return `element ${i} is ${show(x)} instead of ${show(y)}`;
  }
  return undefined;
}

function show(x: number): string {
  return Object.is(x, -0) ? '-0' : String(x);
}
