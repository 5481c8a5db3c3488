// What generated code calls at run time.
import { ArgumentError, InternalError } from '../../util/errors.ts';

/** The first argument of the generated function. */
export interface Support {
  /** Stops with the error of a failed assertion: `index` points into the program's table of messages, which are data and never code. */
  fail(index: number): never;
}

export function supportFor(messages: readonly string[]): Support {
  return {
    fail(index: number): never {
      const message = messages[index];
      if (message === undefined)
        throw new InternalError(`generated code failed with unknown message ${index}`);
      throw new ArgumentError(message);
    },
  };
}
