// Functions of positions, built from other ops: NumPy's basic indexing, one-hot rows, triangles.
import { type DType, showShape, showType } from '../../ir/types.ts';
import { cast } from '../../ops/cast.ts';
import { isTensor, lift, type TensorLike } from '../../ops/coerce.ts';
import { checkIndices, liftIndices, position } from '../../ops/indices.ts';
import { iota } from '../../ops/iota.ts';
import { equal, lessEqual, where } from '../../ops/logic.ts';
import { overridable } from '../../ops/override.ts';
import { reshape } from '../../ops/reshape.ts';
import { flip } from '../../ops/reverse.ts';
import { slice as staticSlice } from '../../ops/slice.ts';
import { ArgumentError, ShapeError } from '../../util/errors.ts';
import type { SliceIndex, Tensor } from '../tensor.ts';

/** What an index selects along one axis: `count` elements from `start` on, `step` apart (> 0), then perhaps in the opposite order. */
interface Selection {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly backwards: boolean;
  /** The axis itself goes. */
  readonly drop: boolean;
}

/**
 * NumPy's basic indexing. Per axis: a number (drops the axis), `[start, stop]` or `[start, stop, step]` (null: from or to the end), or null for all;
 * axes without an index are kept whole. Negatives count from the end, ranges are cut off at the ends, a negative step goes backwards.
 * Throws an ArgumentError for a single index out of bounds, more indices than axes, or a step of 0.
 *
 *     slice(x, 0, [1, 3])               // x[0, 1:3]
 *     slice(x, null, [null, null, -1])  // x[:, ::-1]
 */
export const slice: (x: TensorLike, ...index: readonly SliceIndex[]) => Tensor = overridable(
  'slice',
  (x, ...index) => {
    const t = lift(x, 'slice');
    if (index.length > t.ndim)
      throw new ArgumentError(
        `slice: ${index.length} indices for ${showShape(t.shape)}, which has ${t.ndim} axes`,
      );
    const selections = t.shape.map((size, axis) => select(index[axis] ?? null, axis, size));
    const kept = staticSlice(
      t,
      selections.map((s) => s.start),
      selections.map((s) => (s.count === 0 ? s.start : s.start + (s.count - 1) * s.step + 1)),
      selections.map((s) => s.step),
    );
    const backwards = selections.flatMap((s, axis) => (s.backwards ? [axis] : []));
    const ordered = backwards.length === 0 ? kept : flip(kept, backwards);
    if (!selections.some((s) => s.drop)) return ordered;
    return reshape(
      ordered,
      selections.filter((s) => !s.drop).map((s) => s.count),
    );
  },
);

function select(index: SliceIndex, axis: number, size: number): Selection {
  if (index === null) return { start: 0, step: 1, count: size, backwards: false, drop: false };
  if (typeof index === 'number') {
    checkInteger(index, axis);
    const start = position(index, 'slice', axis, size);
    return { start, step: 1, count: 1, backwards: false, drop: true };
  }
  if (isTensor(index) || (Array.isArray(index) && index.some(isTensor)))
    throw new ArgumentError(
      `slice: the index of axis ${axis} is a tensor; slice takes numbers: use gather(x, index, ${axis}), or dynamicSlice for a block`,
    );
  if (!Array.isArray(index) || index.length < 2 || index.length > 3)
    throw new ArgumentError(
      `slice: the index of axis ${axis} must be a number, null, [start, stop] or [start, stop, step], got ${JSON.stringify(index)}`,
    );
  return selectRange(index, axis, size);
}

// Python's slice.indices, then turned about where the step is negative.
function selectRange(
  [from, to, step = 1]: readonly [number | null, number | null, number?],
  axis: number,
  size: number,
): Selection {
  for (const n of [from, to, step]) if (n !== null) checkInteger(n, axis);
  if (step === 0) throw new ArgumentError(`slice: the step along axis ${axis} is 0`);
  const backwards = step < 0;
  const [lowest, highest] = backwards ? [-1, size - 1] : [0, size];
  const bound = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, lowest), highest);
  const first = from === null ? (backwards ? highest : lowest) : bound(from);
  const end = to === null ? (backwards ? lowest : highest) : bound(to);
  const count = Math.max(0, Math.ceil((end - first) / step));
  const lowestTaken = backwards ? first + (count - 1) * step : first;
  return { start: count === 0 ? 0 : lowestTaken, step: Math.abs(step), count, backwards, drop: false };
}

function checkInteger(n: number, axis: number): void {
  if (!Number.isInteger(n))
    throw new ArgumentError(`slice: positions along axis ${axis} must be integers, got ${String(n)}`);
}

/**
 * float32 with a new last axis of size `depth`: 1 at the position that the int32 index names, 0 elsewhere. An index outside of 0 … depth-1 gives a row of zeros, as in JAX.
 *
 *     oneHot(tensor([0, 2], { dtype: 'int32' }), 3)   // [[1, 0, 0], [0, 0, 1]]
 */
export const oneHot: (indices: TensorLike, depth: number, dtype?: DType) => Tensor = overridable(
  'oneHot',
  (indices, depth, dtype = 'float32') => {
    const at = liftIndices(indices, 'oneHot');
    checkIndices(at.type, 'oneHot');
    if (!Number.isSafeInteger(depth) || depth < 0)
      throw new ArgumentError(`oneHot: depth must be an integer >= 0, got ${String(depth)}`);
    return cast(equal(reshape(at, [...at.shape, 1]), iota([depth])), dtype);
  },
);

/**
 * The upper triangle of the last two axes, from diagonal `k` (0) on: element [i, j] is kept where j - i >= k, and 0 elsewhere.
 * Throws a ShapeError for fewer than two axes.
 */
export const triu: (x: TensorLike, k?: number) => Tensor = overridable('triu', (x, k = 0) => {
  const { t, row, column } = matrixPositions(x, k, 'triu');
  return where(lessEqual(row.add(k), column), t, zeroOf(t));
});

/** The lower triangle of the last two axes, up to diagonal `k` (0): element [i, j] is kept where j - i <= k, and 0 elsewhere. */
export const tril: (x: TensorLike, k?: number) => Tensor = overridable('tril', (x, k = 0) => {
  const { t, row, column } = matrixPositions(x, k, 'tril');
  return where(lessEqual(column, row.add(k)), t, zeroOf(t));
});

function matrixPositions(
  x: TensorLike,
  k: number,
  name: string,
): { readonly t: Tensor; readonly row: Tensor; readonly column: Tensor } {
  const t = lift(x, name);
  if (t.ndim < 2) throw new ShapeError(`${name}: expected at least two axes, got ${showType(t.type)}`);
  if (!Number.isSafeInteger(k))
    throw new ArgumentError(`${name}: the diagonal k must be an integer, got ${String(k)}`);
  const matrix = t.shape.slice(-2);
  return { t, row: iota(matrix, 0), column: iota(matrix, 1) };
}

function zeroOf(x: Tensor): number | boolean {
  return x.dtype === 'bool' ? false : 0;
}
