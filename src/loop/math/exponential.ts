// exp, expm1 and sigmoid.
import type { Expr, ScalarFunction } from '../kernel.ts';
import * as k from '../make.ts';
import {
  defineF32,
  defineF64,
  defineThroughF64,
  nearestInteger,
  polynomial,
  powerOfTwo,
  type Step,
  widePowerOfTwo,
} from './define.ts';

// 1.5 · 2^23: added to an f32 below 2^22 it leaves no fraction bits, so the addition rounds to the nearest integer (ties to even),
// which then stands in the low bits of the sum.
const roundingShift = 1.5 * 2 ** 23;
const roundingShiftBits = 0x4b400000;

/**
 * e^x = 2^n e^r with n = round(x / ln 2) and |r| <= ln 2 / 2. The reduction (Cody and Waite 1980: ln 2 split in two, the first part short enough
 * for n times it to be exact) and the polynomial of degree 5 for (e^r - 1 - r) / r² are those of Cephes' expf (Moshier).
 * 2^n is multiplied in two halves, so that subnormal results are rounded once and n = 128 needs no special case.
 */
export const exp: ScalarFunction = defineF32('exp', (x, step) => {
  // Beyond these bounds the result is 0 or infinity all the same, and n stays in range.
  const bounded = step('bounded', k.binary('min', k.binary('max', x, k.f32(-104)), k.f32(89)));
  const shifted = step('shifted', k.add(k.mul(bounded, k.f32(Math.LOG2E)), k.f32(roundingShift)));
  const n = step('n', k.sub(shifted, k.f32(roundingShift)));
  const high = k.sub(bounded, k.mul(n, k.f32(0.693359375)));
  const r = step('r', k.add(high, k.mul(n, k.f32(2.12194440054e-4))));
  const p = step(
    'p',
    polynomial(
      r,
      [5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3, 1.98756915e-4],
    ),
  );
  const y = step('y', k.add(k.add(k.mul(p, k.mul(r, r)), r), k.f32(1)));
  const exponent = step('exponent', k.sub(k.bitsOf(shifted), k.i32(roundingShiftBits)));
  const half = step('half', k.binary('shr', exponent, k.i32(1)));
  return k.mul(k.mul(y, powerOfTwo(half)), powerOfTwo(k.sub(exponent, half)));
});

/**
 * 1 / (1 + e^-x); for x < -12, where e^-x could overflow, e^x - e^2x, which there differs by less than 2^-34 of it.
 * Every step of each formula is monotonic, rounding included, so the function is.
 */
export const sigmoid: ScalarFunction = defineF32('sigmoid', (x, step) => {
  const tail = step('tail', k.compare('lt', x, k.f32(-12)));
  const e = step('e', k.call(exp, k.select(tail, x, k.unary('neg', x))));
  return k.select(tail, k.sub(e, k.mul(e, e)), k.div(k.f32(1), k.add(k.f32(1), e)));
});

// 1/1!, 1/2!, …, 1/11!: beyond, Taylor's series of e^r adds less than 2^-47 where |r| <= ln 2 / 2.
const inverseFactorials: readonly number[] = Array.from({ length: 11 }, (_, n) => {
  let factorial = 1;
  for (let i = 2; i <= n + 1; i++) factorial *= i;
  return 1 / factorial;
});

/** x = n ln 2 + rest in f64. Beyond ±110, where no f32 can tell e^x from its limit, x is taken as ±110. */
function reduceWide(x: Expr, step: Step): { readonly rest: Expr; readonly powerOfTwo: Expr } {
  const bounded = step('bounded', k.binary('min', k.binary('max', x, k.f64(-110)), k.f64(110)));
  const n = step('n', nearestInteger(k.mul(bounded, k.f64(Math.LOG2E))));
  const rest = step('rest', k.sub(bounded, k.mul(n, k.f64(Math.LN2))));
  const exponent = step('exponent', k.convert('i32', n));
  return { rest, powerOfTwo: step('power', widePowerOfTwo(exponent, step)) };
}

/** e^x in f64, of relative error about 2^-45. */
export const expWide: ScalarFunction = defineF64('exp_wide', (x, step) => {
  const { rest, powerOfTwo } = reduceWide(x, step);
  return k.mul(powerOfTwo, polynomial(rest, [1, ...inverseFactorials]));
});

/** e^x - 1 in f64, as accurate also near 0: with q = e^rest - 1 it is 2^n q - (1 - 2^n), which for n = 0 is q, a zero's sign included. */
export const expm1Wide: ScalarFunction = defineF64('expm1_wide', (x, step) => {
  const { rest, powerOfTwo } = reduceWide(x, step);
  const q = k.mul(rest, polynomial(rest, inverseFactorials));
  return k.sub(k.mul(powerOfTwo, q), k.sub(k.f64(1), powerOfTwo));
});

/** e^x - 1, accurate near 0. */
export const expm1: ScalarFunction = defineThroughF64('expm1', (x) => k.call(expm1Wide, x));
