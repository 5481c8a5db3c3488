// Products of vectors and matrices by NumPy's rules, as contractions.
import { broadcastShapes, showType } from '../../ir/types.ts';
import { broadcastTo, lift, type TensorLike } from '../../ops/coerce.ts';
import { dotGeneral } from '../../ops/dot.ts';
import { overridable } from '../../ops/override.ts';
import { ShapeError } from '../../util/errors.ts';
import { range } from '../../util/seq.ts';
import type { Tensor } from '../tensor.ts';

/**
 * Matrix product. Leading axes are a batch and broadcast; a vector on the left is a row, on the right a column, and its axis disappears.
 * Throws a ShapeError for scalars, for inner sizes that differ, and for batches that do not broadcast.
 *
 *     matmul(x, w)   // f32[32,784] with f32[784,10]: f32[32,10]
 */
export const matmul: (left: TensorLike, right: TensorLike) => Tensor = overridable(
  'matmul',
  (left, right) => {
    const a = lift(left, 'matmul');
    const b = lift(right, 'matmul');
    const where = `matmul of ${showType(a.type)} and ${showType(b.type)}`;
    if (a.ndim === 0 || b.ndim === 0)
      throw new ShapeError(`${where}: a scalar is no matrix; multiply by it with mul`);
    checkInner(a, b, where);
    const contraction = { leftContract: [-1], rightContract: [b.ndim === 1 ? 0 : -2] };
    // Without a batch on the right, that of the left is just more rows.
    if (b.ndim <= 2 || a.ndim === 1) return dotGeneral(a, b, contraction);
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    if (batch === undefined)
      throw new ShapeError(
        `${where}: the batches [${a.shape.slice(0, -2)}] and [${b.shape.slice(0, -2)}] do not broadcast`,
      );
    const axes = range(batch.length);
    return dotGeneral(
      broadcastTo(a, [...batch, ...a.shape.slice(-2)], 'matmul'),
      broadcastTo(b, [...batch, ...b.shape.slice(-2)], 'matmul'),
      { ...contraction, leftBatch: axes, rightBatch: axes },
    );
  },
);

/**
 * NumPy's dot: the last axis of `left` with the last but one of `right` (or its only one); all other axes of both remain.
 * With a scalar it is the product. For stacks of matrices `matmul` is what one wants. Throws a ShapeError for inner sizes that differ.
 *
 *     dot(tensor([1, 2, 3]), tensor([4, 5, 6]))   // 32
 */
export const dot: (left: TensorLike, right: TensorLike) => Tensor = overridable('dot', (left, right) => {
  const a = lift(left, 'dot');
  const b = lift(right, 'dot');
  if (a.ndim === 0 || b.ndim === 0) return a.mul(b);
  checkInner(a, b, `dot of ${showType(a.type)} and ${showType(b.type)}`);
  return dotGeneral(a, b, { leftContract: [-1], rightContract: [b.ndim === 1 ? 0 : -2] });
});

/**
 * All products of an element of `left` and one of `right`, both flattened: element [i, j] is `left[i] * right[j]`.
 *
 *     outer(tensor([1, 2]), tensor([3, 4]))   // [[3, 4], [6, 8]]
 */
export const outer: (left: TensorLike, right: TensorLike) => Tensor = overridable('outer', (left, right) => {
  const a = lift(left, 'outer');
  const b = lift(right, 'outer');
  return a.reshape([a.size, 1]).mul(b.reshape([1, b.size]));
});

function checkInner(a: Tensor, b: Tensor, where: string): void {
  const columns = a.shape.at(-1)!;
  const rows = b.ndim === 1 ? b.shape[0]! : b.shape.at(-2)!;
  if (columns !== rows)
    throw new ShapeError(
      `${where}: inner sizes differ: the last axis of the left operand has ${columns}, the ${b.ndim === 1 ? 'only' : 'last but one'} axis of the right operand ${rows}; they must be equal: transpose or reshape an operand`,
    );
}
