// Contractions: register-tiled loop nests. Every result element accumulates its products in index order from +0, whatever the tile,
// so all schedules give the same bits. Transposed operands are strides; epilogues are applied where a tile is stored.
import type { Buffer, Expr, Stmt } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import { range } from '../util/seq.ts';
import { constant, plus } from './affine.ts';
import { type At, leftAt, type Problem, problemOf, rightAt, shifted } from './contraction.ts';
import { axisOf, type Building, nestOf } from './nest.ts';
import { place } from './place.ts';
import { type Reader, reader } from './reader.ts';
import { type ContractionSchedule, type Precision, scheduleContraction } from './schedule.ts';
import { pieceAxis, pieces, rowBlocks, tileBuffer, tileThroughMemory } from './tile.ts';

const zero = constant(0);

// Scratch buffers for packed operands.
const leftPanel = 'left';
const rightPanel = 'right';

interface Scheduled extends Problem {
  readonly schedule: ContractionSchedule;
}

export interface ContractionNest {
  readonly body: readonly Stmt[];
  readonly scratch: readonly Buffer[];
}

export function contractionNest(building: Building, precision: Precision): ContractionNest {
  const { type, size, ...rest } = problemOf(building);
  const problem = { type, size, ...rest, schedule: scheduleContraction(type, size, precision) };
  const { batch, m, n } = size;
  if (batch * m * n === 0) return { body: [], scratch: [] };
  const reading = reader(building.sources, building.fresh);
  const { rows, columns, packedRows } = problem.schedule;
  const sums = tileBuffer(problem, rows, columns);
  if (packedRows === undefined) return { body: place(plainNest(problem, reading), reading), scratch: sums };
  const { k: depth } = problem.size;
  const panels: Buffer[] = [
    { name: leftPanel, type: 'f64', size: packedRows * depth, role: 'scratch' },
    { name: rightPanel, type: 'f64', size: depth * problem.schedule.columns, role: 'scratch' },
  ];
  return {
    body: place(packedNest(undivided(problem), packedRows, reading), reading),
    scratch: [...panels, ...sums],
  };
}

/** One loop for each of m, n and k: where that needs divisions (the windows of a convolution), each packed element takes them once. */
function undivided(problem: Scheduled): Scheduled {
  const { m, n, k } = problem.size;
  return { ...problem, factors: { ...problem.factors, m: [m], n: [n], k: [k] } };
}

/** Operands read where they are: small and thin products, and operands whose strides need several loops. */
function plainNest(problem: Scheduled, reading: Reader): readonly Stmt[] {
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
      const tile = {
        corner,
        rows: rows.size,
        columns: columns.size,
        depth,
        left: (row: number) => leftAt(problem, reading, shifted(corner, constant(row), zero)),
        right: (column: number) => rightAt(problem, reading, shifted(corner, zero, constant(column))),
      };
      return nestOf([...i.loops, ...j.loops], tileThroughMemory(problem, reading, tile));
    }),
  );
  return nestOf([...batch.loops, ...mOuter.loops, ...nOuter.loops], nests);
}

/** Operands copied into f64 panels first: each element is read many times, and converting it each time is what costs. */
function packedNest(problem: Scheduled, packedRows: number, reading: Reader): readonly Stmt[] {
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
      const body = tileThroughMemory(problem, reading, {
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
