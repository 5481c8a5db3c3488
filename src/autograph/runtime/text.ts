// Text is made while tracing: of a traced tensor it says what the tensor is.
import { isTensor } from '../../ops/coerce.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { stagingTrace } from '../../trace/control/region.ts';
import { TracedTensor } from '../../trace/tracer.ts';

export function isTraced(x: unknown): x is Tensor {
  return isTensor(x) && stagingTrace() !== null && x.resolve() instanceof TracedTensor;
}

/** `${x}`: of a traced tensor what console.log shows of it, of another its elements. */
export function text(x: unknown): unknown {
  if (!isTensor(x)) return x;
  return isTraced(x) ? x.inspect() : String(x);
}
