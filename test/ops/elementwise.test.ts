// What is peculiar to elementwise ops: special values, what their fronts accept, gradients at kinks and zeros.
import { describe, expect, it } from 'vitest';
import { grad } from '../../src/autodiff/grad.ts';
import * as api from '../../src/index.ts';
import { type Tensor, tensor } from '../../src/index.ts';
import { messageOf } from '../errors/message.ts';

const int = (...elements: number[]) => tensor(elements, { dtype: 'int32' });
const float = (...elements: number[]) => tensor(elements);
const flags = (...elements: boolean[]) => tensor(elements);
const sumOf = (f: (x: Tensor) => Tensor) => (x: Tensor) => f(x).sum();
/** The elementwise gradient of `f` at the numbers given. */
const slopes = (f: (x: Tensor) => Tensor, ...at: number[]) => grad(sumOf(f))(float(...at)).toArray();

describe('special values', () => {
  it('sign keeps zeros and NaN', () => {
    expect(api.sign(float(-0, 0, -3, 5, Number.NaN)).toArray()).toEqual([-0, 0, -1, 1, Number.NaN]);
  });

  it('round takes halves to even and keeps the sign of zero', () => {
    const x = float(0.5, 1.5, 2.5, -0.5, -1.5, 0.49999997, 8388607.5, -0.2, 4194304.5);
    expect(api.round(x).toArray()).toEqual([0, 2, 2, -0, -2, 0, 8388608, -0, 4194304]);
  });

  it('floor, ceil and trunc keep the sign of zero, and leave integers as they are', () => {
    expect(api.ceil(float(-0.5)).toArray()).toEqual([-0]);
    expect(api.trunc(float(-0.5, 1.9, -1.9)).toArray()).toEqual([-0, 1, -1]);
    expect(api.floor(float(-0, -0.5)).toArray()).toEqual([-0, -1]);
    const whole = api.floor(int(2 ** 31 - 1));
    expect([whole.dtype, whole.item()]).toEqual(['int32', 2 ** 31 - 1]);
  });

  it('maximum and minimum propagate NaN and order the zeros', () => {
    expect(api.maximum(float(Number.NaN, 1, -0), float(1, Number.NaN, 0)).toArray()).toEqual([
      Number.NaN,
      Number.NaN,
      0,
    ]);
    expect(api.minimum(float(Number.NaN, 1, 0), float(1, Number.NaN, -0)).toArray()).toEqual([
      Number.NaN,
      Number.NaN,
      -0,
    ]);
    expect(api.relu(float(-0, Number.NaN, -1, 2)).toArray()).toEqual([0, Number.NaN, 0, 2]);
  });

  it('mod has the sign of the dividend, and of integers modulo 0 is 0', () => {
    expect(api.mod(float(7, -7, 7, -7, -6), float(3, 3, -3, -3, 3)).toArray()).toEqual([1, -1, 1, -1, -0]);
    expect(api.mod(float(1, 5), float(0, Number.POSITIVE_INFINITY)).toArray()).toEqual([Number.NaN, 5]);
    expect(api.mod(int(7, -7, 5, -(2 ** 31)), int(3, 3, 0, -1)).toArray()).toEqual([1, -1, 0, 0]);
  });

  it('pow is that of C99', () => {
    const base = float(0, -0, -0, 1, Number.NaN, -2, -2, -8, Number.POSITIVE_INFINITY);
    const exponent = float(0, -1, 3, Number.NaN, 0, 3, 0.5, 1 / 3, -2);
    expect(api.pow(base, exponent).toArray()).toEqual([
      1,
      -Infinity,
      -0,
      1,
      1,
      -8,
      Number.NaN,
      Number.NaN,
      0,
    ]);
  });

  it('the number 2 as exponent squares', () => {
    expect(api.pow(float(0.1, -3), 2).toArray()).toEqual(api.square(float(0.1, -3)).toArray());
    expect(api.pow(int(3), 2).dtype).toBe('float32');
  });

  it('int32 wraps', () => {
    expect(api.add(int(2 ** 31 - 1), 1).toArray()).toEqual([-(2 ** 31)]);
    expect(api.mul(int(123456789), int(987654321)).toArray()).toEqual([Math.imul(123456789, 987654321)]);
    expect(api.square(int(46341)).toArray()).toEqual([Math.imul(46341, 46341)]);
    expect(api.neg(int(-(2 ** 31))).toArray()).toEqual([-(2 ** 31)]);
    expect(api.abs(int(-(2 ** 31))).toArray()).toEqual([-(2 ** 31)]);
  });

  it('the predicates', () => {
    const x = float(Number.NaN, Infinity, -Infinity, 0);
    expect(api.isNaN(x).toArray()).toEqual([true, false, false, false]);
    expect(api.isFinite(x).toArray()).toEqual([false, false, false, true]);
    expect(api.isFinite(int(3)).toArray()).toEqual([true]);
  });
});

describe('what the fronts accept', () => {
  it('functions of real numbers take integers and bools as float32', () => {
    for (const f of [api.exp, api.sqrt, api.sin, api.sigmoid, api.reciprocal]) {
      expect(f(int(1)).dtype).toBe('float32');
      expect(f(flags(true)).dtype).toBe('float32');
      expect(f(1).dtype).toBe('float32');
    }
  });

  it('arithmetic keeps integers, except div, pow and atan2', () => {
    for (const f of [api.add, api.sub, api.mul, api.mod, api.maximum, api.minimum]) {
      expect(f(int(7), int(2)).dtype).toBe('int32');
      expect(f(flags(true), flags(true)).dtype).toBe('int32');
      expect(f(int(7), float(2)).dtype).toBe('float32');
    }
    expect(api.div(int(7), int(2)).toArray()).toEqual([3.5]);
    expect(api.pow(int(2), int(3)).dtype).toBe('float32');
    expect(api.atan2(int(0), int(1)).dtype).toBe('float32');
  });

  it('operands broadcast', () => {
    expect(api.sub(tensor([[1], [2]]), float(1, 2)).toArray()).toEqual([
      [0, -1],
      [1, 0],
    ]);
    expect(api.where(flags(true, false), tensor([[1], [2]]), 0).toArray()).toEqual([
      [1, 0],
      [2, 0],
    ]);
    expect(api.where(true, int(1), 2).dtype).toBe('int32');
  });

  it('comparisons compare in the wider dtype', () => {
    expect(api.less(int(1, 2), float(1.5)).toArray()).toEqual([true, false]);
    expect(api.equal(flags(true, false), int(1, 2)).toArray()).toEqual([true, false]);
    expect(api.equal(int(16777217), float(16777216)).toArray()).toEqual([true]);
  });

  it('mistakes are errors that name the front', () => {
    expect(messageOf(() => api.logicalAnd(float(1), true))).toMatch(
      /^DTypeError: logicalAnd: expected bool, got f32\[1\]; compare first/,
    );
    expect(messageOf(() => api.notEqual(float(1, 2), float(1, 2, 3)))).toMatch(
      /^ShapeError: notEqual: shapes \[2\] and \[3\] do not broadcast/,
    );
    expect(messageOf(() => api.where(float(1), 1, 2))).toMatch(
      /^DTypeError: where: expected bool, got f32\[1\]/,
    );
    expect(messageOf(() => api.isNaN([1] as never))).toMatch(
      /^ArgumentError: isNaN: expected a tensor or a number, got an array/,
    );
    expect(messageOf(() => api.add(int(1), 0.5))).toMatch(
      /^DTypeError: add: an int32 tensor meets the number 0.5/,
    );
  });
});

describe('gradients at kinks', () => {
  it('abs, relu and sign have gradient 0 at 0', () => {
    expect(slopes(api.abs, -2, 0, 3)).toEqual([-1, 0, 1]);
    expect(slopes(api.relu, -2, 0, 3)).toEqual([0, 0, 1]);
    expect(slopes(api.sign, -2, 0, 3)).toEqual([0, 0, 0]);
  });

  it('equal operands of maximum and minimum share it', () => {
    for (const f of [api.maximum, api.minimum]) {
      const [a, b] = grad((a: Tensor, b: Tensor) => f(a, b).sum(), [0, 1])(float(1, 2, 3), float(2, 2, 2));
      const winners = f === api.maximum ? [0, 0.5, 1] : [1, 0.5, 0];
      expect(a.toArray()).toEqual(winners);
      expect(b.toArray()).toEqual(winners.map((w) => 1 - w));
    }
  });

  it('the choice not taken by where gets none, not even NaN', () => {
    const safe = (x: Tensor) => api.where(x.greater(0), x, 1).log();
    expect(slopes((x) => api.where(x.greater(0), safe(x), 0), 2, -1, 0)).toEqual([0.5, 0, 0]);
  });
});

describe('gradients of pow', () => {
  it('of the base are right at 0', () => {
    expect(slopes((x) => x.pow(2), 0, 3)).toEqual([0, 6]);
    expect(slopes((x) => x.pow(float(2)), 0, 3)).toEqual([0, 6]);
    expect(slopes((x) => x.pow(1), 0, -2)).toEqual([1, 1]);
    expect(slopes((x) => x.pow(0), 0, 3)).toEqual([0, 0]);
    expect(slopes((x) => x.pow(0.5), 0)).toEqual([Infinity]);
    expect(slopes((x) => x.pow(3), -2)).toEqual([12]);
    expect(slopes((x) => grad(sumOf((y) => y.pow(3)))(x), 0, 2)).toEqual([0, 12]);
  });

  it('of the exponent are 0 for base 0, NaN for negative bases', () => {
    const ofExponent = (base: number, at: number) => grad(sumOf((y) => api.pow(base, y)))(float(at)).item();
    expect(ofExponent(0, 2)).toBe(0);
    expect(ofExponent(0, 0)).toBe(0);
    expect(ofExponent(-2, 2)).toBe(Number.NaN);
    expect(ofExponent(Math.E, 1)).toBeCloseTo(Math.E, 6);
  });
});
