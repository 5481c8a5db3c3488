// May these instructions be one fusion, and of which kind? The promises of ops/fusion.ts, checked on the instructions themselves.
import type { Instr, Value } from '../../ir/func.ts';
import { type Shape, sameShape, sizeOf } from '../../ir/types.ts';
import type { FusionKind } from '../../ops/fusion.ts';
import { defOf } from '../../ops/opdef.ts';
import { sameList } from '../../util/seq.ts';
import { crowdedElements, isAlias, maxOperands, maxWeight, roleOf } from './cost.ts';
import type { FusionGraph, Group } from './graph.ts';
import { areRows } from './rows.ts';
import type { Summary } from './summary.ts';

/** The kind of the fusion that two groups make, or null where they make none; `both` is what they are joined. */
export function fusionKind(a: Group, b: Group, both: Summary, graph: FusionGraph): FusionKind | null {
  const { weight, operands, results, displaced, anchors } = both;
  if (operands.size + results.length > maxOperands || weight > maxWeight || isCrowded(both)) return null;
  const region = regionOf(a, b, results, graph);
  const kind = displaced.every((m) => readsWell(m, region)) ? kindOf(anchors, region) : null;
  return kind ?? (anchors.length > 0 && areRows(region, (value) => isPlain(value, region)) ? 'rows' : null);
}

// A function through f64 beside another wants more vectors than there are registers; docs/decisions/registers.md has the measurements.
function isCrowded({ halves, functions, anchors, results }: Summary): boolean {
  if (halves === 0 || functions < 2 || anchors.length > 0) return false;
  return results.some((r) => sizeOf(r.type.shape) >= crowdedElements);
}

function kindOf(anchors: readonly Instr[], region: Region): FusionKind | null {
  if (anchors.length === 0) return oneLoop(region) ? 'map' : null;
  return anchoredKind(anchors, region);
}

interface Region {
  /** In program order. */
  readonly members: readonly Instr[];
  readonly results: readonly Value[];
  has(instr: Instr): boolean;
  /** Readers of a value among the members. */
  readers(value: Value): readonly Instr[];
  isResult(value: Value): boolean;
}

function regionOf(a: Group, b: Group, results: readonly Value[], graph: FusionGraph): Region {
  let members: readonly Instr[] | undefined;
  const has = (instr: Instr): boolean => {
    const group = graph.groupOf(instr);
    return group === a || group === b;
  };
  return {
    // Most questions are answered without it.
    get members() {
      members ??= graph.membersOf(a, b);
      return members;
    },
    results,
    has,
    readers: (value) => (graph.users.get(value) ?? []).filter(has),
    isResult: (value) => results.includes(value),
  };
}

/** A value that no arithmetic of the fusion makes: an operand, a source, or a view of these. */
function isPlain(value: Value, region: Region): boolean {
  const made = value.def;
  if (made === null || !region.has(made)) return true;
  const role = roleOf(made);
  return role === 'source' || (role === 'view' && isPlain(made.args[0]!, region));
}

// Every value is computed once per element. So what is read at other places than its own (through a view) has no second reader, and
// is not read at more places than it has; and index ops, which read under conditions or at computed places, read what lies in memory.
function readsWell(m: Instr, region: Region): boolean {
  const role = roleOf(m);
  if (role === 'index') return m.args.every((a) => isPlain(a, region));
  if (role !== 'view') return true;
  const [x] = m.args as [Value];
  if (x.def === null || !region.has(x.def) || isAlias(m)) return true;
  if (region.isResult(x) || region.readers(x).length > 1) return false;
  return isPlain(x, region) || sizeOf(m.results[0]!.type.shape) <= sizeOf(x.type.shape);
}

// All results are elements of one loop: they have equally many elements, and point ops (or reshapes) connect them.
function oneLoop({ members, results }: Region): boolean {
  if (results.length <= 1) return true;
  const size = sizeOf(results[0]!.type.shape);
  if (results.some((r) => sizeOf(r.type.shape) !== size)) return false;
  const neighbours = new Map<Value, Value[]>();
  const neighboursOf = (value: Value): Value[] => {
    let list = neighbours.get(value);
    if (list === undefined) {
      list = [];
      neighbours.set(value, list);
    }
    return list;
  };
  const join = (a: Value, b: Value): void => {
    neighboursOf(a).push(b);
    neighboursOf(b).push(a);
  };
  for (const m of members)
    if (roleOf(m) === 'point' || isAlias(m)) for (const a of m.args) join(a, m.results[0]!);
  const reached = new Set<Value>([results[0]!]);
  for (const v of reached) for (const n of neighbours.get(v) ?? []) reached.add(n);
  return results.every((r) => reached.has(r));
}

// The reductions or the contraction, with what stands before and after them.
function anchoredKind(anchors: readonly Instr[], region: Region): FusionKind | null {
  const before = prologueOf(anchors, region);
  const after = dependentsOf(anchors, region);
  if (anchors.some((m) => before.has(m)) || !shareOneLoop(anchors)) return null;
  const { shape } = anchors[0]!.results[0]!.type;
  for (const m of region.members) {
    if (anchors.includes(m)) continue;
    const fits = before.has(m) ? inPrologue(m, before, anchors, region) : inEpilogue(m, after, shape, region);
    if (!fits || (before.has(m) && after.has(m))) return null;
  }
  if (roleOf(anchors[0]!) === 'reduce') return 'reduce';
  // What is read inside the inner loops of a contraction is a view of memory: arithmetic there would be done many times over.
  return [...before].every((m) => roleOf(m) === 'view' && !isAlias(m)) ? 'contract' : null;
}

/** Reductions over the same axes of operands of one shape; a contraction shares its loop with none. */
function shareOneLoop([first, ...others]: readonly Instr[]): boolean {
  const axesOf = (m: Instr): readonly number[] | null => {
    const { lower } = defOf(m);
    return lower.kind === 'reduce' ? lower.axes(m.attrs) : null;
  };
  const axes = axesOf(first!);
  return others.every((m) => {
    const other = axesOf(m);
    if (axes === null || other === null || !sameList(axes, other)) return false;
    return sameShape(first!.args[0]!.type.shape, m.args[0]!.type.shape);
  });
}

// A value of the prologue lives inside the inner loop: nothing but the prologue and the reductions can have it.
function inPrologue(
  m: Instr,
  before: ReadonlySet<Instr>,
  anchors: readonly Instr[],
  region: Region,
): boolean {
  const y = m.results[0]!;
  return !region.isResult(y) && region.readers(y).every((u) => before.has(u) || anchors.includes(u));
}

// After a reduction or contraction: point ops of its result's shape, on its results and on views of what lies in memory.
function inEpilogue(m: Instr, after: ReadonlySet<Instr>, shape: Shape, region: Region): boolean {
  if (!after.has(m) && m.results.some((r) => region.isResult(r))) return false;
  const role = roleOf(m);
  if (role === 'point') return sameShape(m.results[0]!.type.shape, shape);
  return role === 'source' || (role === 'view' && isPlain(m.args[0]!, region));
}

/** The members that the anchors' operands are made of. */
function prologueOf(anchors: readonly Instr[], { members }: Region): Set<Instr> {
  const found = new Set<Instr>();
  const wanted = new Set(anchors.flatMap((m) => m.args));
  for (const m of [...members].reverse()) {
    if (!m.results.some((r) => wanted.has(r))) continue;
    found.add(m);
    for (const a of m.args) wanted.add(a);
  }
  return found;
}

/** The anchors, and the members that read from them, directly or not. */
function dependentsOf(anchors: readonly Instr[], { members }: Region): Set<Instr> {
  const found = new Set(anchors);
  for (const m of members) if (m.args.some((a) => a.def !== null && found.has(a.def))) found.add(m);
  return found;
}
