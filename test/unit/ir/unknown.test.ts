// Sizes that are not known yet: what is computed from them is recognised, and nothing else is.
import { describe, expect, it } from 'vitest';
import { checkKnown, mostUnknown, showSize, unknownSize, withSizes } from '../../../src/ir/unknown.ts';

const n = unknownSize(0);
const m = unknownSize(1);

describe('withSizes', () => {
  it('replaces what was computed from stand-ins', () => {
    const sizes = [5, 7];
    expect([n, 3 * n, n - 1, 28 * 28 * n + 2, m, -n].map((x) => withSizes(x, sizes))).toEqual([
      5,
      15,
      4,
      28 * 28 * 5 + 2,
      7,
      -5,
    ]);
    expect([n * m, 10 * n * n].map((x) => withSizes(x, sizes))).toEqual([35, 250]);
    expect(withSizes(2 * unknownSize(2), [5, 7, null])).toBe(2 * unknownSize(2));
    for (let k = 0; k < mostUnknown; k++) {
      const all = Array.from({ length: mostUnknown }, (_, i) => i + 2);
      for (const factor of [1, 2, 3, 10, 64, 784, 4096, 50257])
        for (const offset of [-3, -1, 0, 1, 1000])
          expect(withSizes(factor * unknownSize(k) + offset, all)).toBe(factor * (k + 2) + offset);
    }
  });

  it('leaves literals alone, as they are and as float32', () => {
    const literals = [
      0,
      -0,
      Number.NaN,
      Infinity,
      -Infinity,
      2 ** 31 - 1,
      -(2 ** 31),
      3.4028234663852886e38,
      1e-45,
    ];
    for (let e = 9; e <= 38; e++)
      for (const x of [1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 7.5, 8, 9]) literals.push(x * 10 ** e);
    for (let e = 30; e < 128; e++) literals.push(2 ** e, 2 ** e - 1);
    for (const x of literals.flatMap((l) => [l, -l, Math.fround(l)])) {
      expect(withSizes(x, [5, 7, 9])).toBe(x);
      expect(() => checkKnown(x)).not.toThrow();
    }
    for (let e = 8; e <= 45; e++)
      for (const x of [1, 2, 2.5, 3, 5, 7]) expect(() => checkKnown(x * 10 ** -e)).not.toThrow();
  });

  it('refuses what is ambiguous', () => {
    // 2731 * 2741 is a multiple of both primes.
    expect(() => withSizes(2741 * n, [5, 7])).toThrow(/was computed from a size that is not known/);
    expect(() => withSizes(2 ** 22 * n, [5])).toThrow(/was computed from a size/);
    expect(() => withSizes(n / 2, [5])).toThrow(/was computed from a size/);
    expect(() => checkKnown(n + 1)).toThrow(/was computed from a size/);
    expect(() => checkKnown(1 / (10 * n))).toThrow(/was computed from a size/);
    expect(() => checkKnown(10 * n)).not.toThrow();
  });
});

describe('showSize', () => {
  it('writes question marks', () => {
    expect([3, n, 2 * n, n - 1, n * m].map(showSize)).toEqual(['3', '?', '2?', '?-1', '??']);
  });
});
