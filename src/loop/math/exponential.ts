// exp, expm1 and sigmoid.
import type { Expr, ScalarFunction } from '../kernel.ts';
import * as k from '../make.ts';
import {
  defineF32,
  defineF64,
  defineThroughF64,
  nearestInteger,
  polynomial,
  polynomialByPairs,
  type Step,
  widePowerOfTwo,
} from './define.ts';

/**
 * `sign` · x = n ln 2 + `sign` · r with n integer and |r| <= ln 2 / 2 (Cody and Waite 1980: ln 2 split in two, the first part short enough for n times it to be
 * exact), for x within some multiples of ±100.
 *
 * 1.5 · 2^23 added to an f32 below 2^22 leaves no fraction bits, so the addition rounds to the nearest integer (ties to even), which then stands in the
 * low bits of the sum. With `offset` = b more, those bits are n + b: shifted left by 23 they are the f32 2^(n + b - 127), without further arithmetic.
 */
function reduce(
  x: Expr,
  sign: 1 | -1,
  offset: number,
  step: Step,
): { readonly r: Expr; readonly offsetBits: Expr } {
  const roundingShift = k.f32(1.5 * 2 ** 23 + offset);
  const shifted = step('shifted', k.add(k.mul(x, k.f32(sign * Math.LOG2E)), roundingShift));
  const n = step('n', k.sub(shifted, roundingShift));
  const high = k.sub(x, k.mul(n, k.f32(sign * 0.693359375)));
  const r = step('r', k.add(high, k.mul(n, k.f32(sign * 2.12194440054e-4))));
  return { r, offsetBits: k.bitsOf(shifted) };
}

// The polynomial of degree 5 for (e^r - 1 - r) / r² and the split of ln 2 are those of Cephes' expf (Moshier).
const nearZero = [
  5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3, 1.98756915e-4,
];

/** e^(sign · r) for |r| <= ln 2 / 2. */
function expNearZero(r: Expr, sign: 1 | -1, step: Step): Expr {
  const coefficients = nearZero.map((c, i) => (i % 2 === 1 ? sign * c : c));
  const square = step('square', k.mul(r, r));
  const p = step('p', k.mul(polynomialByPairs(r, square, coefficients), square));
  return step('y', k.add(sign === 1 ? k.add(p, r) : k.sub(p, r), k.f32(1)));
}

/** The f32 whose exponent field is in the low bits of an integer. */
const withExponent = (field: Expr): Expr => k.fromBits(k.binary('shl', field, k.i32(23)));

/** e^x = 2^n e^r. 2^n is multiplied in two halves, so that subnormal results are rounded once and n = 128 needs no special case. */
export const exp: ScalarFunction = defineF32('exp', (x, step) => {
  // Beyond these bounds the result is 0 or infinity all the same, and n stays in range. It is 0 from -104 on; at -176 n is -254 and both factors
  // are 0 themselves: a product that underflows costs a hundred times as much, and masked attention takes e^-1e9 of half its elements.
  const bounded = step('bounded', k.binary('min', k.binary('max', x, k.f32(-176)), k.f32(89)));
  const { r, offsetBits } = reduce(bounded, 1, 2 * 127, step);
  const y = expNearZero(r, 1, step);
  const fields = step('fields', offsetBits);
  const half = step('half', k.binary('shr', fields, k.i32(1)));
  return k.mul(k.mul(y, withExponent(half)), withExponent(k.sub(fields, half)));
});

// 2^f for |f| <= 1/2, by interpolation in the zeros of the Chebyshev polynomial of degree 7, the first coefficient made 1.
const powerOfTwoNearZero = [
  1, 0.693147182, 0.240226507, 0.0555032715, 0.00961805694, 0.0013400428, 0.000154614449,
];

/**
 * e^2a for 0 <= a, which beyond 10 is taken as 10, where what matters is 1 / (e^2a + 1): then it need not be as accurate the larger it is, and the argument is brought
 * to a power of 2 by one product, whose rounding grows with a.
 */
export function expOfTwice(a: Expr, step: Step): Expr {
  const roundingShift = k.f32(1.5 * 2 ** 23 + 127);
  const bits = step('bits', k.binary('min', k.mul(a, k.f32(2 * Math.LOG2E)), k.f32(28.85)));
  const shifted = step('shifted', k.add(bits, roundingShift));
  const f = step('f', k.sub(bits, k.sub(shifted, roundingShift)));
  const square = step('square', k.mul(f, f));
  return k.mul(polynomialByPairs(f, square, powerOfTwoNearZero), withExponent(k.bitsOf(shifted)));
}

/**
 * 1 / (1 + e^-x), numerator and denominator times 2^-64: then e^-x is finite where the result is subnormal, and the division rounds that once.
 * Every step is monotonic, rounding included, so the function is.
 */
export const sigmoid: ScalarFunction = defineF32('sigmoid', (x, step) => {
  const scale = k.f32(2 ** -64);
  // From 30 on the result is 1, and up to -104 it is 0. At -133.1 the power of two is infinite, and so is e: a quotient by infinity is 0 without underflow,
  // which costs a hundred times as much.
  const bounded = step('bounded', k.binary('min', k.binary('max', x, k.f32(-133.1)), k.f32(30)));
  const { r, offsetBits } = reduce(bounded, -1, 127 - 64, step);
  const e = k.mul(expNearZero(r, -1, step), withExponent(offsetBits));
  return k.div(scale, k.add(scale, e));
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
