// Storage other than an array of a tensor's own: memory that an executor offers for what it writes again and again, and what small results are before
// anybody asks for an array of them.
import type { DType } from '../ir/types.ts';
import type { TypedArray } from './nd.ts';

/** An array in memory of an executor, and how to be rid of it before it is collected. */
export interface Home {
  readonly data: TypedArray;
  /** Gives the memory back. Nobody may use the array from now on. */
  give(): void;
}

/** An array of so many elements, which are undefined; null where there is no room. */
export type Settle = (dtype: DType, size: number) => Home | null;

/** The elements of a float32 tensor, in a block from `start` on, with those of other tensors. Never written again. */
export interface Part {
  readonly block: Float32Array;
  readonly start: number;
}

/** What stands for an array: a part of one, or the one element there is (of bool 0 or 1). */
export type Elements = TypedArray | Part | number;
