// Reductions over leading axes, row by row: bias gradients, statistics over a batch. Columns are taken in strips; in a strip memory is met in its order, and each of
// the lanes of ir/order.ts is a row of accumulators in scratch memory. It is the same sum as one `reduce` for each column, in another schedule.
import type { Func, Instr } from '../ir/func.ts';
import { reduceOrder } from '../ir/order.ts';
import { sizeOf } from '../ir/types.ts';
import { identityOf } from '../loop/identity.ts';
import type { Buffer, Expr, ReduceOp, Stmt } from '../loop/kernel.ts';
import { binary, load, store } from '../loop/make.ts';
import { defOf } from '../ops/opdef.ts';
import { InternalError } from '../util/errors.ts';
import { range, sameList } from '../util/seq.ts';
import * as affine from './affine.ts';
import { type Affine, plus } from './affine.ts';
import { axisOf, type Building, nestOf, withoutDivisions } from './nest.ts';
import { place } from './place.ts';
import { axesAt, linearAt, type Reader } from './reader.ts';

const { lanes, block } = reduceOrder;
const vectorLanes = 4;

// From here on rows are worth the accumulators in memory, and columns the loop over them.
const fewestRows = 32;
const fewestColumns = 32;
/** Rows of one lane that are added at once: the accumulators are read and written a quarter as often. */
const together = 4;

// Columns of a strip, which threads share out. Narrower ones would read less than two pages of memory in a run, and so take a third longer on one thread than the rows as they
// are: more than a second thread saves.
const narrowest = 2048;
const fewestStrips = 8;

/** What is reduced over rows to columns. */
interface Columns {
  readonly reductions: readonly Instr[];
  readonly rows: number;
  readonly columns: number;
  /** Columns of a strip; divides `columns`. */
  readonly width: number;
}

/** The reductions of the region where they are all over the leading axes of large float32 operands, or null. */
export function columnsOf({ body }: Func): Columns | null {
  const reductions = body.filter((made) => defOf(made).lower.kind === 'reduce');
  const first = reductions[0];
  if (first === undefined) return null;
  const { shape } = first.args[0]!.type;
  const { shape: left } = first.results[0]!.type;
  const [rows, columns] = [sizeOf(shape) / sizeOf(left), sizeOf(left)];
  const leading = range(shape.length - left.length);
  const fits = reductions.every((made) => {
    const { lower } = defOf(made);
    const { dtype } = made.results[0]!.type;
    return (
      lower.kind === 'reduce' && dtype === 'float32' && sameList([...lower.axes(made.attrs)].sort(), leading)
    );
  });
  if (!fits || rows < fewestRows || columns < fewestColumns) return null;
  return { reductions, rows, columns, width: widthOf(columns, left.at(-1) ?? 1) };
}

// A strip is whole rows of the result, or an even part of one: then no index needs a division for it.
function widthOf(columns: number, last: number): number {
  const most = Math.max(narrowest, columns / fewestStrips);
  for (let width = Math.floor(most / vectorLanes) * vectorLanes; width >= narrowest; width -= vectorLanes)
    if (columns % width === 0 && (last % width === 0 || width % last === 0)) return width;
  return columns;
}

const opOf = (made: Instr): ReduceOp => {
  const { lower } = defOf(made);
  if (lower.kind !== 'reduce') throw new InternalError(`${made.op.name} is no reduction`);
  return lower.op;
};

const combined = (op: ReduceOp, a: Expr, b: Expr): Expr => {
  if (op === 'or' || op === 'and') throw new InternalError(`a reduction of float32 by ${op}`);
  return binary(op, a, b);
};

export function columnNest(
  building: Building,
  { reductions, rows, columns, width }: Columns,
): { readonly body: readonly Stmt[]; readonly scratch: readonly Buffer[] } {
  const { region, outputs } = building;
  const several = rows > block;
  const buffer = (name: string, size: number): Buffer => ({ name, type: 'f32', size, role: 'scratch' });
  const scratch = reductions.flatMap((_, n) => [
    buffer(`lanes${n}`, lanes * width),
    ...(several ? [buffer(`total${n}`, width)] : []),
  ]);
  const { stmts, reading } = withoutDivisions(
    [[columns / width], [width]],
    building,
    ([strips, factors], reading) => {
      const strip = axisOf('s', strips!);
      // The column in its strip, which is where its accumulators are, and among all.
      const column = axisOf('j', factors!);
      const whole = plus(column.index, strip.index, width);
      const sweep = (body: readonly Stmt[]): readonly Stmt[] => nestOf(column.loops, body);
      const each = (make: (made: Instr, n: number) => Stmt): readonly Stmt[] => reductions.map(make);
      const laneAt = (n: number, lane: Affine): Expr =>
        load('f32', `lanes${n}`, plus(column.index, lane, width).expr);
      const totalAt = (n: number): Expr => load('f32', `total${n}`, column.index.expr);
      /** Adds rows, all of one lane, to the accumulators of that lane. */
      const add = (lane: Affine, taken: readonly Affine[]): readonly Stmt[] =>
        sweep(
          each((made, n) =>
            store(
              `lanes${n}`,
              plus(column.index, lane, width).expr,
              taken.reduce(
                (sum, row) => combined(opOf(made), sum, elementAt(made, row, whole, reading)),
                laneAt(n, lane),
              ),
            ),
          ),
        );
      const blockOf = (start: Affine, count: number): readonly Stmt[] => {
        const lane = axisOf('l', [lanes]);
        const zero = sweep(
          each((made, n) =>
            store(`lanes${n}`, plus(column.index, lane.index, width).expr, identityOf(opOf(made), 'f32')),
          ),
        );
        const groups = (from: Affine, times: number, size: number): readonly Stmt[] => {
          if (times === 0) return [];
          const group = axisOf('g', [times]);
          const first = plus(plus(from, group.index, size * lanes), lane.index);
          const taken = range(size).map((i) => plus(first, affine.constant(i * lanes)));
          return nestOf([...group.loops, ...lane.loops], add(lane.index, taken));
        };
        const large = Math.floor(count / (together * lanes));
        const small = Math.floor((count % (together * lanes)) / lanes);
        const afterLarge = plus(start, affine.constant(large * together * lanes));
        const afterSmall = plus(afterLarge, affine.constant(small * lanes));
        return [
          ...nestOf(lane.loops, zero),
          ...groups(start, large, together),
          ...groups(afterLarge, small, 1),
          ...range(count % lanes).flatMap((i) =>
            add(affine.constant(i), [plus(afterSmall, affine.constant(i))]),
          ),
        ];
      };
      const tree = (made: Instr, n: number, lane = 0, distance = 1): Expr =>
        distance === lanes
          ? laneAt(n, affine.constant(lane))
          : combined(
              opOf(made),
              tree(made, n, lane, 2 * distance),
              tree(made, n, lane + distance, 2 * distance),
            );
      const finish = (): readonly Stmt[] =>
        several
          ? sweep(
              each((made, n) =>
                store(`total${n}`, column.index.expr, combined(opOf(made), totalAt(n), tree(made, n))),
              ),
            )
          : [];
      const body: Stmt[] = [];
      if (several)
        body.push(
          ...sweep(each((made, n) => store(`total${n}`, column.index.expr, identityOf(opOf(made), 'f32')))),
        );
      const blocks = axisOf('b', [Math.floor(rows / block)]);
      if (rows >= block)
        body.push(
          ...nestOf(blocks.loops, [
            ...blockOf(plus(affine.constant(0), blocks.index, block), block),
            ...finish(),
          ]),
        );
      if (rows % block > 0)
        body.push(...blockOf(affine.constant(rows - (rows % block)), rows % block), ...finish());
      const at = linearAt(whole);
      reductions.forEach((made, n) => {
        reading.fix(made.results[0]!, at, several ? totalAt(n) : tree(made, n));
      });
      body.push(
        ...sweep(region.results.map((value, i) => store(outputs[i]!, whole.expr, reading.read(value, at)))),
      );
      return { axes: [strip, column], stmts: nestOf(strip.loops, body) };
    },
  );
  return { body: place(stmts, reading), scratch };
}

/** The element of a reduction's operand in a row and column, both counted row-major. */
function elementAt(made: Instr, row: Affine, column: Affine, reading: Reader): Expr {
  const [operand] = made.args;
  const { shape } = operand!.type;
  const leading = shape.length - made.results[0]!.type.shape.length;
  const where = [
    ...affine.unflatten(row, shape.slice(0, leading)),
    ...affine.unflatten(column, shape.slice(leading)),
  ];
  return reading.read(operand!, axesAt(where, shape));
}
