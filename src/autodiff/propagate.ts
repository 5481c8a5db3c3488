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
import { Trace } from '../trace/tracer.ts';
import { GradientError } from '../util/errors.ts';
import { showLocation } from '../util/location.ts';
import { checkFlag, checkOptions } from '../util/options.ts';
import { baseInterpreter } from './base.ts';
import {
  type Cotangent,
  certain,
  type MaybeCotangent,
  operandsOf,
  settled,
  type WayBack,
} from './cotangent.ts';
import { gradientOf, setGradient } from './leaf-gradients.ts';

type Followed = Leaf | Computed;

/** What a contribution may go to; a sealed history is an error then. */
type Reached = Followed | Sealed;

/** See Tensor.backward. */
export function propagate(
  root: Tensor,
  gradient: Tensor | number | undefined,
  options: BackwardOptions | undefined,
): void {
  checkOptions(options, ['retainGraph'], 'backward');
  checkFlag(options?.retainGraph, 'retainGraph', 'backward');
  const target = root.resolve();
  const { history } = target;
  if (history === null) throw noHistory(target);
  if (history.kind === 'symbolic')
    throw sealedError('it is part of a graph: g.gradients(y, [x]) adds its gradients there');
  if (history.kind === 'sealed') throw sealedError(history.why);
  const seed = seedOf(target, gradient);
  const steps = stepsBehind(history);
  // The rules leave no history of their own; the leaves are touched last, so that an error leaves them as they were.
  withRecording(false, () => {
    const found = walk(history, seed, steps);
    const sums = found.map(([leaf, g]) => {
      const before = gradientOf(leaf);
      return [leaf, before === null ? g : before.add(g)] as const;
    });
    for (const [leaf, sum] of sums) setGradient(leaf, sum);
  });
  if (options?.retainGraph !== true) for (const step of steps) step.back = null;
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

/** The steps that `history` stands on, the last first. */
function stepsBehind(history: Followed): readonly Step[] {
  const met = new Set<Step>();
  const open: Step[] = history.kind === 'computed' ? [history.by] : [];
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    if (met.has(step)) continue;
    met.add(step);
    for (const h of step.inputs) if (h?.kind === 'computed') open.push(h.by);
  }
  return [...met].sort((a, b) => b.number - a.number);
}

// Contributions to one tensor are added in the order of the other backward walk, autodiff/backward.ts, so that the bits are the same.
function walk(root: Followed, seed: Tensor, steps: readonly Step[]): (readonly [Leaf, Tensor])[] {
  const sums = new Map<Reached, Cotangent>([[root, certain(seed)]]);
  for (const step of steps) {
    const { outputs, inputs, inputTypes } = step;
    if (!outputs.some((o) => sums.has(o))) continue;
    const back = wayBackOf(step);
    at(step.loc, () => {
      const given = outputs.map((output): MaybeCotangent => {
        const complete = sums.get(output);
        sums.delete(output);
        return complete === undefined ? null : hooked(complete, output.hooks);
      });
      const operands = operandsOf(step.name, inputs.map(reached), inputTypes, sums);
      back(given, operands);
      for (const h of inputs) if (h?.kind === 'sealed' && sums.has(h)) throw sealedError(h.why);
    });
  }
  const leaves: (readonly [Leaf, Tensor])[] = [];
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
  const inTrace = baseInterpreter() instanceof Trace;
  const reason =
    type.dtype === 'float32'
      ? `depends on nothing that requires a gradient. Ask for it where the leaf is made, tensor(data, { requiresGrad: true }) or variable(data), and compute outside noGrad()`
      : 'is not float32, and no gradient flows through it';
  const note = inTrace
    ? '; inside jit, what the arguments depend on is not seen: capture the leaf instead of passing it'
    : '';
  return new GradientError(`backward: this tensor ${showType(type)} ${reason}${note}`);
}

function sealedError(why: string): GradientError {
  return new GradientError(`backward: no gradient flows through it: ${why}`);
}
