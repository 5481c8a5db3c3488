// Eager mode: tensors with storage, and the interpreter that evaluates every op at once by its reference kernel.
import { allocate, flatData, type NdView, ndView, type TypedArray } from '../array/nd.ts';
import type { Elements, Part } from '../array/storage.ts';
import type { Func } from '../ir/func.ts';
import { showType, type TensorType } from '../ir/types.ts';
import { type Interpreter, installRoot } from '../ops/dispatch.ts';
import { installShow } from '../ops/effects.ts';
import type { OpDef } from '../ops/opdef.ts';
import { ArgumentError } from '../util/errors.ts';
import type { NestedArray } from './core.ts';
import { checkedView, type Donation, donationError, donationOf, takeStorage } from './donation.ts';
import { conversionSummary, type PrimitiveHint, writeOps } from './errors.ts';
import { formatTensor, nested } from './format.ts';
import { Tensor } from './tensor.ts';
import type { Variable } from './variable.ts';

/** A tensor whose elements exist. */
export class EagerTensor extends Tensor {
  // A record of its own and not the view, so that no IR value made from it keeps the storage alive.
  override readonly type: TensorType;
  // One of the first two is there. A small result of a compiled call has no array before somebody asks for one: mostly it is the next call, which needs none.
  #view: NdView | null;
  #unviewed: Part | number | null;
  // The call that took it before it had an array; of arrays themselves donation.ts knows.
  #taken: Donation | null = null;

  constructor(
    view: NdView | null,
    type: TensorType = { dtype: view!.dtype, shape: view!.shape },
    unviewed: Part | number | null = null,
  ) {
    super();
    this.type = type;
    this.#view = view;
    this.#unviewed = unviewed;
  }

  /** @internal From its elements in row-major order. */
  static of(elements: Elements, type: TensorType): EagerTensor {
    return ArrayBuffer.isView(elements)
      ? new EagerTensor(ndView(type.dtype, type.shape, elements), type)
      : new EagerTensor(null, type, elements);
  }

  override resolve(): this {
    return this;
  }
  override requireView(): NdView {
    if (this.#view !== null) return checkedView(this.#view);
    const { dtype, shape } = this.type;
    const view = ndView(dtype, shape, this.#copied());
    this.#view = view;
    this.#unviewed = null;
    return view;
  }
  /** @internal The elements in row-major order, as they are. */
  elements(): Elements {
    if (this.#view !== null) return flatData(checkedView(this.#view));
    return this.#unviewed ?? this.#copied();
  }
  /**
   * @internal Takes it for the call: from now on it throws a DonationError, and so does whatever looks at the same array. Returns that array; null where it has none.
   */
  donate(donation: Donation): TypedArray | null {
    if (this.#view !== null) return takeStorage(this.#view, donation);
    this.#taken = donation;
    this.#unviewed = null;
    return null;
  }

  // An array of its own with the elements it has no array of.
  #copied(): TypedArray {
    if (this.#taken !== null) throw donationError(this.type, this.#taken);
    const unviewed = this.#unviewed!;
    if (typeof unviewed !== 'number') return unviewed.block.slice(unviewed.start, unviewed.start + this.size);
    const data = allocate(this.type.dtype, 1);
    data[0] = unviewed;
    return data;
  }

  override item<T extends number | boolean = number>(): T {
    const { dtype } = this.type;
    if (typeof this.#unviewed === 'number')
      return (dtype === 'bool' ? this.#unviewed !== 0 : this.#unviewed) as T;
    const { data, offset } = this.requireView();
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
    if (this.#view === null) return this.#copied();
    const view = this.requireView();
    const flat = flatData(view);
    return flat === view.data ? flat.slice() : flat;
  }
  override toString(): string {
    return formatTensor(this.requireView());
  }
  /** The elements, then dtype and shape. */
  override inspect(): string {
    const taken = this.#taken !== null || (this.#view !== null && donationOf(this.#view.data) !== undefined);
    return taken ? `Tensor ${showType(this.type)} (donated)` : `${this} ${showType(this.type)}`;
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
