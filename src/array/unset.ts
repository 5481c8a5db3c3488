// Large arrays for what writes all of their elements: in Node they are not filled with zeros first, and their memory is used again.
import { bytesOf, type DType } from '../ir/types.ts';
import { allocate, type TypedArray } from './nd.ts';

interface NodeGlobals {
  readonly Buffer?: { allocUnsafeSlow?(bytes: number): { readonly buffer: ArrayBuffer } };
  readonly process?: { readonly platform?: string };
}

// Bytes from which zeros are not for nothing: up to there the memory is in a cache afterwards, where the elements are written next.
const unsetFrom = 2 ** 20;

/** An array whose elements are undefined. Throws an ArgumentError where there is no memory for it. */
export function allocateUnset(dtype: DType, size: number): TypedArray {
  const bytes = size * bytesOf(dtype);
  const { Buffer: buffers } = globalThis as NodeGlobals;
  if (!taught && bytes >= mappedFrom) teach();
  if (bytes < unsetFrom || buffers?.allocUnsafeSlow === undefined) return allocate(dtype, size);
  try {
    const { buffer } = buffers.allocUnsafeSlow(bytes);
    if (buffer.byteLength !== bytes) return allocate(dtype, size);
    return dtype === 'float32'
      ? new Float32Array(buffer)
      : dtype === 'int32'
        ? new Int32Array(buffer)
        : new Uint8Array(buffer);
  } catch {
    // It says what is too large.
    return allocate(dtype, size);
  }
}

let taught = false;

// The malloc of Linux (glibc) gives what is freed back to the system, page by page, and asks for it again: writing a result of 4 MB to new pages takes up to seven times
// as long. It keeps twice as much as the largest block was, up to 32 MB, that it ever had to map and was given back; so it is given one that nobody touches, which the
// collector frees with the first results. docs/decisions/residency.md has the measurements.
function teach(): void {
  taught = true;
  const { Buffer: buffers, process } = globalThis as NodeGlobals;
  if (process?.platform !== 'linux') return;
  try {
    buffers?.allocUnsafeSlow?.(largestLearned);
  } catch {
    // There are not even addresses for it.
  }
}

// Bytes from which malloc maps a block until it has learned better.
const mappedFrom = 2 ** 17;

// With what malloc and the system add to it, not more than 32 MB.
const largestLearned = 2 ** 25 - 2 ** 16;
