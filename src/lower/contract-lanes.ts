// Contractions for executors with vectors of four: tiles of 4 rows and 8 columns. Operands are copied into panels where they are large or not in order
// (panels.ts), long sums resume from memory, long epilogues run over a block of finished sums. The order of sums is that of every other schedule.
import { sizeOf } from '../ir/types.ts';
import type { Buffer, Expr, Stmt } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import { type Affine, constant, fromExpr, loopIndex, plus, quotient } from './affine.ts';
import type { ContractionNest } from './contract.ts';
import {
  type At,
  epilogueWeight,
  hasEpilogue,
  leftAt,
  type Problem,
  problemOf,
  rightAt,
  shifted,
  storesAt,
} from './contraction.ts';
import { type Axis, axisOf, type Building, nestOf } from './nest.ts';
import { type Panels, panelsOf } from './panels.ts';
import { place } from './place.ts';
import { type Reader, reader } from './reader.ts';
import {
  fitsTile,
  type LanedSchedule,
  lanes,
  scheduleInLanes,
  type TileRows,
  vectorsOfTile,
} from './schedule.ts';
import {
  type Pieces,
  pieceAxis,
  pieces,
  type RowBlock,
  rowBlocks,
  type Tile,
  tileBuffer,
  tileStmts,
  tileThroughMemory,
  toResults,
} from './tile.ts';

const zero = constant(0);
// Sums of a block of rows that are not results yet.
const sums = 'sums';

export function lanedContractionNest(building: Building, tileRows: TileRows): ContractionNest {
  const problem = problemOf(building);
  const { size, factors } = problem;
  if (size.batch * size.m * size.n === 0) return { body: [], scratch: [] };
  const reading = reader(building.sources, building.fresh);
  const single = (['m', 'n', 'k'] as const).every((role) => factors[role].length === 1);
  const schedule = scheduleInLanes(size, {
    tileRows,
    order: single ? orderOf(problem, reading) : undefined,
    epilogue: hasEpilogue(problem) ? epilogueWeight(problem) : 0,
    arrays: arraysOf(problem),
  });
  const { nest, scratch } = single
    ? singleNest(problem, schedule, reading)
    : splitNest(problem, schedule, reading);
  return { body: place(nest, reading), scratch };
}

// Are the rows of the left operand and those of the right one in order in memory?
function orderOf(problem: Problem, reading: Reader): { readonly left: boolean; readonly right: boolean } {
  const [m, n, depth] = ['i', 'j', 'k'].map((name) => loopIndex(name, 2 ** 20)) as [Affine, Affine, Affine];
  const at: At = { batch: zero, m, n, k: depth };
  const inOrder = (e: Expr, along: string): boolean =>
    e.kind === 'load' &&
    fromExpr(e.index).terms.every(({ atom, times }) => atom.key !== along || times === 1);
  return {
    left: inOrder(leftAt(problem, reading, at), 'k'),
    right: inOrder(rightAt(problem, reading, at), 'j'),
  };
}

// The results, and the operands of their size that the epilogue reads.
function arraysOf({ building: { region }, def, value }: Problem): number {
  const size = sizeOf(value.type.shape);
  const read = region.params.filter((p) => !def.args.includes(p) && sizeOf(p.type.shape) === size);
  return region.results.length + read.length;
}

interface Nest {
  readonly nest: readonly Stmt[];
  readonly scratch: readonly Buffer[];
}

/** What the parts of a nest have in common. */
interface Blocking {
  readonly problem: Problem;
  readonly schedule: LanedSchedule;
  readonly reading: Reader;
  readonly panels: Panels;
  readonly batch: Affine;
  /** Columns of `sums`, of which the last may belong to no result. */
  readonly sumColumns: number;
}

/** Axes that no loop index has to be divided for. */
function singleNest(problem: Problem, schedule: LanedSchedule, reading: Reader): Nest {
  const { factors, size, type } = problem;
  const { rows, blockRows, depth } = schedule;
  const panels = panelsOf(problem, schedule, reading);
  const batch = axisOf('b', factors.batch);
  const sumColumns = Math.ceil(size.n / lanes) * lanes;
  const blocking: Blocking = { problem, schedule, reading, panels, batch: batch.index, sumColumns };
  const blocks = rowBlocks(size.m, blockRows, rows).flatMap((block) => blockNest(block, blocking));
  const keeps = schedule.collects || depth < size.k;
  const sumRows = Math.max(blockRows, rows);
  return {
    nest: nestOf(batch.loops, [...panels.packRight(batch.index), ...blocks]),
    scratch: keeps
      ? [...panels.scratch, { name: sums, type, size: sumRows * sumColumns, role: 'scratch' }]
      : panels.scratch,
  };
}

/** Some rows of the result. */
function blockNest(block: RowBlock, blocking: Blocking): readonly Stmt[] {
  const { problem, schedule, panels, batch } = blocking;
  const outer = pieceAxis('block', { ...block, size: block.tiles * block.rows }, problem);
  const fromLeft = schedule.packsLeft && block.rows === schedule.rows;
  return nestOf(outer.loops, [
    ...(fromLeft ? panels.packLeft(batch, outer.index, block.tiles) : []),
    ...depthParts(problem.size.k, schedule.depth, problem).flatMap((part) =>
      nestOf(
        part.outer,
        columnPieces(problem.size.n, block.rows, blocking).flatMap((piece) =>
          tilesOf(piece, part, { ...block, start: outer.index, fromLeft }, blocking),
        ),
      ),
    ),
    ...(schedule.collects ? collected(outer.index, block.tiles * block.rows, blocking) : []),
  ]);
}

/** A part of the contracted axis: sums begin with it, or are in memory; after it they go back there, or are complete. */
interface DepthPart {
  readonly outer: Axis['loops'];
  readonly depth: Axis;
  readonly begins: boolean;
  readonly ends: boolean;
}

function depthParts(extent: number, most: number, { building }: Problem): readonly DepthPart[] {
  const count = extent <= most ? 1 : Math.ceil(extent / most);
  const part = (start: number, times: number, size: number): DepthPart => {
    const outer = axisOf(building.fresh('part'), [times]);
    const inner = axisOf(building.fresh('k'), [size]);
    const index = plus(plus(constant(start), outer.index, most), inner.index);
    return {
      outer: outer.loops,
      depth: { loops: inner.loops, index },
      begins: start === 0,
      ends: start + times * size === extent,
    };
  };
  if (count === 1) return [part(0, 1, extent)];
  const last = (count - 1) * most;
  const middle = count > 2 ? [part(most, count - 2, most)] : [];
  return [part(0, 1, most), ...middle, part(last, 1, extent - last)];
}

/** Columns of one kind of tile: vectors of a panel or of memory, vectors of the edge, or single ones. */
interface ColumnPieces extends Pieces {
  readonly vectors: number;
  readonly from: 'panels' | 'edge' | 'memory';
}

// Tiles of the full width, then narrower ones, then what fills no vector.
function columnPieces(n: number, rows: number, { panels, schedule }: Blocking): readonly ColumnPieces[] {
  const { fullColumns, edgeVectors } = panels;
  const packed = schedule.packsRight !== 'none';
  const found: ColumnPieces[] = [];
  let start = 0;
  const add = (vectors: number, upTo: number, from: ColumnPieces['from']): void => {
    const size = lanes * vectors;
    const count = Math.max(0, Math.floor((upTo - start) / size));
    if (count > 0) found.push({ start, count, size, vectors, from });
    start += count * size;
  };
  const widest = schedule.packsRight === 'panel' ? schedule.vectors : vectorsOfTile[rows]!;
  const upTo = edgeVectors > 0 || packed ? fullColumns : n;
  for (const vectors of new Set([widest, schedule.vectors, 2, 1]))
    if (vectors <= widest && (!packed || vectors >= schedule.vectors))
      add(vectors, upTo, packed ? 'panels' : 'memory');
  add(1, start + edgeVectors * lanes, 'edge');
  const singles = singleColumns(start, n, rows);
  return [...found, ...singles.map((piece): ColumnPieces => ({ ...piece, vectors: 0, from: 'memory' }))];
}

interface Rows extends Omit<RowBlock, 'start'> {
  readonly start: Affine;
  readonly fromLeft: boolean;
}

/** The tiles of some rows and columns, for a part of the contracted axis. */
function tilesOf(piece: ColumnPieces, part: DepthPart, rows: Rows, blocking: Blocking): readonly Stmt[] {
  const { problem, schedule, panels, reading, batch } = blocking;
  const { vectors } = piece;
  const j = pieceAxis('j', piece, problem);
  // Narrow tiles are two tiles high where that fits, to have as many sums at a time.
  const high = vectors < 2 && rows.tiles > 1 && fitsTile(2 * rows.rows, vectors || piece.size) ? 2 : 1;
  const nests = pieces(rows.tiles, high).flatMap(({ start, count, size }) => {
    const i = axisOf(problem.building.fresh('i'), [count]);
    const tile = plus(constant(start), i.index, size);
    const row = plus(zero, tile, rows.rows);
    const corner: At = { batch, m: plus(rows.start, row), n: j.index, k: part.depth.index };
    const inMemory = tileOf(
      problem,
      reading,
      vectors > 0 ? lanes * vectors : piece.size,
      corner,
      size * rows.rows,
    );
    const body = tileStmts(problem, {
      ...inMemory,
      depth: part.depth,
      ...(rows.fromLeft ? { left: leftOf(tile, part, blocking) } : {}),
      ...(piece.from === 'memory' ? {} : { right: rightOf(piece, part, j.index, inMemory.lane!, blocking) }),
      ...sumsOf(part, row, corner, blocking),
    });
    return nestOf(i.loops, body);
  });
  const packs = piece.from === 'panels' && schedule.packsRight === 'panel';
  return nestOf(j.loops, [...(packs ? panels.packPanel(batch, j.index) : []), ...nests]);
}

function leftOf(tile: Affine, { depth }: DepthPart, { panels, schedule }: Blocking): (row: number) => Expr {
  const { rows } = schedule;
  return (row) =>
    panels.left(plus(tile, constant(Math.floor(row / rows))), constant(row % rows), depth.index);
}

function rightOf(
  { from }: ColumnPieces,
  { depth }: DepthPart,
  first: Affine,
  lane: Affine,
  { panels, schedule }: Blocking,
): (column: number) => Expr {
  const width = lanes * schedule.vectors;
  if (from === 'edge')
    return (column) =>
      panels.edge(plus(plus(lane, first), constant(lanes * column - panels.fullColumns)), depth.index);
  const panel = schedule.packsRight === 'whole' ? quotient(first, width) : zero;
  return (column) => {
    const place = lanes * column;
    const inPanel = plus(lane, constant(place % width));
    return panels.right(plus(panel, constant(Math.floor(place / width))), inPanel, depth.index);
  };
}

/** What the sums of a tile begin with and become; `row` is the tile's first in its block. */
function sumsOf(
  { begins, ends }: DepthPart,
  row: Affine,
  corner: At,
  { problem, reading, schedule, sumColumns }: Blocking,
): Pick<Tile, 'begin' | 'end'> {
  const placeOf = (r: Affine, column: Affine): Expr =>
    plus(plus(column, corner.n), plus(row, r), sumColumns).expr;
  return {
    ...(begins ? {} : { begin: (r, column) => k.load(problem.type, sums, placeOf(r, column)) }),
    end:
      ends && !schedule.collects
        ? toResults(problem, reading, corner)
        : (r, column, sum) => [k.store(sums, placeOf(r, column), sum)],
  };
}

/** The results of a block whose sums are all in memory. */
function collected(
  start: Affine,
  count: number,
  { problem, reading, batch, sumColumns }: Blocking,
): readonly Stmt[] {
  const { building, size, type } = problem;
  const row = axisOf(building.fresh('row'), [count]);
  const name = building.fresh('column');
  const column = size.n === 1 ? zero : loopIndex(name, size.n);
  const sum = k.load(type, sums, plus(column, row.index, sumColumns).expr);
  const body = storesAt(problem, reading, { batch, m: plus(start, row.index), n: column, k: zero }, sum);
  return nestOf(row.loops, size.n === 1 ? body : [k.lanedLoop(name, size.n, body)]);
}

/** Axes of several loops each; tiles cut the last. */
function splitNest(problem: Problem, { rows, vectors }: LanedSchedule, reading: Reader): Nest {
  const { factors } = problem;
  const batch = axisOf('b', factors.batch);
  const depth = axisOf('k', factors.k);
  const [mInner, nInner] = [factors.m.at(-1)!, factors.n.at(-1)!];
  const mOuter = axisOf('m', factors.m.slice(0, -1));
  const nOuter = axisOf('n', factors.n.slice(0, -1));
  const nests = pieces(mInner, rows).flatMap((rowPiece) =>
    widths(nInner, vectors, rowPiece.size).flatMap((piece) => {
      const i = pieceAxis('i', rowPiece, problem);
      const j = pieceAxis('j', piece, problem);
      const corner: At = {
        batch: batch.index,
        m: plus(i.index, mOuter.index, mInner),
        n: plus(j.index, nOuter.index, nInner),
        k: depth.index,
      };
      const tile = { ...tileOf(problem, reading, piece.size, corner, rowPiece.size), depth };
      return nestOf([...i.loops, ...j.loops], tileThroughMemory(problem, reading, tile));
    }),
  );
  return {
    nest: nestOf([...batch.loops, ...mOuter.loops, ...nOuter.loops], nests),
    scratch: tileBuffer(problem, rows, lanes * vectors),
  };
}

/** A tile whose operands are read where they are: of `width` columns in lanes, or fewer than four without. */
function tileOf(problem: Problem, reading: Reader, width: number, corner: At, rows: number) {
  const lane = width < lanes ? undefined : loopIndex(problem.building.fresh('lane'), lanes);
  const step = lane === undefined ? 1 : lanes;
  return {
    corner,
    rows,
    columns: width / step,
    left: (row: number): Expr => leftAt(problem, reading, shifted(corner, constant(row), zero)),
    right: (column: number): Expr =>
      rightAt(problem, reading, shifted(corner, zero, plus(lane ?? zero, constant(step * column)))),
    ...(lane === undefined ? {} : { lane }),
  };
}

// Tiles of the full width, then of eight and of four columns, then what is left without lanes.
function widths(n: number, vectors: number, rows: number): readonly Pieces[] {
  const found: Pieces[] = [];
  let start = 0;
  for (const size of new Set([lanes * vectors, 2 * lanes, lanes])) {
    if (size > lanes * vectors) continue;
    const count = Math.floor((n - start) / size);
    if (count > 0) found.push({ start, count, size });
    start += count * size;
  }
  return [...found, ...singleColumns(start, n, rows)];
}

// Columns that fill no vector: as many in one tile as fit.
function singleColumns(start: number, n: number, rows: number): readonly Pieces[] {
  // Edge vectors may reach beyond the last column.
  if (start >= n) return [];
  const size = [3, 2].find((columns) => columns <= n - start && fitsTile(rows, columns)) ?? 1;
  return pieces(n - start, size).map((piece) => ({ ...piece, start: start + piece.start }));
}
