// Walks over functions: what its instructions give on values of any kind, who uses a value, what is needed.
import { invariant } from '../util/errors.ts';
import { type Func, type Instr, instr, type Value } from './func.ts';
import { print } from './print.ts';

/** The instructions that use each value, in program order, once per instruction. Results of the function are not counted here. */
export function users(func: Func): ReadonlyMap<Value, readonly Instr[]> {
  const map = new Map<Value, Instr[]>();
  for (const instr of func.body) {
    for (const arg of new Set(instr.args)) {
      const list = map.get(arg);
      if (list) list.push(instr);
      else map.set(arg, [instr]);
    }
  }
  return map;
}

/** How often each value is used: once for every operand position and every place in the result list. */
export function useCounts(func: Func): ReadonlyMap<Value, number> {
  const counts = new Map<Value, number>();
  const count = (v: Value): void => void counts.set(v, (counts.get(v) ?? 0) + 1);
  for (const instr of func.body) instr.args.forEach(count);
  func.results.forEach(count);
  return counts;
}

/**
 * The results of a function on values of any kind (arrays, tensors, values of another function): `step` gives the results of an
 * instruction on its operands. The one walk behind the oracle, replaying and inlining.
 */
export function walk<T>(
  func: Func,
  args: readonly T[],
  step: (instr: Instr, operands: readonly T[]) => readonly T[],
): readonly T[] {
  invariant(
    args.length === func.params.length,
    `@${func.name} takes ${func.params.length} arguments, got ${args.length}`,
  );
  const known = new Map<Value, T>();
  const here = (v: Value): T => known.get(v)!;
  func.params.forEach((p, i) => known.set(p, args[i]!));
  for (const instr of func.body) {
    const results = step(instr, instr.args.map(here));
    instr.results.forEach((r, i) => known.set(r, results[i]!));
  }
  return func.results.map(here);
}

// Asked for again and again by every pass.
const effects = new WeakMap<Instr, boolean>();

/** Does it do more than compute its results, itself or in its regions? Such instructions stay, once each, in their order. */
export function hasEffect(instr: Instr): boolean {
  if (instr.op.effect !== undefined) return true;
  if (instr.regions.length === 0) return false;
  let known = effects.get(instr);
  if (known === undefined) {
    known = instr.regions.some((region) => region.body.some(hasEffect));
    effects.set(instr, known);
  }
  return known;
}

/** The function without its effects, for computing it again. An instruction with an effect of its own has no results. */
export function withoutEffects(func: Func): Func {
  if (!func.body.some(hasEffect)) return func;
  const map = new Map<Value, Value>();
  const here = (v: Value): Value => map.get(v) ?? v;
  const body = func.body.flatMap((old): readonly Instr[] => {
    if (old.op.effect !== undefined) return [];
    const made = instr(old.op, old.args.map(here), old.attrs, old.regions.map(withoutEffects), old.loc);
    old.results.forEach((r, i) => map.set(r, made.results[i]!));
    return [made];
  });
  return { ...func, body, results: func.results.map(here) };
}

/** The instructions that the results or an effect need. */
export function liveInstrs(func: Func): ReadonlySet<Instr> {
  const live = new Set<Instr>();
  const wanted = new Set<Value>(func.results);
  for (let i = func.body.length - 1; i >= 0; i--) {
    const instr = func.body[i]!;
    if (!hasEffect(instr) && !instr.results.some((r) => wanted.has(r))) continue;
    live.add(instr);
    for (const arg of instr.args) wanted.add(arg);
  }
  return live;
}

/** Equal up to the identity of values and source locations: canonical texts are compared. */
export function sameFunc(a: Func, b: Func): boolean {
  return a === b || print(a) === print(b);
}
