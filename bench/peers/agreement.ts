// Do two libraries compute the same? The largest difference of two results, relative to the largest element of each array.
import type { Arrays } from './wire.ts';

/** Infinity where shapes, names or non-finite elements differ. */
export function deviation(a: Arrays, b: Arrays): number {
  const names = Object.keys(b);
  if (names.length !== Object.keys(a).length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (const name of names) {
    const [left, right] = [a[name]?.data, b[name]!.data];
    if (left === undefined || left.length !== right.length) return Number.POSITIVE_INFINITY;
    let [scale, difference] = [0, 0];
    for (let i = 0; i < right.length; i++) {
      const [x, y] = [left[i]!, right[i]!];
      if (!Number.isFinite(x) || !Number.isFinite(y)) {
        if (!Object.is(x, y)) return Number.POSITIVE_INFINITY;
        continue;
      }
      scale = Math.max(scale, Math.abs(y));
      difference = Math.max(difference, Math.abs(x - y));
    }
    if (difference > 0) worst = Math.max(worst, scale === 0 ? Number.POSITIVE_INFINITY : difference / scale);
  }
  return worst;
}
