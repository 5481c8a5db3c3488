// tanh, sinh and cosh.
import type { ScalarFunction } from '../kernel.ts';
import * as k from '../make.ts';
import { defineF32, defineThroughF64, polynomial, withSignOf } from './define.ts';
import { expm1Wide, expWide } from './exponential.ts';

// (tanh r / r - 1) / r², in r², for |r| < 0.285: least relative error of tanh r by Lawson's algorithm, 2^-27.
const tanhNearZero = [-0.33333152532577515, 0.13319213688373566, -0.05081404000520706];

/**
 * tanh of a = |x|, with the sign of x. With a = n ln 2 / 2 + r, T = tanh(n ln 2 / 2) = (2^n - 1) / (2^n + 1) and t = tanh r, an odd polynomial, the addition theorem
 * (T + t) / (1 + T t) is taken as T + (1 - T²) t / (1 + T t). The second part is small where the first is not, so one rounding of each, and of their sum, is what is left.
 *
 * T is w / u for w = (2^n - 1) / 2 and u = (2^n + 1) / 2, and the second part (u - T w) (t / (u + w t)): for n = 0 it is t, exactly, and with these products and this
 * quotient, of all that are equal, the function never falls where x rises. r is from -0.06 to 0.29, not symmetric: near T the two parts would cancel.
 */
export const tanh: ScalarFunction = defineF32('tanh', (x, step) => {
  // From 9.02 on the result is 1.
  const a = step('a', k.binary('min', k.unary('abs', x), k.f32(10)));
  // Rounds to an integer n, and has n + 126, the exponent of 2^n / 2, in its low bits: see `reduce` of exp.
  const roundingShift = k.f32(1.5 * 2 ** 23 + 126);
  const shifted = step('shifted', k.add(k.sub(k.mul(a, k.f32(2 * Math.LOG2E)), k.f32(0.32)), roundingShift));
  // The f32 nearest to ln 2 is off by 2^-29 of it only, and n is 29 at most: one part is enough here.
  const n = step('n', k.sub(shifted, roundingShift));
  const r = step('r', k.sub(a, k.mul(n, k.f32(Math.LN2 / 2))));
  const z = step('z', k.mul(r, r));
  const t = step('t', k.add(k.mul(polynomial(z, tanhNearZero), k.mul(z, r)), r));
  const half = step('half', k.fromBits(k.binary('shl', k.bitsOf(shifted), k.i32(23))));
  const u = step('u', k.add(half, k.f32(0.5)));
  const w = step('w', k.sub(half, k.f32(0.5)));
  const anchor = step('anchor', k.div(w, u));
  const rest = k.mul(k.sub(u, k.mul(anchor, w)), k.div(t, k.add(k.mul(w, t), u)));
  return withSignOf(x, k.add(anchor, rest));
});

/** sinh |x| = (E + E / (E + 1)) / 2 with E = e^|x| - 1, which is accurate near 0 (Sun's fdlibm); then the sign of x. */
export const sinh: ScalarFunction = defineF32('sinh', (x, step) => {
  const e = step('e', k.call(expm1Wide, k.convert('f64', k.unary('abs', x))));
  const y = k.mul(k.f64(0.5), k.add(e, k.div(e, k.add(e, k.f64(1)))));
  return withSignOf(x, k.convert('f32', y));
});

/** cosh x = (e^|x| + 1 / e^|x|) / 2. */
export const cosh: ScalarFunction = defineThroughF64('cosh', (x, step) => {
  const e = step('e', k.call(expWide, k.unary('abs', x)));
  return k.mul(k.f64(0.5), k.add(e, k.div(k.f64(1), e)));
});
