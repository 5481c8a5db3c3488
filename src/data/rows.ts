// Rows: trees of tensors with one leading axis, held as plain arrays, from which batches are copied.
import {
  ArgumentError,
  type DType,
  type Shape,
  ShapeError,
  type Tensor,
  type TypedArray,
  tensor,
  tree,
} from '../index.ts';

interface Column {
  readonly data: TypedArray;
  readonly dtype: DType;
  /** Of one row. */
  readonly shape: Shape;
  readonly size: number;
}

/** A table: columns of tensors with as many rows each. */
export interface Rows<T> {
  readonly length: number;
  /** These rows, stacked along a new first axis. */
  pick(indices: readonly number[]): T;
  /** One row, without that axis. */
  one(index: number): T;
}

/** The rows of a tree of tensors. Throws an ArgumentError for what holds none, a ShapeError where numbers of rows differ. */
export function rowsOf<T>(arrays: T, where: string): Rows<T> {
  const { leaves, paths, unflatten } = tree.flatten(arrays);
  if (leaves.length === 0) throw new ArgumentError(`${where}: there is no tensor in the data`);
  const columns = leaves.map((leaf, i): Column => {
    const x = leaf as Tensor;
    if (typeof leaf !== 'object' || x.ndim === 0)
      throw new ArgumentError(
        `${where}: data${paths[i]} is ${typeof leaf === 'object' ? 'a scalar' : `the ${typeof leaf} ${String(leaf)}`}; a data set is made of tensors whose first axis counts the rows`,
      );
    const shape = x.shape.slice(1);
    return { data: x.data(), dtype: x.dtype, shape, size: shape.reduce((a, b) => a * b, 1) };
  });
  const counts = leaves.map((leaf) => (leaf as Tensor).shape[0]!);
  const odd = counts.findIndex((count) => count !== counts[0]);
  if (odd > 0)
    throw new ShapeError(
      `${where}: data${paths[odd]} has ${counts[odd]} rows, data${paths[0]} ${counts[0]}; all must have as many`,
    );
  return {
    length: counts[0]!,
    pick: (indices) => unflatten(columns.map((c) => gathered(c, indices))) as T,
    one: (index) => unflatten(columns.map((c) => row(c, index))) as T,
  };
}

function gathered({ data, dtype, shape, size }: Column, indices: readonly number[]): Tensor {
  const out = new (data.constructor as new (n: number) => TypedArray)(indices.length * size);
  indices.forEach((index, i) => {
    out.set(data.subarray(index * size, (index + 1) * size), i * size);
  });
  return tensor(out, { shape: [indices.length, ...shape], dtype });
}

function row({ data, dtype, shape, size }: Column, index: number): Tensor {
  return tensor(data.subarray(index * size, (index + 1) * size), { shape, dtype });
}
