// What generated code calls at run time.
import { ArgumentError, InternalError } from '../../util/errors.ts';
import type { Mark } from '../memory.ts';

/** The first argument of the generated function. */
export interface Support {
  /** Stops with the error of a failed assertion: `index` points into the program's table of messages, which are data and never code. */
  fail(index: number): never;
  /** What mark steps call. */
  readonly mark: Mark;
}

export function supportFor(messages: readonly string[], mark: Mark): Support {
  return {
    mark,
    fail(index: number): never {
      const message = messages[index];
      if (message === undefined)
        throw new InternalError(`generated code failed with unknown message ${index}`);
      throw new ArgumentError(message);
    },
  };
}
