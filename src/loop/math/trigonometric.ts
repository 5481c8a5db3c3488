// sin, cos and tan, for every finite angle.
import type { Expr, ScalarFunction } from '../kernel.ts';
import * as k from '../make.ts';
import { define, defineThroughF64, nearestInteger, polynomial, type Step } from './define.ts';

/** An angle as quarter · pi/2 + rest, |rest| at most a little over pi/4; both f64, `quarter` an integer. */
interface Reduced {
  readonly quarter: Expr;
  readonly rest: Expr;
}

// pi/2 in two parts (Cody and Waite 1980; the split of fdlibm's e_rem_pio2.c). The first has 33 bits, so that up to 2^20 times it is exact.
const halfPi = [1.5707963267341256, 6.077100506506192e-11] as const;
const smallAngle = 2 ** 20;

/** For |x| <= 2^20: x minus the nearest multiple of pi/2. */
function reduceSmall(x: Expr, step: Step): Reduced {
  const quarter = step('quarter', nearestInteger(k.mul(x, k.f64(2 / Math.PI))));
  const high = k.sub(x, k.mul(quarter, k.f64(halfPi[0])));
  return { quarter, rest: step('rest', k.sub(high, k.mul(quarter, k.f64(halfPi[1])))) };
}

// 2/pi in digits of 24 bits: 216 bits reach 2^-88 for the largest f32, whose distance from a multiple of pi/2 is never near that.
const twoOverPi = [
  10680707, 7228996, 1387004, 2578385, 16069853, 12639074, 9804092, 4427841, 16666979,
] as const;

/**
 * For any finite f32 value, after Payne and Hanek (1983): x · 2/pi digit by digit, dropping multiples of 4 (whole turns), which are most of it.
 * An f32 times a digit is exact in f64, so is taking it modulo 4; nearest integers are moved to `quarter` after each addition, so that a small rest keeps its relative accuracy.
 */
function reduceLarge(x: Expr, step: Step): Reduced {
  let quarter: Expr = k.f64(0);
  let fraction: Expr = k.f64(0);
  twoOverPi.forEach((digit, i) => {
    const product = step(`product${i}`, k.mul(x, k.f64(digit * 2 ** (-24 * (i + 1)))));
    const turns = k.unary('round', k.mul(product, k.f64(0.25)));
    const sum = step(`sum${i}`, k.add(fraction, k.sub(product, k.mul(turns, k.f64(4)))));
    const whole = step(`whole${i}`, k.unary('round', sum));
    quarter = step(`quarter${i}`, k.add(quarter, whole));
    fraction = step(`fraction${i}`, k.sub(sum, whole));
  });
  return { quarter, rest: k.mul(fraction, k.f64(Math.PI / 2)) };
}

// Taylor's coefficients ±1/n! of sin (from x^3 to x^13) and cos (from x^2 to x^14): what follows is below 2^-44 of the result where |x| <= pi/4.
const inverseFactorial = (n: number): number => (n === 0 ? 1 : inverseFactorial(n - 1) / n);
const sineTaylor = [3, 5, 7, 9, 11, 13].map((n, i) => (i % 2 === 0 ? -1 : 1) * inverseFactorial(n));
const cosineTaylor = [2, 4, 6, 8, 10, 12, 14].map((n, i) => (i % 2 === 0 ? -1 : 1) * inverseFactorial(n));

/** 1 + z p(z): multiplied by x it keeps the sign of a zero. */
const seriesFromOne = (z: Expr, coefficients: readonly number[]): Expr =>
  k.add(k.f64(1), k.mul(z, polynomial(z, coefficients)));

const bitSet = (n: Expr, bit: number): Expr => k.compare('ne', k.and(n, k.i32(bit)), k.i32(0));

/** sin(rest + quarter · pi/2): by quarters sin, cos, -sin, -cos of the rest. */
const sinQuarter: ScalarFunction = define('sin_quarter', 'f64', ['rest', 'quarter'], ([x, q], step) => {
  const n = step('n', k.convert('i32', q!));
  const z = step('z', k.mul(x!, x!));
  const sine = k.mul(x!, seriesFromOne(z, sineTaylor));
  const y = step('y', k.select(bitSet(n, 1), seriesFromOne(z, cosineTaylor), sine));
  return k.select(bitSet(n, 2), k.unary('neg', y), y);
});

/** tan(rest + quarter · pi/2): sin / cos, or -cos / sin in odd quarters. */
const tanQuarter: ScalarFunction = define('tan_quarter', 'f64', ['rest', 'quarter'], ([x, q], step) => {
  const z = step('z', k.mul(x!, x!));
  const sine = step('sine', k.mul(x!, seriesFromOne(z, sineTaylor)));
  const cosine = step('cosine', seriesFromOne(z, cosineTaylor));
  const odd = step('odd', bitSet(k.convert('i32', q!), 1));
  return k.div(k.select(odd, k.unary('neg', cosine), sine), k.select(odd, sine, cosine));
});

/** sin(x + turned · pi/2) for an angle of any size. A function of its own, so that small angles do not pay for it. */
const sinLarge: ScalarFunction = define('sin_large', 'f64', ['x', 'turned'], ([x, turned], step) => {
  const { quarter, rest } = reduceLarge(x!, step);
  return k.call(sinQuarter, rest, k.add(quarter, turned!));
});

const tanLarge: ScalarFunction = define('tan_large', 'f64', ['x'], ([x], step) => {
  const { quarter, rest } = reduceLarge(x!, step);
  return k.call(tanQuarter, rest, quarter);
});

const isSmall = (x: Expr): Expr => k.compare('le', k.unary('abs', x), k.f64(smallAngle));

/** sin x; NaN for ±infinity. */
export const sin: ScalarFunction = defineThroughF64('sin', (x, step) => {
  const { quarter, rest } = reduceSmall(x, step);
  return k.select(isSmall(x), k.call(sinQuarter, rest, quarter), k.call(sinLarge, x, k.f64(0)));
});

/** cos x = sin(x + pi/2); NaN for ±infinity. */
export const cos: ScalarFunction = defineThroughF64('cos', (x, step) => {
  const { quarter, rest } = reduceSmall(x, step);
  const small = k.call(sinQuarter, rest, k.add(quarter, k.f64(1)));
  return k.select(isSmall(x), small, k.call(sinLarge, x, k.f64(1)));
});

/** tan x; NaN for ±infinity. No f32 is a pole. */
export const tan: ScalarFunction = defineThroughF64('tan', (x, step) => {
  const { quarter, rest } = reduceSmall(x, step);
  return k.select(isSmall(x), k.call(tanQuarter, rest, quarter), k.call(tanLarge, x));
});
