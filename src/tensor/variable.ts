// Variable: the only mutable thing. Reads give the tensor it holds now; assignments replace it.
import type { TensorType } from '../ir/types.ts';
import { currentInterpreter } from '../ops/dispatch.ts';
import type { EagerTensor } from './eager.ts';
import { Tensor } from './tensor.ts';

export class Variable extends Tensor {
  override readonly type: TensorType;
  /** @internal The state outside every transform. */
  value: EagerTensor;

  constructor(initial: EagerTensor) {
    super();
    this.type = initial.type;
    this.value = initial;
  }

  override resolve(): Tensor {
    return currentInterpreter().read(this);
  }
}
