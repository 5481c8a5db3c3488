// spec: what a signature says of one argument.
import { checkShape, type DType, dtypes, type Shape, showType, type TensorType } from '../ir/types.ts';
import { DTypeError, ShapeError } from '../util/errors.ts';

/** The abstract value of an argument, for `signature`. */
export class Spec {
  readonly type: TensorType;
  constructor(type: TensorType) {
    this.type = type;
    Object.freeze(this);
  }
  toString(): string {
    return `spec ${showType(this.type)}`;
  }
}

/** Shape and dtype of an argument, for `signature`. Throws a ShapeError or DTypeError for what is none. */
export function spec(shape: Shape, dtype: DType = 'float32'): Spec {
  if (!Array.isArray(shape))
    throw new ShapeError(`spec: expected a shape such as [32, 784], got ${String(shape)}`);
  checkShape(shape, 'spec');
  if (!dtypes.includes(dtype))
    throw new DTypeError(`spec: unknown dtype ${JSON.stringify(dtype)}; there are ${dtypes.join(', ')}`);
  return new Spec({ dtype, shape: [...shape] });
}
