// The only loops of eager mode: plain, in index order, one function each for the shapes of computation that ops have.
import type { DType } from '../ir/types.ts';
import { allocate, flatData, type NdView, ndView } from './nd.ts';

/** `f` of every element, as a row-major array of `dtype`. Storing rounds to float32 or wraps to int32. */
export function contiguous(x: NdView, dtype: DType, f: (x: number) => number): NdView {
  const data = flatData(x);
  const out = allocate(dtype, data.length);
  for (let i = 0; i < data.length; i++) out[i] = f(data[i]!);
  return ndView(dtype, x.shape, out);
}

/** `f` of the elements of several arrays of one shape. */
export function map2(a: NdView, b: NdView, dtype: DType, f: (a: number, b: number) => number): NdView {
  const x = flatData(a);
  const y = flatData(b);
  const out = allocate(dtype, x.length);
  for (let i = 0; i < x.length; i++) out[i] = f(x[i]!, y[i]!);
  return ndView(dtype, a.shape, out);
}
