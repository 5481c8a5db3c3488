// Tiles of a contraction: accumulators for some rows and columns of the result, the loop over the contracted axis, and what becomes of the sums;
// and how an axis is cut into them.
import type { Buffer, Expr, Stmt } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import { range } from '../util/seq.ts';
import { type Affine, constant, plus } from './affine.ts';
import { type At, hasEpilogue, type Problem, shifted, storesAt } from './contraction.ts';
import { type Axis, axisOf, nestOf } from './nest.ts';
import type { Reader } from './reader.ts';

/** One tile: where it begins, how large it is, and its operands at step k. */
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
}

const lanes = 4;
const zero = constant(0);

// The sums of a tile on their way to the epilogue.
const sums = 'sums';

/** Memory for the sums of tiles of up to this many columns, lanes included. */
export function tileBuffer(problem: Problem, rows: number, columns: number): readonly Buffer[] {
  return hasEpilogue(problem) && rows * columns > 1
    ? [{ name: sums, type: problem.type, size: rows * columns, role: 'scratch' }]
    : [];
}

/** The statements of a tile. */
export function tileStmts(problem: Problem, reading: Reader, tile: Tile): readonly Stmt[] {
  const { type, building, size } = problem;
  const { corner, rows, columns, depth, lane } = tile;
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
  const passesMemory = hasEpilogue(problem) && rows * columns * width > 1;
  const stores = cells.flatMap(({ row, column, name }) => {
    const sum = k.local(type, name);
    if (!passesMemory) return storesAt(problem, reading, shifted(corner, row, column), sum);
    return [k.store(sums, plus(column, row, columns * width).expr, sum)];
  });
  const body = [
    ...cells.map(({ name }) => k.variable(name, k.constOf(type, 0))),
    ...(size.k === 0 ? [] : nestOf(depth.loops, accumulate)),
    ...stores,
  ];
  const [index] = lane?.terms ?? [];
  return [
    ...(index === undefined ? body : [k.lanedLoop(index.atom.key, lanes, body)]),
    ...(passesMemory ? epilogue(problem, reading, tile, columns * width) : []),
  ];
}

// Sums pass through memory, so that a long epilogue is written once and not for every accumulator.
function epilogue(
  problem: Problem,
  reading: Reader,
  { corner, rows, lane }: Tile,
  columns: number,
): readonly Stmt[] {
  const { type, building } = problem;
  const row = axisOf(building.fresh('row'), [rows]);
  const column = axisOf(building.fresh('column'), [columns]);
  const at = plus(column.index, row.index, columns).expr;
  const body = storesAt(problem, reading, shifted(corner, row.index, column.index), k.load(type, sums, at));
  const inner =
    lane === undefined
      ? nestOf(column.loops, body)
      : column.loops.map((l) => k.lanedLoop(l.name, l.extent, body));
  return nestOf(row.loops, inner);
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
export function rowBlocks(
  m: number,
  packed: number,
  rows: number,
): readonly {
  readonly start: number;
  readonly count: number;
  readonly tiles: number;
  readonly rows: number;
}[] {
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

// The first place of the current piece; its loop, if there is more than one.
export function pieceAxis(stem: string, { start, count, size }: Pieces, { building }: Problem): Axis {
  const { loops, index } = axisOf(building.fresh(stem), [count]);
  return { loops, index: plus(constant(start), index, size) };
}
