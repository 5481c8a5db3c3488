// A program whose functions are converted by every host, and what it answers; see hosts.test.ts.
import { jit } from 'tracejit';
import { oracle } from '../staged.ts';

let scale: number = 2;
const offsets: readonly number[] = [1, 2, 3];

class Counter {
  #count: number = 0;
  last: number | null = null;
  add(by: number): this {
    'use jit';
    if (by > 0) this.#count += by;
    else this.#count--;
    this.last = by;
    return this;
  }
  get count(): number {
    return this.#count;
  }
}

export function collatz(n: number, limit = 50): number {
  'use jit';
  let steps = 0;
  while (n !== 1) {
    if (steps >= limit) return -1;
    n = n % 2 === 0 ? n / 2 : 3 * n + 1;
    steps++;
  }
  return steps;
}

function search(x: number): number {
  let best = -1;
  outer: for (let i = 0; i < 5; i++) {
    for (const o of offsets) {
      if (o === i) continue outer;
      if (x * o > 20 && !(i < 1)) break outer;
      best = Math.max(best, x + o * scale);
    }
  }
  const { length } = `${length0(offsets)}`;
  switch (best > 8 ? 1 : 0) {
    case 1:
      return best ** 2 + length;
    default:
      return -best;
  }
}

function length0(list: readonly number[]): number {
  return list?.length ?? 0;
}

// jit is what marks it; what it gives is not called here.
jit(search);

/** On numbers. */
export function plainAnswers(): readonly number[] {
  scale = 3;
  const counter = new Counter();
  return [
    collatz(7),
    collatz(27, 10),
    search(2),
    search(30),
    counter.add(3).add(-1).count,
    collatz(7, 20),
    collatz(27, 20),
    new Counter().add(5).add(1).count,
  ];
}

/** The same, the last three staged. */
export function answers(): readonly number[] {
  const staged = [
    oracle((x) => collatz(x, 20), [7]),
    oracle((x) => collatz(x, 20), [27]),
    oracle((x) => new Counter().add(x).add(1).count, [5]),
  ];
  return [...plainAnswers().slice(0, 5), ...staged.map((t) => t.item())];
}
