// Tiles of a contraction: accumulators for some rows and columns of the result, the loop over the contracted axis, and what becomes of the sums;
// and how an axis is cut into them.
import type { Buffer, Expr, Stmt } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import { range } from '../util/seq.ts';
import { type Affine, constant, plus } from './affine.ts';
import { type At, hasEpilogue, type Problem, shifted, storesAt } from './contraction.ts';
import { type Axis, axisOf, nestOf } from './nest.ts';
import type { Reader } from './reader.ts';

/** One tile: where it begins, how large it is, its operands at step k, and what its sums begin with and become. */
export interface Tile {
  readonly corner: At;
  readonly rows: number;
  /** Accumulators in a row: of single columns, or of four each where the tile has lanes. */
  readonly columns: number;
  readonly depth: Axis;
  readonly left: (row: number) => Expr;
  readonly right: (column: number) => Expr;
  /** The index of a loop over four columns that run at once. */
  readonly lane?: Affine;
  /** What the sum of a row and a column of the tile begins with; 0 where this is left out. */
  readonly begin?: (row: Affine, column: Affine) => Expr;
  readonly end: (row: Affine, column: Affine, sum: Expr) => readonly Stmt[];
}

const lanes = 4;
const zero = constant(0);

/** The statements of a tile. */
export function tileStmts({ type, building, size }: Problem, tile: Tile): readonly Stmt[] {
  const { rows, columns, depth, lane } = tile;
  const width = lane === undefined ? 1 : lanes;
  const lefts = range(rows).map(tile.left);
  const rights = range(columns).map(tile.right);
  const cells = lefts.flatMap((left, row) =>
    rights.map((right, column) => ({
      row: constant(row),
      column: plus(lane ?? zero, constant(column * width)),
      name: building.fresh('c'),
      product: k.mul(left, right),
    })),
  );
  // A product of two f32 is exact in f64, so converting it rounds once, like the product in f32.
  const accumulate = cells.map(({ name, product }) =>
    k.assign(name, k.add(k.local(type, name), k.convert(type, product))),
  );
  const body = [
    ...cells.map(({ row, column, name }) =>
      k.variable(name, tile.begin?.(row, column) ?? k.constOf(type, 0)),
    ),
    ...(size.k === 0 ? [] : nestOf(depth.loops, accumulate)),
    ...cells.flatMap(({ row, column, name }) => tile.end(row, column, k.local(type, name))),
  ];
  const [index] = lane?.terms ?? [];
  return index === undefined ? body : [k.lanedLoop(index.atom.key, lanes, body)];
}

// The sums of a tile on their way to the epilogue.
const sums = 'sums';

/** Memory for the sums of tiles of up to this many columns, lanes included; see `tileThroughMemory`. */
export function tileBuffer(problem: Problem, rows: number, columns: number): readonly Buffer[] {
  return hasEpilogue(problem) && rows * columns > 1
    ? [{ name: sums, type: problem.type, size: rows * columns, role: 'scratch' }]
    : [];
}

/** A tile whose sums pass through memory to an epilogue, so that a long one is written once and not for every accumulator. */
export function tileThroughMemory(
  problem: Problem,
  reading: Reader,
  tile: Omit<Tile, 'end'>,
): readonly Stmt[] {
  const { type, building } = problem;
  const { corner, rows, lane } = tile;
  const columns = tile.columns * (lane === undefined ? 1 : lanes);
  if (!hasEpilogue(problem) || rows * columns === 1)
    return tileStmts(problem, { ...tile, end: toResults(problem, reading, corner) });
  const place = (row: Affine, column: Affine): Expr => plus(column, row, columns).expr;
  const stmts = tileStmts(problem, {
    ...tile,
    end: (row, column, sum) => [k.store(sums, place(row, column), sum)],
  });
  const row = axisOf(building.fresh('row'), [rows]);
  const column = axisOf(building.fresh('column'), [columns]);
  const sum = k.load(type, sums, place(row.index, column.index));
  const body = storesAt(problem, reading, shifted(corner, row.index, column.index), sum);
  const inner =
    lane === undefined
      ? nestOf(column.loops, body)
      : column.loops.map((l) => k.lanedLoop(l.name, l.extent, body));
  return [...stmts, ...nestOf(row.loops, inner)];
}

/** Sums become results at once. */
export function toResults(problem: Problem, reading: Reader, corner: At): Tile['end'] {
  return (row, column, sum) => storesAt(problem, reading, shifted(corner, row, column), sum);
}

/** Consecutive places of an axis, cut into `count` pieces of `size`. */
export interface Pieces {
  readonly start: number;
  readonly count: number;
  readonly size: number;
}

// Full tiles, then what is left as one smaller tile.
export function pieces(extent: number, size: number): readonly Pieces[] {
  const fit = Math.min(size, extent);
  const count = Math.floor(extent / fit);
  const rest = extent - count * fit;
  const full = { start: 0, count, size: fit };
  return rest === 0 ? [full] : [full, { start: count * fit, count: 1, size: rest }];
}

// Blocks of `packed` rows, then one block of the full tiles that are left, then the rows that fill no tile.
export function rowBlocks(m: number, packed: number, rows: number): readonly RowBlock[] {
  const count = Math.floor(m / packed);
  const left = m - count * packed;
  const fullTiles = Math.floor(left / rows);
  const rest = left % rows;
  return [
    { start: 0, count, tiles: packed / rows, rows },
    { start: count * packed, count: Math.min(1, fullTiles), tiles: fullTiles, rows },
    { start: m - rest, count: Math.min(1, rest), tiles: 1, rows: rest },
  ].filter((block) => block.count > 0);
}

/** `count` blocks of `tiles` tiles with `rows` rows each. */
export interface RowBlock {
  readonly start: number;
  readonly count: number;
  readonly tiles: number;
  readonly rows: number;
}

// The first place of the current piece; its loop, if there is more than one.
export function pieceAxis(stem: string, { start, count, size }: Pieces, { building }: Problem): Axis {
  const { loops, index } = axisOf(building.fresh(stem), [count]);
  return { loops, index: plus(constant(start), index, size) };
}
