// eagerly: a way out of every transform, for what must have a value now.
import { within } from '../ops/dispatch.ts';
import { eager } from './eager.ts';

/**
 * Runs `f` in eager mode, also while a function is traced or a gradient taken: for what must have elements at once, such as the first
 * value of a variable made at the first call of a layer. Variables are read and assigned as they are outside the trace.
 * A traced tensor of the surroundings used inside is a TraceError.
 *
 *     const w = eagerly(() => variable(random.normal(key, [784, 10])));
 */
export function eagerly<T>(f: () => T): T {
  return within(eager, f);
}
