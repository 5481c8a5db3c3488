// The one WebAssembly memory of the process, and the regions of it that programs have.
import { ArgumentError } from '../../util/errors.ts';
import { Heap, pieceAlignment, roundUp } from './heap.ts';

const pageBytes = 65536;
/** It grows by at least this much: growing costs the same however much it is, and views are made anew after each. */
const growthBytes = 16 * 2 ** 20;
const mostBytes = 65536 * pageBytes;

/** Views on all of the memory; made anew when it grows. */
export interface Views {
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  readonly bool: Uint8Array;
}

interface Memory {
  readonly memory: WebAssembly.Memory;
  readonly heap: Heap;
  views: Views;
}

let shared: Memory | undefined;

function theMemory(): Memory {
  if (shared === undefined) {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const heap = new Heap(pieceAlignment);
    heap.extend(pageBytes);
    shared = { memory, heap, views: viewsOn(memory.buffer) };
  }
  return shared;
}

function viewsOn(buffer: ArrayBuffer): Views {
  return { float32: new Float32Array(buffer), int32: new Int32Array(buffer), bool: new Uint8Array(buffer) };
}

/** What modules import. */
export function wasmMemory(): WebAssembly.Memory {
  return theMemory().memory;
}

/** The views as they are now. Do not keep them: the memory may grow whenever a region is taken. */
export function wasmViews(): Views {
  const it = theMemory();
  if (it.views.bool.buffer !== it.memory.buffer) it.views = viewsOn(it.memory.buffer);
  return it.views;
}

/** Bytes in regions, and bytes there are. */
export function wasmMemoryUse(): { readonly used: number; readonly size: number } {
  const { heap, memory } = theMemory();
  return { used: heap.used, size: memory.buffer.byteLength };
}

/** The address of a region of its own for the program called `name`. Throws an ArgumentError that names the sizes where there is no memory left. */
export function takeRegion(bytes: number, name: string): number {
  const { heap, memory } = theMemory();
  const address = heap.take(bytes);
  if (address !== undefined) return address;
  const missing = heap.missing(bytes);
  const end = memory.buffer.byteLength;
  const fail = (): never => {
    throw new ArgumentError(
      `${name} needs ${megabytes(roundUp(bytes))} of WebAssembly memory; ${megabytes(heap.used)} are in use by other compiled functions, and of the ${megabytes(mostBytes)} there can be the host gave ${megabytes(end)}. Use smaller batches, drop compiled functions that are no longer needed, or compile this one with backend: 'js'`,
    );
  };
  const pages = Math.ceil(missing / pageBytes);
  if (end + pages * pageBytes > mostBytes) fail();
  const generous = Math.max(pages, Math.min(growthBytes / pageBytes, (mostBytes - end) / pageBytes));
  if (!grow(memory, generous) && !grow(memory, pages)) fail();
  heap.extend(memory.buffer.byteLength);
  return heap.take(bytes) ?? fail();
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

// A region goes back when its owner can no longer run.
const dropped = new FinalizationRegistry<number>((address) => theMemory().heap.give(address));

/** Gives the region back when `owner` has been collected. */
export function giveBackWith(owner: object, address: number): void {
  dropped.register(owner, address);
}
