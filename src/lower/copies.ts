// Copies that happen at once, put in an order: what one overwrites, another may still have to read.

export interface Move<T> {
  readonly from: T;
  readonly to: T;
}

/** The moves one after the other, with the same effect as all at once. `aside` makes a place for what has to get out of the way. No two have one target. */
export function inOrder<T>(moves: readonly Move<T>[], aside: (like: T) => T): readonly Move<T>[] {
  const waiting = moves.filter(({ from, to }) => from !== to);
  const done: Move<T>[] = [];
  while (waiting.length > 0) {
    const at = waiting.findIndex(({ to }) => waiting.every((m) => m.from !== to));
    if (at >= 0) {
      done.push(...waiting.splice(at, 1));
      continue;
    }
    // Only circles are left: one place is emptied, and read from elsewhere afterwards.
    const { to } = waiting[0]!;
    const saved = aside(to);
    done.push({ from: to, to: saved });
    waiting.forEach((m, i) => {
      if (m.from === to) waiting[i] = { from: saved, to: m.to };
    });
  }
  return done;
}
