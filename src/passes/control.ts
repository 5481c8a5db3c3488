// control: what branches and loops hand around without need. Chosen branches are opened, carries that never change become constants,
// carries and results that nobody reads go, numbers are written where they are used.
import { Builder, rebuild } from '../ir/build.ts';
import { type Func, type Instr, instr, is, type Value } from '../ir/func.ts';
import { useCounts } from '../ir/walk.ts';
import { broadcast } from '../ops/broadcast.ts';
import { type ConstantAttrs, constant } from '../ops/constant.ts';
import { noAttrs } from '../ops/families.ts';
import { chosen, ifOp } from '../ops/if.ts';
import { where } from '../ops/logic.ts';
import { whileOp } from '../ops/while.ts';
import { neededParams } from './needed.ts';
import type { Pass } from './pass.ts';
import { splice } from './regions.ts';

export const control: Pass = {
  name: 'control',
  doc: 'Opens branches whose condition is known, chooses by element between results that both sides have at hand, makes constants of carries that never change, drops carries, operands and results of control flow that nothing reads, and writes numbers inside of the regions that read them.',
  run: (func, { fuel }) => {
    const counts = useCounts(func);
    const isRead = (v: Value): boolean => counts.has(v);
    return rebuild(func, (old, args, builder) => {
      if (is(old, ifOp)) return branches(old, args, builder, isRead, () => fuel.take('control if'));
      if (is(old, whileOp)) return loop(old, args, builder, isRead, () => fuel.take('control while'));
      return null;
    });
  },
};

/** What becomes of a parameter of a region. */
type Fate =
  | { readonly kind: 'keep' }
  | { readonly kind: 'drop' }
  /** It is another parameter, which comes before it. */
  | { readonly kind: 'same'; readonly as: number }
  /** It is a number that the region writes for itself. */
  | { readonly kind: 'number'; readonly made: Instr };

/** The fates of operands that a region only reads: unread ones go, equal ones become one, numbers move inside. */
function fatesOf(operands: readonly Value[], isNeeded: (i: number) => boolean): readonly Fate[] {
  return operands.map((value, i): Fate => {
    if (!isNeeded(i)) return { kind: 'drop' };
    if (value.def !== null && is(value.def, constant) && value.def.attrs.data.length === 1)
      return { kind: 'number', made: value.def };
    const as = operands.findIndex((other, j) => j < i && other === value && isNeeded(j));
    return as < 0 ? { kind: 'keep' } : { kind: 'same', as };
  });
}

/** The region with other parameters, in `order`, and some of its results. A parameter that is dropped is not read by what is left. */
function remadeRegion(
  region: Func,
  fates: readonly Fate[],
  order: readonly number[],
  results: readonly number[],
): Func {
  const builder = new Builder();
  const known = new Map(order.map((i) => [i, builder.param(region.params[i]!.type)]));
  region.params.forEach((p, i) => {
    const fate = fates[i]!;
    if (fate.kind === 'number')
      known.set(i, builder.append(instr(constant.def, [], fate.made.attrs, [], fate.made.loc))[0]!);
    else if (fate.kind === 'same') known.set(i, known.get(fate.as)!);
    // What reads it is dead, and the next pass drops that too.
    else if (fate.kind === 'drop')
      known.set(
        i,
        builder.emit(constant.def, [], { data: [0], dtype: p.type.dtype, shape: p.type.shape })[0]!,
      );
  });
  const all = splice(
    region,
    region.params.map((_, i) => known.get(i)!),
    builder,
  );
  return builder.finish(
    '',
    results.map((k) => all[k]!),
  );
}

function branches(
  old: Instr,
  [selector, ...operands]: readonly Value[],
  builder: Builder,
  isRead: (v: Value) => boolean,
  allow: () => boolean,
): readonly Value[] | null {
  const { regions } = old;
  if (selector!.def !== null && is(selector!.def, constant)) {
    if (!allow()) return null;
    const value = selector!.def.attrs.data[0]!;
    return splice(
      regions[chosen(value, selector!.type.dtype === 'bool', regions.length)]!,
      operands,
      builder,
    );
  }
  // A result that every branch takes from the same operand is that operand.
  const through = old.results.map((_, k) => {
    const at = regions[0]!.params.indexOf(regions[0]!.results[k]!);
    const everywhere = at >= 0 && regions.every((r) => r.params.indexOf(r.results[k]!) === at);
    return everywhere ? operands[at]! : undefined;
  });
  const choices = old.results.map(
    (r, k) =>
      isRead(r) &&
      through[k] === undefined &&
      selector!.type.dtype === 'bool' &&
      regions.every((f) => isAtHand(f, k)),
  );
  const kept = old.results.flatMap((r, k) =>
    isRead(r) && through[k] === undefined && !choices[k] ? [k] : [],
  );
  const needed = regions.map((r) => neededParams(r, kept));
  const fates = fatesOf(operands, (i) => needed.some((n) => n.has(i)));
  const order = fates.flatMap((fate, i) => (fate.kind === 'keep' ? [i] : []));
  if (kept.length === old.results.length && order.length === operands.length) return null;
  if (!allow()) return null;
  const made = builder.emit(
    old.op,
    [selector!, ...order.map((i) => operands[i]!)],
    old.attrs,
    regions.map((r) => remadeRegion(r, fates, order, kept)),
    old.loc,
  );
  return old.results.map((r, k) => {
    if (choices[k]) {
      const { shape } = r.type;
      const everywhere =
        shape.length === 0 ? selector! : builder.emit(broadcast.def, [selector!], { shape, axes: [] })[0]!;
      const sides = regions.map((f) => atHand(f, k, operands, builder));
      return builder.emit(where.def, [everywhere, ...sides], noAttrs, [], old.loc)[0]!;
    }
    return through[k] ?? made[kept.indexOf(k)] ?? unread(r, builder);
  });
}

/** Is a result of a region an operand, or a number? Then there is nothing to run for it. */
function isAtHand({ params, results }: Func, k: number): boolean {
  const { def } = results[k]!;
  return def === null ? params.includes(results[k]!) : is(def, constant) && def.attrs.data.length === 1;
}

function atHand({ params, results }: Func, k: number, operands: readonly Value[], builder: Builder): Value {
  const result = results[k]!;
  if (result.def === null) return operands[params.indexOf(result)]!;
  return builder.emit(constant.def, [], (result.def as Instr<ConstantAttrs>).attrs)[0]!;
}

function loop(
  old: Instr,
  args: readonly Value[],
  builder: Builder,
  isRead: (v: Value) => boolean,
  allow: () => boolean,
): readonly Value[] | null {
  const [cond, body] = old.regions as [Func, Func];
  const count = body.results.length;
  const answer = cond.results[0]!.def;
  if (answer !== null && is(answer, constant) && answer.attrs.data[0] === 0)
    return allow() ? args.slice(0, count) : null;

  const changes = body.results.map((next, i) => next !== body.params[i]);
  const asked = neededParams(cond, [0]);
  // A carry is live if its result is read, the condition asks for it, or a live one is computed from it.
  const live = new Set(old.results.flatMap((r, i) => (isRead(r) || asked.has(i) ? [i] : [])));
  for (let size = -1; size !== live.size; ) {
    size = live.size;
    for (const i of neededParams(body, [...live])) if (i < count) live.add(i);
  }
  const carries = [...live].filter((i) => changes[i]).sort((a, b) => a - b);
  const inside = neededParams(body, carries);
  const fates = fatesOf(args, (i) => (i >= count || !changes[i]) && (inside.has(i) || asked.has(i))).map(
    (fate, i): Fate => (carries.includes(i) ? { kind: 'keep' } : fate),
  );
  const constants = fates.flatMap((fate, i) => (fate.kind === 'keep' && !carries.includes(i) ? [i] : []));
  if (carries.length === count && constants.length === args.length - count) return null;
  if (!allow()) return null;
  const order = [...carries, ...constants];
  const made = builder.emit(
    old.op,
    order.map((i) => args[i]!),
    old.attrs,
    [remadeRegion(cond, fates, order, [0]), remadeRegion(body, fates, order, carries)],
    old.loc,
  );
  return old.results.map((r, i) => {
    if (!changes[i]) return args[i]!;
    return made[carries.indexOf(i)] ?? unread(r, builder);
  });
}

// A result that nothing reads still has a name in the function that is being replayed.
function unread({ type: { dtype, shape } }: Value, builder: Builder): Value {
  return builder.emit(constant.def, [], { data: [0], dtype, shape })[0]!;
}
