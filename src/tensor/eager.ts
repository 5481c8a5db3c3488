// Eager mode: tensors with storage, and the interpreter that evaluates every op at once by its reference kernel.
import { flatData, type NdView, type TypedArray } from '../array/nd.ts';
import type { Func } from '../ir/func.ts';
import { showType, type TensorType } from '../ir/types.ts';
import { type Interpreter, installRoot } from '../ops/dispatch.ts';
import { installShow } from '../ops/effects.ts';
import type { OpDef } from '../ops/opdef.ts';
import { ArgumentError } from '../util/errors.ts';
import type { NestedArray } from './core.ts';
import { checkedView, donationOf } from './donation.ts';
import { conversionSummary, type PrimitiveHint, writeOps } from './errors.ts';
import { formatTensor, nested } from './format.ts';
import { Tensor } from './tensor.ts';
import type { Variable } from './variable.ts';

/** A tensor whose elements exist. */
export class EagerTensor extends Tensor {
  // A record of its own and not the view, so that no IR value made from it keeps the storage alive.
  override readonly type: TensorType;
  readonly #view: NdView;

  constructor(view: NdView, type: TensorType = { dtype: view.dtype, shape: view.shape }) {
    super();
    this.type = type;
    this.#view = view;
  }

  override resolve(): this {
    return this;
  }
  override requireView(): NdView {
    return checkedView(this.#view);
  }

  override item<T extends number | boolean = number>(): T {
    const { data, offset, dtype } = this.requireView();
    if (this.size !== 1) {
      throw new ArgumentError(
        `item: takes a tensor of one element, got ${showType(this.type)} with ${this.size}; use toArray() or data(), or reduce it first: x.sum().item()`,
      );
    }
    const element = data[offset]!;
    return (dtype === 'bool' ? element !== 0 : element) as T;
  }
  override toArray(): NestedArray {
    return nested(this.requireView());
  }
  override data(): TypedArray {
    const view = this.requireView();
    const flat = flatData(view);
    return flat === view.data ? flat.slice() : flat;
  }
  override toString(): string {
    return formatTensor(this.requireView());
  }
  /** The elements, then dtype and shape. */
  override inspect(): string {
    return donationOf(this.#view.data) === undefined
      ? `${formatTensor(this.#view)} ${showType(this.type)}`
      : `Tensor ${showType(this.type)} (donated)`;
  }
  override [Symbol.toPrimitive](hint: PrimitiveHint): string {
    if (hint === 'string') return this.toString();
    throw new ArgumentError(
      `${conversionSummary(`a tensor ${showType(this.type)}`, hint)}; JavaScript operators do not compute with tensors. Use methods: ${writeOps}; or read the value first: x.item()`,
    );
  }
}

class Eager implements Interpreter {
  readonly parent = null;

  bind(op: OpDef, args: readonly Tensor[], attrs: unknown, regions: readonly Func[]): readonly Tensor[] {
    const types: TensorType[] = [];
    const views: NdView[] = [];
    for (const x of args) {
      types.push(x.type);
      views.push(x.requireView());
    }
    const results = op.infer(types, attrs, regions);
    return op
      .eval(views, { attrs, regions, types: results })
      .map((view, i) => new EagerTensor(view, results[i]));
  }
  read(variable: Variable): Tensor {
    return variable.share();
  }
  write(variable: Variable, value: Tensor): void {
    variable.replaceState(value.requireView());
  }
}

export const eager: Interpreter = new Eager();
installRoot(eager);
installShow(formatTensor);
