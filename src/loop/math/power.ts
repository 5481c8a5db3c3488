// pow.
import type { Expr, ScalarFunction } from '../kernel.ts';
import * as k from '../make.ts';
import { define } from './define.ts';
import { expWide } from './exponential.ts';
import { logWide } from './logarithm.ts';

const isWhole = (x: Expr): Expr => k.compare('eq', k.unary('floor', x), x);

/**
 * x^y = e^(y log |x|) in f64, with the sign and the special cases of C99 Annex F: a negative base takes whole exponents, odd ones keep its sign (that of -0 and -infinity too);
 * x^0 and 1^y are 1 even for NaN; (-1)^±infinity is 1.
 */
export const pow: ScalarFunction = define('pow', 'f32', ['x', 'y'], ([x, y], step) => {
  const a = step('a', k.unary('abs', x!));
  const product = k.mul(k.convert('f64', y!), k.call(logWide, k.convert('f64', a)));
  const magnitude = step('magnitude', k.convert('f32', k.call(expWide, product)));
  const whole = step('whole', isWhole(y!));
  const odd = k.and(whole, k.not(isWhole(k.mul(k.convert('f64', y!), k.f64(0.5)))));
  const negative = k.compare('lt', k.bitsOf(x!), k.i32(0));
  const signed = k.select(k.and(negative, odd), k.unary('neg', magnitude), magnitude);
  const is = (value: Expr, constant: number): Expr => k.compare('eq', value, k.f32(constant));
  const noRealValue = k.and(
    k.and(k.compare('lt', x!, k.f32(0)), k.compare('gt', x!, k.f32(-Infinity))),
    k.not(whole),
  );
  const one = k.or(k.or(is(y!, 0), is(x!, 1)), k.and(is(x!, -1), is(k.unary('abs', y!), Infinity)));
  return k.select(one, k.f32(1), k.select(noRealValue, k.f32(NaN), signed));
});
