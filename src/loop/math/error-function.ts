// erf, the error function.
import type { ScalarFunction } from '../kernel.ts';
import * as k from '../make.ts';
import { defineThroughF64, polynomial } from './define.ts';

// Both polynomials interpolate at the 15 Chebyshev nodes of their interval (computed with 60 digits), written in a variable u in [-1, 1].

// erf(x) / x in u = x²/2 - 1, for |x| <= 2; relative error 2^-45.
const near = [
  0.674933236039655, -0.26111186093138017, 0.1194791386098675, -0.04866277744412445, 0.017128344571233352,
  -0.005234875890443152, 0.0014050914299468995, -0.00033514327541818076, 7.180097850360801e-5,
  -1.3946903051574688e-5, 2.4758750551493473e-6, -4.036894187955737e-7, 6.11004999961e-8,
  -9.159172688164706e-9, 1.197731868078583e-9,
];
// erf(x) in u = x - 3, for 2 <= x <= 4; relative error 2^-37.
const far = [
  0.9999779095030014, 0.0001392531511762839, -0.00041775914737288573, 0.0007890969091576567,
  -0.0010443982017862797, 0.0010165878102605568, -0.0007380379083685955, 0.0003903754974041628,
  -0.0001347917189741046, 1.4399466809829907e-5, 1.5648267649327804e-5, -1.1469018456051582e-5,
  2.997911112674364e-6, 6.159598445426782e-7, -4.4390521392992916e-7,
];

/** erf x = 2/sqrt(pi) times the integral of e^(-t²) from 0 to x. From 4 on it is 1 in float32. */
export const erf: ScalarFunction = defineThroughF64('erf', (x, step) => {
  const a = step('a', k.unary('abs', x));
  const inner = k.mul(x, polynomial(k.sub(k.mul(k.mul(x, x), k.f64(0.5)), k.f64(1)), near));
  const outer = step('outer', polynomial(k.sub(k.binary('min', a, k.f64(4)), k.f64(3)), far));
  const signed = k.select(k.compare('lt', x, k.f64(0)), k.unary('neg', outer), outer);
  return k.select(k.compare('lt', a, k.f64(2)), inner, signed);
});
