// What instructions cost per element, read off their lowering, so that there is no list of cheap ops; and the limits of a fusion.
import { type Instr, is } from '../../ir/func.ts';
import { hasEffect } from '../../ir/walk.ts';
import type { BinaryOp, Expr } from '../../loop/kernel.ts';
import { constant } from '../../ops/constant.ts';
import { defOf } from '../../ops/opdef.ts';
import { reshape } from '../../ops/reshape.ts';
import { scalarType } from '../../ops/scalar.ts';

/** A value with several readers is computed again by each of them up to this cost (in simple operations), and stored above it. */
export const cheapWeight = 4;
/** Operands and results of one fusion: each is a live pointer and often a live vector in its inner loop. */
export const maxOperands = 12;
/** Operations of one fusion: engines stop optimising functions that grow too long. */
export const maxWeight = 600;
/** The same for a group of fusions side by side, whose loops run one after the other. */
export const maxGroupOperands = 64;
export const maxGroupWeight = 1200;
/** Results up to this size count as small: there the call of a kernel costs more than its loop. */
export const smallElements = 4096;

/** Elements of a loop from which one that is crowded takes longer than several loops, calls and memory included. */
export const crowdedElements = 256;

/** How fusion sees an instruction. `alone`: it never shares a kernel. `source`: numbers from nothing (a repeated constant, iota). */
export type Role = 'point' | 'view' | 'index' | 'source' | 'reduce' | 'contract' | 'alone';

export function roleOf(instr: Instr): Role {
  let role = roles.get(instr);
  if (role === undefined) {
    role = findRole(instr);
    roles.set(instr, role);
  }
  return role;
}

// Asked for again and again while groups grow.
const roles = new WeakMap<Instr, Role>();
const weights = new WeakMap<Instr, number>();
const demands = new WeakMap<Instr, Demand>();

function findRole(instr: Instr): Role {
  const { kind } = defOf(instr).lower;
  if (hasEffect(instr) || kind === 'kernel' || kind === 'effect' || kind === 'host') return 'alone';
  if (kind !== 'index' || instr.args.length > 0) return kind;
  // Data that is more than one number lies in memory: it is an operand like a parameter.
  return is(instr, constant) && instr.attrs.data.length !== 1 ? 'alone' : 'source';
}

/** A reshape moves nothing: outside fusions it is another name for the same memory. */
export function isAlias(instr: Instr): boolean {
  return is(instr, reshape);
}

/** Simple operations per result element. A division or root counts four, a transcendental function what its steps add up to. */
export function weightOf(instr: Instr): number {
  let weight = weights.get(instr);
  if (weight === undefined) {
    weight = findWeight(instr);
    weights.set(instr, weight);
  }
  return weight;
}

/** What an instruction wants of the vector registers: a function of many steps keeps them busy, and one through f64 has two halves of everything. */
export type Demand = 'little' | 'function' | 'halves';

export function demandOf(instr: Instr): Demand {
  let demand = demands.get(instr);
  if (demand === undefined) {
    const e = weightOf(instr) < leastFunction ? null : scalarOf(instr);
    demand = e === null ? 'little' : hasHalves(e) ? 'halves' : 'function';
    demands.set(instr, demand);
  }
  return demand;
}

// Of an exponential are there some twenty operations.
const leastFunction = 16;

function hasHalves(e: Expr): boolean {
  return e.type === 'f64' || partsOf(e).some(hasHalves);
}

function findWeight(instr: Instr): number {
  const e = scalarOf(instr);
  return e === null ? (defOf(instr).lower.kind === 'index' ? 2 : 0) : exprWeight(e);
}

/** What a point instruction computes of locals. */
function scalarOf(instr: Instr): Expr | null {
  const { lower } = defOf(instr);
  if (lower.kind !== 'point') return null;
  const operands = instr.args.map(
    (a, i): Expr => ({ kind: 'local', type: scalarType(a.type.dtype), name: `x${i}` }),
  );
  return lower.scalar(
    operands,
    instr.attrs,
    instr.args.map((a) => a.type),
  );
}

// What it is made of, the steps of a function included.
function partsOf(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case 'const':
    case 'local':
      return [];
    case 'load':
      return [e.index];
    case 'unary':
    case 'convert':
    case 'bits':
      return [e.x];
    case 'binary':
    case 'compare':
      return [e.a, e.b];
    case 'select':
      return [e.cond, e.a, e.b];
    case 'call':
      return [...e.fn.lets.map((l) => l.value), e.fn.result, ...e.args];
  }
}

const slow: ReadonlySet<BinaryOp> = new Set(['div', 'rem']);

function exprWeight(e: Expr): number {
  return partsOf(e).reduce((sum, part) => sum + exprWeight(part), ownWeight(e));
}

function ownWeight(e: Expr): number {
  switch (e.kind) {
    case 'const':
    case 'local':
    case 'call':
      return 0;
    case 'unary':
      return e.op === 'sqrt' ? 4 : 1;
    case 'binary':
      return slow.has(e.op) ? 4 : 1;
    case 'load':
    case 'compare':
    case 'select':
    case 'convert':
    case 'bits':
      return 1;
  }
}
