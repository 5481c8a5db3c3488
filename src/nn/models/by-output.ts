// What is given for the outputs of a model (truth, weights), in the order of the outputs: what has names goes by names.
import { ArgumentError, type Tensor, tree } from '../../index.ts';
import { isPlainObject } from '../plain.ts';

/**
 * The tensors of `given`, one for each of `predicted`. An object goes by the keys of the outputs where they are an object too, else by their names, whatever
 * its own order; a list goes by places. Throws an ArgumentError where the keys are others.
 */
export function byOutput(
  given: unknown,
  predicted: unknown,
  names: readonly string[],
  what: string,
): readonly Tensor[] {
  const named = isPlainObject(predicted) ? (predicted as Readonly<Record<string, unknown>>) : null;
  if (!isPlainObject(given) || (named === null && names.length < 2))
    return tree.leaves(given) as readonly Tensor[];
  const keys = named === null ? names : Object.keys(named);
  const found = Object.keys(given);
  if (found.length !== keys.length || keys.some((key) => !Object.hasOwn(given, key)))
    throw new ArgumentError(
      `${what} must be an object of ${keys.join(', ')}, as the outputs are called, or a list in their order; got an object of ${found.join(', ')}`,
    );
  const values = given as Readonly<Record<string, unknown>>;
  return keys.flatMap((key) => byOutput(values[key], named?.[key], [], `${what}.${key}`));
}
