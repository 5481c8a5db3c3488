// Contractions as batches of [m, k] · [k, n], whatever axes of the operands these are: their sizes, how operands are read, how results are stored.
import type { Instr, Value } from '../ir/func.ts';
import { sizeOf } from '../ir/types.ts';
import type { Buffer, Expr, Stmt } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import { bodyOf, operandsOf } from '../loop/visit.ts';
import { type ContractionAxes, defOf } from '../ops/opdef.ts';
import { scalarType } from '../ops/scalar.ts';
import { InternalError } from '../util/errors.ts';
import { range } from '../util/seq.ts';
import * as affine from './affine.ts';
import { type Affine, plus } from './affine.ts';
import { type Axis, axisOf, type Building, withoutDivisions } from './nest.ts';
import { axesAt, linearAt, type Reader, reader } from './reader.ts';

/** A contraction as batches of [m, k] · [k, n], whatever axes of the operands these are. */
export interface Problem {
  readonly def: Instr;
  readonly value: Value;
  readonly type: Buffer['type'];
  readonly axes: ContractionAxes;
  readonly size: Readonly<Record<Role, number>>;
  /** Loops that each of the four axes consists of, so that no index needs a division; tiles cut the last. */
  readonly factors: Readonly<Record<Role, readonly number[]>>;
  readonly building: Building;
}

export type Role = 'batch' | 'm' | 'n' | 'k';
export type At = Readonly<Record<Role, Affine>>;

/** The one contraction of a region. */
export function problemOf(building: Building): Problem {
  const def = building.region.body.find((i) => defOf(i).lower.kind === 'contract');
  const lowering = def && defOf(def).lower;
  if (!def || lowering?.kind !== 'contract')
    throw new InternalError('a contract fusion without a contraction');
  const axes = lowering.axes(def.attrs);
  const [left, right] = def.args as [Value, Value];
  const value = def.results[0]!;
  const type = scalarType(value.type.dtype);
  const sizes = (of: Value, which: readonly number[]): number =>
    sizeOf(which.map((axis) => of.type.shape[axis]!));
  const size = {
    batch: sizes(left, axes.leftBatch),
    m: sizes(left, freeAxes(left, axes.leftBatch, axes.leftContract)),
    n: sizes(right, freeAxes(right, axes.rightBatch, axes.rightContract)),
    k: sizes(left, axes.leftContract),
  };
  const whole = { batch: [size.batch], m: [size.m], n: [size.n], k: [size.k] };
  const problem: Problem = { def, value, type, axes, size, factors: whole, building };
  // One product and its epilogue without tiles shows which loops a reader divides.
  const { factors } = withoutDivisions(Object.values(whole), building, (current, reading) => {
    const [batch, m, n, depth] = current.map((list, i) => axisOf(['b', 'i', 'j', 'k'][i]!, list)) as [
      Axis,
      Axis,
      Axis,
      Axis,
    ];
    const at: At = { batch: batch.index, m: m.index, n: n.index, k: depth.index };
    const product = k.mul(leftAt(problem, reading, at), rightAt(problem, reading, at));
    const stmts = [k.variable('c', product), ...storesAt(problem, reading, at, k.local(type, 'c'))];
    return { axes: [batch, m, n, depth], stmts };
  });
  const [batch, m, n, depth] = factors;
  return { ...problem, factors: { batch: batch!, m: m!, n: n!, k: depth! } };
}

function freeAxes(operand: Value, batch: readonly number[], contract: readonly number[]): number[] {
  return range(operand.type.shape.length).filter((axis) => !batch.includes(axis) && !contract.includes(axis));
}

export function hasEpilogue({ building, value }: Problem): boolean {
  return building.region.results.some((r) => r !== value);
}

/** Operations of the epilogue for one element, the steps of functions included. */
export function epilogueWeight(problem: Problem): number {
  const { building, size, type } = problem;
  const [m, n] = [affine.loopIndex('i', size.m), affine.loopIndex('j', size.n)];
  const at: At = { batch: affine.constant(0), m, n, k: affine.constant(0) };
  const stores = storesAt(problem, reader(building.sources, building.fresh), at, k.local(type, 'c'));
  const seen = new Set<Expr>();
  let weight = 0;
  const visit = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.kind === 'load' || e.kind === 'const' || e.kind === 'local') return;
    weight++;
    operandsOf(e).forEach(visit);
    if (e.kind === 'call') bodyOf(e.fn).forEach(visit);
  };
  for (const s of stores) if (s.kind === 'store') visit(s.value);
  return weight;
}

export function shifted(at: At, rows: Affine, columns: Affine): At {
  return { ...at, m: plus(at.m, rows), n: plus(at.n, columns) };
}

export function storesAt(
  { value, size, building }: Problem,
  reading: Reader,
  at: At,
  sum: Expr,
): readonly Stmt[] {
  const linear = plus(at.n, plus(at.m, at.batch, size.m), size.n);
  reading.fix(value, linearAt(linear), sum);
  return building.region.results.map((result, i) =>
    k.store(building.outputs[i]!, linear.expr, reading.read(result, linearAt(linear))),
  );
}

export function leftAt({ def, axes: { leftBatch, leftContract } }: Problem, reading: Reader, at: At): Expr {
  const left = def.args[0]!;
  return operandAt(left, reading, [
    [leftBatch, at.batch],
    [freeAxes(left, leftBatch, leftContract), at.m],
    [leftContract, at.k],
  ]);
}

export function rightAt(
  { def, axes: { rightBatch, rightContract } }: Problem,
  reading: Reader,
  at: At,
): Expr {
  const right = def.args[1]!;
  return operandAt(right, reading, [
    [rightBatch, at.batch],
    [freeAxes(right, rightBatch, rightContract), at.n],
    [rightContract, at.k],
  ]);
}

// Each group of axes is counted by one row-major index.
function operandAt(
  operand: Value,
  reading: Reader,
  groups: readonly (readonly [axes: readonly number[], at: Affine])[],
): Expr {
  const { shape } = operand.type;
  const where: Affine[] = new Array(shape.length);
  for (const [axes, at] of groups) {
    const parts = affine.unflatten(
      at,
      axes.map((axis) => shape[axis]!),
    );
    axes.forEach((axis, n) => {
      where[axis] = parts[n]!;
    });
  }
  return reading.read(operand, axesAt(where, shape));
}
