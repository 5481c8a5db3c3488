// Storage that an executor offers for arrays it writes again and again: memory of its own, where nothing has to be copied in and out.
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
