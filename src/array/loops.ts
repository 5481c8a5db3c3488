// The only loops of eager mode: plain, in index order, one function each for the shapes of computation that ops have.
import { reduceOrder } from '../ir/order.ts';
import type { DType } from '../ir/types.ts';
import { product, range } from '../util/seq.ts';
import { allocate, flatData, type NdView, ndView, type TypedArray } from './nd.ts';
import { permuted } from './views.ts';

/** `f` of every element, as a row-major array of `dtype`. Storing rounds to float32 or wraps to int32. */
export function contiguous(x: NdView, dtype: DType, f: (x: number) => number): NdView {
  const data = flatData(x);
  const out = allocate(dtype, data.length);
  for (let i = 0; i < data.length; i++) out[i] = f(data[i]!);
  return ndView(dtype, x.shape, out);
}

/** `f` of the elements of two arrays of one shape. */
export function map2(a: NdView, b: NdView, dtype: DType, f: (a: number, b: number) => number): NdView {
  const x = flatData(a);
  const y = flatData(b);
  const out = allocate(dtype, x.length);
  for (let i = 0; i < x.length; i++) out[i] = f(x[i]!, y[i]!);
  return ndView(dtype, a.shape, out);
}

/** `f` of the elements of three arrays of one shape. */
export function map3(
  a: NdView,
  b: NdView,
  c: NdView,
  dtype: DType,
  f: (a: number, b: number, c: number) => number,
): NdView {
  const x = flatData(a);
  const y = flatData(b);
  const z = flatData(c);
  const out = allocate(dtype, x.length);
  for (let i = 0; i < x.length; i++) out[i] = f(x[i]!, y[i]!, z[i]!);
  return ndView(dtype, a.shape, out);
}

/** How a reduction combines two elements. `combine` rounds (or wraps) its result to the dtype, because nothing is stored in between. */
export interface Monoid {
  readonly identity: number;
  combine(a: number, b: number): number;
}

/** Combines the elements over `axes` (increasing), which the result lacks, in the order of ir/order.ts. */
export function reduce(x: NdView, axes: readonly number[], monoid: Monoid): NdView {
  const kept = range(x.shape.length).filter((axis) => !axes.includes(axis));
  const rows = flatData(permuted(x, [...kept, ...axes]));
  const extent = product(axes.map((axis) => x.shape[axis]!));
  const shape = kept.map((axis) => x.shape[axis]!);
  const out = allocate(x.dtype, product(shape));
  for (let row = 0; row < out.length; row++) out[row] = reduceRow(rows, row * extent, extent, monoid);
  return ndView(x.dtype, shape, out);
}

function reduceRow(data: TypedArray, start: number, extent: number, monoid: Monoid): number {
  if (extent === 0) return monoid.identity;
  let total = reduceBlock(data, start, Math.min(extent, reduceOrder.block), monoid);
  for (let done = reduceOrder.block; done < extent; done += reduceOrder.block) {
    const size = Math.min(extent - done, reduceOrder.block);
    total = monoid.combine(total, reduceBlock(data, start + done, size, monoid));
  }
  return total;
}

function reduceBlock(data: TypedArray, start: number, size: number, { identity, combine }: Monoid): number {
  const lanes = new Array<number>(reduceOrder.lanes).fill(identity);
  for (let i = 0; i < size; i++) {
    const lane = i % reduceOrder.lanes;
    lanes[lane] = combine(lanes[lane]!, data[start + i]!);
  }
  for (let half = reduceOrder.lanes / 2; half >= 1; half /= 2) {
    for (let lane = 0; lane < half; lane++) lanes[lane] = combine(lanes[lane]!, lanes[lane + half]!);
  }
  return lanes[0]!;
}

/** Runs `f` on every line along `axis`: on a row-major copy of its elements, and on where to write the line of the result, of `length` elements. */
export function alongAxis(
  x: NdView,
  axis: number,
  dtype: DType,
  length: number,
  f: (line: TypedArray, out: TypedArray) => void,
): NdView {
  const others = range(x.shape.length).filter((a) => a !== axis);
  const lines = flatData(permuted(x, [...others, axis]));
  const extent = x.shape[axis]!;
  const count = product(others.map((a) => x.shape[a]!));
  const out = allocate(dtype, count * length);
  for (let i = 0; i < count; i++) {
    f(lines.subarray(i * extent, (i + 1) * extent), out.subarray(i * length, (i + 1) * length));
  }
  // The lines lie last; the result has them back where `axis` is.
  const made = ndView(dtype, [...others.map((a) => x.shape[a]!), length], out);
  return permuted(made, [...range(axis), others.length, ...range(axis, others.length)]);
}

/**
 * Batches of matrix products: row-major [batch, rows, depth] times [batch, depth, columns].
 * Every element of the result starts at 0 and takes its products in order of depth; both the product and the sum are rounded (or wrap).
 */
export function matrixProducts(
  left: NdView,
  right: NdView,
  [batch, rows, depth, columns]: readonly [number, number, number, number],
): TypedArray {
  const a = flatData(left);
  const b = flatData(right);
  const out = allocate(left.dtype, batch * rows * columns);
  const times = left.dtype === 'int32' ? Math.imul : (x: number, y: number) => Math.fround(x * y);
  for (let i = 0; i < batch * rows; i++) {
    const matrix = Math.floor(i / rows) * depth;
    for (let k = 0; k < depth; k++) {
      const x = a[i * depth + k]!;
      const from = (matrix + k) * columns;
      for (let j = 0; j < columns; j++) out[i * columns + j] = out[i * columns + j]! + times(x, b[from + j]!);
    }
  }
  return out;
}
