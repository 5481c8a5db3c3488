// Eager mode: tensors with storage, and the interpreter that evaluates every op at once by its reference kernel.
import type { NdView } from '../array/nd.ts';
import type { Func } from '../ir/func.ts';
import type { TensorType } from '../ir/types.ts';
import { type Interpreter, installRoot } from '../ops/dispatch.ts';
import type { OpDef } from '../ops/opdef.ts';
import { InternalError } from '../util/errors.ts';
import { Tensor } from './tensor.ts';
import type { Variable } from './variable.ts';

/** A tensor whose elements exist. */
export class EagerTensor extends Tensor {
  override readonly type: TensorType;
  /** @internal Storage; read it through `requireView`, which refuses donated tensors. */
  readonly view: NdView;

  constructor(view: NdView) {
    super();
    this.view = view;
    this.type = view;
  }
}

class Eager implements Interpreter {
  readonly parent = null;

  bind(op: OpDef, args: readonly Tensor[], attrs: unknown, regions: readonly Func[]): readonly Tensor[] {
    const types = op.infer(
      args.map((a) => a.type),
      attrs,
      regions,
    );
    const views = op.eval(args.map(viewOf), { attrs, regions, types });
    return views.map((v) => new EagerTensor(v));
  }
  read(variable: Variable): Tensor {
    return variable.value;
  }
  write(variable: Variable, value: Tensor): void {
    variable.value = value as EagerTensor;
  }
}

function viewOf(x: Tensor): NdView {
  if (x instanceof EagerTensor) return x.view;
  throw new InternalError('a traced tensor reached eager mode');
}

export const eager: Interpreter = new Eager();
installRoot(eager);
