// Adagrad: steps divided by the size of all gradients so far.
import { checkNumber } from './checks.ts';
import { Optimizer, type OptimizerOptions, type Parameters } from './optimizer.ts';
import type { Rule } from './rule.ts';

export interface AdagradOptions extends OptimizerOptions {
  /** Default 0: the rate of step t is `lr / (1 + (t - 1) * lrDecay)`. */
  readonly lrDecay?: number;
  /** What the sum of squares starts with. Default 0. */
  readonly initialAccumulator?: number;
  /** Default 1e-10. */
  readonly epsilon?: number;
  /** Default 0: so many times the parameter is added to its gradient. */
  readonly weightDecay?: number;
}

/**
 * Adagrad (Duchi et al. 2011) with the formula and defaults of PyTorch, learning rate 0.01: `s = s + g²; p = p - lr * g / (√s + ε)`.
 *
 *     const opt = new Adagrad({ lr: 0.05 });
 */
export class Adagrad extends Optimizer {
  constructor(options: AdagradOptions = {}, parameters?: Parameters) {
    super(
      rule(options),
      options,
      0.01,
      ['lrDecay', 'initialAccumulator', 'epsilon', 'weightDecay'],
      parameters,
    );
  }
}

function rule(options: AdagradOptions): Rule {
  const { lrDecay = 0, initialAccumulator = 0, epsilon = 1e-10, weightDecay = 0 } = options;
  checkNumber(lrDecay, 'lrDecay', 'Adagrad', { min: 0 });
  checkNumber(initialAccumulator, 'initialAccumulator', 'Adagrad', { min: 0 });
  checkNumber(epsilon, 'epsilon', 'Adagrad', { min: 0 });
  checkNumber(weightDecay, 'weightDecay', 'Adagrad', { min: 0 });
  return {
    slots: { sum: initialAccumulator },
    update(p, gradient, slots, { rate, count }) {
      const g = weightDecay === 0 ? gradient : gradient.add(p.mul(weightDecay));
      const sum = slots.sum!.add(g.square());
      const size = lrDecay === 0 ? rate : rate.div(count.sub(1).mul(lrDecay).add(1));
      return [p.sub(g.div(sum.sqrt().add(epsilon)).mul(size)), { sum }];
    },
  };
}
