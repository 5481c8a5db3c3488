// How a tensor came about, for backward(): only tensors that depend on one which requires a gradient have a history, and it lives as long as they do.
import type { WayBack } from '../autodiff/cotangent.ts';
import type { TensorType } from '../ir/types.ts';
import type { Interpreter } from '../ops/dispatch.ts';
import { invariant } from '../util/errors.ts';
import type { Loc } from '../util/location.ts';
import type { Tensor } from './tensor.ts';
import type { Variable } from './variable.ts';

/** Sees the gradient of one tensor when it is complete, and may return another in its place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing
export type GradientHook = (gradient: Tensor) => Tensor | undefined | void;

/** Null on a tensor: no gradient is required of anything it depends on. */
export type History = Leaf | Computed | Sealed | Symbolic;

/** It has not been computed at all: it is part of a graph that will be run later, and what is computed from it becomes part of that graph. */
export interface Symbolic {
  readonly kind: 'symbolic';
  readonly bind: Interpreter['bind'];
  /** Runs `f` with all ops going into the graph. */
  within<T>(f: () => T): T;
}

/** A tensor or variable that was asked to require a gradient. Backward passes leave theirs in its `.grad`. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly name: string;
  readonly type: TensorType;
  readonly variable: Variable | null;
  /** The trace it was made in, which it does not outlive; null for one of eager mode. */
  readonly home: object | null;
  /** Null until there is one. */
  hooks: Set<GradientHook> | null;
  /** Outside every trace: does it have a gradient? If so, `slot` holds it. The slot stays the same, so that compiled code can write it. */
  present: boolean;
  slot: Variable | null;
  /** The gradient itself, where it has a history: a variable has none of what it was assigned. */
  recorded: Tensor | null;
}

/** One of the results of a recorded step. */
export interface Computed {
  readonly kind: 'computed';
  readonly by: Step;
  /** Null until there is one. */
  hooks: Set<GradientHook> | null;
  /** Holds its gradient as a leaf does, if it was asked to; see retainGrad. */
  kept: Leaf | null;
}

/** It depends on what requires a gradient, but no backward pass can go there. `why` continues "no gradient flows through it: …". */
export interface Sealed {
  readonly kind: 'sealed';
  readonly why: string;
}

/** What was computed, and the way back. It knows what it came from, not what came of it, so that it goes with the tensors computed from it. */
export interface Step {
  /** Counts up in order of execution. */
  readonly number: number;
  readonly name: string;
  readonly loc: Loc | undefined;
  readonly inputs: readonly (History | null)[];
  readonly inputTypes: readonly { readonly type: TensorType }[];
  readonly outputs: readonly Computed[];
  /** The trace it was recorded in; null in eager mode. */
  readonly home: object | null;
  /** Null once a backward pass has used it up. */
  back: WayBack | null;
}

export interface BackwardOptions {
  /** Keeps what the pass used, so that another can follow. Default false. */
  readonly retainGraph?: boolean;
  /** Gives the gradients a history, so that they can be differentiated in turn. Implies `retainGraph`, unless that says otherwise. Default false. */
  readonly createGraph?: boolean;
}

/** The methods of tensors that need the gradient rules, which stand in the rooms above. */
export interface Autograd {
  backward(x: Tensor, gradient: Tensor | number | undefined, options: BackwardOptions | undefined): void;
  /** `x` as a tensor without a history. */
  detach(x: Tensor, requiresGrad: boolean): Tensor;
  gradientOf(x: Tensor): Tensor | null;
  setGradient(x: Tensor, gradient: Tensor | null): void;
  retainGrad(x: Tensor): void;
  registerHook(x: Tensor, hook: GradientHook): () => void;
}

let installed: Autograd | null = null;

/** Called once, by autodiff/history.ts. */
export function installAutograd(autograd: Autograd): void {
  installed = autograd;
}

export function autograd(): Autograd {
  invariant(installed !== null, 'no autograd: autodiff/history.ts installs it when it is loaded');
  return installed;
}

let recording = true;

/** Are histories written now? Not inside noGrad, nor during a backward pass. */
export function isRecording(): boolean {
  return recording;
}

/** Runs `f` with histories written or not. A trace begins with them written, whoever caused it: its code serves other callers too. */
export function withRecording<T>(on: boolean, f: () => T): T {
  const saved = recording;
  recording = on;
  try {
    return f();
  } finally {
    recording = saved;
  }
}

export function leaf(
  name: string,
  { dtype, shape }: TensorType,
  variable: Variable | null,
  home: object | null,
): Leaf {
  const type = { dtype, shape };
  return {
    kind: 'leaf',
    name,
    type,
    variable,
    home,
    hooks: null,
    present: false,
    slot: null,
    recorded: null,
  };
}
