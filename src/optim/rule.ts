// What an optimizer is, before its two faces: how one parameter moves by its gradient, and what it remembers.
import type { Tensor } from '../index.ts';

/** What all parameters share in one step. */
export interface StepContext {
  /** The learning rate, a float32 scalar. */
  readonly rate: Tensor;
  /** Which step it is, from 1 on, as a float32 scalar. */
  readonly count: Tensor;
}

/** What is remembered of one parameter: tensors of its shape, by name. */
export type Slots = Readonly<Record<string, Tensor>>;

/** An update rule. It is written once, of tensors, and is the same under the stateful and the functional face, eager and compiled. */
export interface Rule {
  /** The names of the slots, and what they are filled with at first. */
  readonly slots: Readonly<Record<string, number>>;
  /** The parameter and its slots after the step. */
  update(parameter: Tensor, gradient: Tensor, slots: Slots, step: StepContext): readonly [Tensor, Slots];
}

/** `1 - decay^count`, Adam's bias correction, exact to float32 also where decay^count is near 1. */
export function biasCorrection(decay: number, count: Tensor): Tensor {
  return count.mul(Math.log(decay)).expm1().neg();
}

/** The moving average `decay * old + (1 - decay) * now`. */
export function movingAverage(old: Tensor, now: Tensor, decay: number): Tensor {
  return old.mul(decay).add(now.mul(1 - decay));
}
