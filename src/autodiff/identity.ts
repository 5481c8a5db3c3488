// Fresh identities: the same value as a new tensor, so that a gradient with respect to an argument is not confused with the same tensor met elsewhere.
import { currentInterpreter, type Interpreter } from '../ops/dispatch.ts';
import { EagerTensor } from '../tensor/eager.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Trace } from '../trace/tracer.ts';
import { baseInterpreter } from './base.ts';
import { recordStep } from './steps.ts';
import { type Again, type Pullback, Tape } from './tape.ts';

/** `x` as a tensor nobody else holds. The tapes in force, and its history, know that it comes from `x`. */
export function renew(x: Tensor): Tensor {
  const copy = detached(x);
  recordEverywhere(
    'identity',
    [x],
    [copy],
    (g) => g,
    ([y]) => [renew(y!)],
  );
  return copy;
}

/** `x` as a tensor that no tape in force connects with anything, and no history. */
export function detached(x: Tensor): Tensor {
  const base = baseInterpreter();
  return base instanceof Trace ? base.again(x) : new EagerTensor(x.requireView());
}

/** Records on every tape between here and the interpreter that computes, and in the history of the results. */
export function recordEverywhere(
  name: string,
  args: readonly Tensor[],
  results: readonly Tensor[],
  pullback: Pullback,
  again: Again | null = null,
): void {
  for (let i: Interpreter | null = currentInterpreter(); i instanceof Tape; i = i.parent)
    i.record(name, args, results, pullback, again);
  recordStep(name, args, results, () => pullback);
}
