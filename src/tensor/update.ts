// update: what a layer makes of its own state beside its results, such as moving statistics.
import type { Tensor } from './tensor.ts';
import type { Variable } from './variable.ts';

let current: Variable | null = null;

/**
 * `variable.assign(next(value))`, for state that follows what is computed without being part of it. While a graph is built, which runs nothing, the assignment is
 * kept among `g.updates`, nodes to be run with a training step; there `next` is given what the updates before it have made of the value.
 *
 *     update(movingMean, (mean) => mean.mul(0.99).add(batchMean.mul(0.01)))
 */
export function update(variable: Variable, next: (value: Tensor) => Tensor): void {
  const saved = current;
  current = variable;
  try {
    variable.assign(next(variable.value()));
  } finally {
    current = saved;
  }
}

/** @internal Is it being read and assigned by `update`? */
export function isUpdating(variable: Variable): boolean {
  return variable === current;
}
