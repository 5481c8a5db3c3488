// sort and topK: elements brought into order by argsort, so that their gradients go back to where they came from.
import { showType } from '../../ir/types.ts';
import { argsort, type SortOptions } from '../../ops/argsort.ts';
import { resolveAxis } from '../../ops/axes.ts';
import { lift, type TensorLike } from '../../ops/coerce.ts';
import { overridable } from '../../ops/override.ts';
import { takeAlongAxis } from '../../ops/take-along-axis.ts';
import { ArgumentError } from '../../util/errors.ts';
import type { Tensor } from '../tensor.ts';

/**
 * The elements in order along an axis (the last): ascending, equal ones in the order they had, NaN last; with `{ descending: true }` the greatest first, and NaN still last.
 *
 *     sort(tensor([3, 1, 2]))   // [1, 2, 3]
 */
export const sort: (x: TensorLike, axis?: number, options?: SortOptions) => Tensor = overridable(
  'sort',
  (x, axis = -1, options) => {
    const t = lift(x, 'sort');
    const along = resolveAxis(axis, t.ndim, `sort of ${showType(t.type)}`);
    return takeAlongAxis(t, argsort(t, along, options), along);
  },
);

/**
 * The `k` greatest elements along the last axis, the greatest first, and their int32 positions; of equals the first comes first. NaN counts as less than any number.
 * Throws an ArgumentError unless k is an integer from 0 to the size of the axis.
 *
 *     topK(tensor([3, 1, 5, 2]), 2)   // { values: [5, 3], indices: [2, 0] }
 */
export const topK: (x: TensorLike, k: number) => { readonly values: Tensor; readonly indices: Tensor } =
  overridable('topK', (x, k) => {
    const t = lift(x, 'topK');
    const along = resolveAxis(-1, t.ndim, `topK of ${showType(t.type)}`);
    const size = t.shape[along]!;
    if (!Number.isInteger(k) || k < 0 || k > size)
      throw new ArgumentError(
        `topK of ${showType(t.type)}: k must be an integer from 0 to ${size}, got ${String(k)}`,
      );
    const order = argsort(t, along, { descending: true });
    const indices = order.slice(...t.shape.map((_, axis) => (axis === along ? ([0, k] as const) : null)));
    return { values: takeAlongAxis(t, indices, along), indices };
  });
