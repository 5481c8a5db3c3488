// The functions of Math that no op has the name of, against JavaScript's: within two units in the last place, with the same zeros, infinities and NaN.
import { grad, type Tensor, tensor } from 'tracejit';
import { describe, expect, it } from 'vitest';
import { Math as MathOfTensors } from '../../src/autograph/runtime/globals.ts';

type Name = 'log2' | 'asinh' | 'acosh' | 'atanh' | 'cbrt' | 'fround';
const ofTensors = MathOfTensors as unknown as Readonly<Record<Name, (x: Tensor) => Tensor>>;

const special = [0, -0, 1, -1, 2, -0.5, 1e-40, 1e38, -1e38, 3e8, 2e-20, 1.0000001, 0.99999994];
// Of every exponent, and more where the functions bend.
const magnitudes = Array.from({ length: 252 }, (_, i) => 1.37 * 2 ** (i - 126));
const near = Array.from({ length: 2000 }, (_, i) => (i - 1000) / 499);
const values = [
  ...special,
  ...magnitudes,
  ...magnitudes.map((x) => -x),
  ...near,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
].map(Math.fround);

/** Floats in order as integers: neighbours differ by 1. */
function place(x: number): number {
  const bits = new Int32Array(new Float32Array([x]).buffer)[0]!;
  return bits < 0 ? -(2 ** 31) - bits : bits;
}

describe.each<Name>(['log2', 'asinh', 'acosh', 'atanh', 'cbrt', 'fround'])('Math.%s', (name) => {
  it('is JavaScript’s', () => {
    const found = ofTensors[name](tensor(values)).toArray() as number[];
    values.forEach((x, i) => {
      const expected = Math.fround(Math[name](x));
      const far = Math.abs(place(expected) - place(found[i]!));
      const isSame = Number.isNaN(expected)
        ? Number.isNaN(found[i]!)
        : far <= 2 && (x !== 0 || Object.is(expected, found[i]));
      if (!isSame) expect({ x, found: found[i] }).toEqual({ x, found: expected });
    });
  });

  it('has the derivative that differences have', () => {
    const slope = grad((x: Tensor) => ofTensors[name](x).sum());
    for (const x of name === 'acosh' || name === 'log2'
      ? [1.5, 20]
      : name === 'atanh'
        ? [-0.5, 0.25]
        : [-8, 0.5, 1.5]) {
      const h = 1e-5 * Math.abs(x);
      const between = name === 'fround' ? 1 : (Math[name](x + h) - Math[name](x - h)) / (2 * h);
      expect((slope(tensor(x)).item<number>() - between) / between).toBeCloseTo(0, 5);
    }
  });
});
