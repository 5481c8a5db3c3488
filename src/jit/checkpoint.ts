// checkpoint: memory against time, in gradients of long computations.
import { ArgumentError } from '../util/errors.ts';
import { Specialisations } from './cache.ts';
import { callCompiled } from './jit.ts';
import { completeOptions } from './options.ts';

/**
 * `f`, of which a gradient keeps the arguments only: what is computed inside is computed again when the gradient is. For parts of a computation that take
 * little time and much memory. `f` is traced and compiled as by `jit`, and the values and gradients are those of `f`. Inside another jitted function the gradient
 * is taken of the whole, and its passes decide what is kept.
 *
 *     const block = checkpoint((x) => x.matmul(w1).relu().matmul(w2));
 */
export function checkpoint<Args extends readonly unknown[], R>(
  f: (...args: Args) => R,
): (...args: Args) => R {
  if (typeof f !== 'function')
    throw new ArgumentError(`checkpoint: expected a function, got ${f === null ? 'null' : typeof f}`);
  const specialisations = new Specialisations(f, { ...completeOptions({}, f.name), recompute: true });
  const run = (...args: Args): R => callCompiled(specialisations, args) as R;
  return Object.defineProperty(run, 'name', {
    value: f.name === '' ? 'checkpoint' : `checkpoint(${f.name})`,
  });
}
