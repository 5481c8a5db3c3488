// Offsets in one arena for pieces of memory with known lifetimes: largest first, each into the tightest gap that fits.

/** In use from step `first` to step `last`, both included. */
export interface Lifetime {
  readonly first: number;
  readonly last: number;
  readonly bytes: number;
}

/** WASM vectors and cache lines begin at multiples of this. */
export const alignment = 64;

export function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** Pieces whose lifetimes overlap do not overlap in memory. */
export function allocateOffsets(pieces: readonly Lifetime[]): {
  readonly offsets: readonly number[];
  readonly bytes: number;
} {
  const offsets: number[] = new Array(pieces.length).fill(0);
  const order = pieces.map((_, i) => i).sort((a, b) => pieces[b]!.bytes - pieces[a]!.bytes || a - b);
  const placed: number[] = [];
  let total = 0;
  for (const i of order) {
    const { first, last, bytes } = pieces[i]!;
    const neighbours = placed
      .filter((j) => pieces[j]!.first <= last && first <= pieces[j]!.last)
      .sort((a, b) => offsets[a]! - offsets[b]!);
    let end = 0;
    let best = -1;
    let bestGap = Infinity;
    for (const j of neighbours) {
      const gap = offsets[j]! - end;
      if (gap >= bytes && gap < bestGap) [best, bestGap] = [end, gap];
      end = Math.max(end, offsets[j]! + aligned(pieces[j]!.bytes));
    }
    offsets[i] = best < 0 ? end : best;
    placed.push(i);
    total = Math.max(total, offsets[i]! + aligned(bytes));
  }
  return { offsets, bytes: total };
}
