// What a bench file gives to bench/run.ts: cases, each with variants that do the same work and are measured side by side.
import { seeded } from '../src/util/rng.ts';

/** One way to do the work of a case. Calling it does the work once (or `repeat` times). */
export interface Variant {
  readonly name: string;
  readonly run: () => void;
}

export interface Case {
  readonly name: string;
  /** Sorted as shown. The first is what the others are compared with. */
  readonly variants: readonly Variant[];
  /** How often a variant's `run` does the work, for work far below the resolution of a timer. Default 1. */
  readonly repeat?: number;
  /** Floating-point operations of the work, where GFLOP/s mean something. */
  readonly flops?: number;
  /** Milliseconds of the first compiled call: trace, passes, code, and the run itself. */
  readonly firstCall?: number;
  /** Figures measured otherwise, in milliseconds: the stages of a compilation. */
  readonly stages?: Readonly<Record<string, number>>;
}

export interface Suite {
  readonly name: string;
  readonly cases: () => readonly Case[];
}

/** Milliseconds that `f` takes, once. */
export function timed(f: () => void): number {
  const from = performance.now();
  f();
  return performance.now() - from;
}

/** Seeded values in [-1, 1), so that every variant and every run sees the same data. */
export function values(n: number, seed = 1): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length: n }, () => 2 * random() - 1);
}
