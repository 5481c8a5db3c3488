// alongside: where the ops of a function go that is about these tensors.
import { isTensor } from '../ops/coerce.ts';
import type { Symbolic } from './history.ts';

/**
 * Runs `f` where ops on these tensors (or lists of them) go: where one of them is of a graph, every op of `f` is a node of that graph, also those without a tensor of it,
 * such as `zeros`, `scan` and readings of variables. Elsewhere it just runs `f`. Layers are called so.
 *
 *     alongside([x], () => scan(step, zeros([4]), x))
 */
export function alongside<T>(tensors: readonly unknown[], f: () => T): T {
  const home = homeAmong(tensors);
  return home === null ? f() : home.within(f);
}

function homeAmong(values: readonly unknown[]): Symbolic | null {
  for (const x of values) {
    const found = Array.isArray(x) ? homeAmong(x) : isTensor(x) ? x.history : null;
    if (found?.kind === 'symbolic') return found;
  }
  return null;
}
