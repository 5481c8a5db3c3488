// hoist: what every round of a loop would compute alike is computed once, before it.
import { Builder, rebuild, remade } from '../ir/build.ts';
import { type Func, type Instr, is, type Value } from '../ir/func.ts';
import { sizeOf } from '../ir/types.ts';
import { hasEffect } from '../ir/walk.ts';
import { whileOp } from '../ops/while.ts';
import { cheapWeight, roleOf, weightOf } from './fuse/cost.ts';
import type { Pass } from './pass.ts';

export const hoist: Pass = {
  name: 'hoist',
  doc: 'Moves arithmetic, reductions and products of what a loop does not change out of its condition and body. Views and numbers stay, since they are free where they are used; so does what can fail, since the loop may take no round.',
  run: (func, { fuel }) =>
    rebuild(func, (old, args, builder) => {
      if (!is(old, whileOp)) return null;
      const count = old.results.length;
      const found = old.regions.map((region) => invariants(region, count));
      if (found.every((f) => f.worth.length === 0) || !fuel.take('hoist')) return null;
      const outside = found.map((f, k) => emitted(f, old.regions[k]!, args, builder));
      const added = outside.flat();
      const regions = old.regions.map((region, k) => {
        const before = outside.slice(0, k).flat().length;
        return withParameters(region, found[k]!.worth, added, before);
      });
      return builder.emit(old.op, [...args, ...added], old.attrs, regions, old.loc);
    }),
};

interface Invariants {
  /** Results that are worth an operand, in program order. */
  readonly worth: readonly Value[];
  /** Instructions that give the same in every round, those among them. */
  readonly same: ReadonlySet<Instr>;
}

function invariants(region: Func, carries: number): Invariants {
  const { params, body } = region;
  const known = new Set<Value>(params.slice(carries));
  const same = new Set<Instr>();
  const worth: Value[] = [];
  for (const instr of body) {
    const role = roleOf(instr);
    if (role === 'alone' || role === 'index' || hasEffect(instr)) continue;
    if (!instr.args.every((a) => known.has(a))) continue;
    same.add(instr);
    for (const r of instr.results) known.add(r);
    if (isWorth(instr)) worth.push(...instr.results);
  }
  return { worth: readInside(region, new Set(worth)), same };
}

/** Of values that are computed outside, those that what stays inside reads. */
function readInside({ body, results }: Func, outside: ReadonlySet<Value>): readonly Value[] {
  const wanted = new Set<Value>(results);
  for (const instr of body.toReversed()) {
    const stays = instr.results.some((r) => wanted.has(r) && !outside.has(r));
    if (stays || hasEffect(instr)) for (const a of instr.args) wanted.add(a);
  }
  return [...outside].filter((v) => wanted.has(v));
}

// Something must be saved: an element of a sum of two broadcast numbers is as cheap to add as to load.
function isWorth(instr: Instr): boolean {
  const role = roleOf(instr);
  if (role === 'reduce' || role === 'contract') return true;
  if (role !== 'point' || weightOf(instr) === 0) return false;
  const read = Math.max(...instr.args.map(sizeBehind));
  return read > 0 && (sizeOf(instr.results[0]!.type.shape) <= read || weightOf(instr) >= cheapWeight);
}

/** Elements of the memory that a value shows; none for numbers from nothing. */
function sizeBehind(value: Value): number {
  let v = value;
  while (v.def !== null && roleOf(v.def) === 'view') v = v.def.args[0]!;
  return v.def !== null && roleOf(v.def) === 'source' ? 0 : sizeOf(v.type.shape);
}

/** The values outside of the loop. */
function emitted(
  { worth, same }: Invariants,
  { params }: Func,
  args: readonly Value[],
  builder: Builder,
): readonly Value[] {
  const map = new Map<Value, Value>(params.map((p, i) => [p, args[i]!]));
  const outside = (v: Value): Value => {
    if (!map.has(v)) {
      const def = v.def!;
      const made = builder.append(remade(def, def.args.map(outside)));
      def.results.forEach((r, i) => map.set(r, made[i]!));
    }
    return map.get(v)!;
  };
  return same.size === 0 ? [] : worth.map(outside);
}

/** The region with parameters for all that was added, of which its own values come at `first` and are no longer computed. */
function withParameters(region: Func, own: readonly Value[], added: readonly Value[], first: number): Func {
  const builder = new Builder();
  const map = new Map<Value, Value>();
  for (const p of region.params) map.set(p, builder.param(p.type));
  const extra = added.map((v) => builder.param(v.type));
  own.forEach((v, i) => map.set(v, extra[first + i]!));
  for (const old of region.body) {
    if (old.results.length > 0 && old.results.every((r) => map.has(r))) continue;
    const made = builder.append(
      remade(
        old,
        old.args.map((a) => map.get(a)!),
      ),
    );
    old.results.forEach((r, i) => map.set(r, made[i]!));
  }
  return builder.finish(
    region.name,
    region.results.map((r) => map.get(r)!),
  );
}
