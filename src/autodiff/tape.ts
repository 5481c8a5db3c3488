// The tape: an interpreter that asks its parent for every result and remembers what depends on the watched tensors.
import type { Func } from '../ir/func.ts';
import { call } from '../ops/call.ts';
import { currentInterpreter, type Interpreter, within } from '../ops/dispatch.ts';
import type { OpDef } from '../ops/opdef.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { isControlOp } from '../trace/control/unfold.ts';
import { replay } from '../trace/replay.ts';
import { TracedTensor } from '../trace/tracer.ts';
import { type Loc, userLocation } from '../util/location.ts';
import { controlOnTape } from './control.ts';
import type { Contribution, WayBack } from './cotangent.ts';

/** Cotangents of the operands from those of the results; null: none, which is not the same as zeros (0 times an infinite derivative is NaN). Written with Tensor methods, so that it is differentiable itself. */
export type Pullback = (cotangents: readonly (Tensor | null)[]) => readonly Contribution[];

/** Does a step that is no op once more, on other operands. */
export type Again = (args: readonly Tensor[]) => readonly Tensor[];

/** The entries of a branch, or of a round of a loop, in eager mode. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** Null: a branch. */
  readonly round: Round | null;
}

export interface Round {
  readonly loop: LoopOfSpans;
  /** The carries. */
  readonly begins: readonly Tensor[];
  /** Carries that no round changes, and what they are before the loop. */
  unchanged(): readonly (readonly [now: Tensor, before: Tensor])[];
}

export interface LoopOfSpans {
  /** What is read row by row, and its rows. */
  readonly rows: readonly (readonly [whole: Tensor, rows: readonly Tensor[]])[];
  takenApart(whole: Tensor, length: number): readonly Tensor[];
}

/** One step on the way from watched tensors to results. */
export interface Entry {
  readonly name: string;
  readonly args: readonly Tensor[];
  readonly results: readonly Tensor[];
  /** Which of `args` depend on a watched tensor. */
  readonly needs: readonly boolean[];
  /** How to go back: by the rule of an op, or by a function given to `record`. */
  readonly rule:
    | {
        readonly kind: 'op';
        readonly op: OpDef;
        readonly attrs: unknown;
        readonly regions: readonly Func[];
      }
    | { readonly kind: 'custom'; readonly pullback: Pullback; readonly again: Again | null }
    /** Of control flow: one that adds to the sums of its operands itself. */
    | { readonly kind: 'flow'; readonly back: WayBack };
  /** The user's line, where it is known for free or where an error will need it. */
  readonly loc: Loc | undefined;
}

/**
 * Records by tensor identity: it wraps nothing, so tapes nest without levels, and a tensor is the same inside and outside.
 * What does not depend on a watched tensor is not kept alive.
 */
export class Tape implements Interpreter {
  readonly parent: Interpreter;
  /** In execution order. */
  readonly entries: Entry[] = [];
  /** Those that lie inside of another come before it. */
  readonly spans: Span[] = [];
  // Spans that have begun.
  #open = 0;
  /** False: it lets everything pass. */
  recording = true;
  readonly #tracked = new Set<Tensor>();
  // Reading an eager variable gives no lasting identity, so what was assigned under this tape is read from here.
  readonly #assigned = new Map<Variable, Tensor>();
  /** The variables assigned, as often as they were. */
  readonly assignments: Variable[] = [];

  constructor(parent: Interpreter) {
    this.parent = parent;
  }

  /** From here on, whatever is computed from `tensor` is recorded. */
  watch(tensor: Tensor): void {
    this.#tracked.add(tensor);
  }

  /** Does `tensor` depend on a watched one? */
  tracks(tensor: Tensor): boolean {
    return this.#tracked.has(tensor);
  }

  bind(op: OpDef, args: readonly Tensor[], attrs: unknown, regions: readonly Func[]): readonly Tensor[] {
    if (op === call.def && this.recording && args.some((a) => this.#tracked.has(a)))
      return this.#call(args, attrs, regions);
    if (isControlOp(op) && this.recording && args.some((a) => this.#tracked.has(a)))
      return controlOnTape(this, op, args, attrs, regions);
    const results = this.parent.bind(op, args, attrs, regions);
    this.#enter(op.name, args, results, { kind: 'op', op, attrs, regions });
    return results;
  }

  // A call with a pullback, which has one result, is one step back; any other is as many as its body has.
  #call(args: readonly Tensor[], attrs: unknown, [func, pullback]: readonly Func[]): readonly Tensor[] {
    if (pullback === undefined) return within(this, () => replay(func!, args));
    const results = this.parent.bind(call.def, args, attrs, [func!, pullback]);
    this.record(func!.name, args, results, pullbackOfCall(pullback, args));
    return results;
  }

  /** Records `results` as computed from `args` by something that is no op: a compiled call, a custom gradient. */
  record(
    name: string,
    args: readonly Tensor[],
    results: readonly Tensor[],
    pullback: Pullback,
    again: Again | null = null,
  ): void {
    this.#enter(name, args, results, { kind: 'custom', pullback, again });
  }

  /** Is what is computed now recorded by a tape? */
  isWatched(): boolean {
    for (let i: Interpreter | null = currentInterpreter(); i !== null; i = i.parent)
      if (i instanceof Tape && i.recording) return true;
    return false;
  }

  /** Runs a branch or a round. */
  span<T>(f: () => T, round: Round | null): T {
    const from = this.entries.length;
    this.#open++;
    try {
      return f();
    } finally {
      this.#open--;
      this.spans.push({ from, to: this.entries.length, round });
    }
  }

  /** Records a branch or a loop. */
  recordFlow(name: string, args: readonly Tensor[], results: readonly Tensor[], back: WayBack): void {
    this.#enter(name, args, results, { kind: 'flow', back });
  }

  read(variable: Variable): Tensor {
    return this.#assigned.get(variable) ?? this.parent.read(variable);
  }

  write(variable: Variable, value: Tensor): void {
    this.parent.write(variable, value);
    this.#assigned.set(variable, value);
    this.assignments.push(variable);
  }

  /** What was assigned, under another identity. */
  hold(variable: Variable, value: Tensor): void {
    if (this.#assigned.has(variable)) this.#assigned.set(variable, value);
  }

  /** A tape of its own over another interpreter. */
  another(parent: Interpreter): Tape {
    return new Tape(parent);
  }

  /** Lets go of everything it has recorded. */
  forget(): void {
    this.entries.length = 0;
    this.spans.length = 0;
    this.#tracked.clear();
    this.#assigned.clear();
    this.assignments.length = 0;
  }

  #enter(name: string, args: readonly Tensor[], results: readonly Tensor[], rule: Entry['rule']): void {
    if (!this.recording) return;
    const needs = args.map((a) => this.#tracked.has(a));
    if (!needs.includes(true)) {
      // What only an outer derivative goes through is computed again with the rest.
      if (this.#open > 0 && this.parent instanceof Tape && args.some((a) => (this.parent as Tape).tracks(a)))
        this.entries.push({ name, args, results, needs, rule, loc: undefined });
      return;
    }
    let differentiable = false;
    for (const r of results) {
      if (r.dtype !== 'float32') continue;
      this.#tracked.add(r);
      differentiable = true;
    }
    if (!differentiable) return;
    const lacksRule = rule.kind === 'op' && rule.op.vjp === undefined;
    const loc = locationOf(results[0]!) ?? (lacksRule ? userLocation() : undefined);
    this.entries.push({ name, args, results, needs, rule, loc });
  }
}

/** The way back of a call that brings its own. */
export function pullbackOfCall(pullback: Func, args: readonly Tensor[]): Pullback {
  return ([cotangent]) => {
    const found = call(pullback, [...args, cotangent!]);
    return args.map((_, i) => found[i] ?? null);
  };
}

/** The user's line of what a tensor was computed by, where it costs nothing to know. */
export function locationOf(result: Tensor): Loc | undefined {
  return result instanceof TracedTensor ? result.value.def?.loc : undefined;
}
