// Copies of the operands of a contraction in the order in which tiles with lanes read them: the left one in rows of a tile, the right one in columns
// of a tile, and the last columns, which fill no tile, in vectors of four filled up with zeros.
import type { Buffer, Expr, Stmt } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import { range } from '../util/seq.ts';
import { type Affine, constant, loopIndex, plus } from './affine.ts';
import { type At, leftAt, type Problem, rightAt } from './contraction.ts';
import { type Axis, axisOf, nestOf } from './nest.ts';
import type { Reader } from './reader.ts';
import { type LanedSchedule, lanes } from './schedule.ts';

const zero = constant(0);
const buffers = { left: 'left', right: 'right', edge: 'edge' } as const;

/** Where packed operands are, and the statements that copy them. */
export interface Panels {
  readonly scratch: readonly Buffer[];
  /** Column from which on columns fill no panel. */
  readonly fullColumns: number;
  /** Vectors that hold what is right of the panels; 0 where it is read where it is. */
  readonly edgeVectors: number;
  /** Of one batch: what is copied before all tiles. */
  packRight(batch: Affine): readonly Stmt[];
  /** The one panel of the columns from `n` on. */
  packPanel(batch: Affine, n: Affine): readonly Stmt[];
  /** The tiles of rows from `m` on. */
  packLeft(batch: Affine, m: Affine, tiles: number): readonly Stmt[];
  /** The element of row `row` of the tile, counted in a block. */
  left(tile: Affine, row: Affine, depth: Affine): Expr;
  /** An element of a panel. There is one only where panels are packed when they are needed. */
  right(panel: Affine, column: Affine, depth: Affine): Expr;
  edge(column: Affine, depth: Affine): Expr;
}

export function panelsOf(problem: Problem, schedule: LanedSchedule, reading: Reader): Panels {
  const { size, type, building } = problem;
  const { rows, blockRows, packsLeft, packsRight } = schedule;
  const width = lanes * schedule.vectors;
  const whole = Math.floor(size.n / width);
  const fullColumns = whole * width;
  const rest = size.n - fullColumns;
  // Where the right operand is not in order, vectors cannot be read from it.
  const edgeVectors =
    schedule.padsColumns || packsRight !== 'none'
      ? Math.ceil((rest - (rest % lanes === 1 ? 1 : 0)) / lanes)
      : 0;
  const panels = packsRight === 'whole' ? whole : packsRight === 'panel' ? 1 : 0;
  const scratch = (
    [
      [buffers.left, packsLeft ? blockRows * size.k : 0],
      [buffers.right, panels * width * size.k],
      [buffers.edge, edgeVectors * lanes * size.k],
    ] as const
  ).flatMap(([name, count]): Buffer[] => (count === 0 ? [] : [{ name, type, size: count, role: 'scratch' }]));

  const left: Panels['left'] = (tile, row, depth) =>
    k.load(type, buffers.left, inPanel(tile, row, depth, rows).expr);
  const inPanel = (panel: Affine, place: Affine, depth: Affine, wide: number): Affine =>
    plus(plus(place, depth, wide), panel, wide * size.k);
  const alongDepth = (): Axis => axisOf(building.fresh('k'), [size.k]);

  // Columns of the right operand from `n` on as panel number `panel`.
  const copyPanel = (batch: Affine, panel: Affine, n: Affine): readonly Stmt[] => {
    const depth = alongDepth();
    const name = building.fresh('column');
    const column = loopIndex(name, width);
    const element = rightAt(problem, reading, { batch, m: zero, n: plus(n, column), k: depth.index });
    const copy = k.store(buffers.right, inPanel(panel, column, depth.index, width).expr, element);
    return nestOf(depth.loops, [k.lanedLoop(name, width, [copy])]);
  };
  const copyEdge = (batch: Affine): readonly Stmt[] => {
    const depth = alongDepth();
    const copies = range(edgeVectors * lanes).map((column) => {
      const at: At = { batch, m: zero, n: constant(fullColumns + column), k: depth.index };
      const element = column < rest ? rightAt(problem, reading, at) : k.constOf(type, 0);
      return k.store(buffers.edge, plus(constant(column), depth.index, edgeVectors * lanes).expr, element);
    });
    return nestOf(depth.loops, copies);
  };
  return {
    scratch,
    fullColumns,
    edgeVectors,
    packRight: (batch) => {
      const panel = axisOf(building.fresh('panel'), [whole]);
      return [
        ...(packsRight === 'whole'
          ? nestOf(panel.loops, copyPanel(batch, panel.index, plus(zero, panel.index, width)))
          : []),
        ...(edgeVectors > 0 ? copyEdge(batch) : []),
      ];
    },
    packPanel: (batch, n) => copyPanel(batch, zero, n),
    packLeft: (batch, m, tiles) => {
      const depth = alongDepth();
      const tile = axisOf(building.fresh('i'), [tiles]);
      const name = building.fresh('row');
      const row = loopIndex(name, rows);
      const at: At = { batch, m: plus(plus(m, tile.index, rows), row), n: zero, k: depth.index };
      const copy = k.store(
        buffers.left,
        inPanel(tile.index, row, depth.index, rows).expr,
        leftAt(problem, reading, at),
      );
      return nestOf([...tile.loops, ...depth.loops], [k.lanedLoop(name, rows, [copy])]);
    },
    left,
    right: (panel, column, depth) => k.load(type, buffers.right, inPanel(panel, column, depth, width).expr),
    edge: (column, depth) => k.load(type, buffers.edge, plus(column, depth, edgeVectors * lanes).expr),
  };
}
