// The one WebAssembly memory of the process, of which programs, variables and donated tensors take pieces.
import { ArgumentError } from '../../util/errors.ts';
import { Heap, pieceAlignment, roundUp } from './heap.ts';
import { mostPages } from './module.ts';

const pageBytes = 65536;
/** It grows by at least this much: growing costs the same however much it is. */
const growthBytes = 16 * 2 ** 20;

/** Views on all of the memory. */
export interface Views {
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  readonly bool: Uint8Array;
}

interface Memory {
  readonly memory: WebAssembly.Memory;
  readonly heap: Heap;
  readonly shared: boolean;
  readonly mostPages: number;
  views: Views;
}

let theOne: Memory | undefined;

function theMemory(): Memory {
  theOne ??= createMemory();
  return theOne;
}

// Shared memory has its addresses reserved when it is made, up to its maximum.
const sharedMaxima = [mostPages, mostPages / 4];

function createMemory(): Memory {
  const heap = new Heap(pieceAlignment);
  heap.extend(pageBytes);
  for (const maximum of sharedMaxima) {
    try {
      const memory = new WebAssembly.Memory({ initial: 1, maximum, shared: true });
      return { memory, heap, shared: true, mostPages: maximum, views: viewsOn(memory.buffer) };
    } catch {
      // A host without threads, or without so many addresses.
    }
  }
  const memory = new WebAssembly.Memory({ initial: 1 });
  return { memory, heap, shared: false, mostPages, views: viewsOn(memory.buffer) };
}

function viewsOn(buffer: ArrayBufferLike): Views {
  return { float32: new Float32Array(buffer), int32: new Int32Array(buffer), bool: new Uint8Array(buffer) };
}

/** What modules import. */
export function wasmMemory(): WebAssembly.Memory {
  return theMemory().memory;
}

/** Is it shared? Then views of it stay good when it grows, and arrays may lie in it; otherwise every view is gone. */
export function isShared(): boolean {
  return theMemory().shared;
}

/** The views as they are now. Do not keep them: the memory may grow whenever a piece is taken. */
export function wasmViews(): Views {
  return theMemory().views;
}

/** Bytes in pieces, and bytes there are. */
export function wasmMemoryUse(): { readonly used: number; readonly size: number } {
  const { heap, memory } = theMemory();
  return { used: heap.used, size: memory.buffer.byteLength };
}

/** The address of a free piece, or undefined where there is no memory left. */
export function tryPiece(bytes: number): number | undefined {
  const it = theMemory();
  const { heap, memory } = it;
  const address = heap.take(bytes);
  if (address !== undefined) return address;
  const end = heap.end / pageBytes;
  const pages = Math.ceil(heap.missing(bytes) / pageBytes);
  if (end + pages > it.mostPages) return undefined;
  const generous = Math.max(pages, Math.min(growthBytes / pageBytes, it.mostPages - end));
  if (!grow(memory, generous) && !grow(memory, pages)) return undefined;
  heap.extend(memory.buffer.byteLength);
  it.views = viewsOn(memory.buffer);
  return heap.take(bytes);
}

/** The address of a piece for `what` of the program called `name`. Throws an ArgumentError that names the sizes where there is no memory left. */
export function takePiece(bytes: number, name: string, what: string): number {
  const address = tryPiece(bytes);
  if (address !== undefined) return address;
  const { heap, mostPages: most } = theMemory();
  throw new ArgumentError(
    `${name} needs ${megabytes(roundUp(bytes))} of WebAssembly memory for ${what}; ${megabytes(heap.used)} are in use by compiled functions, variables and donated tensors, and of the ${megabytes(most * pageBytes)} there can be the host gave ${megabytes(heap.end)}. Use smaller batches, drop compiled functions that are no longer needed, or compile this one with backend: 'js'`,
  );
}

export function givePiece(address: number): void {
  theMemory().heap.give(address);
}

function grow(memory: WebAssembly.Memory, pages: number): boolean {
  try {
    memory.grow(pages);
    return true;
  } catch {
    // The host has no more memory, or allows no more; what that means is for the caller to say.
    return false;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
