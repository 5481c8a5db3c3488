// The scalar functions of the kernel language, all f32 to f32: one algorithm each, expanded by every executor.
import type { ScalarFunction } from './kernel.ts';
import { exp, sigmoid } from './math/exponential.ts';
import { tanh } from './math/hyperbolic.ts';
import { log } from './math/logarithm.ts';

export { exp, log, sigmoid, tanh };

/** All of them, for tests and tables. */
export const mathFunctions: readonly ScalarFunction[] = [exp, log, tanh, sigmoid];
