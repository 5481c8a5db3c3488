// What decides a branch: a JavaScript value, read at once, or a tensor, which is read in eager mode and staged in a trace.
import { isTensor } from '../../ops/coerce.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { stagingTrace } from '../../trace/control/region.ts';
import { conditionOf } from '../../trace/control/state.ts';
import type { Construct } from './construct.ts';

/** A boolean where the condition is known now; a bool scalar tensor where only the compiled program will know it. */
export function decide(test: unknown, { at }: Construct): boolean | Tensor {
  if (!isTensor(test)) return Boolean(test);
  const tensor = test.resolve();
  const { dtype, shape } = tensor;
  if (dtype !== 'bool' || shape.length > 0) return conditionOf(tensor, `the condition at ${at}`);
  if (stagingTrace() === null) return tensor.item<boolean>();
  return tensor;
}
