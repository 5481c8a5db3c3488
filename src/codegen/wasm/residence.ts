// Which arrays have their elements in the WebAssembly memory: some lie there, of others there is a copy that is still good.
import type { TypedArray } from '../../array/nd.ts';
import type { Home } from '../../array/storage.ts';
import { bytesOf, type DType } from '../../ir/types.ts';
import { arrayClasses } from '../memory.ts';
import { givePiece, isShared, tryPiece, wasmMemory } from './memory.ts';

/** A piece of the memory that holds the elements of one array at a time. */
export interface Piece {
  readonly address: number;
  /** An array lies there: what is written to the piece is written to the array. */
  readonly resident: boolean;
  /** The array whose elements it holds. */
  holder: Stamp | null;
  /** The last call that works on it; see Arguments. */
  call: number;
}

/** What is known of an array; of a resident one it is also the owner of the piece. */
interface Stamp {
  piece: Piece | null;
}

// Keyed by typed array: its elements never change but in place by a compiled call, which says so.
const stamps = new WeakMap<TypedArray, Stamp>();
let any = false;

export function newPiece(address: number): Piece {
  return { address, resident: false, holder: null, call: 0 };
}

/** Where the elements of an array are found, or null. */
export function pieceOf(array: TypedArray): Piece | null {
  return stamps.get(array)?.piece ?? null;
}

/** Does the array itself lie in the memory? */
export function isResident(array: TypedArray): boolean {
  return any && pieceOf(array)?.resident === true;
}

/** The piece holds what the array holds, from now on until one of them is written. */
export function hold(piece: Piece, array: TypedArray): void {
  vacate(piece);
  let stamp = stamps.get(array);
  if (stamp === undefined) {
    stamp = { piece };
    stamps.set(array, stamp);
    any = true;
  } else {
    if (stamp.piece !== null) stamp.piece.holder = null;
    stamp.piece = piece;
  }
  piece.holder = stamp;
}

/** The piece is about to be written. */
export function vacate(piece: Piece): void {
  if (piece.holder !== null) piece.holder.piece = null;
  piece.holder = null;
}

/** The array has been written by somebody else: copies of it are of no use. */
export function outdate(array: TypedArray): void {
  if (!any) return;
  const piece = pieceOf(array);
  if (piece !== null && !piece.resident) vacate(piece);
}

// Residents go back when they are collected, which may be late: they never take what programs need to run.
const mostResidentBytes = 2 ** 31;
let residentBytes = 0;

const collected = new FinalizationRegistry<{ readonly address: number; readonly bytes: number }>(giveBack);

function giveBack({ address, bytes }: { readonly address: number; readonly bytes: number }): void {
  residentBytes -= bytes;
  givePiece(address);
}

/** A new array in the memory, its elements undefined; null where arrays cannot lie there or there is no room. */
export function settle(dtype: DType, size: number): Home | null {
  const bytes = size * bytesOf(dtype);
  if (!isShared() || residentBytes + bytes > mostResidentBytes) return null;
  const address = tryPiece(bytes);
  if (address === undefined) return null;
  residentBytes += bytes;
  const data = new arrayClasses[dtype](wasmMemory().buffer, address, size);
  const stamp: Stamp = { piece: { address, resident: true, holder: null, call: 0 } };
  const extent = { address, bytes };
  stamps.set(data, stamp);
  any = true;
  collected.register(stamp, extent, stamp);
  return {
    data,
    give() {
      collected.unregister(stamp);
      stamp.piece = null;
      giveBack(extent);
    },
  };
}

/** `next` is another view of all that `array` lies in: both keep it. */
export function follow(array: TypedArray, next: TypedArray): void {
  if (!any) return;
  const stamp = stamps.get(array);
  if (stamp?.piece?.resident) stamps.set(next, stamp);
}
