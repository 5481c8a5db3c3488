// backward(): from one tensor back through the steps it was computed by, to the leaves.
import { sameType, showType } from '../ir/types.ts';
import { constant } from '../ops/constant.ts';
import {
  type BackwardOptions,
  type Computed,
  type GradientHook,
  type History,
  type Leaf,
  type Sealed,
  type Step,
  withRecording,
} from '../tensor/history.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { at } from '../trace/place.ts';
import { noteHistories, Trace } from '../trace/tracer.ts';
import { GradientError, invariant } from '../util/errors.ts';
import { showLocation } from '../util/location.ts';
import { checkFlag, checkOptions } from '../util/options.ts';
import { baseInterpreter } from './base.ts';
import {
  type Cotangent,
  certain,
  joined,
  type MaybeCotangent,
  operandsOf,
  settled,
  type WayBack,
} from './cotangent.ts';
import { gradientOf, setGradient } from './leaf-gradients.ts';

type Followed = Leaf | Computed;

/** What a contribution may go to; a sealed history is an error then. */
type Reached = Followed | Sealed;

/** One walk back. */
export interface Pass {
  /** Keeps what it used, so that another can follow. */
  readonly retain: boolean;
  /** Its own computations have histories too. */
  readonly createGraph: boolean;
}

/** See Tensor.backward. */
export function propagate(
  root: Tensor,
  gradient: Tensor | number | undefined,
  options: BackwardOptions | undefined,
): void {
  checkOptions(options, ['retainGraph', 'createGraph'], 'backward');
  checkFlag(options?.retainGraph, 'retainGraph', 'backward');
  checkFlag(options?.createGraph, 'createGraph', 'backward');
  const { createGraph = false, retainGraph: retain = createGraph } = options ?? {};
  noteHistories();
  const target = root.resolve();
  const { history } = target;
  if (history === null) throw noHistory(target);
  goBack([[history, seedOf(target, gradient)]], { retain, createGraph });
}

let pass: Pass | null = null;

/** The pass that a step is asked for its way back by. */
export function currentPass(): Pass {
  invariant(pass !== null, 'a step goes back only in a backward pass');
  return pass;
}

/** Goes back from tensors of these histories and gradients, which are different ones, and adds to the gradients of leaves. */
export function goBack(roots: readonly (readonly [History, Tensor])[], now: Pass): void {
  const followed = roots.map(([history, seed]) => [followable(history), seed] as const);
  const steps = stepsBehind(followed.map(([history]) => history));
  const before = pass;
  pass = now;
  try {
    // Unless they are asked to, the rules leave no history of their own; the leaves are touched last, so that an error leaves them as they were.
    withRecording(now.createGraph, () => {
      const sums = walk(followed, steps).map(([leaf, g]) => {
        const present = gradientOf(leaf);
        return [leaf, present === null ? g : present.add(g)] as const;
      });
      for (const [leaf, sum] of sums) setGradient(leaf, sum);
    });
  } finally {
    pass = before;
  }
  if (!now.retain) for (const step of steps) step.back = null;
}

/** Throws the GradientError of a pass from here that would come by something used up. */
export function checkUnused(histories: readonly History[]): void {
  for (const step of stepsBehind(histories.map(followable))) wayBackOf(step);
}

/** One of these leaves that is, or is behind, one of the histories; null where none is. */
export function leafBehind(histories: readonly History[], wanted: ReadonlySet<Leaf>): Leaf | null {
  const followed = histories.filter((h) => h.kind === 'leaf' || h.kind === 'computed');
  const inputs = stepsBehind(followed).flatMap((step) => step.inputs);
  for (const h of [...followed, ...inputs]) if (h?.kind === 'leaf' && wanted.has(h)) return h;
  return null;
}

function followable(history: History): Followed {
  if (history.kind === 'symbolic')
    throw sealedError('it is part of a graph: g.gradients(y, [x]) adds its gradients there');
  if (history.kind === 'sealed') throw sealedError(history.why);
  return history;
}

function seedOf(target: Tensor, gradient: Tensor | number | undefined): Tensor {
  if (gradient === undefined || typeof gradient === 'number') {
    if (target.ndim > 0)
      throw new GradientError(
        `backward: this tensor is ${showType(target.type)} and no scalar; reduce it, for example with .sum() or .mean(), or pass the gradient of the result by it: backward(onesLike(y))`,
      );
    return constant(gradient ?? 1, 'float32');
  }
  const seed = gradient.resolve();
  if (!sameType(seed.type, target.type))
    throw new GradientError(
      `backward: the gradient must be ${showType(target.type)} like the tensor, got ${showType(seed.type)}`,
    );
  return seed;
}

/** The steps that the histories stand on, the last first. */
function stepsBehind(histories: readonly Followed[]): readonly Step[] {
  const met = new Set<Step>();
  const open: Step[] = histories.flatMap((h) => (h.kind === 'computed' ? [h.by] : []));
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    if (met.has(step)) continue;
    met.add(step);
    for (const h of step.inputs) if (h?.kind === 'computed') open.push(h.by);
  }
  return [...met].sort((a, b) => b.number - a.number);
}

// Contributions to one tensor are added in the order of the other backward walk, autodiff/backward.ts, so that the bits are the same.
function walk(
  roots: readonly (readonly [Followed, Tensor])[],
  steps: readonly Step[],
): (readonly [Leaf, Tensor])[] {
  const kept: (readonly [Leaf, Tensor])[] = [];
  const sums = new Map<Reached, Cotangent>();
  for (const [history, seed] of roots) {
    const sum = sums.get(history);
    sums.set(history, sum === undefined ? certain(seed) : joined(sum, certain(seed)));
  }
  for (const step of steps) {
    const { outputs, inputs, inputTypes } = step;
    if (!outputs.some((o) => sums.has(o))) continue;
    const back = wayBackOf(step);
    at(step.loc, () => {
      const given = outputs.map((output): MaybeCotangent => {
        const complete = sums.get(output);
        sums.delete(output);
        if (complete === undefined) return null;
        const final = hooked(complete, output.hooks);
        if (output.kept !== null) kept.push([output.kept, settled(final)]);
        return final;
      });
      back(given, operandsOf(step.name, inputs.map(reached), inputTypes, sums));
      for (const h of inputs) if (h?.kind === 'sealed' && sums.has(h)) throw sealedError(h.why);
    });
  }
  const leaves = kept;
  for (const [of, g] of sums) if (of.kind === 'leaf') leaves.push([of, settled(hooked(g, of.hooks))]);
  return leaves;
}

function reached(input: History | null): Reached | null {
  return input === null || input.kind === 'symbolic' ? null : input;
}

function wayBackOf(step: Step): WayBack {
  const { name, loc, home, back } = step;
  const place = loc === undefined ? '' : ` (${showLocation(loc)})`;
  if (back === null)
    throw new GradientError(
      `backward: ${name}${place} was already used by an earlier backward pass, which freed what it had recorded; a second pass needs backward(undefined, { retainGraph: true }) at the first`,
    );
  const base = baseInterpreter();
  if (home !== (base instanceof Trace ? base : null))
    throw new GradientError(
      `backward: ${name}${place} was recorded outside the function that is being traced, so that its compiled code would go back through it at every call; compute it inside, or call backward() outside of jit`,
    );
  return back;
}

function hooked(cotangent: Cotangent, hooks: ReadonlySet<GradientHook> | null): Cotangent {
  if (hooks === null) return cotangent;
  let now = settled(cotangent);
  for (const hook of hooks) {
    const answer = hook(now);
    if (answer === undefined) continue;
    const next = answer.resolve();
    if (!sameType(next.type, now.type))
      throw new GradientError(
        `registerHook: the hook of a tensor ${showType(now.type)} must return a gradient of that type or nothing, got ${showType(next.type)}`,
      );
    now = next;
  }
  return { value: now, present: cotangent.present, absent: null };
}

function noHistory({ type }: Tensor): GradientError {
  const reason =
    type.dtype === 'float32'
      ? `depends on nothing that requires a gradient. Ask for it where the leaf is made, tensor(data, { requiresGrad: true }) or variable(data), and compute outside noGrad()`
      : 'is not float32, and no gradient flows through it';
  return new GradientError(`backward: this tensor ${showType(type)} ${reason}`);
}

function sealedError(why: string): GradientError {
  return new GradientError(`backward: no gradient flows through it: ${why}`);
}
