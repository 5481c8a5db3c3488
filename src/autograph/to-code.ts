// The converted source of a function, for reading.
import { originalOf } from '../jit/autograph.ts';
import { ArgumentError } from '../util/errors.ts';
import { convertText, isConverted } from './hosts/run-time.ts';

/**
 * The source of a function as it runs once converted: of one that the transform has converted its own, of another what the transform would
 * make of it. Takes jitted functions too. Throws a ConversionError for a function that cannot be converted.
 *
 *     console.log(toCode(jit((x) => { if (x > 0) x = -x; return x; })))
 */
export function toCode(f: (...args: never[]) => unknown): string {
  if (typeof f !== 'function')
    throw new ArgumentError(`toCode: expected a function, got ${f === null ? 'null' : typeof f}`);
  const original = originalOf(f);
  const text = original.toString();
  if (isConverted(text)) return text;
  const file = original.name === '' ? 'anonymous function' : original.name;
  return convertText(text, { file, line: 1, column: 0, text }, null).code;
}
