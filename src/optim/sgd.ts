// Stochastic gradient descent, with momentum.

import { OptionError } from '../index.ts';
import { checkFlag } from '../util/options.ts';
import { checkNumber } from './checks.ts';
import { Optimizer, type OptimizerOptions, type Parameters } from './optimizer.ts';
import type { Rule } from './rule.ts';

export interface SGDOptions extends OptimizerOptions {
  /** Default 0. */
  readonly momentum?: number;
  /** Looks ahead along the momentum. Default false. */
  readonly nesterov?: boolean;
  /** The part of a gradient that the velocity does not take in, but for the first. Default 0. */
  readonly dampening?: number;
  /** Default 0: so many times the parameter is added to its gradient. */
  readonly weightDecay?: number;
}

/**
 * `velocity = momentum * velocity + (1 - dampening) * g; p = p - lr * velocity`, with `nesterov` `p = p - lr * (g + momentum * velocity)`: PyTorch's
 * SGD (Sutskever et al. 2013 in its form), default learning rate 0.01.
 *
 *     const opt = new SGD({ lr: 0.1, momentum: 0.9 });
 */
export class SGD extends Optimizer {
  constructor(options: SGDOptions = {}, parameters?: Parameters) {
    super(rule(options), options, 0.01, ['momentum', 'nesterov', 'dampening', 'weightDecay'], parameters);
  }
}

function rule({ momentum = 0, nesterov = false, dampening = 0, weightDecay = 0 }: SGDOptions): Rule {
  checkFlag(nesterov, 'nesterov', 'SGD');
  checkNumber(dampening, 'dampening', 'SGD', { min: 0, max: 1 });
  checkNumber(momentum, 'momentum', 'SGD', { min: 0 });
  checkNumber(weightDecay, 'weightDecay', 'SGD', { min: 0 });
  if (nesterov && momentum === 0)
    throw new OptionError('SGD: nesterov needs a momentum, as in { momentum: 0.9, nesterov: true }');
  if (dampening > 0 && (nesterov || momentum === 0))
    throw new OptionError(
      'SGD: dampening is of a momentum without nesterov, as in { momentum: 0.9, dampening: 0.1 }',
    );
  return {
    slots: momentum === 0 ? {} : { velocity: 0 },
    update(p, gradient, slots, { rate, count }) {
      const g = weightDecay === 0 ? gradient : gradient.add(p.mul(weightDecay));
      if (momentum === 0) return [p.sub(g.mul(rate)), {}];
      // The velocity begins as the first gradient, all of it.
      const taken = dampening === 0 ? g : g.mul(count.greater(1).where(1 - dampening, 1));
      const velocity = slots.velocity!.mul(momentum).add(taken);
      const move = nesterov ? g.add(velocity.mul(momentum)) : velocity;
      return [p.sub(move.mul(rate)), { velocity }];
    },
  };
}
