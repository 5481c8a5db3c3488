// Readers: a value inside a region is a function from an index to the expression of its element there. Point ops compose scalars,
// views re-index, so a chain of any length becomes one expression; nothing in between is stored.
import { type Func, type Instr, instr, is, type Value } from '../ir/func.ts';
import { type Shape, sameShape, sizeOf } from '../ir/types.ts';
import { identityOf } from '../loop/identity.ts';
import type { Expr, ReduceOp } from '../loop/kernel.ts';
import { and, constOf, load, local, select } from '../loop/make.ts';
import { operandsOf } from '../loop/visit.ts';
import { constant as constantOp } from '../ops/constant.ts';
import { defOf, type Lowering } from '../ops/opdef.ts';
import { scalarType } from '../ops/scalar.ts';
import { InternalError, invariant } from '../util/errors.ts';
import { range } from '../util/seq.ts';
import type { Affine } from './affine.ts';
import * as affine from './affine.ts';
import { type Intern, interner } from './intern.ts';

/** Where in a value: along its axes, or in row-major order, whichever is known; the other follows. */
export interface Index {
  /** Equal keys: the same element. */
  readonly key: string;
  readonly linear: Affine;
  axes(shape: Shape): readonly Affine[];
}

export function linearAt(linear: Affine): Index {
  return { key: linear.key, linear, axes: (shape) => affine.unflatten(linear, shape) };
}

/** An index by axes. Out of range, behind a padding guard or as a loaded index, the axes say more than their row-major sum. */
export function axesAt(at: readonly Affine[], shape: Shape): Index {
  const linear = affine.flatten(at, shape);
  const inRange = at.every((x, axis) => x.min >= 0 && x.max < shape[axis]!);
  return {
    key: inRange ? linear.key : `[${at.map((x) => x.key)}]${shape}`,
    linear,
    axes: (other) => (sameShape(other, shape) ? at : affine.unflatten(linear, other)),
  };
}

/** Where a region's parameter comes from. */
export type Source =
  | { readonly kind: 'buffer'; readonly name: string; readonly size: number }
  | { readonly kind: 'splat'; readonly value: number };

export interface Condition {
  readonly cond: Expr;
  readonly message: string;
  /** What the message is about. */
  readonly got: Expr;
}

/** A `reduce` statement still to be placed; its result is the local of the same name. */
export interface Reduction {
  readonly name: string;
  readonly op: ReduceOp;
  readonly index: string;
  readonly extent: number;
  readonly value: Expr;
}

/** What reading has gathered besides expressions: see place.ts. */
export interface Gathered {
  readonly intern: Intern;
  readonly reductions: ReadonlyMap<string, Reduction>;
  /** What must hold before an expression is evaluated. */
  readonly conditions: ReadonlyMap<Expr, readonly Condition[]>;
  /** Loads whose index may leave the buffer, unless a condition guards them. */
  readonly unsafe: ReadonlySet<Expr>;
  /** Loads of what each round of a loop computes anew, with the index of that loop. */
  readonly rounds: ReadonlyMap<Expr, string>;
  /** Readable names for expressions: the op that computes them. */
  readonly names: ReadonlyMap<Expr, string>;
  readonly fresh: Fresh;
}

/** Scratch memory that holds one row of a value. `round`: the loop that computes the next row, if there is one. */
export interface KeptRow {
  readonly buffer: string;
  readonly columns: number;
  readonly round: string | undefined;
}

/** A name that nothing else in the kernel has, from a readable stem. */
export type Fresh = (stem: string) => string;

export function freshNames(): Fresh {
  const counts = new Map<string, number>();
  return (stem) => {
    const n = counts.get(stem) ?? 0;
    counts.set(stem, n + 1);
    return `${stem}_${n}`;
  };
}

export interface Reader extends Gathered {
  /** The element of `value` at `at`. The same object for the same value and index. */
  read(value: Value, at: Index): Expr;
  /** Fixes what `value` is at `at` (the accumulator of a contraction). */
  fix(value: Value, at: Index, element: Expr): void;
  /** From now on `value` is read from the row that is kept of it. */
  keep(value: Value, row: KeptRow): void;
}

export function reader(sources: ReadonlyMap<Value, Source>, fresh: Fresh): Reader {
  const intern = interner();
  const memo = new Map<Value, Map<string, Expr>>();
  const reductions = new Map<string, Reduction>();
  const conditions = new Map<Expr, readonly Condition[]>();
  const unsafe = new Set<Expr>();
  const rows = new Map<Value, KeptRow>();
  const rounds = new Map<Expr, string>();
  const names = new Map<Expr, string>();

  const elements = (value: Value): Map<string, Expr> => {
    const known = memo.get(value);
    if (known) return known;
    const made = new Map<string, Expr>();
    memo.set(value, made);
    return made;
  };
  const read = (value: Value, at: Index): Expr => {
    const known = elements(value).get(at.key);
    if (known) return known;
    const row = rows.get(value);
    const made = row
      ? readRow(row, value, at)
      : intern(value.def ? compute(value.def, value, at) : readSource(value, at));
    elements(value).set(at.key, made);
    if (value.def && !names.has(made)) names.set(made, value.def.op.name);
    return made;
  };
  const readSource = (value: Value, at: Index): Expr => {
    const source = sources.get(value);
    const type = scalarType(value.type.dtype);
    if (!source) throw new InternalError('a region reads a value that is not its own');
    if (source.kind === 'splat') return constOf(type, source.value);
    const made = intern(load(type, source.name, at.linear.expr));
    if (at.linear.min < 0 || at.linear.max >= source.size) unsafe.add(made);
    return made;
  };
  const readRow = ({ buffer, columns, round }: KeptRow, value: Value, at: Index): Expr => {
    const [, column] = affine.unflatten(at.linear, [sizeOf(value.type.shape) / columns, columns]);
    const made = intern(load(scalarType(value.type.dtype), buffer, column!.expr));
    if (round !== undefined) rounds.set(made, round);
    return made;
  };
  const compute = (def: Instr, value: Value, at: Index): Expr => {
    const lowering = defOf(def).lower;
    switch (lowering.kind) {
      case 'point':
        return point(lowering, def, at);
      case 'view': {
        const [operand] = def.args as [Value];
        const out = at.axes(value.type.shape).map((x) => x.expr);
        const from = lowering.index(out, def.attrs, operand.type.shape, value.type.shape);
        return read(operand, axesAt(from.map(affine.fromExpr), operand.type.shape));
      }
      case 'index':
        return indexed(lowering, def, value, at);
      case 'reduce':
        return reduced(lowering, def, value, at);
      case 'contract':
      case 'kernel':
      case 'effect':
      case 'host':
        throw new InternalError(`${def.op.name} cannot be read inside a fusion`);
    }
  };
  const point = (lowering: Lowering & { kind: 'point' }, def: Instr, at: Index): Expr => {
    const xs = def.args.map((arg) => read(arg, at));
    const result = intern(lowering.scalar(xs, def.attrs, types(def)));
    // The op needs all its operands, also where a select then takes only one: their conditions become its own.
    return asserting(
      result,
      xs.flatMap((x) => conditions.get(x) ?? []),
    );
  };
  const indexed = (lowering: Lowering & { kind: 'index' }, def: Instr, value: Value, at: Index): Expr => {
    const out = at.axes(value.type.shape).map((x) => x.expr);
    const loadOperand = (k: number, index: readonly Expr[]): Expr => {
      const operand = def.args[k];
      invariant(operand !== undefined, `${def.op.name} loads operand ${k}, which it does not have`);
      return read(operand, axesAt(index.map(affine.fromExpr), operand.type.shape));
    };
    const result = intern(lowering.read(out, loadOperand, def.attrs, types(def), value.type));
    const wanted = lowering.asserts?.(out, loadOperand, def.attrs, types(def)) ?? [];
    return asserting(
      result,
      wanted.map(({ cond, message, got }) => ({ cond: intern(cond), message, got: intern(got) })),
    );
  };
  const reduced = (lowering: Lowering & { kind: 'reduce' }, def: Instr, value: Value, at: Index): Expr => {
    const [operand] = def.args as [Value];
    const { shape } = operand.type;
    const type = scalarType(value.type.dtype);
    const axes = lowering.axes(def.attrs);
    const kept = range(shape.length).filter((axis) => !axes.includes(axis));
    const sizes = axes.map((axis) => shape[axis]!);
    const extent = sizeOf(sizes);
    if (extent === 0) return identityOf(lowering.op, type);
    const name = fresh(def.op.name);
    const index = fresh('r');
    const step = extent === 1 ? affine.constant(0) : affine.loopIndex(index, extent);
    const inner = affine.unflatten(step, sizes);
    const outer = at.axes(value.type.shape);
    const where = range(shape.length).map((axis) =>
      axes.includes(axis) ? inner[axes.indexOf(axis)]! : outer[kept.indexOf(axis)]!,
    );
    const element = read(operand, axesAt(where, shape));
    reductions.set(name, { name, op: lowering.op, index, extent, value: element });
    return local(type, name);
  };
  // Conditions belong to an expression wherever it is used. One that does not contain the indices they are about (a number, an
  // element that is read elsewhere too) would carry them to places where these mean nothing: then a choice between it and itself does.
  const asserting = (e: Expr, wanted: readonly Condition[]): Expr => {
    if (wanted.length === 0) return e;
    const own = localsOf(e);
    const carries = wanted.every(({ cond }) => [...localsOf(cond)].every((name) => own.has(name)));
    const carrier = carries ? e : intern(select(wanted.map(({ cond }) => cond).reduce(and), e, e));
    conditions.set(carrier, [...(conditions.get(carrier) ?? []), ...wanted]);
    return carrier;
  };
  const fix = (value: Value, at: Index, element: Expr): void => {
    elements(value).set(at.key, intern(element));
  };
  const keep = (value: Value, row: KeptRow): void => {
    rows.set(value, row);
    elements(value).clear();
  };
  return { read, fix, keep, intern, reductions, conditions, unsafe, rounds, names, fresh };
}

function types(def: Instr): readonly Value['type'][] {
  return def.args.map((a) => a.type);
}

// Expressions are graphs: each node is visited once.
function localsOf(root: Expr): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<Expr>([root]);
  for (const e of seen) {
    if (e.kind === 'local') names.add(e.name);
    for (const operand of operandsOf(e)) seen.add(operand);
  }
  return names;
}

/** The number that fills a splat constant, or undefined for any other value. */
export function splatOf(value: Value): number | undefined {
  if (!value.def || !is(value.def, constantOp)) return undefined;
  return value.def.attrs.data.length === 1 ? value.def.attrs.data[0] : undefined;
}

/** An instruction as a region of its own, so that it lowers like a fusion of one. */
export function regionOf(one: Instr): Func {
  const params = one.args.map((a): Value => ({ type: a.type, def: null }));
  const body = instr(one.op, params, one.attrs, one.regions);
  return { name: one.op.name, params, body: [body], results: body.results };
}
