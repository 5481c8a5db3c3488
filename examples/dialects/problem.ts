// What every dialect is given: the same weights, the same data, the same loss.
import { random, type Tensor } from 'tracejit';

/** The network of the comparison: 100 inputs, Dense(50), Dense(10). */
export const network = {
  inputs: random.normal(random.key(10), [64, 100]),
  targets: random.normal(random.key(11), [64, 10]),
  weights: [
    random.normal(random.key(12), [100, 50], 0, 0.1),
    random.normal(random.key(13), [50], 0, 0.1),
    random.normal(random.key(14), [50, 10], 0, 0.1),
    random.normal(random.key(15), [10], 0, 0.1),
  ],
} as const;

/** Logistic regression: 256 examples of 8 features, separable but for some noise. */
export const regression = (() => {
  const features = random.normal(random.key(1), [256, 8]);
  const direction = random.normal(random.key(2), [8, 1]);
  const noise = random.normal(random.key(3), [256, 1], 0, 0.5);
  const labels = features.matmul(direction).add(noise).greater(0).cast('float32');
  return {
    features,
    labels,
    start: random.normal(random.key(4), [8, 1], 0, 0.1),
    rate: 0.5,
    steps: 25,
  } as const;
})();

/**
 * A loop whose length the data say: `while (x.sum() > 1) { if (x.max() > 10) break; x = x * 0.7; }`. The first of these takes many rounds,
 * the second breaks off.
 */
export const loopStarts: readonly Tensor[] = [
  random.uniform(random.key(5), [16]),
  random.uniform(random.key(6), [16], 0, 12),
];

/** The mean negative log-likelihood of labels 0 and 1. */
export function logLoss(labels: Tensor, logits: Tensor): Tensor {
  return logits.softplus().sub(labels.mul(logits)).mean();
}

/** What a dialect shows. */
export interface Dialect {
  readonly name: string;
  /** The derivative of x² at 5. */
  derivative(): Tensor;
  /** The output of the network on `network.inputs`. */
  predict(): Tensor;
  /** The loss before each step of the regression. */
  train(): readonly Tensor[];
  /** Where the loop ends that begins with `x`. */
  loop(x: Tensor): Tensor;
}
