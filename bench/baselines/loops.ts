// Hand-written JavaScript for the kernels of the bench: what a patient programmer writes, and so the honest ceiling.

/** The chain of kernels.ts, ten operations in one loop; `fround` after each keeps the strict bits. */
export function chainStrict(x: Float32Array, y: Float32Array, out: Float32Array): void {
  const f = Math.fround;
  for (let i = 0; i < out.length; i++) {
    const a = x[i]!;
    const b = y[i]!;
    let t = f(a * b);
    t = f(t + a);
    t = f(t * f(0.5));
    t = f(t - b);
    t = f(t * t);
    t = f(t + 1);
    t = f(Math.sqrt(t));
    t = f(a / t);
    t = Math.max(t, f(-0.75));
    out[i] = t + b;
  }
}

/** The same with double intermediates, as `precision: 'fast'` may. */
export function chainFast(x: Float32Array, y: Float32Array, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) {
    const a = x[i]!;
    const b = y[i]!;
    let t = (a * b + a) * 0.5 - b;
    t = Math.sqrt(t * t + 1);
    out[i] = Math.max(a / t, -0.75) + b;
  }
}

/** Row-major n×n product, i-k-j order, float32 rounding by the stores. */
export function matmul(a: Float32Array, b: Float32Array, out: Float32Array, n: number): void {
  out.fill(0);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const s = a[i * n + k]!;
      for (let j = 0; j < n; j++) out[i * n + j]! += s * b[k * n + j]!;
    }
  }
}

/** Softmax of each row, three sweeps. */
export function softmax(x: Float32Array, out: Float32Array, rows: number, columns: number): void {
  for (let r = 0; r < rows; r++) {
    const at = r * columns;
    let max = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < columns; i++) max = Math.max(max, x[at + i]!);
    let sum = 0;
    for (let i = 0; i < columns; i++) {
      const e = Math.exp(x[at + i]! - max);
      out[at + i] = e;
      sum += e;
    }
    for (let i = 0; i < columns; i++) out[at + i]! /= sum;
  }
}

/** Sum of each row. */
export function rowSums(x: Float32Array, out: Float32Array, rows: number, columns: number): void {
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += x[r * columns + i]!;
    out[r] = sum;
  }
}
