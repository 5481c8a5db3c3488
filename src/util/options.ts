// Option objects: an unknown key is a mistake that should not pass in silence.
import { OptionError } from './errors.ts';

/** Throws an OptionError unless `options` is undefined or a plain object with only the allowed keys. `where` names the call. */
export function checkOptions(options: object | undefined, allowed: readonly string[], where: string): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new OptionError(`${where}: options must be an object such as { ${allowed[0]}: … }`);
  }
  for (const key of Object.keys(options)) {
    if (!allowed.includes(key)) {
      throw new OptionError(`${where}: unknown option '${key}'; there are ${allowed.join(', ')}`);
    }
  }
}

/** Throws an OptionError unless `value` is a boolean or absent. What is traced is neither, and would count as true. */
export function checkFlag(value: unknown, name: string, where: string): void {
  if (value === undefined || typeof value === 'boolean') return;
  const got = typeof value === 'object' && value !== null ? 'an object' : String(value);
  throw new OptionError(
    `${where}: ${name} must be true or false, got ${got}; give a jitted function a boolean, not a tensor or a number: booleans stay what they are`,
  );
}
