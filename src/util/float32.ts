// Decimal text of float32 numbers: the fewest digits that mean the same number.

/** The number with the fewest significant digits that rounds to the float32 `x`; nine are always enough. NaN and infinities are themselves. */
export function shortest(x: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === x) return short;
  }
  return Number(x.toPrecision(9));
}
