// Small list arithmetic that shape code in every room needs.

/** Product of a list of integers; 1 for an empty list. */
export function product(xs: readonly number[]): number {
  let p = 1;
  for (const x of xs) p *= x;
  return p;
}

/** The integers `start … stop - 1`; with one argument `0 … n - 1`. */
export function range(start: number, stop?: number): number[] {
  const from = stop === undefined ? 0 : start;
  const to = stop === undefined ? start : stop;
  const out: number[] = [];
  for (let i = from; i < to; i++) out.push(i);
  return out;
}

/** True when both lists hold the same items (by `Object.is`) in the same order. */
export function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
