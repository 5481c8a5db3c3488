// What a compiled call leaves in the histories of its results: one step, which computes the call again when a gradient is asked for.
import { plainly } from '../autodiff/cotangent.ts';
import { staleError } from '../autodiff/stale.ts';
import { remember } from '../autodiff/steps.ts';
import type { Func, Value } from '../ir/func.ts';
import { lift } from '../ops/coerce.ts';
import { stopGradient } from '../ops/stop-gradient.ts';
import type { History, Sealed } from '../tensor/history.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { TracedCall } from './traced.ts';
import type { Unit } from './unit.ts';

/**
 * How the results of a function come to a history:
 * `again`: the step computes the function again, so that a call nobody differentiates costs nothing and its variables stay in place;
 * `halves`: the forward half keeps what the backward half reads;
 * `sealed`: the call itself goes back, or assigns a variable that requires a gradient, as a training step does, and no gradient can go back past that.
 */
type Manner = 'again' | 'halves' | 'sealed';

export class CallHistory {
  readonly manner: Manner;
  /** Does it leave gradients in leaves? */
  readonly goesBack: boolean;
  readonly #traced: TracedCall;
  readonly #unit: Unit;
  readonly #name: string;
  readonly #captured: readonly (History | null)[];
  readonly #capturesRequire: boolean;
  readonly #sealed: Sealed;
  #ofCaptures: readonly (History | null)[] | undefined;
  // For each result of the function's own, the parameters it depends on; found when first asked for.
  #reached: readonly (readonly number[])[] | undefined;

  constructor(traced: TracedCall, unit: Unit, name: string) {
    const { captures, writes } = traced;
    this.#traced = traced;
    this.#unit = unit;
    this.#name = name;
    this.#captured = captures.map((c) => (c.kind === 'tensor' ? c.tensor.history : c.variable.history));
    this.#capturesRequire = this.#captured.some((h) => h !== null);
    const own = writes.find(
      (v) => v.history !== null && captures.some((c) => c.kind === 'variable' && c.variable === v),
    );
    const { gradients, effects } = traced;
    const goesOn = effects !== null && effects.set.length + effects.passes.length > 0;
    const goesBack = gradients.left.length > 0 || goesOn;
    this.goesBack = goesBack;
    const reason = goesBack
      ? 'calls backward() itself, which uses up what it goes back through'
      : `assigns variable '${own?.name}' itself; call backward() inside ${name}, before the assignment`;
    this.#sealed = { kind: 'sealed', why: `it comes from ${name}, compiled by jit, which ${reason}` };
    this.manner = own !== undefined || goesBack ? 'sealed' : writes.length > 0 ? 'halves' : 'again';
  }

  /** Does the function, or an argument, depend on what requires a gradient? */
  concerns(args: readonly unknown[]): boolean {
    if (this.#capturesRequire) return true;
    for (let i = 0; i < args.length; i++) {
      // Parameters are tensors, numbers and booleans; this stands before every call.
      const x = args[i];
      if (typeof x === 'object' && (x as Tensor).history !== null) return true;
    }
    return false;
  }

  /** Seals the results that depend on what requires a gradient. Allocates nothing: this is how training steps end. */
  seal(results: readonly Tensor[], args: readonly unknown[]): void {
    const reached = this.#reach();
    for (let k = 0; k < reached.length; k++) {
      const result = results[k]!;
      if (result.history !== null) continue;
      for (const p of reached[k]!) {
        if (this.#historyOf(p, args) === null) continue;
        result.history = this.#sealed;
        break;
      }
    }
  }

  #historyOf(parameter: number, args: readonly unknown[]): History | null {
    if (parameter >= args.length) return this.#captured[parameter - args.length]!;
    const x = args[parameter];
    return x instanceof Tensor ? x.history : null;
  }

  /** Call it before the function runs; what it returns gives the results a step as their history. */
  begin(args: readonly unknown[]): (results: readonly Tensor[]) => void {
    const { captures, func } = this.#traced;
    const histories = this.#histories(args);
    const versions = captures.map((c) => (c.kind === 'variable' ? c.variable.version : 0));
    return (results) => {
      const fresh = this.#reach().map((parameters, k) => {
        // A result that is an argument or a captured value has its history already.
        const own = results[k]!.history === null && parameters.some((p) => histories[p] !== null);
        return own ? results[k]! : null;
      });
      if (fresh.every((r) => r === null)) return;
      remember(this.#name, histories, func.params, fresh, undefined, () =>
        plainly((cotangents) => {
          const wanted = histories.flatMap((h, i) => (h === null ? [] : [i]));
          const all = func.results.map((_, k) => cotangents[k] ?? null);
          return this.#unit.pullBack(this.#operands(args, versions), wanted, all);
        }),
      );
    };
  }

  // One list for all calls whose arguments have none.
  #histories(args: readonly unknown[]): readonly (History | null)[] {
    const own = args.some((x) => x instanceof Tensor && x.history !== null);
    if (own) return [...args.map((x) => (x instanceof Tensor ? x.history : null)), ...this.#captured];
    this.#ofCaptures ??= [...args.map(() => null), ...this.#captured];
    return this.#ofCaptures;
  }

  // What the function was called with, if it is still there.
  #operands(args: readonly unknown[], versions: readonly number[]): readonly Tensor[] {
    const captured = this.#traced.captures.map((c, i) => {
      if (c.kind === 'tensor') return c.tensor;
      if (c.variable.version !== versions[i]) throw staleError(this.#name, c.variable);
      return c.variable.share();
    });
    return [...args.map((x) => lift(x as Tensor | number, this.#name)), ...captured];
  }

  #reach(): readonly (readonly number[])[] {
    const { func, outputCount } = this.#traced;
    this.#reached ??= func.results
      .slice(0, outputCount)
      .map((result) => (result.type.dtype === 'float32' ? parametersBehind(result, func) : []));
    return this.#reached;
  }
}

/** The positions of the parameters from which a gradient could reach `result`. */
function parametersBehind(result: Value, { params }: Func): readonly number[] {
  const met = new Set<Value>();
  const open: Value[] = [result];
  for (let v = open.pop(); v !== undefined; v = open.pop()) {
    if (met.has(v) || v.type.dtype !== 'float32') continue;
    met.add(v);
    if (v.def !== null && v.def.op !== stopGradient.def) open.push(...v.def.args);
  }
  return params.flatMap((p, i) => (met.has(p) ? [i] : []));
}
