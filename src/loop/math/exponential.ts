// exp and its relatives sigmoid and expm1.
import type { Expr, ScalarFunction } from '../kernel.ts';
import * as k from '../make.ts';
import { defineF32, polynomial, powerOfTwo, type Step } from './define.ts';

// 1.5 · 2^23: added to an f32 below 2^22 it leaves no fraction bits, so the addition rounds to the nearest integer (ties to even),
// which then stands in the low bits of the sum.
const roundingShift = 1.5 * 2 ** 23;
const roundingShiftBits = 0x4b400000;

/**
 * e^x = 2^n e^r with n = round(x / ln 2) and |r| <= ln 2 / 2. The reduction (ln 2 split in two, the first part short enough for n times it to be exact; Cody and Waite 1980)
 * and the polynomial of degree 5 for (e^r - 1 - r) / r^2 are those of Cephes' expf (Moshier). 2^n is multiplied in two halves, so that
 * subnormal results are rounded once and n = 128 needs no special case.
 */
export const exp: ScalarFunction = defineF32('exp', (x, step) => {
  // Outside these bounds the result is 0 or infinity all the same, and the integers below stay in range.
  const bounded = step('bounded', k.binary('min', k.binary('max', x, k.f32(-104)), k.f32(89)));
  const shifted = step('shifted', k.add(k.mul(bounded, k.f32(Math.LOG2E)), k.f32(roundingShift)));
  const n = step('n', k.sub(shifted, k.f32(roundingShift)));
  const r = step(
    'r',
    k.sub(k.sub(bounded, k.mul(n, k.f32(0.693359375))), k.mul(n, k.f32(-2.12194440054690583e-4))),
  );
  const p = step(
    'p',
    polynomial(
      r,
      [5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3, 1.98756915e-4],
    ),
  );
  const y = step('y', k.add(k.add(k.mul(p, k.mul(r, r)), r), k.f32(1)));
  return scaled(y, k.sub(k.bitsOf(shifted), k.i32(roundingShiftBits)), step);
});

/** y · 2^n for |n| <= 252, multiplied in two halves that are both normal numbers. */
function scaled(y: Expr, n: Expr, step: Step): Expr {
  const whole = step('whole', n);
  const half = step('half', k.binary('shr', whole, k.i32(1)));
  return k.mul(k.mul(y, powerOfTwo(half)), powerOfTwo(k.sub(whole, half)));
}

/**
 * 1 / (1 + e^-x). Written with e = e^-|x| <= 1 as 1 / (1 + e) for x >= 0 and e / (1 + e) below, so that nothing overflows and tiny results are kept.
 */
export const sigmoid: ScalarFunction = defineF32('sigmoid', (x, step) => {
  const e = step('e', k.call(exp, k.unary('neg', k.unary('abs', x))));
  return k.div(k.select(k.compare('lt', x, k.f32(0)), e, k.f32(1)), k.add(k.f32(1), e));
});
