// Making functions: the Builder appends instructions, `rebuild` replays a function through it. Passes are written with these.
import type { Loc } from '../util/location.ts';
import { type Func, type Instr, instr, param, type Value } from './func.ts';
import type { OpSig } from './op.ts';
import type { TensorType } from './types.ts';
import { hasEffect } from './walk.ts';

/** Collects instructions in order. Values it returns are typed by the ops' own shape rules. */
export class Builder {
  readonly #params: Value[] = [];
  readonly #body: Instr[] = [];

  /** A new parameter, or an existing value of a function that is being replayed. */
  param(type: TensorType | Value): Value {
    const value = 'def' in type ? type : param(type);
    this.#params.push(value);
    return value;
  }

  /** Appends an instruction and returns its results. */
  emit(
    op: OpSig,
    args: readonly Value[],
    attrs: unknown,
    regions: readonly Func[] = [],
    loc?: Loc,
  ): readonly Value[] {
    return this.append(instr(op, args, attrs, regions, loc));
  }

  /** Appends an instruction that exists already; its operands must be values of this function. */
  append(made: Instr): readonly Value[] {
    this.#body.push(made);
    return made.results;
  }

  finish(name: string, results: readonly Value[]): Func {
    return { name, params: this.#params, body: this.#body, results };
  }
}

/**
 * What becomes of an instruction when a function is replayed: its new results, or null to keep it.
 * `args` are its operands as they are in the function being built.
 */
export type Visit = (instr: Instr, args: readonly Value[], builder: Builder) => readonly Value[] | null;

/** The function replayed instruction by instruction. What `visit` keeps is shared with the old function where its operands are unchanged. */
export function rebuild(func: Func, visit: Visit): Func {
  const builder = new Builder();
  const map = new Map<Value, Value>();
  for (const p of func.params) map.set(p, builder.param(p));
  for (const old of func.body) {
    const args = old.args.map((a) => map.get(a) ?? a);
    const results = visit(old, args, builder) ?? builder.append(withArgs(old, args));
    old.results.forEach((r, i) => map.set(r, results[i]!));
  }
  return builder.finish(
    func.name,
    func.results.map((r) => map.get(r) ?? r),
  );
}

/** The instruction with other operands; itself where they are the same. */
export function withArgs(old: Instr, args: readonly Value[]): Instr {
  if (args.every((a, i) => a === old.args[i])) return old;
  return remade(old, args);
}

/** The instruction made anew on other operands. */
export function remade(old: Instr, args: readonly Value[]): Instr {
  return instr(old.op, args, old.attrs, old.regions, old.loc);
}

/**
 * The same function with independent instructions in another order, drawn by `random` (in [0, 1)). Instructions with effects keep their order.
 * A pass whose result depends on the order shows itself.
 */
export function shuffle(func: Func, random: () => number): Func {
  const known = new Set<Value>(func.params);
  const waiting = [...func.body];
  const body: Instr[] = [];
  while (waiting.length > 0) {
    const firstEffect = waiting.find(hasEffect);
    const ready = waiting.filter(
      (i) => (!hasEffect(i) || i === firstEffect) && i.args.every((a) => known.has(a)),
    );
    const next = ready[Math.floor(random() * ready.length)]!;
    waiting.splice(waiting.indexOf(next), 1);
    body.push(next);
    for (const r of next.results) known.add(r);
  }
  return { ...func, body };
}
