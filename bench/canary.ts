// Whether the processor is ours. On a shared machine a neighbour on the same core takes half of its arithmetic units for seconds at a time, and every program
// of numbers then takes up to twice as long. A canary is a short loop that does nothing but multiply and add: what was measured while it took longer than at
// its best tells of the neighbour, and is set aside.

const rounds = 20_000;

/** Milliseconds, about 0.1, of a loop whose speed is that of the arithmetic units: twelve chains keep them busy. */
function loop(): number {
  let [a, b, c, d, e, f] = [1, 1.1, 1.2, 1.3, 1.4, 1.5];
  let [g, h, i, j, k, l] = [1.6, 1.7, 1.8, 1.9, 2, 2.1];
  const from = performance.now();
  for (let n = 0; n < rounds; n++) {
    a = a * 0.99 + 0.5;
    b = b * 0.99 + 0.5;
    c = c * 0.99 + 0.5;
    d = d * 0.99 + 0.5;
    e = e * 0.99 + 0.5;
    f = f * 0.99 + 0.5;
    g = g * 0.99 + 0.5;
    h = h * 0.99 + 0.5;
    i = i * 0.99 + 0.5;
    j = j * 0.99 + 0.5;
    k = k * 0.99 + 0.5;
    l = l * 0.99 + 0.5;
  }
  const ms = performance.now() - from;
  // Nothing is left out that nobody reads.
  if (a + b + c + d + e + f + g + h + i + j + k + l < 0) throw new Error('sums of positive numbers');
  return ms;
}

let optimised = false;

/** Milliseconds that the canary takes now: the better of two, as interruptions are not meant. */
export function canary(): number {
  // Until the engine has optimised it.
  for (let n = 0; !optimised && n < 300; n++) loop();
  optimised = true;
  return Math.min(loop(), loop());
}

/** What was measured, and the slower canary of those before and after it. */
export interface Sample<T> {
  readonly value: T;
  readonly canary: number;
}

export function sample<T>(work: () => T): Sample<T> {
  const before = canary();
  const value = work();
  return { value, canary: Math.max(before, canary()) };
}

/** How much longer than at its best a canary may take where nobody disturbs it. */
const tolerance = 1.12;

/** The samples that were taken undisturbed. `best` is the least that a canary took in the whole run. */
export function calm<T>(samples: readonly Sample<T>[], best: number): readonly Sample<T>[] {
  return samples.filter((s) => s.canary <= best * tolerance);
}

/** The samples to judge by: the calm ones, or all where there is none. */
export function trusted<T>(samples: readonly Sample<T>[], best: number): readonly Sample<T>[] {
  const quiet = calm(samples, best);
  return quiet.length > 0 ? quiet : samples;
}

/** The least that a canary took. */
export function bestOf(
  samples: readonly Sample<unknown>[],
  before: number = Number.POSITIVE_INFINITY,
): number {
  return samples.reduce((best, s) => Math.min(best, s.canary), before);
}

export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1]! + sorted[half]!) / 2;
}
