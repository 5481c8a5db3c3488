// The clock of a profile, on a clock of its own.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { clockMark, entryMark, firstStep, Stopwatch } from '../../../src/jit/stopwatch.ts';

let now = 0;
beforeEach(() => {
  now = 100;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

function run(watch: Stopwatch, kernels: () => void): void {
  watch.begin();
  now += 3;
  watch.mark(entryMark);
  watch.mark(clockMark);
  kernels();
  now += 7;
  watch.end();
}

test('tells what comes before the first step, each kernel, and what comes after the last', () => {
  const watch = new Stopwatch(2);
  for (const ms of [10, 30, 20])
    run(watch, () => {
      now += ms;
      watch.mark(firstStep);
      now += 1;
      watch.mark(firstStep + 1);
      now += 2;
      watch.mark(firstStep + 1);
    });
  expect([watch.runs, watch.ms, watch.enteringMs, watch.leavingMs]).toEqual([3, 33, 3, 7]);
  expect(watch.kernel(0)).toEqual({ ms: 20, waitingMs: 0, calls: 1, threads: 1 });
  expect(watch.kernel(1)).toEqual({ ms: 3, waitingMs: 0, calls: 2, threads: 1 });
  expect(watch.lastCalls).toEqual([
    { kernel: 0, start: 3, ms: 20, threads: 1 },
    { kernel: 1, start: 23, ms: 1, threads: 1 },
    { kernel: 1, start: 24, ms: 2, threads: 1 },
  ]);
  watch.forget();
  expect(watch.runs).toBe(0);
});

test('tells how many threads ran a kernel, and how long the caller waited', () => {
  const watch = new Stopwatch(2);
  for (const threads of [3, 1, 2])
    run(watch, () => {
      now += 10;
      watch.shared(threads, 4);
      watch.mark(firstStep);
      now += 1;
      watch.mark(firstStep + 1);
    });
  expect(watch.kernel(0)).toEqual({ ms: 10, waitingMs: 4, calls: 1, threads: 2 });
  expect(watch.kernel(1)).toEqual({ ms: 1, waitingMs: 0, calls: 1, threads: 1 });
});
