// The histories of arguments in a jitted function: what a backward pass inside it sees of them, and how it goes on behind them when the function has run.

import { baseOf } from '../autodiff/base.ts';
import { plainly } from '../autodiff/cotangent.ts';
import { gradientOf, hasGradient, peekGradient, setGradient } from '../autodiff/leaf-gradients.ts';
import { checkUnused, currentPass, goBack, leafBehind, type Pass } from '../autodiff/propagate.ts';
import { remember } from '../autodiff/steps.ts';
import { currentInterpreter } from '../ops/dispatch.ts';
import { type History, isRecording, type Leaf, leaf } from '../tensor/history.ts';
import { Tensor } from '../tensor/tensor.ts';
import { noteHistories, Trace } from '../trace/tracer.ts';
import { invariant } from '../util/errors.ts';

/**
 * What a function is traced for. A leaf is one inside too, with a `.grad` to look at; `passed`: what goes back there goes on when the function has run,
 * for tensors that were computed, and for leaves with hooks, which see gradients and no traced ones.
 */
type Kind = 'none' | 'leaf' | 'leaf with a gradient' | 'passed' | 'sealed';

/** What is known of the history of a parameter. */
export interface ArgumentHistory {
  readonly kind: Kind;
  /** The first parameter of the same history. */
  readonly first: number;
}

/** What becomes of the history of an argument, by one of the results. */
interface Effect {
  readonly parameter: number;
  readonly result: number;
}

/** What a traced function does with the histories of its arguments. */
export interface ArgumentEffects {
  /** One per argument among the parameters. */
  readonly histories: readonly ArgumentHistory[];
  /** The leaves whose gradients are parameters too, after the arguments. */
  readonly given: readonly number[];
  /** Gradients that leaves have afterwards. */
  readonly set: readonly Effect[];
  /** Leaves that have none afterwards. */
  readonly removed: readonly number[];
  /** Backward passes that go on, in order. */
  readonly passes: readonly { readonly retain: boolean; readonly roots: readonly Effect[] }[];
}

function historyOf(x: unknown): History | null {
  return x instanceof Tensor && isRecording() ? x.history : null;
}

function kindOf(x: unknown, present: (leaf: Leaf) => boolean): Kind {
  const history = historyOf(x);
  switch (history?.kind) {
    case undefined:
    case 'symbolic':
      return 'none';
    case 'sealed':
      return 'sealed';
    case 'computed':
      return 'passed';
    case 'leaf':
      if (history.hooks !== null && history.hooks.size > 0) return 'passed';
      return present(history) ? 'leaf with a gradient' : 'leaf';
  }
}

function firstOf(args: readonly unknown[], i: number): number {
  const history = historyOf(args[i]);
  if (history === null) return i;
  for (let k = 0; k < i; k++) if (historyOf(args[k]) === history) return k;
  return i;
}

/** Are the histories of these arguments as expected? Asked at every call of a function that looks at them, so it allocates nothing. Whoever is being traced depends on the answer. */
export function sameHistories(args: readonly unknown[], expected: readonly ArgumentHistory[]): boolean {
  noteHistories();
  for (let i = 0; i < expected.length; i++) {
    const { kind, first } = expected[i]!;
    if (kindOf(args[i], hasGradient) !== kind || firstOf(args, i) !== first) return false;
  }
  return true;
}

/** Where they are not, such as `args[0] needs a gradient: none -> leaf`. */
export function unexpectedHistories(
  args: readonly unknown[],
  expected: readonly ArgumentHistory[],
  paths: readonly string[],
): readonly string[] {
  return expected.flatMap(({ kind, first }, i) => {
    const now = kindOf(args[i], peekGradient);
    if (now !== kind) return [`the history of ${paths[i]}: ${kind} -> ${now}`];
    return firstOf(args, i) === first ? [] : [`which of the arguments are one tensor`];
  });
}

/** The tracing of one function. */
export class ArgumentHistories {
  readonly #histories: readonly ArgumentHistory[];
  readonly #paths: readonly string[];
  readonly #leaves = new Map<number, Leaf>();
  readonly #passes = new Map<Pass, { readonly parameter: number; readonly cotangent: Tensor }[]>();
  /** The leaves whose gradients the function is given. */
  readonly given: readonly number[];

  constructor(args: readonly unknown[], paths: readonly string[]) {
    this.#histories = args.map((x, i) => ({ kind: kindOf(x, peekGradient), first: firstOf(args, i) }));
    this.#paths = paths;
    this.given = this.#histories.flatMap((h, i) =>
      h.kind === 'leaf with a gradient' && h.first === i ? [i] : [],
    );
  }

  /** Gives the parameters histories of their own, inside the trace. `gradients` are those of `given`. */
  attach(parameters: readonly Tensor[], gradients: readonly Tensor[]): void {
    const trace = traceNow();
    this.#histories.forEach(({ kind, first }, i) => {
      const x = parameters[i]!;
      const path = this.#paths[i]!;
      if (kind === 'none') return;
      if (first !== i) x.history = parameters[first]!.history;
      else if (kind === 'sealed')
        x.history = { kind: 'sealed', why: `it comes from ${path}, which no gradient flows through` };
      else if (kind === 'passed') this.#passOn(x, i);
      else {
        const own = leaf(path, x.type, null, trace);
        this.#leaves.set(i, own);
        x.history = own;
        const k = this.given.indexOf(i);
        if (k >= 0) trace.gradients.set(own, gradients[k]!);
      }
    });
  }

  #passOn(x: Tensor, parameter: number): void {
    const source = leaf(this.#paths[parameter]!, x.type, null, traceNow());
    remember(this.#paths[parameter]!, [source], [x], [x], undefined, () =>
      plainly(([cotangent]) => {
        const pass = currentPass();
        const roots = this.#passes.get(pass) ?? [];
        this.#passes.set(pass, roots);
        roots.push({ parameter, cotangent: cotangent! });
        return [null];
      }),
    );
  }

  /** What the function has done; `result` adds a result to it and gives its number. Null if nobody has looked at histories: it is the same for all. */
  finish(result: (x: Tensor) => number): ArgumentEffects | null {
    const trace = traceNow();
    if (!trace.seesHistories) return null;
    const set: Effect[] = [];
    const removed: number[] = [];
    for (const [parameter, own] of this.#leaves) {
      const gradient = trace.gradients.get(own);
      if (gradient === null) removed.push(parameter);
      else if (gradient !== undefined) set.push({ parameter, result: result(gradient) });
    }
    const passes = [...this.#passes].map(([{ retain }, roots]) => ({
      retain,
      roots: roots.map(({ parameter, cotangent }) => ({ parameter, result: result(cotangent) })),
    }));
    return { histories: this.#histories, given: this.given, set, removed, passes };
  }
}

function traceNow(): Trace {
  const base = baseOf(currentInterpreter());
  invariant(base instanceof Trace, 'arguments have histories of their own in a trace only');
  return base;
}

/** The gradients that the function is given, after its arguments. */
export function givenGradients({ given }: ArgumentEffects, args: readonly unknown[]): readonly Tensor[] {
  return given.map((i) => gradientOf((args[i] as Tensor).history as Leaf)!);
}

/** Throws where a pass of the function would go on through what an earlier one has used up. Before it runs, so that nothing has happened then. */
export function checkHistories({ passes }: ArgumentEffects, args: readonly unknown[]): void {
  for (const { roots } of passes)
    checkUnused(roots.map(({ parameter }) => (args[parameter] as Tensor).history!));
}

/** One of the leaves that an argument depends on as well, so that what the function does with its gradient is not all that it would be without compiling. */
export function leafOfBoth(args: readonly unknown[], leaves: ReadonlySet<Leaf>): Leaf | null {
  const histories = args.flatMap((x) => historyOf(x) ?? []);
  return histories.length === 0 ? null : leafBehind(histories, leaves);
}

/** Leaves the gradients in the arguments, and goes on behind them. */
export function applyEffects(
  { set, removed, passes }: ArgumentEffects,
  args: readonly unknown[],
  results: readonly Tensor[],
): void {
  const of = (i: number): History => (args[i] as Tensor).history!;
  for (const i of removed) setGradient(of(i) as Leaf, null);
  for (const { parameter, result } of set) setGradient(of(parameter) as Leaf, results[result]!);
  for (const { retain, roots } of passes)
    goBack(
      roots.map(({ parameter, result }) => [of(parameter), results[result]!] as const),
      { retain, createGraph: false },
    );
}
