// Loop nests: a flat loop over the elements, split only where an index would otherwise need a division.
import type { Func, Value } from '../ir/func.ts';
import { sizeOf } from '../ir/types.ts';
import type { Expr, Stmt } from '../loop/kernel.ts';
import { loop, store } from '../loop/make.ts';
import { operandsOf } from '../loop/visit.ts';
import * as affine from './affine.ts';
import { type Affine, fromExpr } from './affine.ts';
import { place } from './place.ts';
import { type Fresh, type Gathered, linearAt, type Reader, reader, type Source } from './reader.ts';

/** What one kernel is built from. */
export interface Building {
  readonly region: Func;
  readonly sources: ReadonlyMap<Value, Source>;
  /** The buffer of each result. */
  readonly outputs: readonly string[];
  readonly fresh: Fresh;
}

/** One axis of iteration as consecutive loops, outermost first; their extents multiply to its size. */
export type Factors = readonly number[];

/** The loops of an axis and its index as a sum over them. Loops of extent 1 do not exist. */
export interface Axis {
  readonly loops: readonly { readonly name: string; readonly extent: number }[];
  readonly index: Affine;
}

export function axisOf(stem: string, factors: Factors): Axis {
  const split = factors.filter((extent) => extent !== 1);
  const loops = split.map((extent, n) => ({ name: split.length === 1 ? stem : `${stem}${n}`, extent }));
  let index = affine.constant(0);
  for (const { name, extent } of loops) index = affine.plus(affine.loopIndex(name, extent), index, extent);
  return { loops, index };
}

export function nestOf(loops: Axis['loops'], body: readonly Stmt[]): readonly Stmt[] {
  return loops.reduceRight<readonly Stmt[]>((inner, { name, extent }) => [loop(name, extent, inner)], body);
}

/** Results of one element count, computed element by element: what `map` and `reduce` fusions are. */
export function elementNest(building: Building): readonly Stmt[] {
  const { region, outputs } = building;
  const counts = [...new Set(region.results.map((r) => sizeOf(r.type.shape)))].filter((n) => n > 0);
  return counts.flatMap((count) => {
    const chosen = region.results.flatMap((value, i) =>
      sizeOf(value.type.shape) === count ? [{ value, output: outputs[i]! }] : [],
    );
    const { stmts, reading } = withoutDivisions([[count]], building, ([factors], reading) => {
      const axis = axisOf('i', factors!);
      const at = linearAt(axis.index);
      const stores = chosen.map(({ value, output }) =>
        store(output, axis.index.expr, reading.read(value, at)),
      );
      return { axes: [axis], stmts: nestOf(axis.loops, stores) };
    });
    return place(stmts, reading);
  });
}

export interface Draft {
  readonly axes: readonly Axis[];
  readonly stmts: readonly Stmt[];
}

/** Builds a draft over and over, each time with one more loop split, until no index divides a loop index where a split helps. */
export function withoutDivisions(
  start: readonly Factors[],
  building: Building,
  draft: (factors: readonly Factors[], reading: Reader) => Draft,
): { readonly stmts: readonly Stmt[]; readonly reading: Reader; readonly factors: readonly Factors[] } {
  let factors = start;
  for (;;) {
    const reading = reader(building.sources, building.fresh);
    const { axes, stmts } = draft(factors, reading);
    const split = findSplit(stmts, reading, axes);
    if (!split) return { stmts, reading, factors };
    factors = factors.map((list, axis) => {
      const loops = axes[axis]!.loops;
      const extents = loops.flatMap(({ name, extent }) =>
        name === split.name ? [extent / split.by, split.by] : [extent],
      );
      return extents.length > loops.length ? extents : list;
    });
  }
}

function findSplit(
  stmts: readonly Stmt[],
  gathered: Gathered,
  axes: readonly Axis[],
): { readonly name: string; readonly by: number } | undefined {
  const names = new Set(axes.flatMap((a) => a.loops.map((l) => l.name)));
  for (const e of expressionsOf(stmts, gathered)) {
    if (e.kind !== 'binary' || e.type !== 'i32' || (e.op !== 'div' && e.op !== 'rem')) continue;
    if (e.b.kind !== 'const' || e.b.value <= 1) continue;
    const split = splitFor(fromExpr(e.a), e.b.value, names);
    if (split) return split;
  }
  return undefined;
}

// A loop index i = by'·high + low makes x div `by` exact when the low part and all terms not divisible by `by` stay below it.
function splitFor(
  x: Affine,
  by: number,
  names: ReadonlySet<string>,
): { readonly name: string; readonly by: number } | undefined {
  for (const { atom, times } of x.terms) {
    if (atom.extent === undefined || !names.has(atom.key) || times <= 0 || by % times !== 0) continue;
    const low = by / times;
    if (low === 1 || low >= atom.extent || atom.extent % low !== 0) continue;
    let [min, max] = [x.constant, x.constant + times * (low - 1)];
    for (const other of x.terms) {
      if (other.atom === atom || other.times % by === 0) continue;
      min += other.times * (other.times > 0 ? other.atom.min : other.atom.max);
      max += other.times * (other.times > 0 ? other.atom.max : other.atom.min);
    }
    if (min >= 0 && max < by) return { name: atom.key, by: low };
  }
  return undefined;
}

// Every expression of a draft once, also those in reductions and conditions.
function expressionsOf(
  stmts: readonly Stmt[],
  { intern, reductions, conditions }: Gathered,
): ReadonlySet<Expr> {
  const seen = new Set<Expr>();
  const visit = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    operandsOf(e).forEach(visit);
    for (const { cond } of conditions.get(e) ?? []) visit(cond);
    const reduction = e.kind === 'local' ? reductions.get(e.name) : undefined;
    if (reduction) visit(reduction.value);
  };
  const enter = (list: readonly Stmt[]): void => {
    for (const s of list) {
      if (s.kind === 'for') enter(s.body);
      if (s.kind === 'store') visit(intern(s.index));
      if ('value' in s) visit(intern(s.value));
    }
  };
  enter(stmts);
  return seen;
}
