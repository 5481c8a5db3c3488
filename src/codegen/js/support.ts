// What generated code calls at run time.
import type { TypedArray } from '../../array/nd.ts';
import { ArgumentError, InternalError } from '../../util/errors.ts';
import type { Mark } from '../memory.ts';

/** The first argument of the generated function. */
export interface Support {
  /** Stops with the error of a failed assertion: `index` points into the program's table of messages, which are data and never code; `got` is what it is about. */
  fail(index: number, got: number): never;
  /** What the program does besides computing, by number, on the arrays of its slots. */
  readonly effects: readonly ((...arrays: readonly TypedArray[]) => void)[];
  /** What mark steps call. */
  readonly mark: Mark;
}

export function supportFor(messages: readonly string[], effects: Support['effects'], mark: Mark): Support {
  return {
    effects,
    mark,
    fail(index: number, got: number): never {
      const message = messages[index];
      if (message === undefined)
        throw new InternalError(`generated code failed with unknown message ${index}`);
      throw new ArgumentError(`${message}: got ${got}`);
    },
  };
}
