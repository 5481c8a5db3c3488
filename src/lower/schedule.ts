// Schedule: decisions about loop nests as data. Measured on V8. None of them changes a strict bit.
import type { Buffer } from '../loop/kernel.ts';
import type { Precision } from '../loop/relax.ts';

export type { Precision };

/** How a contraction of [m, k] with [k, n] is tiled. */
export interface ContractionSchedule {
  /** Result elements that one inner loop accumulates: rows × columns registers. */
  readonly rows: number;
  readonly columns: number;
  /** Rows that share one packed panel of the right operand; undefined: operands are read where they are. */
  readonly packedRows?: number;
}

// Wider tiles spill; f64 accumulators of `fast` need the room of two.
const tile: Readonly<Record<Precision, { readonly rows: number; readonly columns: number }>> = {
  strict: { rows: 4, columns: 4 },
  fast: { rows: 4, columns: 2 },
};
// Below these extents copying into panels costs more than it saves.
const packFrom = { m: 32, n: 32, k: 16 } as const;
const packedRows = 64;

export function scheduleContraction(
  type: Buffer['type'],
  size: { readonly m: number; readonly n: number; readonly k: number },
  precision: Precision,
): ContractionSchedule {
  const { rows, columns } = tile[precision];
  const { m, n, k } = size;
  const fitted = { rows: Math.min(rows, m), columns: Math.min(m === 1 ? 4 : columns, n) };
  // Panels hold f64, in which products of f32 are exact; products of i32 are not.
  const packs = type === 'f32' && m >= packFrom.m && n >= packFrom.n && k >= packFrom.k;
  return packs ? { ...fitted, packedRows: Math.min(packedRows, m - (m % rows)) } : fitted;
}
