// Learning rates that change with the step. A schedule is a function of tensors, so that a compiled step follows it without being traced again.
import { OptionError, type Tensor, type TensorLike, tensor, where } from '../index.ts';
import { checkOptions } from '../util/options.ts';
import { checkCount, checkNumber, show } from './checks.ts';

/** The learning rate at a step: a float32 scalar of the number of steps done before, which is a float32 scalar too. */
export type Schedule = (step: Tensor) => Tensor;

/** The same rate always. */
export function constant(rate: number): Schedule {
  checkNumber(rate, 'rate', 'constant', { min: 0 });
  return () => tensor(rate);
}

export interface ExponentialDecayOptions {
  readonly initial: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  /** Falls only at whole multiples of `decaySteps`. Default false. */
  readonly staircase?: boolean;
}

/** `initial * decayRate ^ (step / decaySteps)`, Keras's ExponentialDecay. */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const name = 'exponentialDecay';
  checkOptions(options, ['initial', 'decaySteps', 'decayRate', 'staircase'], name);
  const initial = checkNumber(options.initial, 'initial', name, { min: 0 });
  const decaySteps = checkNumber(options.decaySteps, 'decaySteps', name, { above: 0 });
  const decayRate = checkNumber(options.decayRate, 'decayRate', name, { above: 0 });
  return (step) => {
    const times = step.div(decaySteps);
    return tensor(decayRate)
      .pow(options.staircase ? times.floor() : times)
      .mul(initial);
  };
}

export interface CosineDecayOptions {
  readonly initial: number;
  readonly decaySteps: number;
  /** The part of `initial` that is left in the end. Default 0. */
  readonly alpha?: number;
}

/** From `initial` to `alpha * initial` along half a cosine in `decaySteps` steps, then constant: Keras's CosineDecay (Loshchilov and Hutter 2016). */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const name = 'cosineDecay';
  checkOptions(options, ['initial', 'decaySteps', 'alpha'], name);
  const initial = checkNumber(options.initial, 'initial', name, { min: 0 });
  const decaySteps = checkNumber(options.decaySteps, 'decaySteps', name, { above: 0 });
  const alpha = checkNumber(options.alpha ?? 0, 'alpha', name, { min: 0 });
  return (step) => {
    const angle = step.minimum(decaySteps).mul(Math.PI / decaySteps);
    return angle
      .cos()
      .add(1)
      .mul(0.5 * (1 - alpha))
      .add(alpha)
      .mul(initial);
  };
}

export interface StepDecayOptions {
  readonly initial: number;
  readonly stepSize: number;
  /** Default 0.1. */
  readonly gamma?: number;
}

/** `initial * gamma ^ floor(step / stepSize)`, PyTorch's StepLR. */
export function stepDecay(options: StepDecayOptions): Schedule {
  const name = 'stepDecay';
  checkOptions(options, ['initial', 'stepSize', 'gamma'], name);
  const initial = checkNumber(options.initial, 'initial', name, { min: 0 });
  const stepSize = checkCount(options.stepSize, 'stepSize', name);
  const gamma = checkNumber(options.gamma ?? 0.1, 'gamma', name, { above: 0 });
  return (step) => tensor(gamma).pow(step.div(stepSize).floor()).mul(initial);
}

/**
 * Rises linearly for `steps` steps, from `1 / steps` of what `then` begins with, and goes on with `then` from there as if it began at that step.
 *
 *     warmup(cosineDecay({ initial: 1e-3, decaySteps: 1000 }), { steps: 100 })
 */
export function warmup(then: Schedule | number, options: { readonly steps: number }): Schedule {
  checkOptions(options, ['steps'], 'warmup');
  const steps = checkCount(options.steps, 'steps', 'warmup');
  const schedule = asSchedule(then, 'warmup');
  return (step) => {
    const rate = schedule(step.sub(steps).maximum(0));
    return where(step.less(steps), rate.mul(step.add(1).div(steps)), rate);
  };
}

/** A number as the schedule that never changes. */
export function asSchedule(rate: Schedule | number, owner: string): Schedule {
  if (typeof rate === 'function') return rate;
  if (typeof rate === 'number') return constant(rate);
  throw new OptionError(`${owner}: expected a learning rate or a schedule, got ${show(rate)}`);
}

/** What a schedule gives, checked: a float32 scalar. */
export function rateAt(schedule: Schedule, step: Tensor, owner: string): Tensor {
  const given: TensorLike = schedule(step);
  const rate = typeof given === 'number' ? tensor(given) : given;
  if (rate?.ndim === 0 && rate.dtype === 'float32') return rate;
  throw new OptionError(
    `${owner}: the schedule must return a float32 scalar, got ${rate?.shape === undefined ? show(given) : `${rate.dtype}[${rate.shape}]`}`,
  );
}
