// simplify: algebraic rules and the ops' own rewrites, applied until none fits.
import { Builder, withArgs } from '../ir/build.ts';
import { type Func, type Instr, instr, type Value } from '../ir/func.ts';
import { hasEffect } from '../ir/walk.ts';
import { currentInterpreter, within } from '../ops/dispatch.ts';
import { defOf, type SimplifyContext } from '../ops/opdef.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { at } from '../trace/place.ts';
import { Trace, TracedTensor } from '../trace/tracer.ts';
import { invariant } from '../util/errors.ts';
import { withoutDead } from './dce.ts';
import type { Pass, PassContext } from './pass.ts';
import { buildTerm, type Emit, matchRule } from './pattern.ts';
import { rulesByOp } from './rules.ts';

// A rewrite may enable others on what it made. No chain of useful rewrites is this long: past it two rules chase each other.
const maxChain = 64;

export const simplify: Pass = {
  name: 'simplify',
  doc: 'Applies the rules of rules.ts and the `simplify` hooks of ops to every instruction and to what they make of it, operands first. Exact on every bit; precision `fast` adds the relaxed rules.',
  run(func, context) {
    const before = context.fuel.used;
    const after = new Simplifier(func, context).run();
    return context.fuel.used === before ? func : withoutDead(after);
  },
};

class Simplifier {
  readonly #func: Func;
  readonly #context: PassContext;
  readonly #builder = new Builder();

  constructor(func: Func, context: PassContext) {
    this.#func = func;
    this.#context = context;
  }

  run(): Func {
    const map = new Map<Value, Value>();
    for (const p of this.#func.params) map.set(p, this.#builder.param(p));
    for (const old of this.#func.body) {
      const args = old.args.map((a) => map.get(a)!);
      const results = this.#emit(old, args, 0);
      old.results.forEach((r, i) => map.set(r, results[i]!));
    }
    return this.#builder.finish(
      this.#func.name,
      this.#func.results.map((r) => map.get(r)!),
    );
  }

  #emit(old: Instr, args: readonly Value[], depth: number): readonly Value[] {
    const made = withArgs(old, args);
    if (hasEffect(old)) return this.#builder.append(made);
    invariant(depth < maxChain, `simplify: rewrites of ${old.op.name} do not end`);
    return this.#byRule(made, depth) ?? this.#byHook(made, depth) ?? this.#builder.append(made);
  }

  #byRule(made: Instr, depth: number): readonly Value[] | null {
    for (const rule of rulesByOp.get(made.op.name) ?? []) {
      if (rule.tier === 'relaxed' && this.#context.precision === 'strict') continue;
      const match = matchRule(rule, made.op, made.args);
      if (match === null || !this.#context.fuel.take(rule.text)) continue;
      const emit: Emit = (op, args, attrs) =>
        this.#emit(instr(op, args, attrs, [], made.loc), args, depth + 1)[0]!;
      return [buildTerm(rule.replacement, match, made.results[0]!.type, emit)];
    }
    return null;
  }

  #byHook(made: Instr, depth: number): readonly Value[] | null {
    const rewritten = at(made.loc, () => runHook(made));
    if (rewritten === null || !this.#context.fuel.take(`${made.op.name}: its own simplification`))
      return null;
    const map = new Map<Value, Value>();
    const replaced = (v: Value): Value => map.get(v) ?? v;
    for (const step of rewritten.body) {
      const values = this.#emit(step, step.args.map(replaced), depth + 1);
      step.results.forEach((r, i) => map.set(r, values[i]!));
    }
    return rewritten.results.map(replaced);
  }
}

/**
 * What an op makes of an instruction by itself: new instructions on values of the function, and the results among both; null if nothing.
 * Hooks are written with Tensor methods, so they run under a trace.
 */
function runHook(
  made: Instr,
): { readonly body: readonly Instr[]; readonly results: readonly Value[] } | null {
  const def = defOf(made);
  if (def.simplify === undefined) return null;
  const trace = new Trace('simplify', currentInterpreter());
  const tensor = (value: Value): Tensor => new TracedTensor(trace, value);
  const context: SimplifyContext<unknown> = {
    attrs: made.attrs,
    types: made.results.map((r) => r.type),
    defOf: (x) => {
      const { def: maker } = (x as TracedTensor).value;
      return maker && { op: defOf(maker), args: maker.args.map(tensor), attrs: maker.attrs };
    },
  };
  const results = within(trace, () => def.simplify!(made.args.map(tensor), context));
  if (results === null) return null;
  const { func, captures } = trace.finish(results);
  trace.end();
  invariant(captures.length === 0, `simplify: the hook of ${def.name} used a tensor that it was not given`);
  return func;
}
