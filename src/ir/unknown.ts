// Sizes that are not known yet. A graph that is built before it is fed computes with a stand-in for each: a number so odd that whatever comes of it can be told from
// all other numbers, and be replaced when the size is known.
import { ShapeError } from '../util/errors.ts';

// A prime times a power of two: products with sizes stay integers that doubles hold exactly, and floats of 24 bits as far as the prime and the factor have no more.
const unit = 2 ** 25;
const primes = [2731, 2741, 2749, 2753, 2767, 2777, 2789, 2791, 2797, 2801];

/** No size and no literal of a sensible program is as large and still a multiple of a stand-in. */
const least = 2 ** 30;
/** How far a size may be from a multiple, as in `n + 2`. */
const reach = 2 ** 20;

/** The most unknown sizes there can be at a time. */
export const mostUnknown: number = primes.length;

/** The stand-in for unknown size `k`. */
export function unknownSize(k: number): number {
  return primes[k]! * unit;
}

/** Was it computed from a stand-in? */
export function mayBeUnknown(n: number): boolean {
  return n >= least && showSize(n) !== String(n);
}

/** Under it, a shape that users cannot read holds the one with stand-ins; see trace/open-shape.ts. */
export const plainShape: unique symbol = Symbol('plain shape');

/** A list that a user hands on, with stand-ins where it is a shape that cannot be read. */
export function plainList<T>(list: readonly T[]): readonly T[] {
  return (list as { readonly [plainShape]?: readonly T[] })[plainShape] ?? list;
}

/** Is a size of it not known yet? */
export function isOpen(shape: readonly number[]): boolean {
  for (let i = 0; i < shape.length; i++) if (mayBeUnknown(shape[i]!)) return true;
  return false;
}

/** What sizes are multiplied by is less; beyond, doubles are not exact, and literals such as 1e30 are multiples of anything. */
const largestFactor = 2 ** 20;

/** How a number depends on unknown sizes: `factor * size[i] * size[j] … + offset`. */
interface Form {
  readonly factor: number;
  readonly sizes: readonly number[];
  readonly offset: number;
}

/** The number with sizes in place of stand-ins. `sizes[k]` is null for those that remain unknown. Throws a ShapeError where its form cannot be told. */
export function withSizes(n: number, sizes: readonly (number | null)[]): number {
  if (!(Math.abs(n) >= least)) return n;
  const form = formOf(n);
  if (form === null) return n;
  let value = form.factor;
  for (const k of form.sizes) value *= sizes[k] ?? unknownSize(k);
  return value + form.offset;
}

/** `?` for a stand-in itself, text with one for what was computed from it. */
export function showSize(n: number): string {
  if (!(Math.abs(n) >= least)) return String(n);
  const form = formOf(n);
  if (form === null) return String(n);
  const { factor, sizes, offset } = form;
  const product = `${factor === 1 ? '' : factor}${sizes.map(() => '?').join('')}`;
  return offset === 0 ? product : `${product}${offset > 0 ? '+' : ''}${offset}`;
}

function formOf(n: number): Form | null {
  const found: Form[] = [];
  for (let i = 0; i < primes.length; i++) {
    const size = unknownSize(i);
    const factor = Math.round(n / size);
    const offset = n - factor * size;
    if (isFactor(factor) && Math.abs(offset) < reach) found.push({ factor, sizes: [i], offset });
    for (let j = i; j < primes.length; j++) {
      const both = size * unknownSize(j);
      const times = Math.round(n / both);
      if (isFactor(times) && times * both === n) found.push({ factor: times, sizes: [i, j], offset: 0 });
    }
  }
  if (found.length > 1 || (found.length === 0 && isLargeMultiple(n))) throw ambiguous(n);
  if (found.length === 0 && isNearFraction(n)) throw ambiguous(n);
  return found[0] ?? null;
}

// More than a sensible factor, but exact: rather an error than a size taken for a literal.
function isLargeMultiple(n: number): boolean {
  return primes.some((p) => Math.abs(n) < 2 ** 41 * p * unit && n % (p * unit) === 0);
}

function isFactor(x: number): boolean {
  return x !== 0 && Math.abs(x) <= largestFactor;
}

/** Refuses a number of the program that was computed from an unknown size and is not exact as a float, or is a fraction of it. */
export function checkKnown(x: number): void {
  const size = Math.abs(x);
  if (size >= least && size < 2 ** 60 && Math.fround(x) !== x) {
    for (let k = 0; k < primes.length; k++) {
      const stand = unknownSize(k);
      if (Math.abs(x - Math.round(x / stand) * stand) < reach && Math.round(x / stand) !== 0)
        throw ambiguous(x);
    }
    if (isNearFraction(x)) throw ambiguous(x);
  } else if (size > 0 && size < 2 ** -24 && isNearFraction(1 / x)) throw ambiguous(x);
}

// A multiple of a stand-in by a small fraction, up to the rounding of a float.
function isNearFraction(n: number): boolean {
  for (let k = 0; k < primes.length; k++) {
    const ratio = Math.abs(n) / unknownSize(k);
    if (ratio > 2 ** 8) continue;
    for (let q = 1; q <= 16; q++) {
      const p = Math.round(ratio * q);
      if (p !== 0 && Math.abs(ratio * q - p) < 2 ** -24 * p) return true;
    }
  }
  return false;
}

function ambiguous(n: number): ShapeError {
  return new ShapeError(
    `the number ${n} was computed from a size that is not known before the graph is fed; sizes may be multiplied by integers and used as shapes and divisors, and anything else has to be computed with tensors: sizeOf(x, axis)`,
  );
}
