// What an error says, without the line it ends with.
import { TracejitError } from '../../src/index.ts';

/** `Class: summary` of what `f` throws; machine-dependent places are cut down to the file. */
export function messageOf(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    if (error instanceof TracejitError)
      return `${error.name}: ${error.summary}`.replace(/\.ts:\d+:\d+/g, '.ts');
    throw error;
  }
  return 'no error';
}
