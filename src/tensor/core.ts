// What a tensor is, before what one can do with it: its type, how its elements are read, how it meets JavaScript's own conversions.
import type { NdView, TypedArray } from '../array/nd.ts';
import { type DType, type Shape, sizeOf, type TensorType } from '../ir/types.ts';
import { tensorBrand } from '../ops/coerce.ts';
import { ShapeError } from '../util/errors.ts';
import type { PrimitiveHint } from './errors.ts';
import type { Tensor } from './tensor.ts';

/** Elements as nested arrays, one level per axis; a scalar is the bare element. bool elements are booleans. */
export type NestedArray = number | boolean | readonly NestedArray[];

/** Base of `Tensor`. Eager tensors, traced tensors and variables answer its abstract members in their own way. */
export abstract class TensorCore {
  /** Dtype and shape. */
  abstract readonly type: TensorType;

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

  /** The one element of a tensor of size 1: a number, or a boolean of a bool tensor. Throws an ArgumentError for any other size, a TraceError inside `jit`. */
  abstract item<T extends number | boolean = number>(): T;
  /** The elements as nested arrays. Throws a TraceError inside `jit`. */
  abstract toArray(): NestedArray;
  /** The elements in row-major order, in a new typed array that is the caller's own: Float32Array, Int32Array, or Uint8Array of 0 and 1. Throws a TraceError inside `jit`. */
  abstract data(): TypedArray;
  /** The elements as text, the way NumPy prints them. Throws a TraceError inside `jit`. */
  abstract toString(): string;

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

// Seen by ops/coerce.ts, which may not import this class.
Object.defineProperty(TensorCore.prototype, tensorBrand, { value: true });
// Called by `console.log` in Node.
Object.defineProperty(TensorCore.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: TensorCore): string {
    return this.inspect();
  },
});
