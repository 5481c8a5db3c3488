// log and log1p.
import type { Expr, ScalarFunction } from '../kernel.ts';
import * as k from '../make.ts';
import { defineF32, defineF64, defineThroughF64, polynomial, widePowerOfTwo } from './define.ts';

// The mantissa is taken from [sqrt(1/2), sqrt(2)), so that x near 1 has exponent 0 and nothing cancels: subtracting the bits
// of sqrt(1/2) leaves that exponent in the upper bits.
const sqrtHalfBits = 0x3f3504f3;
const mantissaMask = 0x7fffff;

/**
 * log x = n ln 2 + log m with m in [sqrt(1/2), sqrt(2)), f = m - 1 (exact) and s = f / (2 + f): log(1 + f) = f - f²/2 + s (f²/2 + R(s²)).
 * The polynomial R and the split of ln 2 are those of FreeBSD's e_logf.c (Sun Microsystems; Ian Lance Taylor).
 */
export const log: ScalarFunction = defineF32('log', (x, step) => {
  const subnormal = step('subnormal', k.compare('lt', x, k.f32(2 ** -126)));
  const normal = k.select(subnormal, k.mul(x, k.f32(2 ** 23)), x);
  const offset = step('offset', k.sub(k.bitsOf(normal), k.i32(sqrtHalfBits)));
  const exponent = k.sub(k.binary('shr', offset, k.i32(23)), k.select(subnormal, k.i32(23), k.i32(0)));
  const n = step('n', k.convert('f32', exponent));
  const m = k.fromBits(k.add(k.and(offset, k.i32(mantissaMask)), k.i32(sqrtHalfBits)));
  const f = step('f', k.sub(m, k.f32(1)));
  const s = step('s', k.div(f, k.add(k.f32(2), f)));
  const z = step('z', k.mul(s, s));
  const w = step('w', k.mul(z, z));
  const even = k.mul(z, k.add(k.f32(0.66666662693), k.mul(w, k.f32(0.28498786688))));
  const odd = k.mul(w, k.add(k.f32(0.40000972152), k.mul(w, k.f32(0.24279078841))));
  const rest = step('rest', k.add(even, odd));
  const half = step('half', k.mul(k.mul(k.f32(0.5), f), f));
  const low = k.add(k.mul(s, k.add(half, rest)), k.mul(n, k.f32(9.0580006145e-6)));
  const y = step('y', k.add(k.add(k.sub(low, half), f), k.mul(n, k.f32(0.69313812256))));
  return withLimits(x, x, y);
});

/** The logarithm y of `of`, but -infinity for 0 and NaN below; NaN and +infinity come back as `x`, since comparing with NaN is false. */
function withLimits(of: Expr, x: Expr, y: Expr): Expr {
  const c = (value: number): Expr => k.constOf(of.type, value);
  const finite = k.select(k.compare('lt', of, c(Infinity)), y, x);
  const real = k.select(k.compare('lt', of, c(0)), c(NaN), finite);
  return k.select(k.compare('eq', of, c(0)), c(-Infinity), real);
}

// 1, 1/3, 1/5, …, 1/17: beyond, the series of artanh adds less than 2^-49 of it where |s| <= 3 - sqrt(8).
const inverseOdds: readonly number[] = Array.from({ length: 9 }, (_, n) => 1 / (2 * n + 1));

/** log(1 + f) = 2 artanh(f / (2 + f)) in f64 for 1 + f in about [sqrt(1/2), sqrt(2)]. */
const logNearOne: ScalarFunction = defineF64('log_near_one', (f, step) => {
  const s = step('s', k.div(f, k.add(k.f64(2), f)));
  const series = polynomial(step('z', k.mul(s, s)), inverseOdds);
  return k.mul(k.mul(k.f64(2), s), series);
});

/** Exponent n of an f64 in the range of normal f32, with x / 2^n in about [sqrt(1/2), sqrt(2)]. */
function exponentOf(x: Expr): Expr {
  return k.binary('shr', k.sub(k.bitsOf(k.convert('f32', x)), k.i32(sqrtHalfBits)), k.i32(23));
}

/** log x in f64 for x an f32 value or as large, of relative error about 2^-48: the logarithm under `pow`. */
export const logWide: ScalarFunction = defineF64('log_wide', (x, step) => {
  const subnormal = step('subnormal', k.compare('lt', x, k.f64(2 ** -126)));
  const normal = step('normal', k.select(subnormal, k.mul(x, k.f64(2 ** 32)), x));
  const n = step('n', exponentOf(normal));
  const inverse = step('inverse', widePowerOfTwo(k.sub(k.i32(0), n), step));
  const f = k.sub(k.mul(normal, inverse), k.f64(1));
  const exponent = k.sub(n, k.select(subnormal, k.i32(32), k.i32(0)));
  const y = step('y', k.add(k.call(logNearOne, f), k.mul(k.convert('f64', exponent), k.f64(Math.LN2))));
  return withLimits(x, x, y);
});

/** log(1 + x), accurate near 0: with 2^n near 1 + x and s = 2^-n, the part near one is log(1 + f), f = x s - (1 - s), which for n = 0 is x. */
export const log1p: ScalarFunction = defineThroughF64('log1p', (x, step) => {
  const sum = step('sum', k.add(k.f64(1), x));
  const n = step('n', exponentOf(sum));
  const inverse = step('inverse', widePowerOfTwo(k.sub(k.i32(0), n), step));
  const f = k.sub(k.mul(x, inverse), k.sub(k.f64(1), inverse));
  const y = k.add(k.call(logNearOne, f), k.mul(k.convert('f64', n), k.f64(Math.LN2)));
  // The sum of two zeros of opposite sign is +0, but log1p(-0) is -0.
  return k.select(k.compare('eq', x, k.f64(0)), x, withLimits(sum, x, y));
});
