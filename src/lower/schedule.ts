// Schedule: decisions about loop nests as data. Measured on V8. None of them changes a strict bit.
import type { Buffer } from '../loop/kernel.ts';
import { fitsRegisters } from '../loop/registers.ts';
import type { Precision } from '../loop/relax.ts';

export type { Precision };

/** What kind of code it becomes: `wasm` has vectors of four. */
export type Target = 'js' | 'wasm';

/** Rows of a tile with lanes; with six, three vectors less are left for everything else. */
export type TileRows = 4 | 6;

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
const packFrom = { m: 32, n: 16, k: 8 } as const;
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
  /** Vectors of columns of a full tile. */
  readonly vectors: number;
  /** Rows that are done before the next column: those of the left operand should stay in the cache. */
  readonly blockRows: number;
  /** The most of the contracted axis that is done before the next column. What is left resumes from sums in memory. */
  readonly depth: number;
  readonly packsLeft: boolean;
  /** Copies of the right operand in the order in which tiles read it: one panel at a time, or all before the first tile. */
  readonly packsRight: 'none' | 'panel' | 'whole';
  /** Are columns that fill no vector copied into one that is filled up with zeros? */
  readonly padsColumns: boolean;
  /** Do the sums of a block of rows lie in memory until all are there, and become results then? */
  readonly collects: boolean;
}

/** Vectors of columns of a full tile by its rows: the quickest of those that fit. Six rows are for engines that load each element of a row when they need it. */
export const vectorsOfTile: readonly number[] = [0, 4, 4, 2, 2, 2, 2];

/** Do the sums of a tile, an element of each of its rows and of each of its columns (or vectors of them) have registers? */
export function fitsTile(rows: number, columns: number): boolean {
  return fitsRegisters(rows * columns, rows + columns);
}

// A matrix times a vector: as many sums as there are registers for.
const rowsOfOneColumn = 6;

// Bytes, rows and operations at which one way becomes better than another, measured on V8.
const laned = {
  packFrom: { m: 16, k: 8 },
  /** The right operand is copied from this size on, the more so the more rows read it. */
  right: { bytes: 256 * 1024, reused: { rows: 64, bytes: 32 * 1024 } },
  /** A left operand that is not in order is copied from this size on, if as many columns read it. */
  left: { bytes: 64 * 1024, columns: 64 },
  /** More results than this are made in blocks of rows that stay in the cache, as does the left operand's part. */
  results: { bytes: 1024 * 1024, block: 256 * 1024 },
  block: 1024 * 1024,
  depth: { most: 896, part: 512 },
  sums: 64 * 1024,
  /** The longest epilogue that is written for every accumulator. */
  epilogue: 24,
} as const;

/** What a schedule depends on besides sizes. */
export interface Traits {
  readonly tileRows: TileRows;
  /** Are the rows of the operands in order in memory? Undefined where an axis is several loops: operands are read where they are then. */
  readonly order: { readonly left: boolean; readonly right: boolean } | undefined;
  /** Operations of the epilogue per element. */
  readonly epilogue: number;
  /** Arrays of the result's size that are read or written with it, the result included. */
  readonly arrays: number;
}

export function scheduleInLanes(
  { m, n, k }: { readonly m: number; readonly n: number; readonly k: number },
  { tileRows, order, epilogue, arrays }: Traits,
): LanedSchedule {
  const rows = Math.min(n === 1 ? rowsOfOneColumn : tileRows, m);
  const vectors = Math.min(vectorsOfTile[rows]!, Math.max(1, Math.floor(n / lanes)));
  const packs = order !== undefined && m >= laned.packFrom.m && k >= laned.packFrom.k;
  const padsColumns = packs && n % lanes > 1;
  // A single sum has its epilogue once wherever it is.
  const collects = order !== undefined && m * n > 1 && (padsColumns || epilogue > laned.epilogue);
  const parts = packs && k > laned.depth.most ? Math.ceil(k / laned.depth.part) : 1;
  const depth = Math.ceil(k / parts);
  const fullRows = m - (m % rows);
  const resultBytes = 4 * n * arrays;
  const fitting = Math.min(
    packs ? laned.block / (4 * depth) : m,
    packs && m * resultBytes > laned.results.bytes ? laned.results.block / resultBytes : m,
    collects ? laned.sums / (4 * n) : m,
  );
  const blockRows = evenBlock(fullRows, rows, fitting);
  const { right, left } = laned;
  const rightBytes = 4 * k * n;
  const packsRight =
    packs &&
    n >= lanes * vectors &&
    (!order.right ||
      n % lanes !== 0 ||
      rightBytes >= (m >= right.reused.rows ? right.reused.bytes : right.bytes));
  const packsLeft = packs && n >= left.columns && (!order.left || parts > 1) && 4 * k * m >= left.bytes;
  return {
    rows,
    vectors,
    blockRows,
    depth,
    packsLeft,
    packsRight: !packsRight ? 'none' : blockRows < m || parts > 1 ? 'whole' : 'panel',
    padsColumns,
    collects,
  };
}

// Blocks of one size where there is one that is not much smaller than what fits: what is left over would be code of its own.
function evenBlock(all: number, rows: number, most: number): number {
  const tiles = all / rows;
  const fitting = Math.min(tiles, Math.max(1, Math.floor(most / rows)));
  for (let count = fitting; count > fitting / 2; count--) if (tiles % count === 0) return count * rows;
  return fitting * rows;
}
