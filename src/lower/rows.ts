// Rows: reductions whose results are read together with what they reduce become one loop over rows, with sweeps over the columns of each. What is dear
// and needed in more than one sweep is computed once and kept for the row, in scratch memory that stays in the cache.
import type { Func, Instr, Value } from '../ir/func.ts';
import { sizeOf } from '../ir/types.ts';
import type { Buffer, Expr, Stmt } from '../loop/kernel.ts';
import { store } from '../loop/make.ts';
import { operandsOf } from '../loop/visit.ts';
import { defOf } from '../ops/opdef.ts';
import { scalarType } from '../ops/scalar.ts';
import { InternalError } from '../util/errors.ts';
import * as affine from './affine.ts';
import { axisOf, type Building, nestOf, withoutDivisions } from './nest.ts';
import { place } from './place.ts';
import { linearAt } from './reader.ts';

/** Simple operations that are cheaper to repeat in every sweep than to keep. */
const cheapWork = 4;

export function rowNest(building: Building): {
  readonly body: readonly Stmt[];
  readonly scratch: readonly Buffer[];
} {
  const { region, outputs } = building;
  const { rows, columns } = extentsOf(region);
  const candidates = neededInSweeps(region, rows * columns);
  const isFull = (value: Value): boolean => sizeOf(value.type.shape) === rows * columns;
  let scratch: Buffer[] = [];
  const { stmts, reading } = withoutDivisions(
    [[rows], [columns]],
    building,
    ([rowFactors, columnFactors], reading) => {
      const [row, column] = [axisOf('i', rowFactors!), axisOf('j', columnFactors!)];
      const element = linearAt(affine.plus(column.index, row.index, columns));
      const once = linearAt(row.index);
      const body: Stmt[] = [];
      scratch = [];
      for (const value of candidates) {
        const computed = reading.read(value, element);
        if (workOf(computed, new Set(column.loops.map((l) => l.name))) <= cheapWork) continue;
        const name = `row${scratch.length}`;
        scratch.push({ name, type: scalarType(value.type.dtype), size: columns, role: 'scratch' });
        body.push(...nestOf(column.loops, [store(name, column.index.expr, computed)]));
        reading.keep(value, { buffer: name, columns, round: row.loops.at(-1)?.name });
      }
      const stores = (full: boolean): readonly Stmt[] =>
        region.results.flatMap((value, n) =>
          isFull(value) === full
            ? [
                store(
                  outputs[n]!,
                  (full ? element : once).linear.expr,
                  reading.read(value, full ? element : once),
                ),
              ]
            : [],
        );
      // The last sweep is that of the results, so that they may overwrite what earlier ones read.
      body.push(...stores(false));
      const full = stores(true);
      if (full.length > 0) body.push(...nestOf(column.loops, full));
      return { axes: [row, column], stmts: nestOf(row.loops, body) };
    },
  );
  return { body: place(stmts, reading), scratch };
}

/** The fusion's reductions are over the last axes of one shape. */
function extentsOf({ body }: Func): { readonly rows: number; readonly columns: number } {
  for (const made of body) {
    const { lower } = defOf(made);
    if (lower.kind !== 'reduce') continue;
    const { shape } = made.args[0]!.type;
    const columns = sizeOf(lower.axes(made.attrs).map((axis) => shape[axis]!));
    return { rows: sizeOf(shape) / columns, columns };
  }
  throw new InternalError('a fusion of rows without a reduction');
}

/** Values that several sweeps need, in program order: each reduction is a sweep, and so is the storing of results. */
function neededInSweeps({ body, results }: Func, size: number): readonly Value[] {
  const sweeps = new Map<Value, Set<Instr | 'results'>>();
  const readers = new Map<Value, Value[]>();
  const needed = (value: Value): Set<Instr | 'results'> => {
    const known = sweeps.get(value) ?? new Set();
    sweeps.set(value, known);
    return known;
  };
  for (const value of results) needed(value).add('results');
  const full = body.filter((made) => sizeOf(made.results[0]!.type.shape) === size);
  for (const made of body.toReversed()) {
    const isFull = full.includes(made);
    if (!isFull && defOf(made).lower.kind !== 'reduce') continue;
    for (const arg of made.args) {
      if (isFull) for (const sweep of needed(made.results[0]!)) needed(arg).add(sweep);
      else needed(arg).add(made);
      if (isFull) readers.set(arg, [...(readers.get(arg) ?? []), made.results[0]!]);
    }
  }
  return full.flatMap((made) => {
    const value = made.results[0]!;
    const own = needed(value);
    // Where a reader is needed in all the same sweeps, it is the better one to keep.
    const covered = (readers.get(value) ?? []).some((r) => [...own].every((sweep) => needed(r).has(sweep)));
    return own.size > 1 && !covered && defOf(made).lower.kind === 'point' ? [value] : [];
  });
}

/** Simple operations that are done for each column. */
function workOf(e: Expr, columns: ReadonlySet<string>): number {
  const varies = new Map<Expr, boolean>();
  const differs = (x: Expr): boolean => {
    let known = varies.get(x);
    if (known === undefined) {
      known = x.kind === 'local' ? columns.has(x.name) : operandsOf(x).some(differs);
      varies.set(x, known);
    }
    return known;
  };
  const seen = new Set<Expr>();
  const work = (x: Expr): number => {
    if (seen.has(x) || !differs(x)) return 0;
    seen.add(x);
    if (x.kind === 'load') return 1;
    const own =
      x.kind === 'call'
        ? 2 * cheapWork
        : x.kind === 'binary' && x.op === 'div'
          ? cheapWork
          : Number(x.kind !== 'local');
    return operandsOf(x).reduce((sum, operand) => sum + work(operand), own);
  };
  return work(e);
}
