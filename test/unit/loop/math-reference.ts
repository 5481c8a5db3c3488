// What the scalar functions are measured against: references in double precision, and the error in units in the last place of a float32.
import type { ScalarFunction } from '../../../src/loop/kernel.ts';
import { mathFunctions } from '../../../src/loop/math.ts';

type Reference = (x: number, y: number) => number;

/** erf by its series of positive terms, 2/sqrt(pi) e^(-x²) Σ 2^n x^(2n+1) / (2n+1)!!, and by the continued fraction of erfc where that is quicker. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a === 0 || Number.isNaN(a)) return x;
  if (a > 6) return Math.sign(x);
  const gauss = Math.exp(-a * a) / Math.sqrt(Math.PI);
  if (a < 2.5) {
    let term = a;
    let sum = a;
    for (let n = 1; term > sum * 1e-18; n++) {
      term *= (2 * a * a) / (2 * n + 1);
      sum += term;
    }
    return Math.sign(x) * 2 * gauss * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - gauss / (a + fraction));
}

/** ECMAScript's pow differs from C99 for a base of ±1. */
const pow: Reference = (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y);

const sigmoid: Reference = (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));

export const references: Readonly<Record<string, Reference>> = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  sigmoid,
  erf,
  pow,
  atan2: Math.atan2,
};

/** The documented bound of each function in ulp: the hot ones take float32 steps, all others are rounded once from float64. */
export const bounds: Readonly<Record<string, number>> = {
  ...Object.fromEntries(mathFunctions.map((f) => [f.name, 0.51])),
  exp: 1,
  log: 1,
  tanh: 2,
  sigmoid: 2,
};

export const monotonic: ReadonlySet<string> = new Set(['exp', 'tanh', 'sigmoid']);

const real = new Float32Array(1);
const word = new Int32Array(real.buffer);
/** The float32 of 32 bits. */
export function fromBits(bits: number): number {
  word[0] = bits;
  return real[0]!;
}

const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);
const upperWord = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;
// Spacing of float32 in each binade of double exponents, from 2^-149 for subnormals.
const spacings = Float64Array.from({ length: 2048 }, (_, e) => 2 ** (Math.max(e - 1023, -126) - 23));

const limit = 2 ** 128;
const cap = (x: number): number => Math.min(Math.max(x, -limit), limit);

/**
 * Distance of a float32 from the exact value in float32 ulp of the binade that holds the exact value; infinity counts as 2^128.
 * Infinite where only one of them is NaN or a zero has the wrong sign.
 */
export function ulpError(got: number, exact: number): number {
  if (Number.isNaN(exact) || Number.isNaN(got))
    return Number.isNaN(exact) && Number.isNaN(got) ? 0 : Infinity;
  if (got === 0 && Object.is(got, -0) !== (exact < 0 || Object.is(exact, -0))) return Infinity;
  double[0] = cap(exact);
  const exponent = Math.min((doubleWords[upperWord]! >>> 20) & 2047, 1023 + 127);
  return Math.abs(cap(got) - cap(exact)) / spacings[exponent]!;
}

export interface Worst {
  readonly error: number;
  readonly at: readonly number[];
}

/** The worst error of a compiled function over a list of arguments. */
export function worstOver(
  fn: ScalarFunction,
  run: (x: number, y: number) => number,
  points: Iterable<readonly [number, number]>,
): Worst {
  const exact = references[fn.name]!;
  let error = 0;
  let at: readonly number[] = [];
  for (const [x, y] of points) {
    const e = ulpError(run(x, y), exact(x, y));
    if (e > error) [error, at] = [e, fn.params.length === 1 ? [x] : [x, y]];
  }
  return { error, at };
}
