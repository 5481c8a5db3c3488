// The stored numbers of PyTorch and Keras, and what counts as equal to them.
import { readFileSync } from 'node:fs';
import type { NestedArray, Tensor } from 'tracejit';
import { expect } from 'vitest';

export function reference<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../reference/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** All elements within `tolerance`, relative above 1 and absolute below: the sums of the peers are taken in other orders. */
export function expectNear(actual: Tensor, expected: NestedArray, what: string, tolerance = 3e-6): void {
  const flat = (x: NestedArray): readonly number[] => (Array.isArray(x) ? x.flatMap(flat) : [Number(x)]);
  const [a, b] = [[...actual.data()], flat(expected)];
  expect(a.length, what).toBe(b.length);
  a.forEach((x, i) => {
    expect(Math.abs(x - b[i]!), `${what}, element ${i}: ${x}, ${b[i]}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(b[i]!)),
    );
  });
}
