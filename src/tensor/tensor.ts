// Tensor: the value users hold. Every op is a method; subclasses say where the elements are.
import { type DType, type Shape, sizeOf, type TensorType } from '../ir/types.ts';
import * as binary from '../ops/binary.ts';
import { type TensorLike, tensorBrand } from '../ops/coerce.ts';
import * as unary from '../ops/unary.ts';

/** An immutable array of float32, int32 or bool elements. Garbage-collected: there is nothing to dispose of. */
export abstract class Tensor {
  /** Dtype and shape. */
  abstract readonly type: TensorType;

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

  /** The tensor that ops compute with: this one, or for a Variable the value it has now. */
  resolve(): Tensor {
    return this;
  }

  add(other: TensorLike): Tensor {
    return binary.add(this, other);
  }
  mul(other: TensorLike): Tensor {
    return binary.mul(this, other);
  }
  neg(): Tensor {
    return unary.neg(this);
  }
  declare sum: (axis?: number | readonly number[], keepDims?: boolean) => Tensor;
  declare reshape: (shape: Shape) => Tensor;
}

// Seen by ops/coerce.ts, which may not import this class.
Object.defineProperty(Tensor.prototype, tensorBrand, { value: true });
