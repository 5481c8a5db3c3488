// atan, asin, acos and atan2.
import type { Expr, ScalarFunction } from '../kernel.ts';
import * as k from '../make.ts';
import { define, defineF64, defineThroughF64, polynomial, withSignOf } from './define.ts';

// tan(pi/8) and tan(3 pi/8).
const lowBound = Math.SQRT2 - 1;
const highBound = Math.SQRT2 + 1;

/**
 * atan of x >= 0 in f64 as pi/2 + atan(-1/x), pi/4 + atan((x-1)/(x+1)) or 0 + atan(x), with the rational function of Cephes' atan.c (Moshier) for |t| <= tan(pi/8).
 * One division serves all three, of a selected numerator and denominator.
 */
const atanPositive: ScalarFunction = defineF64('atan_positive', (x, step) => {
  const low = step('low', k.compare('le', x, k.f64(lowBound)));
  const high = step('high', k.compare('gt', x, k.f64(highBound)));
  const byRange = (large: Expr, middle: Expr, small: Expr): Expr =>
    k.select(high, large, k.select(low, small, middle));
  const one = k.f64(1);
  const t = step('t', k.div(byRange(k.f64(-1), k.sub(x, one), x), byRange(x, k.add(x, one), one)));
  const z = step('z', k.mul(t, t));
  const numerator = polynomial(
    z,
    [-64.85021904942025, -122.88666844901361, -75.00855792314705, -16.157537187333652, -0.8750608600031904],
  );
  const denominator = polynomial(
    z,
    [194.5506571482614, 485.3903996359137, 432.88106049129027, 165.02700983169885, 24.858464901423062, 1],
  );
  const y = k.add(k.mul(k.mul(t, z), k.div(numerator, denominator)), t);
  return k.add(byRange(k.f64(Math.PI / 2), k.f64(Math.PI / 4), k.f64(0)), y);
});

/** An odd function from its values for x >= 0: x and the result are f32, `positive` maps f64 to f64. */
function oddFunction(name: string, positive: (x: Expr) => Expr): ScalarFunction {
  return define(name, 'f32', ['x'], ([x]) => {
    const y = positive(k.convert('f64', k.unary('abs', x!)));
    return withSignOf(x!, k.convert('f32', y));
  });
}

/** The angle whose tangent is x, in [-pi/2, pi/2]. */
export const atan: ScalarFunction = oddFunction('atan', (x) => k.call(atanPositive, x));

/** asin x = 2 atan(x / (1 + sqrt((1 - x)(1 + x)))); NaN outside [-1, 1]. */
export const asin: ScalarFunction = oddFunction('asin', (x) => {
  const cosine = k.unary('sqrt', k.mul(k.sub(k.f64(1), x), k.add(k.f64(1), x)));
  return k.mul(k.f64(2), k.call(atanPositive, k.div(x, k.add(k.f64(1), cosine))));
});

/** acos x = 2 atan(sqrt((1 - x) / (1 + x))); NaN outside [-1, 1]. */
export const acos: ScalarFunction = defineThroughF64('acos', (x) => {
  const halfTangent = k.unary('sqrt', k.div(k.sub(k.f64(1), x), k.add(k.f64(1), x)));
  return k.mul(k.f64(2), k.call(atanPositive, halfTangent));
});

/**
 * The angle of the point (x, y) in [-pi, pi]. The angle of (|x|, |y|) is taken first; a negative x, -0 included, makes it pi minus that, and its sign is that of y.
 * Equal coordinates are treated apart for 0 / 0, which counts as the ratio 0, and infinity / infinity, which counts as 1 (C99 Annex F).
 */
export const atan2: ScalarFunction = define('atan2', 'f32', ['y', 'x'], ([y, x], step) => {
  const up = step('up', k.convert('f64', k.unary('abs', y!)));
  const across = step('across', k.convert('f64', k.unary('abs', x!)));
  const zero = k.compare('eq', up, k.f64(0));
  const ratio = k.select(k.compare('eq', up, across), k.select(zero, k.f64(0), k.f64(1)), k.div(up, across));
  const angle = step('angle', k.call(atanPositive, ratio));
  const left = k.compare('lt', k.bitsOf(x!), k.i32(0));
  return withSignOf(y!, k.convert('f32', k.select(left, k.sub(k.f64(Math.PI), angle), angle)));
});
