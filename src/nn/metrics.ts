// Metrics by Keras's names: numbers that say how good a model is. Each is made of sums, so that batches add up to what all examples together give.
import { ArgumentError, OptionError, type Tensor, takeAlongAxis, tensor } from '../index.ts';
import { checkCount } from '../optim/checks.ts';
import { sameShapes, truthShape } from './truth.ts';

/** A metric: called with truth and prediction it gives a scalar; a model adds up its sums over the batches first. */
export interface Metric {
  (yTrue: Tensor, yPred: Tensor): Tensor;
  /** Named so in histories and bars. */
  readonly metricName: string;
  /** Scalars that add up. */
  sums(yTrue: Tensor, yPred: Tensor): readonly Tensor[];
  /** The metric, of sums over anything. */
  result(sums: readonly Tensor[]): Tensor;
}

/**
 * A metric of your own, from sums that add up over batches and the metric they make.
 *
 *     metric('bias', (t, p) => [p.sub(t).sum(), tensor(p.size)], ([sum, n]) => sum.div(n))
 */
export function metric(
  name: string,
  sums: (yTrue: Tensor, yPred: Tensor) => readonly Tensor[],
  result: (sums: readonly Tensor[]) => Tensor,
): Metric {
  if (typeof sums !== 'function' || typeof result !== 'function')
    throw new ArgumentError(
      `metric '${name}': expected two functions, of a batch to sums and of sums to the metric; a mean needs neither: metrics: [(t, p) => t.sub(p).abs()]`,
    );
  const call = (yTrue: Tensor, yPred: Tensor): Tensor => result(sums(yTrue, yPred));
  Object.defineProperty(call, 'name', { value: name });
  return Object.assign(call, { metricName: name, sums, result });
}

const ratio = ([a, b]: readonly Tensor[]): Tensor => a!.div(b!);

/** The mean of a number for each example. */
function averaged(name: string, values: (yTrue: Tensor, yPred: Tensor) => Tensor): Metric {
  return metric(
    name,
    (yTrue, yPred) => {
      const each = values(yTrue, yPred).cast('float32');
      return [each.sum(), tensor(each.type.shape.reduce((a, b) => a * b, 1))];
    },
    ratio,
  );
}

const classOf = (x: Tensor): Tensor => x.argmax(-1);
const positive = (x: Tensor, threshold: number): Tensor => x.greater(threshold);

/** The part of examples whose highest prediction is the class, given as int32. */
export const sparseCategoricalAccuracy: Metric = averaged('sparseCategoricalAccuracy', (t, p) =>
  classOf(p).equal(truthShape(t, p, 'sparseCategoricalAccuracy')),
);
/** The part of examples whose highest prediction is where the truth is highest. */
export const categoricalAccuracy: Metric = averaged('categoricalAccuracy', (t, p) =>
  classOf(p).equal(classOf(sameShapes(t, p, 'categoricalAccuracy'))),
);
/** The part of elements that are on the same side of 0.5 as the truth. */
export const binaryAccuracy: Metric = averaged('binaryAccuracy', (t, p) =>
  positive(p, 0.5).equal(positive(sameShapes(t, p, 'binaryAccuracy'), 0.5)),
);

/** What Keras takes `accuracy` for: sparse, categorical or binary, as the shapes of truth and prediction say. */
export const accuracy: Metric = metric('accuracy', (t, p) => accuracyFor(t, p).sums(t, p), ratio);

function accuracyFor(t: Tensor, p: Tensor): Metric {
  if (t.dtype === 'int32' && (t.ndim < p.ndim || (t.type.shape.at(-1) === 1 && p.type.shape.at(-1)! > 1)))
    return sparseCategoricalAccuracy;
  return (p.type.shape.at(-1) ?? 1) > 1 ? categoricalAccuracy : binaryAccuracy;
}

/** The part of examples whose class, given as int32, is among the `k` highest predictions. Of equal ones none counts as higher. */
export function sparseTopKCategoricalAccuracy(k = 5): Metric {
  const name = 'sparseTopKCategoricalAccuracy';
  checkCount(k, 'k', name);
  return averaged(name, (t, p) => amongHighest(p, truthShape(t, p, name), k));
}
/** The part of examples whose class, where the truth is highest, is among the `k` highest predictions. */
export function topKCategoricalAccuracy(k = 5): Metric {
  const name = 'topKCategoricalAccuracy';
  checkCount(k, 'k', name);
  return averaged(name, (t, p) => amongHighest(p, classOf(sameShapes(t, p, name)), k));
}

function amongHighest(p: Tensor, classes: Tensor, k: number): Tensor {
  const own = takeAlongAxis(p, classes.expandDims(-1), -1);
  return p.greater(own).sum(-1).less(k);
}

const both = (a: Tensor, b: Tensor): Tensor => a.logicalAnd(b).sum().cast('float32');
// 0 / 0 is 0 here.
const share = ([part, whole]: readonly Tensor[]): Tensor => part!.div(whole!.maximum(1));

/** Of what is predicted above 0.5, the part that is true. */
export const precision: Metric = metric(
  'precision',
  (t, p) => {
    const [truth, found] = [positive(sameShapes(t, p, 'precision'), 0.5), positive(p, 0.5)];
    return [both(truth, found), found.sum().cast('float32')];
  },
  share,
);
/** Of what is true, the part that is predicted above 0.5. */
export const recall: Metric = metric(
  'recall',
  (t, p) => {
    const [truth, found] = [positive(sameShapes(t, p, 'recall'), 0.5), positive(p, 0.5)];
    return [both(truth, found), truth.sum().cast('float32')];
  },
  share,
);

/** Mean squared error. */
export const mse: Metric = averaged('mse', (t, p) => p.sub(sameShapes(t, p, 'mse')).square());
/** Mean absolute error. */
export const mae: Metric = averaged('mae', (t, p) => p.sub(sameShapes(t, p, 'mae')).abs());
/** Root of the mean squared error. */
export const rmse: Metric = metric('rmse', mse.sums, (sums) => ratio(sums).sqrt());

const byName: Readonly<Record<string, Metric>> = {
  accuracy,
  acc: accuracy,
  sparseCategoricalAccuracy,
  categoricalAccuracy,
  binaryAccuracy,
  topKCategoricalAccuracy: topKCategoricalAccuracy(),
  sparseTopKCategoricalAccuracy: sparseTopKCategoricalAccuracy(),
  precision,
  recall,
  mse,
  mae,
  rmse,
  // Logs say what was asked for.
  meanSquaredError: metric('meanSquaredError', mse.sums, ratio),
  meanAbsoluteError: metric('meanAbsoluteError', mae.sums, ratio),
  rootMeanSquaredError: metric('rootMeanSquaredError', rmse.sums, rmse.result),
};

/** A name of the list, a metric, or a function of truth and prediction whose mean is taken. */
export type MetricLike = string | Metric | ((yTrue: Tensor, yPred: Tensor) => Tensor);

export function metricOf(like: MetricLike, where: string): Metric {
  if (typeof like === 'function')
    return 'sums' in like ? like : averaged(like.name === '' ? 'metric' : like.name, like);
  if (Object.hasOwn(byName, like)) return byName[like]!;
  throw new OptionError(
    `${where}: unknown metric ${JSON.stringify(like)}; there are ${Object.keys(byName).join(', ')}, or a function (yTrue, yPred) => tensor`,
  );
}
