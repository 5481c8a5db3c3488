// Shape functions built from other ops: new axes, repetition, and many tensors to one and back.
import { promote, type Shape, sameShape, showShape } from '../../ir/types.ts';
import { type Axes, axisList, checkedShape, resolveAxes, resolveAxis } from '../../ops/axes.ts';
import {
  broadcastTo as broadcastToShape,
  isNumber,
  lift,
  liftInto,
  type TensorLike,
} from '../../ops/coerce.ts';
import { concat } from '../../ops/concat.ts';
import { overridable } from '../../ops/override.ts';
import { reshape } from '../../ops/reshape.ts';
import { ArgumentError, ShapeError } from '../../util/errors.ts';
import { range } from '../../util/seq.ts';
import type { Tensor } from '../tensor.ts';
import { slice } from './indexing.ts';

/** One axis with all elements in row-major order. */
export const flatten: (x: TensorLike) => Tensor = overridable('flatten', (x) => {
  const t = lift(x, 'flatten');
  return reshape(t, [t.size]);
});

/**
 * New axes of size 1, at these places of the result. Throws an AxisError for a place outside of it, or named twice.
 *
 *     expandDims(zeros([3]), 0).shape          // [1, 3]
 *     expandDims(zeros([3]), [0, -1]).shape    // [1, 3, 1]
 */
export const expandDims: (x: TensorLike, axis: Axes) => Tensor = overridable('expandDims', (x, axis) => {
  const t = lift(x, 'expandDims');
  const rank = t.ndim + axisList(axis, 'expandDims').length;
  const added = resolveAxes(axis, rank, 'expandDims');
  const kept = t.shape[Symbol.iterator]();
  return reshape(
    t,
    range(rank).map((a) => (added.includes(a) ? 1 : kept.next().value!)),
  );
});

/**
 * Without the given axes of size 1; without an argument, all of size 1. Throws a ShapeError for an axis of another size.
 *
 *     squeeze(zeros([1, 3, 1]), 0).shape   // [3, 1]
 */
export const squeeze: (x: TensorLike, axis?: Axes) => Tensor = overridable('squeeze', (x, axis) => {
  const t = lift(x, 'squeeze');
  const removed =
    axis === undefined ? range(t.ndim).filter((a) => t.shape[a] === 1) : resolveAxes(axis, t.ndim, 'squeeze');
  for (const a of removed)
    if (t.shape[a] !== 1)
      throw new ShapeError(
        `squeeze: axis ${a} of ${showShape(t.shape)} has size ${t.shape[a]}; only axes of size 1 can go`,
      );
  return reshape(
    t,
    t.shape.filter((_, a) => !removed.includes(a)),
  );
});

/**
 * Repeats axes of size 1 and adds leading axes, by NumPy's rules. Throws a ShapeError where `x` does not broadcast to the shape.
 *
 *     broadcastTo(tensor([1, 2]), [3, 2])   // [[1, 2], [1, 2], [1, 2]]
 */
export const broadcastTo: (x: TensorLike, shape: Shape) => Tensor = overridable('broadcastTo', (x, shape) => {
  return broadcastToShape(lift(x, 'broadcastTo'), checkedShape(shape, 'broadcastTo'));
});

/**
 * The whole repeated `reps[i]` times along axis i, as in NumPy: the shorter of `reps` and the shape is filled up with leading ones.
 * Throws an ArgumentError unless the counts are integers >= 0.
 *
 *     tile(tensor([1, 2]), 2)        // [1, 2, 1, 2]
 *     tile(tensor([1, 2]), [2, 1])   // [[1, 2], [1, 2]]
 */
export const tile: (x: TensorLike, reps: Axes) => Tensor = overridable('tile', (x, reps) => {
  const t = lift(x, 'tile');
  const counts = typeof reps === 'number' ? [reps] : reps;
  for (const n of counts) checkCount(n, 'tile');
  const rank = Math.max(t.ndim, counts.length);
  const ones = (n: number) => new Array<number>(n).fill(1);
  const shape = [...ones(rank - t.ndim), ...t.shape];
  const times = [...ones(rank - counts.length), ...counts];
  // Each axis becomes a pair: the copies, and what is copied.
  const apart = reshape(
    t,
    shape.flatMap((d) => [1, d]),
  );
  const repeated = broadcastToShape(
    apart,
    shape.flatMap((d, a) => [times[a]!, d]),
    'tile',
  );
  return reshape(
    repeated,
    shape.map((d, a) => d * times[a]!),
  );
});

/**
 * Every element `n` times in a row along `axis`; without `axis`, of the flattened tensor, as in NumPy.
 * Throws an ArgumentError unless `n` is an integer >= 0.
 *
 *     repeat(tensor([1, 2]), 2, 0)   // [1, 1, 2, 2]
 */
export const repeat: (x: TensorLike, n: number, axis?: number) => Tensor = overridable(
  'repeat',
  (x, n, axis) => {
    checkCount(n, 'repeat');
    const t = axis === undefined ? flatten(lift(x, 'repeat')) : lift(x, 'repeat');
    const along = resolveAxis(axis ?? 0, t.ndim, 'repeat');
    const apart = expandDims(t, along + 1);
    const repeated = broadcastToShape(apart, apart.shape.with(along + 1, n), 'repeat');
    return reshape(repeated, t.shape.with(along, t.shape[along]! * n));
  },
);

function checkCount(n: number, where: string): void {
  if (!Number.isSafeInteger(n) || n < 0)
    throw new ArgumentError(`${where}: the number of copies must be an integer >= 0, got ${n}`);
}

/**
 * Shifted cyclically: what leaves at the end comes in at the beginning. Several axes take one shift each, or share one; without `axis` the flattened
 * tensor is shifted, as in NumPy. Throws an ArgumentError for shifts that are no integers or do not match the axes.
 *
 *     roll(tensor([1, 2, 3, 4]), 1)   // [4, 1, 2, 3]
 */
export const roll: (x: TensorLike, shift: Axes, axis?: Axes) => Tensor = overridable(
  'roll',
  (x, shift, axis) => {
    const t = lift(x, 'roll');
    const given = typeof shift === 'number' ? [shift] : shift;
    for (const by of given)
      if (!Number.isSafeInteger(by)) throw new ArgumentError(`roll: a shift must be an integer, got ${by}`);
    if (axis === undefined) {
      if (given.length !== 1)
        throw new ArgumentError(`roll: ${given.length} shifts without axes; name an axis for each`);
      return reshape(rollAxis(flatten(t), given[0]!, 0), t.shape);
    }
    const axes = resolveAxes(axis, t.ndim, 'roll');
    const shifts = typeof shift === 'number' ? axes.map(() => shift) : given;
    if (shifts.length !== axes.length)
      throw new ArgumentError(
        `roll: ${shifts.length} shifts for ${axes.length} axes; give one for each axis, or one for all`,
      );
    return axes.reduce((rolled, a, i) => rollAxis(rolled, shifts[i]!, a), t);
  },
);

function rollAxis(x: Tensor, shift: number, axis: number): Tensor {
  const size = x.shape[axis]!;
  if (size === 0 || shift % size === 0) return x;
  const cut = size - (((shift % size) + size) % size);
  return concat(split(x, [cut], axis).reverse(), axis);
}

/**
 * Joins tensors of one shape along a new axis at `axis` (0) of the result. Dtypes promote to one; numbers take the dtype of the tensors.
 * Throws an ArgumentError for an empty list, a ShapeError where the shapes differ.
 *
 *     stack([tensor([1, 2]), tensor([3, 4])])      // [[1, 2], [3, 4]]
 *     stack([tensor([1, 2]), tensor([3, 4])], 1)   // [[1, 3], [2, 4]]
 */
export const stack: (list: readonly TensorLike[], axis?: number) => Tensor = overridable(
  'stack',
  (list, axis = 0) => {
    if (!Array.isArray(list) || list.length === 0)
      throw new ArgumentError('stack: expected a list of at least one tensor, as in stack([a, b], axis)');
    const tensors = liftList(list, 'stack');
    const { shape } = tensors[0]!;
    tensors.forEach((t, i) => {
      if (!sameShape(t.shape, shape))
        throw new ShapeError(
          `stack: shapes ${showShape(shape)} and, at ${i}, ${showShape(t.shape)} differ; all must have one shape (concat joins along an axis that exists)`,
        );
    });
    const along = resolveAxis(axis, shape.length + 1, 'stack');
    return concat(
      tensors.map((t) => expandDims(t, along)),
      along,
    );
  },
);

// Numbers and booleans among tensors take the tensors' dtype; by themselves they are what they are anywhere.
function liftList(list: readonly TensorLike[], where: string): readonly Tensor[] {
  const dtypes = list.filter((x) => !isNumber(x)).map((x) => lift(x, where).dtype);
  if (dtypes.length === 0) return list.map((x) => lift(x, where));
  const dtype = dtypes.reduce(promote);
  return list.map((x) => liftInto(x, dtype, where));
}

/**
 * Parts of `x` along `axis` (0): a number of equal parts, or a list of the positions where a new part begins, as in NumPy.
 * Throws a ShapeError where the parts would not be equal.
 *
 *     split(arange(6), 3)        // [0, 1]  [2, 3]  [4, 5]
 *     split(arange(6), [1, 4])   // [0]  [1, 2, 3]  [4, 5]
 */
export const split: (x: TensorLike, parts: Axes, axis?: number) => Tensor[] = overridable(
  'split',
  (x, parts, axis = 0) => {
    const t = lift(x, 'split');
    const along = resolveAxis(axis, t.ndim, 'split');
    const size = t.shape[along]!;
    const inner = typeof parts === 'number' ? equalParts(size, parts, along, t.shape) : parts;
    const bounds = [0, ...inner, size];
    return range(bounds.length - 1).map((i) =>
      slice(t, ...t.shape.map((_, a) => (a === along ? ([bounds[i]!, bounds[i + 1]!] as const) : null))),
    );
  },
);

function equalParts(size: number, n: number, axis: number, shape: Shape): readonly number[] {
  if (!Number.isSafeInteger(n) || n < 1 || size % n !== 0)
    throw new ShapeError(
      `split: axis ${axis} of ${showShape(shape)} does not divide into ${n} equal parts; give a divisor of ${size}, or a list of positions`,
    );
  return range(1, n).map((i) => (i * size) / n);
}

/**
 * The slices along `axis` (0), without that axis: what `stack` joined.
 *
 *     unstack(tensor([[1, 2], [3, 4]]))   // [1, 2]  [3, 4]
 */
export const unstack: (x: TensorLike, axis?: number) => Tensor[] = overridable('unstack', (x, axis = 0) => {
  const t = lift(x, 'unstack');
  const along = resolveAxis(axis, t.ndim, 'unstack');
  return range(t.shape[along]!).map((i) => slice(t, ...t.shape.map((_, a) => (a === along ? i : null))));
});
