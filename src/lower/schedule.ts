// Schedule: decisions about loop nests as data. Measured on V8. None of them changes a strict bit.
import type { Buffer } from '../loop/kernel.ts';
import type { Precision } from '../loop/relax.ts';

export type { Precision };

/** What kind of code it becomes: `wasm` has vectors of four. */
export type Target = 'js' | 'wasm';

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

export const lanes = 4;

/** How a contraction is tiled where four columns are one vector. */
export interface LanedSchedule {
  readonly rows: number;
  /** Columns of a tile, lanes included. */
  readonly columns: number;
  /** Rows that are done before the next column: those of the left operand should stay in the cache. */
  readonly blockRows: number;
  readonly packsLeft: boolean;
  /** Copies of the right operand in the order in which tiles read it: one panel at a time, or all before the first tile. */
  readonly packsRight: 'none' | 'panel' | 'whole';
}

// Eight accumulators, two vectors of columns and one of a row: with more, registers run out.
const vectorsOfTile: readonly number[] = [0, 8, 4, 2, 2];
const laned = { rows: 4, packBytes: 256 * 1024, packFrom: { m: 16, k: 8 }, blockBytes: 768 * 1024 } as const;

/** `order` says of both operands whether their rows are in order in memory; without it they are read where they are. */
export function scheduleInLanes(
  { m, n, k }: { readonly m: number; readonly n: number; readonly k: number },
  order: { readonly left: boolean; readonly right: boolean } | undefined,
): LanedSchedule {
  const rows = Math.min(laned.rows, m);
  const columns = Math.min(lanes * vectorsOfTile[rows]!, Math.max(lanes, n - (n % lanes)));
  const packs = order !== undefined && m >= laned.packFrom.m && k >= laned.packFrom.k;
  const fullRows = m - (m % rows);
  const fitting = Math.max(rows, Math.floor(laned.blockBytes / (4 * k)));
  const blockRows = packs ? Math.min(fullRows, fitting - (fitting % rows)) : fullRows;
  const packsRight = packs && n >= columns && (!order.right || 4 * k * n > laned.packBytes);
  return {
    rows,
    columns,
    blockRows,
    packsLeft: packs && !order.left && 4 * k * m > laned.packBytes,
    packsRight: !packsRight ? 'none' : blockRows < fullRows ? 'whole' : 'panel',
  };
}
