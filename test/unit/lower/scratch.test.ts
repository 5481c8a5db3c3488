// Scratch memory of a kernel: what is read from it is what was stored last, wherever loops of one round have vanished.
import { jit, type Tensor, tensor } from 'tracejit';
import { describe, expect, it } from 'vitest';
import * as k from '../../../src/loop/make.ts';
import { printStatements } from '../../../src/loop/print.ts';
import { place } from '../../../src/lower/place.ts';
import { freshNames, reader } from '../../../src/lower/reader.ts';
import { seeded } from '../../../src/util/rng.ts';

describe('placing keeps loads of scratch memory between the stores that they stand between', () => {
  const zero = k.i32(0);
  const sum = k.load('f32', 'sums', zero);
  const squared = k.mul(sum, sum);
  const placed = (...draft: Parameters<typeof place>[0]): string =>
    printStatements(place(draft, reader(new Map(), freshNames())));

  it('one after the other', () => {
    const x = k.load('f32', 'x', zero);
    const text = placed(
      k.store('sums', zero, x),
      k.store('y', zero, squared),
      k.store('sums', zero, k.mul(x, x)),
      k.store('z', zero, squared),
    );
    expect(text.split('\n')).toEqual([
      'let x_0: f32 = x[0]',
      'sums[0] = x_0',
      'let sums_0: f32 = sums[0]',
      'let t_0: f32 = sums_0 * sums_0',
      'let t_1: f32 = x_0 * x_0',
      'y[0] = t_0',
      'sums[0] = t_1',
      'let sums_1: f32 = sums[0]',
      'let t_2: f32 = sums_1 * sums_1',
      'z[0] = t_2',
    ]);
  });

  it('and inside the loop that stores them anew', () => {
    const text = placed(
      k.store('y', zero, squared),
      k.loop('i', 4, [k.store('sums', zero, k.mul(squared, k.load('f32', 'x', k.index('i'))))]),
      k.store('z', zero, squared),
    );
    const [before, inside, after] = text.split(/for i in 4 \{|\n\}/);
    expect(before).toContain('= sums[0]');
    expect(inside).toContain('= sums[0]');
    expect(after).toContain('= sums[0]');
  });
});

describe('products with epilogues, of all small sizes and some long sums', () => {
  const random = seeded(3);
  const matrix = (...shape: readonly [number, number]): Tensor =>
    tensor(
      Float32Array.from({ length: shape[0] * shape[1] }, () => 2 * random() - 1),
      { shape },
    );
  const epilogues: Readonly<Record<string, (y: Tensor, c: Tensor) => Tensor>> = {
    none: (y) => y,
    short: (y) => y.relu(),
    long: (y) => y.square().neg().exp().mul(1.5),
    'with another operand': (y, c) => y.mul(c).exp().add(y.tanh()).mul(y),
  };
  const sizes: readonly (readonly [number, number])[] = [
    ...[1, 2, 3, 4, 5, 8, 9, 17].flatMap((m) => [[m, 1] as const, [1, m] as const]),
    [4, 4],
    [5, 9],
    [17, 33],
  ];
  it.each(Object.keys(epilogues))('%s: the bits of eager mode', (name) => {
    for (const depth of [1, 3, 257, 2049])
      for (const [m, n] of sizes) {
        const args = [matrix(m, depth), matrix(depth, n), matrix(m, n)] as const;
        const f = (a: Tensor, b: Tensor, c: Tensor): Tensor => epilogues[name]!(a.matmul(b), c);
        const expected = f(...args).data();
        for (const backend of ['js', 'wasm'] as const)
          expect(jit(f, { backend })(...args).data(), `${m} x ${depth} x ${n}, ${backend}`).toEqual(expected);
      }
  });
});
