// sort, topK, random.permutation: orders, ties, NaN, gradients, and the same compiled.
import { describe, expect, it } from 'vitest';
import {
  arange,
  argsort,
  einsum,
  Generator,
  grad,
  jit,
  random,
  sort,
  type Tensor,
  tensor,
  topK,
} from '../../../src/index.ts';
import { messageOf } from '../../errors/message.ts';

describe('sort', () => {
  it('puts NaN last, keeps the order of equals, and takes any axis', () => {
    const x = tensor([3, NaN, -Infinity, 1, 3]);
    expect(sort(x).toArray()).toEqual([-Infinity, 1, 3, 3, NaN]);
    expect(x.argsort().toArray()).toEqual([2, 3, 0, 4, 1]);
    expect(x.sort(0, { descending: true }).toArray()).toEqual([3, 3, 1, -Infinity, NaN]);
    expect(argsort(x, 0, { descending: true }).toArray()).toEqual([0, 4, 3, 2, 1]);
    const m = tensor([
      [3, 1],
      [2, 5],
    ]);
    expect([m.sort(0), m.sort(), m.sort(1)].map((t) => t.toArray())).toEqual([
      [
        [2, 1],
        [3, 5],
      ],
      [
        [1, 3],
        [2, 5],
      ],
      [
        [1, 3],
        [2, 5],
      ],
    ]);
    expect(sort(tensor([true, false, true])).toArray()).toEqual([false, true, true]);
  });

  it('agrees with JavaScript on many, in every engine', () => {
    const x = random.normal(random.key(1), [1000]);
    const expected = [...Float32Array.from(x.data()).sort()];
    expect([...x.sort().data()]).toEqual(expected);
    for (const backend of ['js', 'wasm'] as const)
      expect([...jit((t: Tensor) => t.sort(), { backend })(x).data()]).toEqual(expected);
  });

  it('sends gradients back to where the elements were', () => {
    const weights = tensor([1, 10, 100]);
    const g = grad((x: Tensor) => x.sort().mul(weights).sum());
    expect(g(tensor([3, 1, 2])).toArray()).toEqual([100, 1, 10]);
    expect(jit(g)(tensor([3, 1, 2])).toArray()).toEqual([100, 1, 10]);
  });
});

describe('topK', () => {
  it('gives the greatest first, and their places', () => {
    const { values, indices } = topK(
      tensor([
        [1, 5, 3, 5],
        [NaN, 0, -1, 2],
      ]),
      2,
    );
    expect(values.toArray()).toEqual([
      [5, 5],
      [2, 0],
    ]);
    expect(indices.toArray()).toEqual([
      [1, 3],
      [3, 1],
    ]);
    expect(tensor([1, 2]).topK(0).values.shape).toEqual([0]);
    expect(
      grad((x: Tensor) =>
        x
          .topK(2)
          .values.mul(tensor([1, 10]))
          .sum(),
      )(tensor([1, 3, 2])).toArray(),
    ).toEqual([0, 1, 10]);
  });

  it('checks k', () => {
    expect(messageOf(() => topK(tensor([1, 2]), 3))).toBe(
      'ArgumentError: topK of f32[2]: k must be an integer from 0 to 2, got 3',
    );
    expect(messageOf(() => sort(tensor([1, 2]), 1))).toMatch(/^AxisError: sort of f32\[2\]/);
  });
});

describe('random.permutation', () => {
  it('is an order of all numbers, or of rows', () => {
    const p = random.permutation(random.key(7), 100);
    expect(p.dtype).toBe('int32');
    expect([...p.data()].sort((a, b) => a - b)).toEqual([...arange(100).data()]);
    expect(p.toArray()).not.toEqual(random.permutation(random.key(8), 100).toArray());
    const rows = tensor([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    const shuffled = random.permutation(random.key(7), rows);
    expect(shuffled.toArray()).toEqual(rows.gather(random.permutation(random.key(7), 3)).toArray());
    expect(jit(() => random.permutation(random.key(7), 100))().toArray()).toEqual(p.toArray());
    const rng = new Generator(1);
    expect(rng.permutation(50).toArray()).not.toEqual(rng.permutation(50).toArray());
  });

  it('is even: each element comes to each place about as often', () => {
    const counts = new Float64Array(16);
    for (let i = 0; i < 2000; i++)
      random
        .permutation(random.key(i), 4)
        .data()
        .forEach((x, place) => {
          counts[4 * place + x]!++;
        });
    // 500 expected, standard deviation 19.4: five of them.
    for (const c of counts) expect(Math.abs(c - 500)).toBeLessThan(97);
  });

  it('refuses scalars', () => {
    expect(messageOf(() => random.permutation(random.key(1), tensor(5)))).toBe(
      'ShapeError: random.permutation: a scalar tensor has no rows; for 0 … n - 1 in random order pass a JavaScript number',
    );
  });
});

describe('einsum as a method', () => {
  it('takes the tensor as the first operand', () => {
    const [a, b] = [tensor([[1, 2]]), tensor([[3], [4]])];
    expect(a.einsum('ij,jk->ik', b).toArray()).toEqual(einsum('ij,jk->ik', a, b).toArray());
  });
});
