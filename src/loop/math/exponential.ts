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

// The second f32 below log2 e: with it (the nearest ones differ in which side an argument halfway between two integers goes to) neither exp nor sigmoid ever falls.
const log2e = k.f32(1.442694902420044);

/**
 * x = n ln 2 + r with n integer and |r| <= ln 2 / 2 (Cody and Waite 1980: ln 2 split in two, the first part short enough for n times it to be
 * exact), for x within some multiples of ±100.
 *
 * 1.5 · 2^23 added to an f32 below 2^22 leaves no fraction bits, so the addition rounds to the nearest integer (ties to even), which then stands in the
 * low bits of the sum. With `offset` = b more, those bits are n + b: shifted left by 23 they are the f32 2^(n + b - 127), without further arithmetic.
 */
function reduce(x: Expr, offset: number, step: Step): { readonly r: Expr; readonly offsetBits: Expr } {
  const roundingShift = k.f32(1.5 * 2 ** 23 + offset);
  const shifted = step('shifted', k.add(k.mul(x, log2e), roundingShift));
  const n = step('n', k.sub(shifted, roundingShift));
  const high = k.sub(x, k.mul(n, k.f32(0.693359375)));
  const r = step('r', k.add(high, k.mul(n, k.f32(2.12194440054e-4))));
  return { r, offsetBits: k.bitsOf(shifted) };
}

// The polynomial of degree 5 for (e^r - 1 - r) / r² and the split of ln 2 are those of Cephes' expf (Moshier).
const nearZero = [
  5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3, 1.98756915e-4,
];

/** e^r for |r| <= ln 2 / 2. */
function expNearZero(r: Expr, step: Step): Expr {
  const square = step('square', k.mul(r, r));
  const p = step('p', k.mul(polynomialByPairs(r, square, nearZero), square));
  return step('y', k.add(k.add(p, r), k.f32(1)));
}

/** The f32 whose exponent field is in the low bits of an integer. */
const withExponent = (field: Expr): Expr => k.fromBits(k.binary('shl', field, k.i32(23)));

/** e^x = 2^n e^r. 2^n is multiplied in two halves, so that subnormal results are rounded once and n = 128 needs no special case. */
export const exp: ScalarFunction = defineF32('exp', (x, step) => {
  // Beyond these bounds the result is 0 or infinity all the same, and n stays in range. It is 0 from -104 on; at -176 n is -254 and both factors
  // are 0 themselves: a product that underflows costs a hundred times as much, and masked attention takes e^-1e9 of half its elements.
  const bounded = step('bounded', k.binary('min', k.binary('max', x, k.f32(-176)), k.f32(89)));
  const { r, offsetBits } = reduce(bounded, 2 * 127, step);
  const y = expNearZero(r, step);
  const fields = step('fields', offsetBits);
  const half = step('half', k.binary('shr', fields, k.i32(1)));
  return k.mul(k.mul(y, withExponent(half)), withExponent(k.sub(fields, half)));
});

// (tanh(r / 2) / r - 1 / 2) / r², in r², for |r| <= ln 2 / 2: least error in r tanh(r / 2) by Lawson's algorithm, 2^-29.
const halfTanhNearZero = [-0.04166322201490402, 0.004088884219527245];

/**
 * 1 / (1 + e^-x). With x = n ln 2 + r, p = 2^n, t = tanh(r / 2) and A = p / (p + 1), which is the value for r = 0, it is A + 2 A t / ((p + 1) + (p - 1) t): what is added to
 * A is less than half of it, and of all that are equal this one never falls where x rises. p is kept times 2^64, so that a subnormal result is rounded once.
 */
export const sigmoid: ScalarFunction = defineF32('sigmoid', (x, step) => {
  const unscale = k.f32(2 ** -64);
  // From 30 on the result is 1, and up to -104 it is 0. At -132.5 the exponent of p is 0 and so is p: a product that underflows costs a hundred times as much.
  const bounded = step('bounded', k.binary('min', k.binary('max', x, k.f32(-132.5)), k.f32(30)));
  const { r, offsetBits } = reduce(bounded, 127 + 64, step);
  const z = step('z', k.mul(r, r));
  const t = step('t', k.mul(r, k.add(k.mul(polynomial(z, halfTanhNearZero), z), k.f32(0.5))));
  const scaled = step('scaled', withExponent(offsetBits));
  const p = step('p', k.mul(scaled, unscale));
  const u = step('u', k.add(p, k.f32(1)));
  const w = k.sub(p, k.f32(1));
  const anchor = step('anchor', k.div(scaled, u));
  const rest = k.mul(k.add(anchor, anchor), k.div(t, k.add(k.mul(w, t), u)));
  return k.mul(k.add(anchor, rest), unscale);
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
