// Arrays for what writes all of their elements: in Node they are not filled with zeros first, small ones share a buffer, and the memory of large ones is used again.
import { bytesOf, type DType } from '../ir/types.ts';
import { allocate, type TypedArray } from './nd.ts';

interface NodeGlobals {
  readonly Buffer?: { allocUnsafeSlow?(bytes: number): { readonly buffer: ArrayBuffer } };
  readonly process?: { readonly platform?: string };
}

// Bytes from which arrays share a slab, those of one call next to each other: making a buffer for each takes longer than writing it.
const slabFrom = 2 ** 10;
// Bytes from which an array has a buffer of its own.
const ownFrom = 2 ** 14;
// A result that is kept keeps its slab.
const slabBytes = 2 ** 16;
// Lines of a cache are of one array.
const alignment = 64;

/** An array whose elements are undefined. Throws an ArgumentError where there is no memory for it. */
export function allocateUnset(dtype: DType, size: number): TypedArray {
  const bytes = bytesOf(dtype) * size;
  if (bytes < slabFrom) return allocate(dtype, size);
  if (bytes < ownFrom) return inSlab(dtype, size, bytes);
  if (!taught && bytes >= mappedFrom) teach();
  const buffer = unsetBuffer(bytes);
  // It says what is too large.
  return buffer === null ? allocate(dtype, size) : arrayIn(buffer, 0, dtype, size);
}

let slab: ArrayBuffer = new ArrayBuffer(0);
let used = 0;

function inSlab(dtype: DType, size: number, bytes: number): TypedArray {
  if (used + bytes > slab.byteLength) {
    const fresh = unsetBuffer(slabBytes);
    if (fresh === null) return allocate(dtype, size);
    slab = fresh;
    used = 0;
  }
  const start = used;
  used += Math.ceil(bytes / alignment) * alignment;
  return arrayIn(slab, start, dtype, size);
}

function arrayIn(buffer: ArrayBuffer, start: number, dtype: DType, size: number): TypedArray {
  switch (dtype) {
    case 'float32':
      return new Float32Array(buffer, start, size);
    case 'int32':
      return new Int32Array(buffer, start, size);
    case 'bool':
      return new Uint8Array(buffer, start, size);
  }
}

/** Memory that is not filled with zeros first; null where the host has none, or not so much. */
function unsetBuffer(bytes: number): ArrayBuffer | null {
  const { Buffer: buffers } = globalThis as NodeGlobals;
  if (buffers?.allocUnsafeSlow === undefined) return null;
  try {
    const { buffer } = buffers.allocUnsafeSlow(bytes);
    return buffer.byteLength === bytes ? buffer : null;
  } catch {
    return null;
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
