// Elementwise functions that are a few ops each.
import type { DType } from '../../ir/types.ts';
import { castTo, lift, type TensorLike } from '../../ops/coerce.ts';
import { overridable } from '../../ops/override.ts';
import type { Tensor } from '../tensor.ts';

/**
 * `min(max(x, low), high)` of float32 or int32, with promotion and broadcasting; shapes that do not broadcast are a ShapeError. NaN stays NaN, and
 * where `low > high` the result is `high`, as in NumPy.
 *
 *     clamp(tensor([-2, 0.5, 2]), -1, 1)   // [-1, 0.5, 1]
 */
export const clamp: (x: TensorLike, low: TensorLike, high: TensorLike) => Tensor = overridable(
  'clamp',
  (x, low, high) => {
    return lift(x, 'clamp').maximum(low).minimum(high);
  },
);

/**
 * The same numbers in another dtype. float32 to int32 truncates towards zero and saturates, NaN gives 0; to bool is `x != 0`.
 * Throws a DTypeError for a dtype that does not exist.
 *
 *     cast(tensor([-1.5, 0, 3e9]), 'int32')   // [-1, 0, 2147483647]
 */
export const cast: (x: TensorLike, dtype: DType) => Tensor = overridable('cast', (x, dtype) => {
  return castTo(lift(x, 'cast'), dtype);
});
