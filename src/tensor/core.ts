// What a tensor is, before what one can do with it: its type, how its elements are read, how it meets JavaScript's own conversions.
import type { NdView, TypedArray } from '../array/nd.ts';
import { type DType, type Shape, sizeOf, type TensorType } from '../ir/types.ts';
import { tensorBrand } from '../ops/coerce.ts';
import type { Override } from '../ops/override.ts';
import { ShapeError } from '../util/errors.ts';
import { checkFlag, checkOptions } from '../util/options.ts';
import type { PrimitiveHint } from './errors.ts';
import { autograd, type BackwardOptions, type GradientHook, type History } from './history.ts';
import type { Tensor } from './tensor.ts';

/** Elements as nested arrays, one level per axis; a scalar is the bare element. bool elements are booleans. */
export type NestedArray = number | boolean | readonly NestedArray[];

/** Base of `Tensor`. Eager tensors, traced tensors and variables answer its abstract members in their own way. */
export abstract class TensorCore {
  /** Dtype and shape. */
  abstract readonly type: TensorType;
  /** @internal What it was computed from, where a gradient is required of that; see history.ts. */
  history: History | null = null;

  /** @internal Asked in place of every function that the tensor is an argument of; null for those that functions compute with. */
  declare readonly override: Override | null;

  /** Sizes of the axes, outermost first. */
  get shape(): Shape {
    return this.type.shape;
  }
  get dtype(): DType {
    return this.type.dtype;
  }
  /** Number of axes. */
  get ndim(): number {
    return this.type.shape.length;
  }
  /** Number of elements. */
  get size(): number {
    return sizeOf(this.type.shape);
  }

  /**
   * The size of axis 0, as of an array: `for (let i = 0; i < x.length; i++)`. Throws a ShapeError for a scalar.
   *
   *     tensor([[1, 2, 3], [4, 5, 6]]).length   // 2
   */
  get length(): number {
    const [count] = this.shape;
    if (count === undefined)
      throw new ShapeError(
        'a scalar tensor has no axis 0, and no length; x.size is its number of elements, 1',
      );
    return count;
  }

  /** The one element of a tensor of size 1: a number, or a boolean of a bool tensor. Throws an ArgumentError for any other size, a TraceError inside `jit`. */
  abstract item<T extends number | boolean = number>(): T;
  /** The elements as nested arrays. Throws a TraceError inside `jit`. */
  abstract toArray(): NestedArray;
  /** The elements in row-major order, in a new typed array that is the caller's own: Float32Array, Int32Array, or Uint8Array of 0 and 1. Throws a TraceError inside `jit`. */
  abstract data(): TypedArray;
  /** The elements as text, the way NumPy prints them. Throws a TraceError inside `jit`. */
  abstract toString(): string;

  /** Does it depend on something that requires a gradient? */
  get requiresGrad(): boolean {
    return this.history !== null && this.history.kind !== 'symbolic';
  }
  /** Was it given, and not computed from what requires a gradient? Gradients are kept for leaves. */
  get isLeaf(): boolean {
    return !this.requiresGrad || this.history?.kind === 'leaf';
  }
  /** The sum of the gradients that backward passes left here, or null. Throws a GradientError for a tensor that was computed: they are kept for leaves, and after `retainGrad()`. */
  get grad(): Tensor | null {
    return autograd().gradientOf(this as unknown as Tensor);
  }
  /** Set it to null before the next backward pass, which would add to it. */
  set grad(gradient: Tensor | null) {
    autograd().setGradient(this as unknown as Tensor, gradient);
  }
  /**
   * Adds the gradient of this tensor to the `.grad` of every leaf it depends on. `gradient` (1) is that of something else by this tensor, of its shape; a tensor
   * that is no scalar needs one. What was recorded is used up, unless `retainGraph` keeps it; with `createGraph`, the gradients can be differentiated in turn. Throws a GradientError where there is no history, a used one, or a step without a gradient.
   *
   *     const x = tensor(5, { requiresGrad: true });
   *     x.square().backward();
   *     x.grad!.item();   // 10
   */
  backward(gradient?: Tensor | number, options?: BackwardOptions): void {
    autograd().backward(this as unknown as Tensor, gradient, options);
  }
  /**
   * Has backward passes leave the gradient of this tensor in its `.grad` too, though it was computed. Throws a GradientError where none would come by.
   *
   *     const h = x.square();
   *     h.retainGrad();
   *     h.mul(3).backward();
   *     h.grad!.item();   // 3
   */
  retainGrad(): void {
    autograd().retainGrad(this as unknown as Tensor);
  }
  /** The same value without a history, or as a leaf of its own: `x.detach({ requiresGrad: true })`. */
  detach(options?: { readonly requiresGrad?: boolean }): Tensor {
    checkOptions(options, ['requiresGrad'], 'detach');
    checkFlag(options?.requiresGrad, 'requiresGrad', 'detach');
    return autograd().detach(this as unknown as Tensor, options?.requiresGrad ?? false);
  }
  /** Calls `hook` with the gradient of this tensor in every backward pass, when it is complete; what the hook returns takes its place. Returns a function that removes the hook. */
  registerHook(hook: GradientHook): () => void {
    return autograd().registerHook(this as unknown as Tensor, hook);
  }

  /** The tensor that ops compute with: this one, or for a variable the value it has now. */
  abstract resolve(): Tensor;
  /** @internal The storage, for the reference kernels. Throws a DonationError where a call took it, a LeakError of a traced tensor. */
  abstract requireView(): NdView;

  /** JavaScript's conversion of an object to a primitive: refused, except for printing an eager tensor. */
  abstract [Symbol.toPrimitive](hint: PrimitiveHint): string;
  /** What `console.log` shows in Node; works on traced tensors too. */
  abstract inspect(): string;

  /** `JSON.stringify` sees nested arrays. */
  toJSON(): NestedArray {
    return this.toArray();
  }

  /** The slices along axis 0: `for (const row of x)`, `const [a, b] = x`. The count is static, so it works inside `jit` (and unrolls there). */
  *[Symbol.iterator](): IterableIterator<Tensor> {
    const x = this.resolve();
    const count = x.shape[0];
    if (count === undefined)
      throw new ShapeError(
        'a scalar tensor has no axis to iterate over; where a list is expected, give a JavaScript array',
      );
    for (let i = 0; i < count; i++) yield x.slice(i);
  }
}

// One for all tensors, where functions look for it; asked at every call.
Object.defineProperty(TensorCore.prototype, 'override', { value: null });
// Seen by ops/coerce.ts, which may not import this class.
Object.defineProperty(TensorCore.prototype, tensorBrand, { value: true });
// Called by `console.log` in Node.
Object.defineProperty(TensorCore.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: TensorCore): string {
    return this.inspect();
  },
});
