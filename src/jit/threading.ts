// How many threads a program gets, and why.
import { stagesOf, type Threading } from '../codegen/wasm/stages.ts';
import { availableThreads, whyNoThreads } from '../codegen/wasm/worker-host.ts';
import type { Program } from '../lower/program.ts';
import { estimatedTime, expectedTime } from './cost.ts';

export type Threads = 'auto' | number;

/** Null is one thread. */
export interface Threaded {
  readonly threading: Threading | null;
  readonly why: string;
}

// Up to four threads share the caches of one machine well; programs of less than so many nanoseconds have nothing to gain from them.
const mostAutomatic = 4;
const worthThreads = 200_000;

/** What is to be used of the threads that are asked for, if the program runs as WebAssembly. */
export function threadingOf(program: Program, threads: Threads): Threaded {
  const none = (why: string): Threaded => ({ threading: null, why });
  if (threads === 1) return none('asked for');
  const missing = whyNoThreads();
  if (missing !== null) return none(missing);
  if (threads !== 'auto') return { threading: { threads, costOf: estimatedTime }, why: 'asked for' };
  const ns = expectedTime(program);
  if (ns < worthThreads)
    return none(
      `it has ${(ns / 1e6).toFixed(2)} ms to do, and is worth others from ${worthThreads / 1e6} ms on`,
    );
  const cores = availableThreads();
  if (cores === 1) return none('this machine has one core');
  const most = Math.min(mostAutomatic, cores);
  return {
    threading: { threads: most, costOf: estimatedTime },
    why: `it has ${(ns / 1e6).toFixed(1)} ms to do`,
  };
}

/** For people: how many threads share the program's kernels, and why. */
export function showThreads(program: Program, { threading, why }: Threaded): string {
  if (threading === null) return `1: ${why}`;
  if (stagesOf(program, threading) === null) return '1: no kernel can be shared out, or would be quicker';
  return `${threading.threads}: ${why}`;
}
