// Stochastic gradient descent, with momentum.

import { OptionError } from '../index.ts';
import { checkNumber } from './checks.ts';
import { Optimizer, type OptimizerOptions, type Parameters } from './optimizer.ts';
import type { Rule } from './rule.ts';

export interface SGDOptions extends OptimizerOptions {
  /** Default 0. */
  readonly momentum?: number;
  /** Looks ahead along the momentum. Default false. */
  readonly nesterov?: boolean;
  /** Default 0: so many times the parameter is added to its gradient. */
  readonly weightDecay?: number;
}

/**
 * `velocity = momentum * velocity + g; p = p - lr * velocity`, with `nesterov` `p = p - lr * (g + momentum * velocity)`: PyTorch's
 * SGD (Sutskever et al. 2013 in its form), default learning rate 0.01.
 *
 *     const opt = new SGD({ lr: 0.1, momentum: 0.9 });
 */
export class SGD extends Optimizer {
  constructor(options: SGDOptions = {}, parameters?: Parameters) {
    super(rule(options), options, 0.01, ['momentum', 'nesterov', 'weightDecay'], parameters);
  }
}

function rule({ momentum = 0, nesterov = false, weightDecay = 0 }: SGDOptions): Rule {
  checkNumber(momentum, 'momentum', 'SGD', { min: 0 });
  checkNumber(weightDecay, 'weightDecay', 'SGD', { min: 0 });
  if (nesterov && momentum === 0)
    throw new OptionError('SGD: nesterov needs a momentum, as in { momentum: 0.9, nesterov: true }');
  return {
    slots: momentum === 0 ? {} : { velocity: 0 },
    update(p, gradient, slots, { rate }) {
      const g = weightDecay === 0 ? gradient : gradient.add(p.mul(weightDecay));
      if (momentum === 0) return [p.sub(g.mul(rate)), {}];
      const velocity = slots.velocity!.mul(momentum).add(g);
      const move = nesterov ? g.add(velocity.mul(momentum)) : velocity;
      return [p.sub(move.mul(rate)), { velocity }];
    },
  };
}
