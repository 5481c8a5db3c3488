// spec: what a signature says of one argument.
import { checkDType, type DType, type Shape, showType, type TensorType } from '../ir/types.ts';
import { checkedShape } from '../ops/axes.ts';

/** The abstract value of an argument, for `signature`, or of a result, from `evalShape`. */
export class Spec {
  readonly type: TensorType;
  constructor(type: TensorType) {
    this.type = type;
    Object.freeze(this);
  }
  get shape(): Shape {
    return this.type.shape;
  }
  get dtype(): DType {
    return this.type.dtype;
  }
  toString(): string {
    return `spec ${showType(this.type)}`;
  }
}

/**
 * Shape and dtype (float32) of an argument, for `signature`. Throws a ShapeError or DTypeError for what is none.
 *
 *     jit(f, { signature: [spec([32, 784]), { w: spec([784, 10]) }] })
 */
export function spec(shape: Shape, dtype: DType = 'float32'): Spec {
  checkDType(dtype, 'spec');
  return new Spec({ dtype, shape: checkedShape(shape, 'spec') });
}
