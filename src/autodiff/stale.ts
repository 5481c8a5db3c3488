// An operand that a backward pass must not use: the variable it was read from has been assigned since.
import { showType, type TensorType } from '../ir/types.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { GradientError } from '../util/errors.ts';

/** Takes the operand's place in a gradient rule. A rule that only looks at its shape does not mind; any other gets the error. */
export class StaleTensor extends Tensor {
  override readonly type: TensorType;
  readonly #step: string;
  readonly #variable: Variable;

  constructor(step: string, variable: Variable) {
    super();
    this.type = variable.type;
    this.#step = step;
    this.#variable = variable;
  }

  #refuse(): never {
    throw staleError(this.#step, this.#variable);
  }
  override resolve(): never {
    return this.#refuse();
  }
  override requireView(): never {
    return this.#refuse();
  }
  override item(): never {
    return this.#refuse();
  }
  override toArray(): never {
    return this.#refuse();
  }
  override data(): never {
    return this.#refuse();
  }
  override toString(): never {
    return this.#refuse();
  }
  override [Symbol.toPrimitive](): never {
    return this.#refuse();
  }
  override inspect(): string {
    return `Tensor ${showType(this.type)} (overwritten value of variable '${this.#variable.name}')`;
  }
}

/** `step` used a value of `variable` that is gone. */
export function staleError(step: string, variable: Variable): GradientError {
  return new GradientError(
    `backward: variable '${variable.name}' was assigned after ${step} had used it, and the gradient of ${step} needs the value it had then; call backward() before the assignment`,
  );
}
