// RMSProp: steps divided by a moving average of the gradient's size.
import { checkFlag } from '../util/options.ts';
import { checkNumber } from './checks.ts';
import { Optimizer, type OptimizerOptions, type Parameters } from './optimizer.ts';
import { movingAverage, type Rule, type Slots } from './rule.ts';

export interface RMSPropOptions extends OptimizerOptions {
  /** Decay of the averages; default 0.99 (Keras calls it rho). */
  readonly decay?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Divides by the variance of the gradient instead of its mean square. Default false. */
  readonly centered?: boolean;
  /** Default 0: so many times the parameter is added to its gradient. */
  readonly weightDecay?: number;
}

/**
 * RMSProp (Tieleman and Hinton 2012; centred: Graves 2013) with the formula and defaults of PyTorch, learning rate 0.01:
 * `v = d v + (1 - d) g²; p = p - lr * g / (√v + ε)`, with momentum along `b = momentum * b + g / (√v + ε)`.
 *
 *     const opt = new RMSProp({ lr: 1e-3, decay: 0.9 });
 */
export class RMSProp extends Optimizer {
  constructor(options: RMSPropOptions = {}, parameters?: Parameters) {
    super(
      rule(options),
      options,
      0.01,
      ['decay', 'epsilon', 'momentum', 'centered', 'weightDecay'],
      parameters,
    );
  }
}

function rule(options: RMSPropOptions): Rule {
  const { decay = 0.99, epsilon = 1e-8, momentum = 0, centered = false, weightDecay = 0 } = options;
  checkFlag(centered, 'centered', 'RMSProp');
  checkNumber(decay, 'decay', 'RMSProp', { min: 0, below: 1 });
  checkNumber(epsilon, 'epsilon', 'RMSProp', { min: 0 });
  checkNumber(momentum, 'momentum', 'RMSProp', { min: 0 });
  checkNumber(weightDecay, 'weightDecay', 'RMSProp', { min: 0 });
  return {
    slots: { v: 0, ...(centered && { mean: 0 }), ...(momentum > 0 && { velocity: 0 }) },
    update(p, gradient, slots, { rate }) {
      const g = weightDecay === 0 ? gradient : gradient.add(p.mul(weightDecay));
      const v = movingAverage(slots.v!, g.square(), decay);
      const next: Record<string, Slots[string]> = { v };
      let spread = v;
      if (centered) {
        next.mean = movingAverage(slots.mean!, g, decay);
        spread = v.sub(next.mean.square());
      }
      let move = g.div(spread.sqrt().add(epsilon));
      if (momentum > 0) {
        move = slots.velocity!.mul(momentum).add(move);
        next.velocity = move;
      }
      return [p.sub(move.mul(rate)), next];
    },
  };
}
