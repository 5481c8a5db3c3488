// Callbacks: what happens between the epochs of `fit`.
import { ArgumentError, OptionError, type Tensor } from '../../index.ts';
import { checkCount, checkNumber, show } from '../../optim/checks.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import { checkFlag, checkOptions } from '../../util/options.ts';
import type { Model } from './model.ts';

/** Loss and metrics by name, such as `loss`, `accuracy`, `valLoss`. */
export type Logs = Readonly<Record<string, number>>;

/** What `fit` returns: the logs of each epoch as lists, ready to be drawn. */
export interface History {
  readonly epochs: readonly number[];
  readonly history: Readonly<Record<string, readonly number[]>>;
}

/** One `fit`, as callbacks see it. */
export interface Run {
  readonly model: Model;
  readonly optimizer: Optimizer;
  /** How many epochs were asked for. */
  readonly epochs: number;
  /** Ends the training after this epoch. */
  stop(): void;
}

/** Any of these; epochs and batches count from 0. What they return is awaited. */
export interface Callback {
  onTrainBegin?(run: Run): unknown;
  onEpochBegin?(epoch: number, run: Run): unknown;
  onBatchEnd?(batch: number, logs: Logs, run: Run): unknown;
  onEpochEnd?(epoch: number, logs: Logs, run: Run): unknown;
  onTrainEnd?(run: Run): unknown;
}

const hooks: readonly string[] = [
  'onTrainBegin',
  'onEpochBegin',
  'onBatchEnd',
  'onEpochEnd',
  'onTrainEnd',
] satisfies readonly (keyof Callback)[];

/** The callbacks, unless one of them would never be called. */
export function checkCallbacks(callbacks: unknown, where: string): readonly Callback[] {
  if (!Array.isArray(callbacks))
    throw new OptionError(`${where}: callbacks must be a list, got ${show(callbacks)}`);
  callbacks.forEach((callback: unknown, i) => {
    if (typeof callback !== 'object' || callback === null)
      throw new OptionError(
        `${where}: callbacks[${i}] must be an object of ${hooks.join(', ')}, got ${show(callback)}`,
      );
    for (const key of methodsOf(callback))
      if (/^on[A-Z]/.test(key) && !hooks.includes(key))
        throw new OptionError(
          `${where}: callbacks[${i}] has ${key}, which nothing calls; there are ${hooks.join(', ')}`,
        );
  });
  return callbacks as readonly Callback[];
}

// Its own, and those of its classes.
function methodsOf(callback: object): readonly string[] {
  const prototype: unknown = Object.getPrototypeOf(callback);
  const inherited =
    prototype === null || prototype === Object.prototype ? [] : methodsOf(prototype as object);
  return [...Object.getOwnPropertyNames(callback), ...inherited];
}

interface Monitor {
  /** The log to look at. Default `valLoss`. */
  readonly monitor?: string;
  /** Whether less is better, or more; by default more for what is called accuracy, precision or recall. */
  readonly mode?: 'min' | 'max';
}

const monitorOptions = ['monitor', 'mode'] as const;

function checkMonitor({ monitor, mode }: Monitor, where: string): void {
  if (monitor !== undefined && typeof monitor !== 'string')
    throw new OptionError(
      `${where}: monitor must be the name of a log, such as 'valLoss', got ${show(monitor)}`,
    );
  if (mode !== undefined && mode !== 'min' && mode !== 'max')
    throw new OptionError(`${where}: mode must be 'min' or 'max', got ${show(mode)}`);
}

/** Says of every value whether it is the best so far, by more than `minDelta`. */
function best(
  { monitor = 'valLoss', mode }: Monitor,
  minDelta: number,
  where: string,
): (logs: Logs) => boolean {
  const more = mode === undefined ? /accuracy|precision|recall/i.test(monitor) : mode === 'max';
  let record = more ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return (logs) => {
    const value = logs[monitor];
    if (value === undefined)
      throw new ArgumentError(
        `${where}: there is no '${monitor}' to watch; there are ${Object.keys(logs).join(', ')}`,
      );
    const better = more ? value > record + minDelta : value < record - minDelta;
    if (better) record = value;
    return better;
  };
}

export interface EarlyStoppingOptions extends Monitor {
  /** Ends after so many epochs without progress, as in Keras; 0 is as 1. Default 0. */
  readonly patience?: number;
  /** What counts as progress. Default 0. */
  readonly minDelta?: number;
  /** Goes back to the weights of the best epoch in the end. Default false. */
  readonly restoreBestWeights?: boolean;
}

/** Ends the training where there has been no progress for `patience` epochs: Keras's EarlyStopping. */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const where = 'earlyStopping';
  checkOptions(options, [...monitorOptions, 'patience', 'minDelta', 'restoreBestWeights'], where);
  const patience = checkCount(options.patience ?? 0, 'patience', where, 0);
  const minDelta = checkNumber(options.minDelta ?? 0, 'minDelta', where, { min: 0 });
  checkMonitor(options, where);
  checkFlag(options.restoreBestWeights, 'restoreBestWeights', where);
  let isBest: (logs: Logs) => boolean;
  let waited = 0;
  let kept: Readonly<Record<string, Tensor>> | null = null;
  return {
    onTrainBegin() {
      isBest = best(options, minDelta, where);
      waited = 0;
      kept = null;
    },
    onEpochEnd(_epoch, logs, run) {
      if (isBest(logs)) {
        waited = 0;
        if (options.restoreBestWeights) kept = run.model.stateDict();
      } else if (++waited >= patience) run.stop();
    },
    onTrainEnd({ model }) {
      if (kept !== null) model.loadStateDict(kept);
    },
  };
}

export interface CheckpointOptions extends Monitor {
  /** A file; `{epoch}` in it is replaced by the number of the epoch, from 1. Or what else to do with the bytes. */
  readonly to: string | ((bytes: Uint8Array, epoch: number, logs: Logs) => unknown);
  /** Only where the monitored value is the best so far. Default false. */
  readonly saveBestOnly?: boolean;
}

/** Saves the weights after every epoch, in the safetensors format. */
export function checkpoint(options: CheckpointOptions): Callback {
  const where = 'checkpoint';
  checkOptions(options, [...monitorOptions, 'to', 'saveBestOnly'], where);
  checkMonitor(options ?? {}, where);
  checkFlag(options?.saveBestOnly, 'saveBestOnly', where);
  const to = options?.to;
  if (typeof to !== 'string' && typeof to !== 'function')
    throw new OptionError(`${where}: to must be a file name or a function of bytes`);
  let isBest: (logs: Logs) => boolean;
  return {
    onTrainBegin() {
      isBest = best(options, 0, where);
    },
    async onEpochEnd(epoch, logs, { model }) {
      if (options.saveBestOnly && !isBest(logs)) return;
      const bytes = model.toSafetensors();
      if (typeof to === 'function') await to(bytes, epoch, logs);
      else
        await (await import('node:fs/promises')).writeFile(
          to.replaceAll('{epoch}', String(epoch + 1)),
          bytes,
        );
    },
  };
}

/** Sets the learning rate before each epoch: `schedule(epoch, rate)` of the epoch, from 0, and the rate so far. */
export function learningRateSchedule(schedule: (epoch: number, rate: number) => number): Callback {
  if (typeof schedule !== 'function')
    throw new ArgumentError('learningRateSchedule: expected a function (epoch, rate) => rate');
  return {
    onEpochBegin(epoch, { optimizer }) {
      const rate = schedule(epoch, optimizer.lr);
      optimizer.lr = checkNumber(rate, 'the rate', 'learningRateSchedule', { min: 0 });
    },
  };
}
