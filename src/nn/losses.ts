// Losses by Keras's names and formulas (https://keras.io/api/losses/): how far predictions are from the truth, as one number.
import { check, OptionError, oneHot, type Tensor } from '../index.ts';
import { checkNumber } from '../optim/checks.ts';
import { checkFlag, checkOptions } from '../util/options.ts';
import { sameShapes, truthShape, weightsFor } from './truth.ts';

/** How the losses of the examples become one: their mean (the default), their sum, or not at all. */
export type Reduction = 'mean' | 'sum' | 'none';

export interface LossOptions {
  readonly reduction?: Reduction;
  /** A factor for each example, or each loss: of the shape of the losses with `reduction: 'none'`, or of their first axes. The mean still divides by the number of losses. */
  readonly sampleWeight?: Tensor;
}

/** The loss of predictions, given the truth: a float32 scalar. Weights come as options where a model is trained with them. */
export type Loss = (yTrue: Tensor, yPred: Tensor, options?: { readonly sampleWeight?: Tensor }) => Tensor;

const common = ['reduction', 'sampleWeight'] as const;
// What Keras keeps probabilities away from 0 and 1 by.
const epsilon = 1e-7;

function reduced(losses: Tensor, { reduction = 'mean', sampleWeight }: LossOptions, where: string): Tensor {
  const weighted = sampleWeight === undefined ? losses : losses.mul(weightsFor(losses, sampleWeight, where));
  if (reduction === 'mean') return weighted.mean();
  if (reduction === 'sum') return weighted.sum();
  if (reduction === 'none') return weighted;
  throw new OptionError(
    `${where}: reduction must be 'mean', 'sum' or 'none', got ${JSON.stringify(reduction)}`,
  );
}

// A loss that is the mean over the last axis of something for each element.
function elementwise(
  name: string,
  f: (yTrue: Tensor, yPred: Tensor) => Tensor,
): (yTrue: Tensor, yPred: Tensor, options?: LossOptions) => Tensor {
  const loss = (yTrue: Tensor, yPred: Tensor, options: LossOptions = {}): Tensor => {
    checkOptions(options, common, name);
    const truth = sameShapes(yTrue, yPred, name);
    return reduced(lastMean(f(truth, yPred)), options, name);
  };
  return Object.defineProperty(loss, 'name', { value: name });
}

function lastMean(x: Tensor): Tensor {
  return x.ndim === 0 ? x : x.mean(-1);
}

type PlainLoss = (yTrue: Tensor, yPred: Tensor, options?: LossOptions) => Tensor;

/** `mean((yTrue - yPred)²)`. */
export const meanSquaredError: PlainLoss = elementwise('meanSquaredError', (t, p) => p.sub(t).square());
/** `mean(|yTrue - yPred|)`. */
export const meanAbsoluteError: PlainLoss = elementwise('meanAbsoluteError', (t, p) => p.sub(t).abs());
/** `mean(log(cosh(yPred - yTrue)))`, without overflow. */
export const logCosh: PlainLoss = elementwise('logCosh', (t, p) => {
  const x = p.sub(t);
  return x.add(x.mul(-2).softplus()).sub(Math.LN2);
});
/** `mean(max(1 - yTrue * yPred, 0))`, for a truth of -1 and 1; 0 counts as -1 where the truth is 0 and 1. */
export const hinge: PlainLoss = elementwise('hinge', missed);
function missed(t: Tensor, p: Tensor): Tensor {
  const binary = t.equal(0).logicalOr(t.equal(1)).all();
  const signs = binary.where(t.mul(2).sub(1), t);
  return signs.mul(p).neg().add(1).maximum(0);
}
/** `mean(max(1 - yTrue * yPred, 0)²)`, with the truth of `hinge`. */
export const squaredHinge: PlainLoss = elementwise('squaredHinge', (t, p) => missed(t, p).square());
/** `max(1 + max((1 - yTrue) * yPred) - Σ yTrue * yPred, 0)` along the last axis, for a truth that is one-hot. */
export function categoricalHinge(yTrue: Tensor, yPred: Tensor, options: LossOptions = {}): Tensor {
  checkOptions(options, common, 'categoricalHinge');
  const t = sameShapes(yTrue, yPred, 'categoricalHinge');
  const others = t.neg().add(1).mul(yPred).max(-1);
  return reduced(others.sub(t.mul(yPred).sum(-1)).add(1).maximum(0), options, 'categoricalHinge');
}
/** `100 * mean(|yTrue - yPred| / max(|yTrue|, 1e-7))`. */
export const meanAbsolutePercentageError: PlainLoss = elementwise('meanAbsolutePercentageError', (t, p) =>
  t.sub(p).div(t.abs().maximum(epsilon)).abs().mul(100),
);
/** `mean((log(1 + yTrue) - log(1 + yPred))²)`, of what is above 0. */
export const meanSquaredLogarithmicError: PlainLoss = elementwise('meanSquaredLogarithmicError', (t, p) => {
  const scale = (x: Tensor): Tensor => x.maximum(epsilon).log1p();
  return scale(p).sub(scale(t)).square();
});
/** `mean(yPred - yTrue * log(yPred + 1e-7))`. */
export const poisson: PlainLoss = elementwise('poisson', (t, p) => p.sub(t.mul(p.add(epsilon).log())));

/** Half the square where predictions are within `delta` (1) of the truth, linear beyond (Huber 1964). */
export function huber(
  yTrue: Tensor,
  yPred: Tensor,
  options: LossOptions & { readonly delta?: number } = {},
): Tensor {
  checkOptions(options, [...common, 'delta'], 'huber');
  const delta = checkNumber(options.delta ?? 1, 'delta', 'huber', { above: 0 });
  const error = yPred.sub(sameShapes(yTrue, yPred, 'huber')).abs();
  const linear = error.mul(delta).sub(0.5 * delta * delta);
  return reduced(lastMean(error.lessEqual(delta).where(error.square().mul(0.5), linear)), options, 'huber');
}

/** `-Σ t·p` of both as unit vectors along the last axis: -1 where they point the same way. */
export function cosineSimilarity(yTrue: Tensor, yPred: Tensor, options: LossOptions = {}): Tensor {
  checkOptions(options, common, 'cosineSimilarity');
  const unit = (x: Tensor): Tensor =>
    x.mul(
      x
        .square()
        .sum(-1, true)
        .maximum(epsilon * epsilon)
        .rsqrt(),
    );
  const truth = sameShapes(yTrue, yPred, 'cosineSimilarity');
  return reduced(unit(truth).mul(unit(yPred)).sum(-1).neg(), options, 'cosineSimilarity');
}

/** `Σ t log(t / p)` along the last axis, both kept within [1e-7, 1]. */
export function klDivergence(yTrue: Tensor, yPred: Tensor, options: LossOptions = {}): Tensor {
  checkOptions(options, common, 'klDivergence');
  const t = sameShapes(yTrue, yPred, 'klDivergence').clamp(epsilon, 1);
  return reduced(t.mul(t.div(yPred.clamp(epsilon, 1)).log()).sum(-1), options, 'klDivergence');
}

export interface CrossentropyOptions extends LossOptions {
  /** Predictions are scores before sigmoid or softmax: better, because nothing is lost on the way. Default false. */
  readonly fromLogits?: boolean;
  /** How far the truth is moved towards indifference, from 0 (the default) to 1. */
  readonly labelSmoothing?: number;
}

function checkCrossentropy(options: CrossentropyOptions, where: string, own: readonly string[]): void {
  checkOptions(options, [...common, 'fromLogits', ...own], where);
  checkFlag(options.fromLogits, 'fromLogits', where);
}

/** `-mean(t log p + (1 - t) log(1 - p))` of probabilities, or of logits. */
export function binaryCrossentropy(yTrue: Tensor, yPred: Tensor, options: CrossentropyOptions = {}): Tensor {
  const where = 'binaryCrossentropy';
  checkCrossentropy(options, where, ['labelSmoothing']);
  const smoothing = checkNumber(options.labelSmoothing ?? 0, 'labelSmoothing', where, { min: 0, max: 1 });
  const given = sameShapes(yTrue, yPred, where);
  const t = smoothing === 0 ? given : given.mul(1 - smoothing).add(0.5 * smoothing);
  return reduced(lastMean(options.fromLogits ? fromScores(t, yPred) : fromChances(t, yPred)), options, where);
}

// max(x, 0) - x t + log(1 + e^-|x|)
function fromScores(t: Tensor, x: Tensor): Tensor {
  return x.relu().sub(x.mul(t)).add(x.abs().neg().exp().log1p());
}

function fromChances(t: Tensor, probability: Tensor): Tensor {
  const p = probability.clamp(epsilon, 1 - epsilon);
  const rest = t.neg().add(1).mul(p.neg().add(1).log());
  return t.mul(p.log()).add(rest).neg();
}

/** `-Σ t log p` along the last axis, for a truth that is a distribution (one-hot, mostly); probabilities are divided by their sum. */
export function categoricalCrossentropy(
  yTrue: Tensor,
  yPred: Tensor,
  options: CrossentropyOptions = {},
): Tensor {
  const where = 'categoricalCrossentropy';
  checkCrossentropy(options, where, ['labelSmoothing']);
  const smoothing = checkNumber(options.labelSmoothing ?? 0, 'labelSmoothing', where, { min: 0, max: 1 });
  const given = sameShapes(yTrue, yPred, where);
  const t = smoothing === 0 ? given : given.mul(1 - smoothing).add(smoothing / yPred.type.shape.at(-1)!);
  return reduced(t.mul(logChances(yPred, options.fromLogits)).sum(-1).neg(), options, where);
}

/** `-log p` of the class that is true, given as int32 [...batch] (or [...batch, 1]) for predictions [...batch, classes]. Throws a CheckError for classes that there are none of. */
export function sparseCategoricalCrossentropy(
  yTrue: Tensor,
  yPred: Tensor,
  options: Omit<CrossentropyOptions, 'labelSmoothing'> = {},
): Tensor {
  const where = 'sparseCategoricalCrossentropy';
  checkCrossentropy(options, where, []);
  const classes = truthShape(yTrue, yPred, where);
  const count = yPred.type.shape.at(-1)!;
  // One class out of range would be a row of zeros, and its loss 0.
  const known = classes.greaterEqual(0).logicalAnd(classes.less(count)).all();
  check(known, `${where}: classes go from 0 to ${count - 1}, got`, classes);
  const t = oneHot(classes, count);
  return reduced(t.mul(logChances(yPred, options.fromLogits)).sum(-1).neg(), options, where);
}

function logChances(predicted: Tensor, fromLogits = false): Tensor {
  if (fromLogits) return predicted.logSoftmax(-1);
  const p = predicted.div(predicted.sum(-1, true));
  return p.clamp(epsilon, 1 - epsilon).log();
}

/** The cross-entropy of logits [batch, classes] with labels, int32 classes [batch] or a distribution [batch, classes], as a mean. */
export function softmaxCrossEntropy(labels: Tensor, logits: Tensor, options: LossOptions = {}): Tensor {
  checkOptions(options, common, 'softmaxCrossEntropy');
  return labels.dtype === 'int32' && labels.ndim < logits.ndim
    ? sparseCategoricalCrossentropy(labels, logits, { ...options, fromLogits: true })
    : categoricalCrossentropy(labels, logits, { ...options, fromLogits: true });
}

const byName: Readonly<Record<string, Loss>> = {
  meanSquaredError,
  mse: meanSquaredError,
  meanAbsoluteError,
  mae: meanAbsoluteError,
  huber,
  logCosh,
  hinge,
  squaredHinge,
  categoricalHinge,
  meanAbsolutePercentageError,
  mape: meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  msle: meanSquaredLogarithmicError,
  poisson,
  cosineSimilarity,
  klDivergence,
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
  softmaxCrossEntropy,
};

/** A name of the list, or a function of truth and prediction. */
export type LossLike = string | Loss;

/** Does it know what to do with weights? */
export function takesWeights(loss: Loss): boolean {
  return loss.length > 2 || Object.values(byName).includes(loss);
}

export function lossOf(like: LossLike, where: string): Loss {
  if (typeof like === 'function') return like;
  if (Object.hasOwn(byName, like)) return byName[like]!;
  throw new OptionError(
    `${where}: unknown loss ${JSON.stringify(like)}; there are ${Object.keys(byName).join(', ')}, or a function (yTrue, yPred) => scalar`,
  );
}
