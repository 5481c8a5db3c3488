// Elementwise functions that are a few ops each.
import type { DType } from '../../ir/types.ts';
import { castTo, lift, type TensorLike } from '../../ops/coerce.ts';
import type { Tensor } from '../tensor.ts';

/** `min(max(x, low), high)`, with broadcasting; NaN stays NaN, and where `low > high` the result is `high`, as in NumPy. */
export function clamp(x: TensorLike, low: TensorLike, high: TensorLike): Tensor {
  return lift(x, 'clamp').maximum(low).minimum(high);
}

/** The same numbers in another dtype. float32 to int32 truncates towards zero and saturates, NaN gives 0; to bool is `x != 0`. */
export function cast(x: TensorLike, dtype: DType): Tensor {
  return castTo(lift(x, 'cast'), dtype);
}
