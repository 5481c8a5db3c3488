// Which parts of a memory are taken: first fit over the free pieces, neighbours joined when they are given back.
import { invariant } from '../../util/errors.ts';

/** Every piece begins at a multiple of this and takes a multiple of it: a cache line. */
export const pieceAlignment = 64;

interface Piece {
  readonly start: number;
  readonly end: number;
}

export class Heap {
  // In order of addresses, never two that touch.
  #free: Piece[] = [];
  readonly #taken = new Map<number, number>();
  #end: number;

  /** The first `start` bytes are not given out. */
  constructor(start: number) {
    this.#end = roundUp(start);
  }

  /** Up to where memory is managed. */
  get end(): number {
    return this.#end;
  }
  /** Bytes given out. */
  get used(): number {
    let sum = 0;
    for (const bytes of this.#taken.values()) sum += bytes;
    return sum;
  }

  /** Makes the bytes from the old end to `end` available. */
  extend(end: number): void {
    invariant(end % pieceAlignment === 0 && end >= this.#end, `a heap cannot be extended to ${end}`);
    if (end > this.#end) this.#give({ start: this.#end, end });
    this.#end = end;
  }

  /** The address of a free piece, or undefined where none is large enough. */
  take(bytes: number): number | undefined {
    const size = Math.max(pieceAlignment, roundUp(bytes));
    const at = this.#free.findIndex((p) => p.end - p.start >= size);
    if (at < 0) return undefined;
    const { start, end } = this.#free[at]!;
    this.#free.splice(at, 1, ...(end - start > size ? [{ start: start + size, end }] : []));
    this.#taken.set(start, size);
    return start;
  }

  /** Bytes that must be added at the end for a piece of `bytes` to be there. */
  missing(bytes: number): number {
    const last = this.#free.at(-1);
    const there = last?.end === this.#end ? last.end - last.start : 0;
    return Math.max(0, Math.max(pieceAlignment, roundUp(bytes)) - there);
  }

  give(address: number): void {
    const bytes = this.#taken.get(address);
    invariant(bytes !== undefined, `memory at ${address} was given back, but never taken`);
    this.#taken.delete(address);
    this.#give({ start: address, end: address + bytes });
  }

  #give({ start, end }: Piece): void {
    const before = this.#free.find((p) => p.end === start);
    const after = this.#free.find((p) => p.start === end);
    const joined = { start: before?.start ?? start, end: after?.end ?? end };
    const others = this.#free.filter((p) => p !== before && p !== after);
    const at = others.findIndex((p) => p.start > joined.start);
    others.splice(at < 0 ? others.length : at, 0, joined);
    this.#free = others;
  }
}

export function roundUp(bytes: number): number {
  return Math.ceil(bytes / pieceAlignment) * pieceAlignment;
}
