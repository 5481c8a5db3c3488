// tanh, sinh and cosh.
import type { ScalarFunction } from '../kernel.ts';
import * as k from '../make.ts';
import { copySign, defineF32, polynomial } from './define.ts';
import { exp } from './exponential.ts';

/**
 * tanh of a = |x|, given the sign of x: below 0.625 the odd polynomial of Cephes' tanhf (Moshier), above it 1 - 2 / (e^2a + 1).
 */
export const tanh: ScalarFunction = defineF32('tanh', (x, step) => {
  const a = step('a', k.unary('abs', x));
  const z = step('z', k.mul(a, a));
  const p = polynomial(
    z,
    [-3.33332819422e-1, 1.33314422036e-1, -5.37397155531e-2, 2.06390887954e-2, -5.70498872745e-3],
  );
  const near = k.add(k.mul(k.mul(p, z), a), a);
  const far = k.sub(k.f32(1), k.div(k.f32(2), k.add(k.call(exp, k.add(a, a)), k.f32(1))));
  return copySign(k.select(k.compare('lt', a, k.f32(0.625)), near, far), x);
});
