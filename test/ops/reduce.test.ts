// What is peculiar to ops along axes: the fixed order, axes as users name them, ties, zeros, emptiness.
import { describe, expect, it } from 'vitest';
import { grad } from '../../src/autodiff/grad.ts';
import * as api from '../../src/index.ts';
import { type Tensor, tensor, zeros } from '../../src/index.ts';
import { seeded } from '../../src/util/rng.ts';
import { messageOf } from '../errors/message.ts';

const matrix = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe('axes', () => {
  it('are one, several, negative or all, and can be kept', () => {
    expect(api.sum(matrix).item()).toBe(21);
    expect(api.sum(matrix, 0).toArray()).toEqual([5, 7, 9]);
    expect(api.sum(matrix, -1).toArray()).toEqual([6, 15]);
    expect(api.sum(matrix, [1, 0]).shape).toEqual([]);
    expect(api.max(matrix, 1, true).toArray()).toEqual([[3], [6]]);
    expect(api.sum(matrix, undefined, true).shape).toEqual([1, 1]);
    expect(api.argmax(matrix, undefined, true).toArray()).toEqual([[5]]);
    expect(api.argmin(matrix, 1, true).shape).toEqual([2, 1]);
  });

  it('none leave the operand as it is', () => {
    expect(api.sum(matrix, [])).toBe(matrix);
    expect(api.max(tensor(-0)).item()).toBe(-0);
    expect(api.sum(tensor(true)).dtype).toBe('int32');
  });

  it('that do not exist or repeat are errors', () => {
    expect(messageOf(() => api.sum(matrix, 2))).toMatch(
      /^AxisError: sum of f32\[2,3\]: axis 2 does not exist in rank 2/,
    );
    expect(messageOf(() => api.max(matrix, [0, -2]))).toMatch(
      /^AxisError: max of f32\[2,3\]: axis 0 is named twice/,
    );
    expect(messageOf(() => api.argmax(matrix, -3))).toMatch(/^AxisError: argmax of f32\[2,3\]: axis -3/);
    expect(messageOf(() => api.cumsum(matrix, 0.5))).toMatch(/^AxisError: cumsum of f32\[2,3\]: axis 0.5/);
  });
});

describe('the order of float32 sums', () => {
  // ir/order.ts spelled once more, by recursion over indices.
  const f = Math.fround;
  const lane = (xs: readonly number[], j: number) =>
    xs.filter((_, i) => i % 8 === j).reduce((sum, x) => f(sum + x), 0);
  const tree = (l: readonly number[]) => {
    const [a, b, c, d, e, g, h, i] = l as [number, number, number, number, number, number, number, number];
    return f(f(f(a + e) + f(c + h)) + f(f(b + g) + f(d + i)));
  };
  const block = (xs: readonly number[]) => tree([0, 1, 2, 3, 4, 5, 6, 7].map((j) => lane(xs, j)));
  const inOrder = (xs: readonly number[]) => {
    let total = block(xs.slice(0, 1024));
    for (let at = 1024; at < xs.length; at += 1024) total = f(total + block(xs.slice(at, at + 1024)));
    return total;
  };

  it.each([1, 5, 8, 13, 1023, 1024, 1025, 2048, 5000])('of %i elements', (n) => {
    const random = seeded(n);
    const xs = Array.from({ length: n }, () => f(random() * 10 - 3));
    expect(api.sum(tensor(xs)).item()).toBe(inOrder(xs));
  });

  it('starts from 0, so that a sum is never -0, and from 1 for products', () => {
    expect(api.sum(tensor([-0, -0])).item()).toBe(0);
    expect(api.prod(tensor([-0])).item()).toBe(-0);
    expect(api.cumsum(tensor([-0])).toArray()).toEqual([0]);
  });
});

describe('emptiness', () => {
  it('gives identities where there are some', () => {
    expect(api.sum(zeros([0])).item()).toBe(0);
    expect(api.prod(zeros([2, 0]), 1).toArray()).toEqual([1, 1]);
    expect(api.any(zeros([0], 'bool')).item()).toBe(false);
    expect(api.all(zeros([0], 'bool')).item()).toBe(true);
    expect(api.cumsum(zeros([0])).shape).toEqual([0]);
  });

  it('is an error where there are none', () => {
    expect(messageOf(() => api.max(zeros([2, 0]), 1))).toBe(
      'ShapeError: max of f32[2,0] over axes [1]: there is no max of no elements',
    );
    expect(messageOf(() => api.argmin(zeros([0])))).toBe(
      'ShapeError: argmin of f32[0] along axis 0: there is no argmin of no elements',
    );
    expect(api.max(zeros([0, 3]), 1).shape).toEqual([0]);
  });
});

describe('dtypes', () => {
  it('bools count, int32 wraps, any and all take only bool', () => {
    expect(api.sum(tensor([true, true, false])).item()).toBe(2);
    expect(api.sum(tensor([2 ** 31 - 1, 1], { dtype: 'int32' })).item()).toBe(-(2 ** 31));
    expect(api.prod(tensor([65536, 65537], { dtype: 'int32' })).item()).toBe(65536);
    expect(messageOf(() => api.any(matrix))).toMatch(/^DTypeError: any: expected bool, got f32\[2,3\]/);
  });
});

describe('NaN and ties', () => {
  it('NaN wins', () => {
    const x = tensor([1, Number.NaN, 3, Number.NaN]);
    expect([api.max(x).item(), api.min(x).item()]).toEqual([Number.NaN, Number.NaN]);
    expect([api.argmax(x).item(), api.argmin(x).item()]).toEqual([1, 1]);
  });

  it('the first of equals is found, and all of them share the gradient', () => {
    const x = tensor([2, 5, 5, 1, 1]);
    expect([api.argmax(x).item(), api.argmin(x).item()]).toEqual([1, 3]);
    expect(grad((x: Tensor) => x.max())(x).toArray()).toEqual([0, 0.5, 0.5, 0, 0]);
    expect(grad((x: Tensor) => x.min())(x).toArray()).toEqual([0, 0, 0, 0.5, 0.5]);
  });
});

describe('products of zeros', () => {
  const gradients = (xs: number[]) => grad((x: Tensor) => x.prod())(tensor(xs)).toArray();

  it('have the gradient of the other factors', () => {
    expect(gradients([2, 3, 4])).toEqual([12, 8, 6]);
    expect(gradients([2, 0, 4])).toEqual([0, 8, 0]);
    expect(gradients([0, 0, 4])).toEqual([0, 0, 0]);
    const twoAxes = grad((x: Tensor) => x.prod([0, 1]))(
      tensor([
        [2, 0],
        [3, 4],
      ]),
    );
    expect(twoAxes.toArray()).toEqual([
      [0, 24],
      [0, 0],
    ]);
  });

  it('have second gradients too', () => {
    // d²(xyz) of the sum of the gradient: y+z, x+z, x+y.
    const second = grad((x: Tensor) => grad((x: Tensor) => x.prod())(x).sum());
    expect(second(tensor([2, 0, 4])).toArray()).toEqual([4, 6, 2]);
  });

  it('running products too', () => {
    // y = [a, ab, abc]; the gradient of the sum is [1 + b + bc, a + ac, ab].
    const gradient = grad((x: Tensor) => x.cumprod(0).sum());
    expect(gradient(tensor([2, 0, 4])).toArray()).toEqual([1, 10, 0]);
    const second = grad((x: Tensor) => gradient(x).sum());
    // Its sum's gradient: [1 + b + c, 1 + a + c, a + b].
    expect(second(tensor([2, 0, 4])).toArray()).toEqual([5, 7, 2]);
  });
});

describe('running totals', () => {
  it('go along an axis, in either direction, with or without the element itself', () => {
    expect(api.cumsum(matrix).toArray()).toEqual([1, 3, 6, 10, 15, 21]);
    expect(api.cumsum(matrix, 1).toArray()).toEqual([
      [1, 3, 6],
      [4, 9, 15],
    ]);
    expect(api.cumsum(matrix, -1, { exclusive: true }).toArray()).toEqual([
      [0, 1, 3],
      [0, 4, 9],
    ]);
    expect(api.cumsum(matrix, 1, { reverse: true }).toArray()).toEqual([
      [6, 5, 3],
      [15, 11, 6],
    ]);
    expect(api.cumprod(matrix, 0).toArray()).toEqual([
      [1, 2, 3],
      [4, 10, 18],
    ]);
    expect(api.cumprod(matrix, 1, { exclusive: true, reverse: true }).toArray()).toEqual([
      [6, 3, 1],
      [30, 6, 1],
    ]);
  });

  it('refuse options that mean nothing', () => {
    expect(messageOf(() => api.cumsum(matrix, 0, { reversed: true } as never))).toBe(
      "OptionError: cumsum: unknown option 'reversed'; there are exclusive, reverse",
    );
  });
});
