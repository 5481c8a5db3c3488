// Options that are numbers, checked where they are given.
import { OptionError } from '../index.ts';

interface Limits {
  readonly min?: number;
  readonly max?: number;
  /** Excluded itself. */
  readonly above?: number;
  /** Excluded itself. */
  readonly below?: number;
}

/** The number, or an OptionError that says what `where`'s option may be. */
export function checkNumber(value: unknown, name: string, where: string, limits: Limits = {}): number {
  const { min, max, above, below } = limits;
  const fits =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (min === undefined || value >= min) &&
    (max === undefined || value <= max) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below);
  if (fits) return value;
  const range = [
    ...(min === undefined ? [] : [`>= ${min}`]),
    ...(max === undefined ? [] : [`<= ${max}`]),
    ...(above === undefined ? [] : [`> ${above}`]),
    ...(below === undefined ? [] : [`< ${below}`]),
  ].join(' and ');
  throw new OptionError(
    `${where}: ${name} must be a number${range === '' ? '' : ` ${range}`}, got ${show(value)}`,
  );
}

/** The whole number of at least `min`, or an OptionError. */
export function checkCount(value: unknown, name: string, where: string, min = 1): number {
  if (Number.isSafeInteger(value) && (value as number) >= min) return value as number;
  throw new OptionError(`${where}: ${name} must be an integer >= ${min}, got ${show(value)}`);
}

export function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null
    ? 'an object'
    : typeof value === 'string'
      ? `'${value}'`
      : String(value);
}
