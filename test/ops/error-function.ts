// erf in double precision, which JavaScript's Math lacks.

/** 2/√π Σ (-1)ⁿ x^(2n+1) / (n! (2n+1)) (Abramowitz & Stegun 7.1.5), good to 12 digits for |x| < 3. */
export function errorFunction(x: number): number {
  let power = x;
  let sum = x;
  for (let n = 1; Math.abs(power) > 1e-18; n++) {
    power *= -(x * x) / n;
    sum += power / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
