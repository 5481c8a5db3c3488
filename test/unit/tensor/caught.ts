// What a call threw, as `Class: summary` without the location line.
import { TracejitError } from '../../../src/index.ts';

export function caught(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    if (error instanceof TracejitError) return `${error.name}: ${error.summary}`;
    throw error;
  }
  return 'nothing was thrown';
}
