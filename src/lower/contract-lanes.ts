// Contractions for executors with vectors of four: tiles of 4 rows and 8 columns. The right operand is copied into panels of eight columns where it is
// large or not in order, the left one where its rows are not in order. The order of sums is that of every other schedule.
import type { Buffer, Expr, Stmt } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import { type Affine, constant, fromExpr, loopIndex, plus } from './affine.ts';
import type { ContractionNest } from './contract.ts';
import { type At, leftAt, type Problem, problemOf, rightAt, shifted } from './contraction.ts';
import { axisOf, type Building, nestOf } from './nest.ts';
import { place } from './place.ts';
import { type Reader, reader } from './reader.ts';
import { type LanedSchedule, lanes, scheduleInLanes } from './schedule.ts';
import { type Pieces, pieceAxis, pieces, rowBlocks, tileBuffer, tileStmts } from './tile.ts';

const zero = constant(0);
const leftPanel = 'left';
const rightPanel = 'right';

export function lanedContractionNest(building: Building): ContractionNest {
  const problem = problemOf(building);
  const { size, factors, type } = problem;
  if (size.batch * size.m * size.n === 0) return { body: [], scratch: [] };
  const reading = reader(building.sources, building.fresh);
  const single = (['m', 'n', 'k'] as const).every((role) => factors[role].length === 1);
  const schedule = scheduleInLanes(size, single ? orderOf(problem, reading) : undefined);
  const { rows, columns, blockRows, packsLeft, packsRight } = schedule;
  const scratch: Buffer[] = [];
  if (packsLeft) scratch.push({ name: leftPanel, type, size: blockRows * size.k, role: 'scratch' });
  if (packsRight !== 'none') {
    const panels = packsRight === 'whole' ? Math.floor(size.n / columns) : 1;
    scratch.push({ name: rightPanel, type, size: panels * columns * size.k, role: 'scratch' });
  }
  const nest = single ? singleNest(problem, schedule, reading) : splitNest(problem, schedule, reading);
  return { body: place(nest, reading), scratch: [...scratch, ...tileBuffer(problem, rows, columns)] };
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

/** Axes that no loop index has to be divided for. */
function singleNest(problem: Problem, schedule: LanedSchedule, reading: Reader): readonly Stmt[] {
  const { factors, size, building } = problem;
  const { rows, columns, blockRows, packsLeft, packsRight } = schedule;
  const batch = axisOf('b', factors.batch);
  const depth = axisOf('k', [size.k]);
  const inRight = (panel: Affine, column: Affine): Expr =>
    plus(plus(column, depth.index, columns), panel, columns * size.k).expr;
  const packRight = (panel: Affine, n: Affine): Stmt => {
    const at: At = { batch: batch.index, m: zero, n, k: depth.index };
    const name = building.fresh('column');
    const column = loopIndex(name, columns);
    const element = rightAt(problem, reading, shifted(at, zero, column));
    const copy = k.store(rightPanel, inRight(panel, column), element);
    return nestOf(depth.loops, [k.lanedLoop(name, columns, [copy])])[0]!;
  };
  const inLeft = (tile: Affine, row: Affine): Expr =>
    plus(plus(row, depth.index, rows), tile, rows * size.k).expr;

  const blocks = rowBlocks(size.m, blockRows, rows).flatMap((block) => {
    const outer = pieceAxis('block', { ...block, size: block.tiles * block.rows }, problem);
    const i = axisOf(building.fresh('i'), [block.tiles]);
    const m = plus(outer.index, i.index, block.rows);
    const fromLeft = packsLeft && block.rows === rows;
    const packLeft = (): readonly Stmt[] => {
      const name = building.fresh('row');
      const row = loopIndex(name, rows);
      const at: At = { batch: batch.index, m: plus(m, row), n: zero, k: depth.index };
      const copy = k.store(leftPanel, inLeft(i.index, row), leftAt(problem, reading, at));
      return nestOf([...i.loops, ...depth.loops], [k.lanedLoop(name, rows, [copy])]);
    };
    const columnNests = columnPieces(size.n, columns).flatMap((piece) => {
      const j = pieceAxis('j', piece, problem);
      const panel = axisOf(j.loops[0]?.name ?? 'j', j.loops.length === 0 ? [1] : [piece.count]).index;
      const isFull = piece.size === columns;
      const fromRight = isFull && (packsRight === 'whole' || (packsRight === 'panel' && block.rows === rows));
      const tile = tileOf(
        problem,
        reading,
        piece.size,
        { batch: batch.index, m, n: j.index, k: depth.index },
        block.rows,
      );
      const { lane } = tile;
      const body = tileStmts(problem, reading, {
        ...tile,
        depth,
        ...(fromLeft
          ? { left: (row) => k.load(problem.type, leftPanel, inLeft(i.index, constant(row))) }
          : {}),
        ...(fromRight
          ? {
              right: (column) =>
                k.load(
                  problem.type,
                  rightPanel,
                  inRight(
                    packsRight === 'whole' ? panel : zero,
                    plus(lane ?? zero, constant(lanes * column)),
                  ),
                ),
            }
          : {}),
      });
      const packs = fromRight && packsRight === 'panel' ? [packRight(zero, j.index)] : [];
      return nestOf(j.loops, [...packs, ...nestOf(i.loops, body)]);
    });
    return nestOf(outer.loops, [...(fromLeft ? packLeft() : []), ...columnNests]);
  });
  if (packsRight !== 'whole') return nestOf(batch.loops, blocks);
  const panels = axisOf(building.fresh('panel'), [Math.floor(size.n / columns)]);
  const packed = nestOf(panels.loops, [packRight(panels.index, plus(zero, panels.index, columns))]);
  return nestOf(batch.loops, [...packed, ...blocks]);
}

/** Axes of several loops each; tiles cut the last. */
function splitNest(problem: Problem, { rows, columns }: LanedSchedule, reading: Reader): readonly Stmt[] {
  const { factors } = problem;
  const batch = axisOf('b', factors.batch);
  const depth = axisOf('k', factors.k);
  const [mInner, nInner] = [factors.m.at(-1)!, factors.n.at(-1)!];
  const mOuter = axisOf('m', factors.m.slice(0, -1));
  const nOuter = axisOf('n', factors.n.slice(0, -1));
  const nests = pieces(mInner, rows).flatMap((rowPiece) =>
    columnPieces(nInner, columns).flatMap((piece) => {
      const i = pieceAxis('i', rowPiece, problem);
      const j = pieceAxis('j', piece, problem);
      const corner: At = {
        batch: batch.index,
        m: plus(i.index, mOuter.index, mInner),
        n: plus(j.index, nOuter.index, nInner),
        k: depth.index,
      };
      const tile = { ...tileOf(problem, reading, piece.size, corner, rowPiece.size), depth };
      return nestOf([...i.loops, ...j.loops], tileStmts(problem, reading, tile));
    }),
  );
  return nestOf([...batch.loops, ...mOuter.loops, ...nOuter.loops], nests);
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

// Tiles of the full width, then of eight and of four columns, then what is left as one tile without lanes.
function columnPieces(n: number, columns: number): readonly Pieces[] {
  const found: Pieces[] = [];
  let start = 0;
  for (const size of new Set([columns, 2 * lanes, lanes])) {
    if (size > columns) continue;
    const count = Math.floor((n - start) / size);
    if (count > 0) found.push({ start, count, size });
    start += count * size;
  }
  return start < n ? [...found, { start, count: 1, size: n - start }] : found;
}
