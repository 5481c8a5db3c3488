// Variable: the only mutable thing. Reads give the value it has now; assignments replace it.
import { flatData, isContiguous, type NdView, ndView, type TypedArray } from '../array/nd.ts';
import type { Home, Settle } from '../array/storage.ts';
import { sameType, showType, type TensorType } from '../ir/types.ts';
import { lift, liftInto, type TensorLike } from '../ops/coerce.ts';
import { currentInterpreter } from '../ops/dispatch.ts';
import { DTypeError, ShapeError, TraceError } from '../util/errors.ts';
import { checkOptions } from '../util/options.ts';
import type { NestedArray } from './core.ts';
import { checkedView } from './donation.ts';
import { EagerTensor } from './eager.ts';
import type { PrimitiveHint } from './errors.ts';
import { leaf } from './history.ts';
import { Tensor } from './tensor.ts';

export interface VariableOptions {
  /** Named in errors, IR and summaries. */
  readonly name?: string;
  /** Whether optimizers and gradient tapes see it, and backward() leaves a gradient in it (float32 only). Default true. */
  readonly trainable?: boolean;
}

/**
 * A tensor that can be assigned, usable wherever a tensor is. Dtype and shape are fixed. Inside `jit` it is read and written by
 * reference: every call sees the value of that moment and leaves the new one behind. An assignment takes a value and not its history: afterwards the variable is a
 * leaf as before.
 */
export class Variable extends Tensor {
  override readonly type: TensorType;
  readonly name: string;
  readonly trainable: boolean;
  // The state outside every transform; the tensor that reads of it gave, which is one until the state changes.
  #state: NdView;
  #shared: EagerTensor | null = null;
  #owned = false;
  #version = 0;
  // Where the state is in memory of an executor: then no tensor ever looks at it.
  #home: Home | null = null;

  /** @internal Use `variable()`. */
  constructor(initial: NdView, name: string, trainable: boolean) {
    super();
    this.type = { dtype: initial.dtype, shape: initial.shape };
    this.name = name;
    this.trainable = trainable;
    this.#state = initial;
    if (trainable && initial.dtype === 'float32') this.history = leaf(name, this.type, this, null);
  }

  /** The value it has now, as an immutable tensor: later assignments do not change it. */
  value(): Tensor {
    return currentInterpreter().read(this);
  }
  /** Replaces the value. Throws a ShapeError or DTypeError unless dtype and shape are the variable's own; a number takes its dtype. */
  assign(value: TensorLike): this {
    return this.#write(value, 'assign');
  }
  /** Adds to the value. The result must have the variable's dtype and shape. */
  assignAdd(delta: TensorLike): this {
    return this.#write(this.value().add(delta), 'assignAdd');
  }
  /** Subtracts from the value. The result must have the variable's dtype and shape. */
  assignSub(delta: TensorLike): this {
    return this.#write(this.value().sub(delta), 'assignSub');
  }
  #write(value: TensorLike, method: string): this {
    const where = `variable '${this.name}'.${method}`;
    const next = liftInto(value, this.dtype, where);
    if (!sameType(next.type, this.type)) {
      const ErrorClass = next.dtype === this.dtype ? ShapeError : DTypeError;
      const way =
        next.dtype === this.dtype
          ? 'reshape or broadcast the value first'
          : `cast the value first: x.cast('${this.dtype}')`;
      throw new ErrorClass(
        `${where}: the variable holds ${showType(this.type)}, got ${showType(next.type)}; ${way}`,
      );
    }
    currentInterpreter().write(this, next);
    return this;
  }

  // The value for a read that keeps nothing, so that a program which prints its loss each step still updates in place.
  #glance(): Tensor {
    const isEager = currentInterpreter().parent === null;
    return isEager ? (this.#shared ?? new EagerTensor(this.peek())) : this.value();
  }

  override resolve(): Tensor {
    return this.value();
  }
  override requireView(): NdView {
    return this.value().requireView();
  }
  override item<T extends number | boolean = number>(): T {
    return this.#glance().item<T>();
  }
  override toArray(): NestedArray {
    return this.#glance().toArray();
  }
  override data(): TypedArray {
    return this.#glance().data();
  }
  override toString(): string {
    return this.#glance().toString();
  }
  override inspect(): string {
    return `Variable '${this.name}' ${this.#glance().inspect()}`;
  }
  override [Symbol.toPrimitive](hint: PrimitiveHint): string {
    return this.#glance()[Symbol.toPrimitive](hint);
  }

  // The rest is for executors. Ownership: `owned` means that no tensor looks at the storage, so that a compiled step may write it in place.

  /** @internal The state as a tensor that the program may keep: from now on the storage is shared, or if it has a home copied. The same tensor until the state changes. */
  share(): EagerTensor {
    if (this.#shared !== null) return this.#shared;
    const state = this.#state;
    if (this.#home === null) this.#owned = false;
    this.#shared = new EagerTensor(this.#home === null ? state : { ...state, data: state.data.slice() });
    this.#shared.history = this.history;
    readings.set(this.#shared, this);
    return this.#shared;
  }
  /** @internal The variable whose value now this very tensor is; null for any other tensor. */
  static of(tensor: Tensor): Variable | null {
    const variable = readings.get(tensor);
    return variable !== undefined && variable.#shared === tensor ? variable : null;
  }
  /** @internal How often the state has changed: what was computed from an older one says so when its gradient is asked for. */
  get version(): number {
    return this.#version;
  }
  /** @internal The state, for reading before anything is assigned. The caller must not keep it: ownership is unchanged. */
  peek(): NdView {
    return checkedView(this.#state);
  }
  /** @internal True when nobody but the variable can see the storage. */
  get owned(): boolean {
    return this.#owned;
  }
  /** @internal True when the storage is in memory that tensors must not look at. */
  get housed(): boolean {
    return this.#home !== null;
  }
  /**
   * @internal The state's elements, row-major, for an update in place: a copy first if somebody else can see them, afterwards the same array at every
   * call. `settle` offers it a home.
   */
  takeForUpdate(settle: Settle | null = null): TypedArray {
    this.#shared = null;
    this.#version++;
    if (this.#home !== null) return this.#state.data;
    const state = checkedView(this.#state);
    const home = settle?.(this.dtype, this.size) ?? null;
    if (home !== null) {
      home.data.set(flatData(state));
      this.adopt(home.data, home);
      return home.data;
    }
    const whole = isContiguous(state) && state.offset === 0 && state.data.length === this.size;
    if (!this.#owned || !whole) {
      const flat = flatData(state);
      this.adopt(flat === state.data ? flat.slice() : flat);
    }
    return this.#state.data;
  }
  /** @internal The variable's new state, which other tensors may look at too. */
  replaceState(view: NdView): void {
    this.#home?.give();
    this.#home = null;
    this.#state = view;
    this.#version++;
    this.#shared = null;
    this.#owned = false;
  }
  /** @internal The variable's new state, row-major elements that become its own: the caller must not keep the array. */
  adopt(data: TypedArray, home: Home | null = null): void {
    this.replaceState(ndView(this.dtype, this.shape, data));
    this.#owned = true;
    this.#home = home;
  }
}

// Whose values tensors are: a graph that takes up such a tensor goes on reading the variable.
const readings = new WeakMap<Tensor, Variable>();

let unnamed = 0;

/**
 * A variable that holds `initial`, a tensor or a number, and from now on tensors of its dtype and shape only.
 *
 * Throws a TraceError for a traced tensor: a variable outlives the trace.
 *
 *     const w = variable(zeros([3, 2]), { name: 'w' });
 *     w.assignSub(gradient.mul(0.1));
 */
export function variable(initial: TensorLike, options?: VariableOptions): Variable {
  checkOptions(options, ['name', 'trainable'], 'variable');
  const { name = `variable${unnamed++}`, trainable = true } = options ?? {};
  const start = lift(initial, 'variable');
  if (!(start instanceof EagerTensor)) {
    throw new TraceError(
      `variable '${name}': its initial value is traced, but a variable outlives the trace; create it outside jit, or start it from a value that does not depend on traced tensors`,
    );
  }
  return new Variable(start.requireView(), name, trainable);
}
