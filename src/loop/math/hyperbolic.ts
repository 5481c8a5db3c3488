// tanh, sinh and cosh.
import type { ScalarFunction } from '../kernel.ts';
import * as k from '../make.ts';
import { defineF32, defineThroughF64, polynomialByPairs, withSignOf } from './define.ts';
import { expm1Wide, expOfTwice, expWide } from './exponential.ts';

/** tanh of a = |x|, with the sign of x: below 0.625 the odd polynomial of Cephes' tanhf (Moshier), above it 1 - 2 / (e^2a + 1). */
export const tanh: ScalarFunction = defineF32('tanh', (x, step) => {
  const a = step('a', k.unary('abs', x));
  const z = step('z', k.mul(a, a));
  const series = step(
    'series',
    polynomialByPairs(
      z,
      step('z2', k.mul(z, z)),
      [-3.33332819422e-1, 1.33314422036e-1, -5.37397155531e-2, 2.06390887954e-2, -5.70498872745e-3],
    ),
  );
  const near = k.add(k.mul(k.mul(series, z), a), a);
  const far = k.sub(k.f32(1), k.div(k.f32(2), k.add(expOfTwice(a, step), k.f32(1))));
  return withSignOf(x, k.select(k.compare('lt', a, k.f32(0.625)), near, far));
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
