// Writes the groups down: each becomes a `fusion` instruction whose region holds its members.
import { Builder, remade } from '../../ir/build.ts';
import { type Func, type Instr, instr, type Value } from '../../ir/func.ts';
import { type FusionKind, fusion } from '../../ops/fusion.ts';
import { withoutDuplicates } from '../cse.ts';
import { isAlias } from './cost.ts';
import type { FusionGraph, Group } from './graph.ts';

/** The function with every group that is not `alone` as one instruction. */
export function writeFusions(graph: FusionGraph): Func {
  const { func } = graph;
  const builder = new Builder();
  const map = new Map<Value, Value>();
  for (const p of func.params) map.set(p, builder.param(p));
  const outside = (v: Value): Value => map.get(v)!;
  const units = unitsOf(graph);
  const unitOf = new Map(units.flatMap((unit) => unit.members.map((m) => [m, unit] as const)));
  const written = new Set<Unit>();

  // The groups are in an order that works, but a reshape that left its group may have to wait for it or run ahead.
  const write = (unit: Unit): void => {
    if (written.has(unit)) return;
    written.add(unit);
    for (const m of unit.members)
      for (const { def } of m.args) if (def !== null && unitOf.get(def) !== unit) write(unitOf.get(def)!);
    const { made, results } =
      unit.kind === 'alone' ? plain(unit.members[0]!, outside) : fused(unit, outside, graph);
    builder.append(made).forEach((r, i) => map.set(results[i]!, r));
  };
  units.forEach(write);
  return builder.finish(func.name, func.results.map(outside));
}

/** What becomes one instruction. */
interface Unit {
  readonly kind: FusionKind | 'alone';
  readonly parts: readonly (readonly Instr[])[];
  readonly members: readonly Instr[];
}

interface Made {
  readonly made: Instr;
  /** The values of the old function that its results stand for. */
  readonly results: readonly Value[];
}

function unitsOf(graph: FusionGraph): Unit[] {
  return graph.groups().flatMap((group) => {
    const parts: (readonly Instr[])[] = [];
    const aliases: Instr[] = [];
    for (const part of group.parts) {
      const { inner, outer } = withoutAliases(part, group, graph);
      if (inner.length > 0) parts.push(inner);
      aliases.push(...outer);
    }
    const kind = group.kind === 'group' && parts.length === 1 ? 'map' : group.kind;
    const fusions: Unit[] = parts.length > 0 ? [{ kind, parts, members: parts.flat() }] : [];
    return [...fusions, ...aliases.map((a): Unit => ({ kind: 'alone', parts: [[a]], members: [a] }))];
  });
}

/** Reshapes at the rim of a fusion stay outside: there they are free, inside they would be index arithmetic. */
function withoutAliases(
  part: readonly Instr[],
  { kind }: Group,
  { users }: FusionGraph,
): { inner: readonly Instr[]; outer: readonly Instr[] } {
  if (kind === 'alone') return { inner: part, outer: [] };
  const inner = new Set(part);
  const isRim = (m: Instr): boolean => {
    if (!isAlias(m)) return false;
    const [x, y] = [m.args[0]!, m.results[0]!];
    return x.def === null || !inner.has(x.def) || !(users.get(y) ?? []).some((u) => inner.has(u));
  };
  for (let rim = part.find(isRim); rim; rim = [...inner].find(isRim)) inner.delete(rim);
  return { inner: [...inner], outer: part.filter((m) => !inner.has(m)) };
}

function plain(old: Instr, outside: (v: Value) => Value): Made {
  return { made: remade(old, old.args.map(outside)), results: old.results };
}

function fused({ kind, parts, members }: Unit, outside: (v: Value) => Value, graph: FusionGraph): Made {
  const builder = new Builder();
  const operands: Value[] = [];
  const inner = new Map<Value, Value>();
  const inside = (v: Value): Value => {
    const known = inner.get(v);
    if (known !== undefined) return known;
    operands.push(outside(v));
    const made = builder.param(v.type);
    inner.set(v, made);
    return made;
  };
  const write = ({ made, results }: Made): void =>
    builder.append(made).forEach((r, i) => void inner.set(results[i]!, r));
  if (kind === 'group')
    for (const part of parts) write(fused({ kind: 'map', parts: [part], members: part }, inside, graph));
  else for (const m of members) write(plain(m, inside));

  const all = new Set(members);
  const results = members.flatMap((m) => m.results).filter((r) => graph.neededOutside(r, all));
  const region = withoutDuplicates(
    builder.finish(
      '',
      results.map((r) => inner.get(r)!),
    ),
  );
  return { made: instr(fusion.def, operands, { kind }, [region], members.at(-1)!.loc), results };
}
