// The data that `fit` and `evaluate` are given, as batches [x, y].

import { Dataset, dataset } from '../../data/dataset.ts';
import { ArgumentError, OptionError, type Tensor } from '../../index.ts';
import { checkNumber } from '../../optim/checks.ts';
import type { FitOptions } from './fit.ts';

/** Tensors whose first axis counts the examples, in a tree where the model has several inputs or outputs; or a data set of batches. */
export type Data = Tensor | readonly Data[] | { readonly [key: string]: Data } | Dataset<unknown>;

/** Inputs and truth, and possibly weights: a tensor, or a list with one for each output. */
export type Batches = Dataset<readonly [x: unknown, y: unknown, sampleWeight?: unknown]>;

/** The data in batches; a data set has them already. Throws an ArgumentError for what are no pairs. */
export function batchesOf(
  x: Data,
  y: Data | undefined,
  weights: Data | undefined,
  size: number,
  where: string,
): Batches {
  if (!(x instanceof Dataset)) return examples(x, y, weights, where).batch(size);
  if (weights !== undefined) throw weightsBeside(where);
  return checkedBatches(x, where);
}

function examples(x: Data, y: Data | undefined, weights: Data | undefined, where: string): Batches {
  if (y === undefined) throw new ArgumentError(`${where}: expected x and y, or a data set of batches [x, y]`);
  return weights === undefined ? dataset([x, y] as const) : dataset([x, y, weights] as const);
}

function weightsBeside(where: string): OptionError {
  return new OptionError(
    `${where}: sampleWeight goes with tensors; a data set gives batches [x, y, sampleWeight]`,
  );
}

function checkedBatches(data: Dataset<unknown>, where: string): Batches {
  return data.map((batch) => {
    if (Array.isArray(batch) && (batch.length === 2 || batch.length === 3))
      return batch as unknown as readonly [unknown, unknown];
    throw new ArgumentError(`${where}: the data set must give batches [x, y] or [x, y, sampleWeight]`);
  });
}

interface Order {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
}

/** What to train with, and what to evaluate after every epoch. */
export function split(
  x: Data,
  y: Data | undefined,
  { validationSplit, validationData, sampleWeight }: FitOptions,
  { batchSize, shuffle, seed }: Order,
  where: string,
): { readonly training: Batches; readonly validation: Batches | null } {
  if (
    validationData !== undefined &&
    !(validationData instanceof Dataset) &&
    !(Array.isArray(validationData) && (validationData.length === 2 || validationData.length === 3))
  )
    throw new OptionError(
      `${where}: validationData must be [x, y] or [x, y, sampleWeight], or a data set of such batches`,
    );
  const validation =
    validationData === undefined
      ? null
      : validationData instanceof Dataset
        ? checkedBatches(validationData, where)
        : batchesOf(validationData[0], validationData[1], validationData[2], batchSize, where);
  if (x instanceof Dataset) {
    if (validationSplit !== undefined)
      throw new OptionError(`${where}: validationSplit needs tensors; split a data set with take and skip`);
    if (sampleWeight !== undefined) throw weightsBeside(where);
    const batches = checkedBatches(x, where);
    return { training: nonEmpty(batches, where), validation };
  }
  const all = examples(x, y, sampleWeight, where);
  const order = (part: Batches): Batches =>
    nonEmpty((shuffle ? part.shuffle({ seed }) : part).batch(batchSize), where);
  if (validationSplit === undefined) return { training: order(all), validation };
  checkNumber(validationSplit, 'validationSplit', where, { above: 0, below: 1 });
  if (validation !== null)
    throw new OptionError(`${where}: give validationSplit or validationData, not both`);
  const kept = Math.floor(all.length * (1 - validationSplit));
  return { training: order(all.take(kept)), validation: nonEmpty(all.skip(kept).batch(batchSize), where) };
}

function nonEmpty(batches: Batches, where: string): Batches {
  if (batches.length === 0) throw new ArgumentError(`${where}: there are no examples`);
  return batches;
}
