// Which parameters a function needs for some of its results and for its effects.
import type { Func, Value } from '../ir/func.ts';
import { hasEffect } from '../ir/walk.ts';

/** By position. */
export function neededParams(func: Func, results: readonly number[]): ReadonlySet<number> {
  const wanted = new Set<Value>(results.map((k) => func.results[k]!));
  for (const instr of func.body.toReversed())
    if (hasEffect(instr) || instr.results.some((r) => wanted.has(r)))
      for (const arg of instr.args) wanted.add(arg);
  return new Set(func.params.flatMap((p, i) => (wanted.has(p) ? [i] : [])));
}
