// Adam, and AdamW with its decoupled weight decay.
import { checkFlag } from '../util/options.ts';
import { checkNumber } from './checks.ts';
import { Optimizer, type OptimizerOptions, type Parameters } from './optimizer.ts';
import { biasCorrection, movingAverage, type Rule } from './rule.ts';

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the average of gradients. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the average of squared gradients. Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Adam: added to the gradient, default 0. AdamW: taken from the parameter, default 0.01. */
  readonly weightDecay?: number;
  /** Divides by the largest average of squares so far (Reddi et al. 2018). Default false. */
  readonly amsgrad?: boolean;
}

const own = ['beta1', 'beta2', 'epsilon', 'weightDecay', 'amsgrad'] as const;

/**
 * Adam (Kingma and Ba 2015, algorithm 1) with the defaults of PyTorch: learning rate 0.001, betas 0.9 and 0.999, epsilon 1e-8.
 * `m = β1 m + (1 - β1) g; v = β2 v + (1 - β2) g²; p = p - lr * m̂ / (√v̂ + ε)` with `m̂ = m / (1 - β1^t)` and `v̂ = v / (1 - β2^t)`.
 *
 *     const opt = new Adam({ lr: 1e-3 });
 */
export class Adam extends Optimizer {
  constructor(options: AdamOptions = {}, parameters?: Parameters) {
    super(rule(options, 'Adam'), options, 0.001, own, parameters);
  }
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019): `p = p - lr * weightDecay * p` before Adam's step. Defaults as PyTorch's. */
export class AdamW extends Optimizer {
  constructor(options: AdamOptions = {}, parameters?: Parameters) {
    super(rule(options, 'AdamW'), options, 0.001, own, parameters);
  }
}

function rule(options: AdamOptions, name: 'Adam' | 'AdamW'): Rule {
  const decoupled = name === 'AdamW';
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, amsgrad = false } = options;
  const { weightDecay = decoupled ? 0.01 : 0 } = options;
  checkFlag(amsgrad, 'amsgrad', name);
  checkNumber(beta1, 'beta1', name, { min: 0, below: 1 });
  checkNumber(beta2, 'beta2', name, { min: 0, below: 1 });
  checkNumber(epsilon, 'epsilon', name, { min: 0 });
  checkNumber(weightDecay, 'weightDecay', name, { min: 0 });
  return {
    slots: { m: 0, v: 0, ...(amsgrad && { largest: 0 }) },
    update(p, gradient, slots, { rate, count }) {
      const coupled = weightDecay > 0 && !decoupled;
      const g = coupled ? gradient.add(p.mul(weightDecay)) : gradient;
      const start = weightDecay > 0 && decoupled ? p.sub(p.mul(rate.mul(weightDecay))) : p;
      const m = movingAverage(slots.m!, g, beta1);
      const v = movingAverage(slots.v!, g.square(), beta2);
      const size = rate.div(biasCorrection(beta1, count));
      const most = amsgrad ? { largest: slots.largest!.maximum(v) } : {};
      const spread = (most.largest ?? v).sqrt().div(biasCorrection(beta2, count).sqrt()).add(epsilon);
      return [start.sub(m.div(spread).mul(size)), { m, v, ...most }];
    },
  };
}
