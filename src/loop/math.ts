// The scalar functions of the kernel language, f32 to f32: one algorithm each, expanded by every executor.
import type { ScalarFunction } from './kernel.ts';
import { erf } from './math/error-function.ts';
import { exp, expm1, sigmoid } from './math/exponential.ts';
import { cosh, sinh, tanh } from './math/hyperbolic.ts';
import { acos, asin, atan, atan2 } from './math/inverse-trigonometric.ts';
import { log, log1p } from './math/logarithm.ts';
import { pow } from './math/power.ts';
import { cos, sin, tan } from './math/trigonometric.ts';

export {
  acos,
  asin,
  atan,
  atan2,
  cos,
  cosh,
  erf,
  exp,
  expm1,
  log,
  log1p,
  pow,
  sigmoid,
  sin,
  sinh,
  tan,
  tanh,
};

/** All of them, for tests and tables. */
export const mathFunctions: readonly ScalarFunction[] = [
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  sigmoid,
  erf,
  pow,
  atan2,
];
