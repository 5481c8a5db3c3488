// Concrete storage: a strided view of a typed array. Everything eager computes on these.
import { bytesOf, type DType, type Shape, sizeOf, stridesOf, type TensorType } from '../ir/types.ts';
import { ArgumentError } from '../util/errors.ts';

export type TypedArray = Float32Array | Int32Array | Uint8Array;

/** Element `[i0, i1 …]` is `data[offset + Σ i·stride]`. A stride may be 0 (broadcast) or negative (flip). Data is never written after the op that made it. */
export interface NdView extends TensorType {
  readonly data: TypedArray;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** A zero-filled typed array of the dtype: bool is stored as one byte, 0 or 1. Throws an ArgumentError where there is no memory for it. */
export function allocate(dtype: DType, size: number): TypedArray {
  try {
    switch (dtype) {
      case 'float32':
        return new Float32Array(size);
      case 'int32':
        return new Int32Array(size);
      case 'bool':
        return new Uint8Array(size);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const megabytes = Math.ceil((size * bytesOf(dtype)) / 1e6);
    throw new ArgumentError(
      `there is no memory for a tensor of ${size} ${dtype} elements (${megabytes} MB); compute it in parts`,
    );
  }
}

/** A row-major view of `data`, whose length must be the size of the shape. */
export function ndView(dtype: DType, shape: Shape, data: TypedArray): NdView {
  return { dtype, shape, data, strides: stridesOf(shape), offset: 0 };
}

/** True when the elements lie in row-major order without gaps, from `offset` on. */
export function isContiguous(x: NdView): boolean {
  let step = 1;
  for (let i = x.shape.length - 1; i >= 0; i--) {
    const d = x.shape[i]!;
    if (d !== 1 && x.strides[i] !== step) return false;
    step *= d;
  }
  return true;
}

/** The elements in row-major order; the view's own array where it already is that and nothing more, otherwise a copy. */
export function flatData(x: NdView): TypedArray {
  const size = sizeOf(x.shape);
  if (isContiguous(x)) {
    if (x.offset === 0 && x.data.length === size) return x.data;
    return x.data.slice(x.offset, x.offset + size);
  }
  const out = allocate(x.dtype, size);
  const rank = x.shape.length;
  const index = new Array<number>(rank).fill(0);
  let at = x.offset;
  for (let i = 0; i < size; i++) {
    out[i] = x.data[at]!;
    for (let axis = rank - 1; axis >= 0; axis--) {
      index[axis]!++;
      at += x.strides[axis]!;
      if (index[axis]! < x.shape[axis]!) break;
      at -= x.strides[axis]! * x.shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
