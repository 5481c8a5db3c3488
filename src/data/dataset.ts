// Datasets: finite lists of examples that are made when they are asked for, in the order of the moment.
import { ArgumentError, OptionError, stack, type Tensor, TreeError, tree } from '../index.ts';
import { checkOptions } from '../util/options.ts';
import { seeded } from '../util/rng.ts';
import { range } from '../util/seq.ts';
import { type Rows, rowsOf } from './rows.ts';

/**
 * A list of examples: trees of tensors. Every method gives a new data set and copies nothing. Each iteration is one epoch; what `shuffle`
 * orders is in another order at every epoch, the same ones for the same seed.
 *
 *     const train = dataset({ x, y }).shuffle({ seed: 1 }).batch(32);
 *     for (const { x, y } of train) step(x, y);
 */
export class Dataset<T> implements Iterable<T> {
  /** Number of examples. */
  readonly length: number;
  readonly #open: () => Rows<T>;

  /** @internal Use `dataset`. `open` begins an epoch. */
  constructor(length: number, open: () => Rows<T>) {
    this.length = length;
    this.#open = open;
  }

  *[Symbol.iterator](): IterableIterator<T> {
    const rows = this.#open();
    for (let i = 0; i < this.length; i++) yield rows.one(i);
  }

  /** In another order at every epoch: all orders are equally likely (Fisher and Yates). */
  shuffle(options: { readonly seed?: number } = {}): Dataset<T> {
    checkOptions(options, ['seed'], 'shuffle');
    const { seed = 0 } = options;
    if (!Number.isSafeInteger(seed))
      throw new OptionError(`shuffle: seed must be an integer, got ${String(seed)}`);
    const random = seeded(seed);
    return new Dataset(this.length, () => {
      const order = range(this.length);
      for (let i = order.length - 1; i > 0; i--) {
        const j = Math.floor(random() * (i + 1));
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return reordered(this.#open(), (i) => order[i]!);
    });
  }

  /** `size` examples at a time, stacked along a new first axis. The last batch may be smaller, unless `dropRemainder`. */
  batch(size: number, options: { readonly dropRemainder?: boolean } = {}): Dataset<T> {
    checkOptions(options, ['dropRemainder'], 'batch');
    count(size, 'batch', 1);
    const length = options.dropRemainder ? Math.floor(this.length / size) : Math.ceil(this.length / size);
    return new Dataset(length, () => {
      const rows = this.#open();
      const one = (i: number): T => rows.pick(range(i * size, Math.min((i + 1) * size, this.length)));
      return made(length, one);
    });
  }

  /** `f` of every example. */
  map<U>(f: (example: T) => U): Dataset<U> {
    if (typeof f !== 'function') throw new ArgumentError('map: expected a function of an example');
    return new Dataset(this.length, () => {
      const rows = this.#open();
      return made(this.length, (i) => f(rows.one(i)));
    });
  }

  /** The first `n` examples of each epoch, or all. */
  take(n: number): Dataset<T> {
    count(n, 'take', 0);
    return new Dataset(Math.min(n, this.length), this.#open);
  }

  /** Without the first `n` examples of each epoch. */
  skip(n: number): Dataset<T> {
    count(n, 'skip', 0);
    return new Dataset(Math.max(0, this.length - n), () => reordered(this.#open(), (i) => i + n));
  }

  /** `n` epochs as one. */
  repeat(n: number): Dataset<T> {
    count(n, 'repeat', 0);
    const own = this.length;
    return new Dataset(own * n, () => {
      const epochs = range(n).map(() => this.#open());
      return made(own * n, (i) => epochs[Math.floor(i / own)]!.one(i % own));
    });
  }
}

/**
 * The rows of tensors as a data set: a tree of tensors whose first axes have one length. Throws an ArgumentError for what is no such tree,
 * a ShapeError where the lengths differ.
 *
 *     dataset({ x: zeros([100, 784]), y: zeros([100], 'int32') }).length   // 100
 */
export function dataset<T>(arrays: T): Dataset<T> {
  const rows = rowsOf(arrays, 'dataset');
  return new Dataset(rows.length, () => rows);
}

export interface DataLoaderOptions {
  /** Default 1. */
  readonly batchSize?: number;
  /** Default false. */
  readonly shuffle?: boolean;
  /** Of the order; default 0. */
  readonly seed?: number;
  /** Leaves out a last batch that is smaller. Default false. */
  readonly dropLast?: boolean;
}

/**
 * PyTorch's DataLoader: the batches of a data set, or of a tree of tensors, in another order at every epoch where `shuffle` says so.
 *
 *     for (const [x, y] of new DataLoader([images, labels], { batchSize: 32, shuffle: true })) step(x, y);
 */
export class DataLoader<T> implements Iterable<T> {
  readonly #batches: Dataset<T>;

  constructor(data: Dataset<T> | T, options: DataLoaderOptions = {}) {
    checkOptions(options, ['batchSize', 'shuffle', 'seed', 'dropLast'], 'DataLoader');
    const { batchSize = 1, shuffle = false, seed = 0, dropLast = false } = options;
    const examples = data instanceof Dataset ? data : dataset(data);
    const ordered = shuffle ? examples.shuffle({ seed }) : examples;
    this.#batches = ordered.batch(batchSize, { dropRemainder: dropLast });
  }

  /** Number of batches. */
  get length(): number {
    return this.#batches.length;
  }
  [Symbol.iterator](): IterableIterator<T> {
    return this.#batches[Symbol.iterator]();
  }
}

function reordered<T>(rows: Rows<T>, place: (index: number) => number): Rows<T> {
  return {
    length: rows.length,
    pick: (indices) => rows.pick(indices.map(place)),
    one: (i) => rows.one(place(i)),
  };
}

// Examples that are computed one by one are stacked where a batch of them is asked for.
function made<T>(length: number, one: (index: number) => T): Rows<T> {
  return { length, one, pick: (indices) => stacked(indices.map(one)) };
}

function stacked<T>(examples: readonly T[]): T {
  const flat = examples.map((e) => tree.flatten(e));
  const [first] = flat as [(typeof flat)[0], ...typeof flat];
  if (flat.some(({ paths }) => paths.join() !== first.paths.join()))
    throw new TreeError('batch: the examples do not have one structure, so they cannot be stacked');
  return first.unflatten(
    first.leaves.map((_, k) => stack(flat.map(({ leaves }) => leaves[k] as Tensor))),
  ) as T;
}

function count(n: number, where: string, min: number): void {
  if (!Number.isSafeInteger(n) || n < min)
    throw new OptionError(`${where}: expected an integer >= ${min}, got ${String(n)}`);
}
