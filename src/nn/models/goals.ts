// What a model is trained for: optimizer, losses, metrics, as `compile` is told.
import { ArgumentError, OptionError } from '../../index.ts';
import { Adagrad } from '../../optim/adagrad.ts';
import { Adam, AdamW } from '../../optim/adam.ts';
import { checkNumber } from '../../optim/checks.ts';
import { Optimizer } from '../../optim/optimizer.ts';
import { RMSProp } from '../../optim/rmsprop.ts';
import { SGD } from '../../optim/sgd.ts';
import { checkFlag, checkOptions } from '../../util/options.ts';
import { type Loss, type LossLike, lossOf } from '../losses.ts';
import { type Metric, type MetricLike, metricOf } from '../metrics.ts';
import { isPlainObject } from '../plain.ts';
import type { Model } from './model.ts';
import { outputNames } from './structure.ts';

export interface CompileOptions {
  /** An optimizer, or `sgd`, `adam`, `adamw`, `rmsprop`, `adagrad` with its defaults. */
  readonly optimizer: Optimizer | string;
  /** A loss, by name or as a function; a list with one for each output. */
  readonly loss: LossLike | readonly LossLike[];
  /** Metrics, by name or as functions; with several outputs they are those of each, or a list of lists. */
  readonly metrics?: readonly MetricLike[] | readonly (readonly MetricLike[])[];
  /** Factors of the losses, where there are several. */
  readonly lossWeights?: readonly number[];
  /** False: trained eagerly, to the same bits. Default true. */
  readonly jit?: boolean;
}

/** Of one output. */
export interface Goal {
  /** Empty where there is one output only. */
  readonly name: string;
  readonly loss: Loss;
  readonly weight: number;
  readonly metrics: readonly Metric[];
}

export interface Goals {
  /** For the outputs of the model, in order. */
  of(model: Model, outputs: number): readonly Goal[];
}

export function goalsOf(options: CompileOptions, owner: string): Goals {
  const where = `${owner}.compile`;
  checkOptions(options, ['optimizer', 'loss', 'metrics', 'lossWeights', 'jit'], where);
  checkFlag(options.jit, 'jit', where);
  const { loss, metrics = [], lossWeights } = options;
  if (lossWeights !== undefined && !isList(lossWeights))
    throw new OptionError(`${where}: lossWeights must be a list with a number for each output`);
  lossWeights?.forEach((w, i) => {
    checkNumber(w, `lossWeights[${i}]`, where);
  });
  if (isPlainObject(loss))
    throw new OptionError(
      `${where}: the losses of several outputs are a list in the order of the outputs: loss: ['mse', 'mae']`,
    );
  const losses: readonly LossLike[] | null = isList(loss) ? loss : null;
  const single = losses === null ? lossOf(loss as LossLike, where) : null;
  const each = losses?.map((l) => lossOf(l, where));
  if (!isList(metrics)) throw new OptionError(`${where}: metrics must be a list`);
  const perOutput = metrics.some(isList)
    ? (metrics as readonly (readonly MetricLike[])[]).map((list) => list.map((m) => metricOf(m, where)))
    : null;
  const shared = perOutput === null ? (metrics as readonly MetricLike[]).map((m) => metricOf(m, where)) : [];
  let known: readonly Goal[] | undefined;
  return {
    of(model, outputs) {
      if (known?.length === outputs) return known;
      for (const [list, what] of [
        [each, 'losses'],
        [perOutput, 'lists of metrics'],
        [lossWeights, 'lossWeights'],
      ] as const)
        if (list != null && list.length !== outputs)
          throw new ArgumentError(
            `${where}: ${list.length} ${what} for ${outputs} output${outputs === 1 ? '' : 's'}`,
          );
      const names = outputs === 1 ? [''] : outputNames(model);
      known = names.map((name, i) => ({
        name,
        loss: each?.[i] ?? single!,
        weight: lossWeights?.[i] ?? 1,
        metrics: perOutput?.[i] ?? shared,
      }));
      return known;
    },
  };
}

const optimizers: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => new SGD(),
  adam: () => new Adam(),
  adamw: () => new AdamW(),
  rmsprop: () => new RMSProp(),
  adagrad: () => new Adagrad(),
};

export function optimizerOf(like: unknown, owner: string): Optimizer {
  if (like instanceof Optimizer) return like;
  if (typeof like === 'string' && Object.hasOwn(optimizers, like)) return optimizers[like]!();
  throw new OptionError(
    `${owner}.compile: unknown optimizer ${JSON.stringify(like)}; there are ${Object.keys(optimizers).join(', ')}, or an instance such as new Adam({ lr: 1e-3 })`,
  );
}

function isList(x: unknown): x is readonly never[] {
  return Array.isArray(x);
}
