// Contractions: register-tiled loop nests. Every result element accumulates its products in index order from +0, whatever the tile,
// so all schedules give the same bits. Transposed operands are strides; epilogues are applied where a tile is stored.
import type { Buffer, Expr, Stmt } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import { range } from '../util/seq.ts';
import { constant, plus } from './affine.ts';
import {
  type At,
  hasEpilogue,
  leftAt,
  type Problem,
  problemOf,
  rightAt,
  shifted,
  storesAt,
} from './contraction.ts';
import { type Axis, axisOf, type Building, nestOf } from './nest.ts';
import { place } from './place.ts';
import { type Reader, reader } from './reader.ts';
import type { Precision } from './schedule.ts';

const zero = constant(0);

// Scratch buffers: packed operands, and the sums of a tile on their way to the epilogue.
const leftPanel = 'left';
const rightPanel = 'right';
const sums = 'sums';

export interface ContractionNest {
  readonly body: readonly Stmt[];
  readonly scratch: readonly Buffer[];
}

export function contractionNest(building: Building, precision: Precision): ContractionNest {
  const problem = problemOf(building, precision);
  const { batch, m, n } = problem.size;
  if (batch * m * n === 0) return { body: [], scratch: [] };
  const reading = reader(building.sources, building.fresh);
  const { packedRows } = problem.schedule;
  const single = (['m', 'n', 'k'] as const).every((role) => problem.factors[role].length === 1);
  const { rows, columns } = problem.schedule;
  const tileBuffer: readonly Buffer[] =
    hasEpilogue(problem) && rows * columns > 1
      ? [{ name: sums, type: problem.type, size: rows * columns, role: 'scratch' }]
      : [];
  if (packedRows === undefined || !single)
    return { body: place(plainNest(problem, reading), reading), scratch: tileBuffer };
  const { k: depth } = problem.size;
  const panels: Buffer[] = [
    { name: leftPanel, type: 'f64', size: packedRows * depth, role: 'scratch' },
    { name: rightPanel, type: 'f64', size: depth * problem.schedule.columns, role: 'scratch' },
  ];
  return {
    body: place(packedNest(problem, packedRows, reading), reading),
    scratch: [...panels, ...tileBuffer],
  };
}

/** Operands read where they are: small and thin products, and operands whose strides need several loops. */
function plainNest(problem: Problem, reading: Reader): readonly Stmt[] {
  const { factors, schedule } = problem;
  const batch = axisOf('b', factors.batch);
  const depth = axisOf('k', factors.k);
  const [mInner, nInner] = [factors.m.at(-1)!, factors.n.at(-1)!];
  const mOuter = axisOf('m', factors.m.slice(0, -1));
  const nOuter = axisOf('n', factors.n.slice(0, -1));
  const nests = pieces(mInner, schedule.rows).flatMap((rows) =>
    pieces(nInner, schedule.columns).flatMap((columns) => {
      const i = pieceAxis('i', rows, problem);
      const j = pieceAxis('j', columns, problem);
      const corner: At = {
        batch: batch.index,
        m: plus(i.index, mOuter.index, mInner),
        n: plus(j.index, nOuter.index, nInner),
        k: depth.index,
      };
      const tile: Tile = {
        corner,
        rows: rows.size,
        columns: columns.size,
        depth,
        left: (row) => leftAt(problem, reading, shifted(corner, constant(row), zero)),
        right: (column) => rightAt(problem, reading, shifted(corner, zero, constant(column))),
      };
      return nestOf([...i.loops, ...j.loops], tileStmts(problem, reading, tile));
    }),
  );
  return nestOf([...batch.loops, ...mOuter.loops, ...nOuter.loops], nests);
}

/** Operands copied into f64 panels first: each element is read many times, and converting it each time is what costs. */
function packedNest(problem: Problem, packedRows: number, reading: Reader): readonly Stmt[] {
  const { factors, schedule, size } = problem;
  const batch = axisOf('b', factors.batch);
  const depth = axisOf('k', [size.k]);
  const nests = rowBlocks(size.m, packedRows, schedule.rows).flatMap((block) => {
    const { rows } = block;
    const outer = pieceAxis('block', { ...block, size: block.tiles * rows }, problem);
    const i = axisOf(problem.building.fresh('i'), [block.tiles]);
    const m = plus(outer.index, i.index, rows);
    // Each panel is in the order in which a tile reads it.
    const inLeftPanel = (row: number): Expr =>
      plus(plus(constant(row), depth.index, rows), i.index, rows * size.k).expr;
    const packLeft = range(rows).map((row) => {
      const at: At = { batch: batch.index, m: plus(m, constant(row)), n: zero, k: depth.index };
      return k.store(leftPanel, inLeftPanel(row), k.convert('f64', leftAt(problem, reading, at)));
    });
    const columnNests = pieces(size.n, schedule.columns).flatMap((piece) => {
      const columns = piece.size;
      const j = pieceAxis('j', piece, problem);
      const corner: At = { batch: batch.index, m, n: j.index, k: depth.index };
      const inRightPanel = (column: number): Expr => plus(constant(column), depth.index, columns).expr;
      const packRight = range(columns).map((column) => {
        const element = rightAt(problem, reading, shifted(corner, zero, constant(column)));
        return k.store(rightPanel, inRightPanel(column), k.convert('f64', element));
      });
      const body = tileStmts(problem, reading, {
        corner,
        rows,
        columns,
        depth,
        left: (row) => k.load('f64', leftPanel, inLeftPanel(row)),
        right: (column) => k.load('f64', rightPanel, inRightPanel(column)),
      });
      return nestOf(j.loops, [...nestOf(depth.loops, packRight), ...nestOf(i.loops, body)]);
    });
    return nestOf(outer.loops, [...nestOf([...i.loops, ...depth.loops], packLeft), ...columnNests]);
  });
  return nestOf(batch.loops, nests);
}

/** One tile: where it begins, how large it is, and its operands at step k. */
interface Tile {
  readonly corner: At;
  readonly rows: number;
  readonly columns: number;
  readonly depth: Axis;
  readonly left: (row: number) => Expr;
  readonly right: (column: number) => Expr;
}

// Accumulators for rows × columns elements, the loop over the contracted axis, and the stores.
function tileStmts(problem: Problem, reading: Reader, tile: Tile): readonly Stmt[] {
  const { type, building, size } = problem;
  const { corner, rows, columns, depth } = tile;
  const lefts = range(rows).map(tile.left);
  const rights = range(columns).map(tile.right);
  const cells = lefts.flatMap((left, row) =>
    rights.map((right, column) => ({ row, column, name: building.fresh('c'), product: k.mul(left, right) })),
  );
  // A product of two f32 is exact in f64, so converting it rounds once, like the product in f32.
  const accumulate = cells.map(({ name, product }) =>
    k.assign(name, k.add(k.local(type, name), k.convert(type, product))),
  );
  return [
    ...cells.map(({ name }) => k.variable(name, k.constOf(type, 0))),
    ...(size.k === 0 ? [] : nestOf(depth.loops, accumulate)),
    ...(hasEpilogue(problem) && cells.length > 1
      ? epilogue(problem, reading, tile, cells)
      : cells.flatMap(({ row, column, name }) =>
          storesAt(problem, reading, shifted(corner, constant(row), constant(column)), k.local(type, name)),
        )),
  ];
}

// Sums pass through memory, so that a long epilogue is written once and not for every accumulator.
function epilogue(
  problem: Problem,
  reading: Reader,
  { corner, rows, columns }: Tile,
  cells: readonly { readonly row: number; readonly column: number; readonly name: string }[],
): readonly Stmt[] {
  const { type, building } = problem;
  const row = axisOf(building.fresh('row'), [rows]);
  const column = axisOf(building.fresh('column'), [columns]);
  const at = plus(column.index, row.index, columns).expr;
  return [
    ...cells.map((c) => k.store(sums, k.i32(c.row * columns + c.column), k.local(type, c.name))),
    ...nestOf(
      [...row.loops, ...column.loops],
      storesAt(problem, reading, shifted(corner, row.index, column.index), k.load(type, sums, at)),
    ),
  ];
}

/** Consecutive places of an axis, cut into `count` pieces of `size`. */
interface Pieces {
  readonly start: number;
  readonly count: number;
  readonly size: number;
}

// Full tiles, then what is left as one smaller tile.
function pieces(extent: number, size: number): readonly Pieces[] {
  const fit = Math.min(size, extent);
  const count = Math.floor(extent / fit);
  const rest = extent - count * fit;
  const full = { start: 0, count, size: fit };
  return rest === 0 ? [full] : [full, { start: count * fit, count: 1, size: rest }];
}

// Blocks of `packed` rows, then one block of the full tiles that are left, then the rows that fill no tile.
function rowBlocks(
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
function pieceAxis(stem: string, { start, count, size }: Pieces, { building }: Problem): Axis {
  const { loops, index } = axisOf(building.fresh(stem), [count]);
  return { loops, index: plus(constant(start), index, size) };
}
