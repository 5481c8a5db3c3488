// Training and evaluating a model on data: one compiled step for every batch, sums over batches, callbacks between epochs.
import { Dataset, dataset } from '../../data/dataset.ts';
import {
  ArgumentError,
  CheckError,
  check,
  jit as compiled,
  concat,
  GradientTape,
  noGrad,
  type Tensor,
  tree,
} from '../../index.ts';
import { checkCount } from '../../optim/checks.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import { checkFlag, checkOptions } from '../../util/options.ts';
import { isPlainObject } from '../plain.ts';
import { nextOrder } from '../seed.ts';
import { type Batches, batchesOf, type Data, split } from './batches.ts';
import { byOutput } from './by-output.ts';
import { type Callback, checkCallbacks, type History, type Logs, type Run } from './callbacks.ts';
import { type CompileOptions, type Goals, goalsOf, optimizerOf } from './goals.ts';
import type { Model } from './model.ts';
import { progress, type Verbose } from './progress.ts';
import { type StepResult, Totals } from './totals.ts';
import { type ClassWeight, classWeights, weightsOfOutputs } from './weights.ts';

export type { Data } from './batches.ts';
export type { CompileOptions } from './goals.ts';
export type { ClassWeight } from './weights.ts';

export interface PredictOptions {
  /** Default 32. */
  readonly batchSize?: number;
}

export interface EvaluateOptions extends PredictOptions {
  /** A factor for the loss of each example; a list with one tensor for each output where there are several. Metrics count every example once. */
  readonly sampleWeight?: Data;
}

export interface FitOptions extends EvaluateOptions {
  /** Default 1. */
  readonly epochs?: number;
  /** A factor for the loss of the examples of a class, by its number; 1 for those not named. For a model with one output, and not together with `sampleWeight`. */
  readonly classWeight?: ClassWeight;
  /** Another order at every epoch. Default true. */
  readonly shuffle?: boolean;
  /** Of the order; by default each `fit` takes the next after `setRandomSeed`. */
  readonly seed?: number;
  /** The part of the examples, from the end and before shuffling, that is not trained with but evaluated after every epoch. */
  readonly validationSplit?: number;
  /** [x, y], or [x, y, sampleWeight], to evaluate after every epoch, or a data set of such batches. */
  readonly validationData?: readonly [x: Data, y: Data, sampleWeight?: Data] | Dataset<unknown>;
  readonly callbacks?: readonly Callback[];
  /** `auto`: a bar on a terminal, a line per epoch elsewhere. `bar`, `lines`, or `silent`. */
  readonly verbose?: Verbose;
}

const fitOptions: readonly (keyof FitOptions)[] = [
  'epochs',
  'batchSize',
  'sampleWeight',
  'classWeight',
  'shuffle',
  'seed',
  'validationSplit',
  'validationData',
  'callbacks',
  'verbose',
];

/** A check that fails while `f` runs says where that was. */
function saying<T>(place: string, f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (error instanceof CheckError) throw new CheckError(`${error.summary} (${place})`, error.loc);
    throw error;
  }
}

type Step = (x: unknown, y: unknown, weights: unknown) => StepResult;

export class Trainer {
  readonly #model: Model;
  readonly #where: string;
  readonly #goals: Goals | null;
  readonly #optimizer: Optimizer | null;
  readonly #trainStep: Step;
  readonly #testStep: Step;
  readonly #predictStep: (x: unknown) => unknown;

  constructor(model: Model, options: CompileOptions | null, where: string) {
    this.#model = model;
    this.#where = where;
    this.#goals = options === null ? null : goalsOf(options, where);
    this.#optimizer = options === null ? null : optimizerOf(options.optimizer, where);
    const wrap = <F extends (...args: never[]) => unknown>(f: F, name: string): F =>
      options?.jit === false ? f : (compiled(f as never, { name }) as unknown as F);
    this.#trainStep = wrap((x, y, w) => this.#train(x, y, w), 'train_step');
    this.#testStep = wrap((x, y, w) => noGrad(() => this.#losses(x, y, w, false)), 'test_step');
    this.#predictStep = wrap(
      (x: unknown) => noGrad(() => model(x as Tensor, { training: false }) as unknown),
      'predict_step',
    );
  }

  #losses(x: unknown, y: unknown, weights: unknown, training: boolean): StepResult {
    const outputs: unknown = this.#model(x as Tensor, { training });
    const predicted = tree.leaves(outputs) as readonly Tensor[];
    const goals = this.#goals!.of(this.#model, predicted.length);
    const inOrder = (given: unknown, what: string): readonly Tensor[] =>
      byOutput(
        given,
        outputs,
        goals.map(({ name }) => name),
        `${this.#where}: ${what}`,
      );
    const truth = inOrder(y, 'the truth');
    if (truth.length !== predicted.length)
      throw new ArgumentError(
        `${this.#where}: ${predicted.length} output${predicted.length === 1 ? '' : 's'}, but ${truth.length} tensor${truth.length === 1 ? '' : 's'} of truth`,
      );
    const factors = weights === null ? null : inOrder(weights, 'sampleWeight');
    const each = weightsOfOutputs(factors, goals, this.#where);
    const losses = predicted.map((p, i) => this.#scalar(goals[i]!.loss(truth[i]!, p, each[i])));
    const scaled = losses.map((l, i) => (goals[i]!.weight === 1 ? l : l.mul(goals[i]!.weight)));
    const sums = noGrad(() => predicted.map((p, i) => goals[i]!.metrics.map((m) => m.sums(truth[i]!, p))));
    return { loss: scaled.reduce((a, b) => a.add(b)), losses, sums };
  }

  #scalar(loss: Tensor): Tensor {
    if (loss?.ndim === 0 && loss.dtype === 'float32') return loss;
    throw new ArgumentError(
      `${this.#where}: the loss must be a float32 scalar, got ${loss?.shape === undefined ? typeof loss : `${loss.dtype}[${loss.shape}]`}; take its mean`,
    );
  }

  #train(x: unknown, y: unknown, weights: unknown): StepResult {
    const tape = new GradientTape();
    try {
      const result = this.#losses(x, y, weights, true);
      // Stops before anything is assigned: what an earlier step made of the weights can be looked at.
      check(
        result.loss.isFinite(),
        `${this.#where}.fit: stopped before a batch spoils the weights; look for NaN in its data, or try a smaller learning rate, globalClipNorm in the optimizer, or a loss with fromLogits. Its loss is`,
        result.loss,
      );
      // A sequential model may have made its weights just now.
      const trained = this.#model.trainableWeights;
      const gradients = tape.gradient(result.loss, trained);
      this.#optimizer!.applyGradients(trained.map((w, i) => [gradients[i]!, w] as const));
      return result;
    } finally {
      tape.stop();
    }
  }

  async fit(x: Data, y?: Data | FitOptions, given?: FitOptions): Promise<History> {
    const where = `${this.#where}.fit`;
    const options = ((x instanceof Dataset && isOptions(y) ? y : given) ?? {}) as FitOptions;
    checkOptions(options, fitOptions, where);
    const byClass = classWeights(options, where);
    const { epochs = 1, batchSize = 32, shuffle = true } = options;
    const callbacks = checkCallbacks(options.callbacks ?? [], where);
    checkFlag(shuffle, 'shuffle', where);
    checkCount(epochs, 'epochs', where);
    checkCount(batchSize, 'batchSize', where);
    const seed = options.seed ?? nextOrder();
    const { training, validation } = split(x, y as Data, options, { batchSize, shuffle, seed }, where);

    let stopped = false;
    const run: Run = {
      model: this.#model,
      optimizer: this.#optimizer!,
      epochs,
      stop: () => {
        stopped = true;
      },
    };
    const display = await progress(options.verbose ?? 'auto', epochs, where);
    const history: Record<string, number[]> = {};
    const done: number[] = [];
    try {
      for (const callback of callbacks) await callback.onTrainBegin?.(run);
      for (let epoch = 0; epoch < epochs && !stopped; epoch++) {
        for (const callback of callbacks) await callback.onEpochBegin?.(epoch, run);
        display.begin(epoch, training.length);
        const totals = this.#totals();
        let batch = 0;
        for (const [bx, by, weights] of training) {
          const factors = byClass === null ? (weights ?? null) : byClass(by, weights);
          const place = `epoch ${epoch + 1} of ${epochs}, batch ${batch + 1} of ${training.length}`;
          totals.add(
            saying(place, () => this.#trainStep(bx, by, factors)),
            rowsIn(by),
          );
          display.step(++batch, totals);
          if (callbacks.length > 0) {
            const logs = totals.logs();
            for (const callback of callbacks) await callback.onBatchEnd?.(batch - 1, logs, run);
          }
        }
        const logs = { ...totals.logs(), ...(validation && prefixed(this.#evaluated(validation))) };
        for (const [name, value] of Object.entries(logs)) {
          history[name] ??= [];
          history[name].push(value);
        }
        done.push(epoch);
        display.end(logs);
        for (const callback of callbacks) await callback.onEpochEnd?.(epoch, logs, run);
      }
    } finally {
      display.stop();
    }
    for (const callback of callbacks) await callback.onTrainEnd?.(run);
    return { epochs: done, history };
  }

  evaluate(x: Data, y?: Data | EvaluateOptions, given?: EvaluateOptions): Logs {
    const where = `${this.#where}.evaluate`;
    const options = ((x instanceof Dataset && isOptions(y) ? y : given) ?? {}) as EvaluateOptions;
    checkOptions(options, ['batchSize', 'sampleWeight'], where);
    const size = checkCount(options.batchSize ?? 32, 'batchSize', where);
    return this.#evaluated(batchesOf(x, y as Data, options.sampleWeight, size, where));
  }

  #evaluated(batches: Batches): Logs {
    const totals = this.#totals();
    for (const [x, y, weights] of batches) totals.add(this.#testStep(x, y, weights ?? null), rowsIn(y));
    return totals.logs();
  }

  predict(x: Data, options: PredictOptions = {}): unknown {
    const where = `${this.#where}.predict`;
    checkOptions(options, ['batchSize'], where);
    const size = checkCount(options.batchSize ?? 32, 'batchSize', where);
    const batches = x instanceof Dataset ? x : dataset(x).batch(size);
    const results = [...batches].map((batch) => tree.flatten(this.#predictStep(batch)));
    if (results.length === 0) throw new ArgumentError(`${where}: there are no examples`);
    const joined = results[0]!.leaves.map((_, k) =>
      concat(
        results.map(({ leaves }) => leaves[k] as Tensor),
        0,
      ),
    );
    return results[0]!.unflatten(joined);
  }

  #totals(): Totals {
    return new Totals(this.#goals!, this.#model);
  }
}

function isOptions(x: unknown): boolean {
  return x === undefined || isPlainObject(x);
}

function rowsIn(y: unknown): number {
  return (tree.leaves(y)[0] as Tensor).shape[0]!;
}

function prefixed(logs: Logs): Logs {
  return Object.fromEntries(
    Object.entries(logs).map(([name, value]) => [
      `val${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      value,
    ]),
  );
}
