// Random numbers: the published test vectors of Threefry, the distributions, independence of keys, and state.
import { describe, expect, it } from 'vitest';
import { Generator, jit, random, type Tensor, tensor } from '../../../src/index.ts';
import { threefryWords } from '../../../src/ops/random-bits.ts';
import { messageOf } from '../../errors/message.ts';

const n = 20000;

function moments(x: Tensor): { readonly mean: number; readonly variance: number } {
  const data = Array.from(x.data());
  const mean = data.reduce((a, b) => a + b, 0) / data.length;
  return { mean, variance: data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / data.length };
}

function correlation(a: Tensor, b: Tensor): number {
  const [x, y] = [Array.from(a.data()), Array.from(b.data())];
  const [mx, my] = [moments(a), moments(b)];
  const covariance = x.reduce((sum, v, i) => sum + (v - mx.mean) * (y[i]! - my.mean), 0) / x.length;
  return covariance / Math.sqrt(mx.variance * my.variance);
}

describe('Threefry', () => {
  // Known answers of Random123 (kat_vectors, threefry2x32 with 20 rounds).
  it.each([
    [
      [0, 0, 0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [-1, -1, -1, -1],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3 | 0],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])('%j gives %j', (input, words) => {
    const [key0, key1, high, low] = input as [number, number, number, number];
    expect(threefryWords(key0, key1, high, low).map((word) => word >>> 0)).toEqual(words);
  });
});

// The key is fixed, so that the numbers are too; the bounds are about four standard errors of n draws.
describe('distributions', () => {
  const key = random.key(42);
  it('uniform', () => {
    const x = random.uniform(key, [n]);
    const { mean, variance } = moments(x);
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(0.0082);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.0022);
    expect(x.min().item()).toBeGreaterThanOrEqual(0);
    expect(x.max().item()).toBeLessThan(1);
    const scaled = random.uniform(key, [n], -3, 5);
    expect([scaled.min().item() >= -3, scaled.max().item() <= 5]).toEqual([true, true]);
    expect(Math.abs(moments(scaled).mean - 1)).toBeLessThan(0.066);
  });
  it('normal', () => {
    const x = random.normal(key, [n]);
    const { mean, variance } = moments(x);
    expect(Math.abs(mean)).toBeLessThan(0.029);
    expect(Math.abs(variance - 1)).toBeLessThan(0.04);
    // 68.27 % lie within one standard deviation.
    expect(Math.abs(x.abs().less(1).cast('float32').mean().item() - 0.6827)).toBeLessThan(0.0132);
    expect(x.isFinite().all().item()).toBe(true);
    const shifted = moments(random.normal(key, [n], 10, tensor(2)));
    expect(Math.abs(shifted.mean - 10)).toBeLessThan(0.058);
    expect(Math.abs(shifted.variance - 4)).toBeLessThan(0.16);
  });
  it('bernoulli', () => {
    expect(random.bernoulli(key, [3]).dtype).toBe('bool');
    const share = random.bernoulli(key, [n], 0.2).cast('float32').mean().item();
    expect(Math.abs(share - 0.2)).toBeLessThan(0.0114);
    expect(random.bernoulli(key, [4], tensor([0, 1, 0, 1])).toArray()).toEqual([false, true, false, true]);
  });
  it('categorical', () => {
    const logits = tensor([0.5, 0.25, 0.125, 0.125]).log();
    const drawn = random.categorical(key, logits, n);
    expect(drawn.type).toEqual({ dtype: 'int32', shape: [n] });
    [0.5, 0.25, 0.125, 0.125].forEach((p, k) => {
      const share = drawn.equal(k).cast('float32').mean().item();
      expect(Math.abs(share - p)).toBeLessThan(0.0142);
    });
    expect(
      random
        .categorical(
          key,
          tensor([
            [0, -Infinity],
            [-Infinity, 0],
          ]),
        )
        .toArray(),
    ).toEqual([0, 1]);
  });
});

describe('keys', () => {
  it('give the same numbers again, and others to other keys', () => {
    const draw = (seed: number) => random.normal(random.key(seed), [4]).toArray();
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(2 ** 40)).not.toEqual(draw(0));
    expect(draw(-1)).not.toEqual(draw(1));
    expect(random.key(7).toArray()).toEqual(random.key(tensor(7, { dtype: 'int32' })).toArray());
  });
  it('split into independent ones', () => {
    const key = random.key(3);
    const keys = random.split(key, 3);
    expect(keys.type).toEqual({ dtype: 'int32', shape: [3, 2] });
    const draws = [key, ...keys].map((k) => random.uniform(k, [n]));
    draws.forEach((a, i) =>
      draws.slice(i + 1).forEach((b) => expect(Math.abs(correlation(a, b))).toBeLessThan(0.03)),
    );
    expect(correlation(draws[0]!, draws[0]!)).toBeCloseTo(1, 9);
  });
  it('are checked', () => {
    expect(messageOf(() => random.normal(tensor([1, 2]), [2]))).toBe(
      'DTypeError: random.normal: a key is int32[2], made by random.key(seed) or random.split(key), got f32[2]',
    );
    expect(messageOf(() => random.uniform(random.split(random.key(1)), [2]))).toBe(
      'ShapeError: random.uniform: a key is int32[2], made by random.key(seed) or random.split(key), got i32[2,2]',
    );
    expect(messageOf(() => random.key(0.5))).toBe('ArgumentError: random.key: a seed is an integer, got 0.5');
    expect(messageOf(() => random.key(tensor(1)))).toBe(
      "ArgumentError: random.key: a seed is an integer or an int32 scalar, got f32[]; cast it: seed.cast('int32')",
    );
    expect(messageOf(() => random.normal(random.key(1), 3 as never))).toBe(
      'ShapeError: random.normal: expected a shape such as [2, 3], got 3',
    );
  });
});

describe('a generator', () => {
  it('moves on with every draw, and is repeated by its seed', () => {
    const draw = (rng: Generator) => [rng.normal([3]), rng.uniform([2]), rng.bernoulli([2]), rng.normal([3])];
    const values = (rng: Generator) => draw(rng).map((x) => x.toArray());
    const first = values(new Generator(1));
    expect(values(new Generator(1))).toEqual(first);
    expect(values(new Generator(2))).not.toEqual(first);
    expect(first[0]).not.toEqual(first[3]);
  });
  it('is hidden state of a compiled function: calls differ, and follow the eager sequence to the bit', () => {
    const [eager, compiled] = [new Generator(9), new Generator(9)];
    const draw = jit(() => compiled.normal([5]).add(compiled.uniform([5])));
    for (let call = 0; call < 3; call++) {
      expect(draw().toArray()).toEqual(
        eager
          .normal([5])
          .add(eager.uniform([5]))
          .toArray(),
      );
    }
    expect(compiled.key.toArray()).toEqual(eager.key.toArray());
  });
  it('goes back to a key that is assigned to it', () => {
    const rng = new Generator(5);
    const saved = rng.key.value();
    const drawn = rng.uniform([2]).toArray();
    rng.key.assign(saved);
    expect(rng.uniform([2]).toArray()).toEqual(drawn);
  });
});
