// What decides a branch: a JavaScript value, read at once, or a tensor, which is read in eager mode and staged in a trace.
import { isTensor } from '../../ops/coerce.ts';
import { logicalNot } from '../../ops/logic.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { stagingTrace } from '../../trace/control/region.ts';
import { conditionOf } from '../../trace/control/state.ts';
import type { Construct } from './construct.ts';
import { isWeak } from './weak.ts';

/** A boolean where the condition is known now; a bool scalar tensor where only the compiled program will know it. */
export function decide(test: unknown, { at }: Construct): boolean | Tensor {
  if (!isTensor(test)) return Boolean(test);
  const tensor = truthOf(test).resolve();
  const { dtype, shape } = tensor;
  if (dtype !== 'bool' || shape.length > 0) return conditionOf(tensor, `the condition at ${at}`);
  if (stagingTrace() === null) return tensor.item<boolean>();
  return tensor;
}

// A number that a staged loop made a tensor of is still asked as numbers are: 0 and NaN are false.
function truthOf(test: Tensor): Tensor {
  if (!isWeak(test) || test.dtype === 'bool' || test.ndim > 0) return test;
  const differs = test.notEqual(0);
  return test.dtype === 'float32' ? differs.logicalAnd(test.equal(test)) : differs;
}

/** `!x`. */
export function negated(test: Tensor): Tensor {
  return logicalNot(truthOf(test));
}
