// Runs a Func under the current interpreter, whatever that is: eager computes it, a trace copies it, a tape makes it differentiable.
import type { Func, Value } from '../ir/func.ts';
import { bind } from '../ops/dispatch.ts';
import { defOf } from '../ops/opdef.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { invariant } from '../util/errors.ts';
import { at } from './place.ts';

/** The results of `func` on `args`. Instructions keep the user's lines they were first traced at. */
export function replay(func: Func, args: readonly Tensor[]): readonly Tensor[] {
  invariant(
    args.length === func.params.length,
    `@${func.name} takes ${func.params.length} arguments, got ${args.length}`,
  );
  const env = new Map<Value, Tensor>();
  func.params.forEach((p, i) => env.set(p, args[i]!));
  for (const instr of func.body) {
    const operands = instr.args.map((a) => env.get(a)!);
    const results = at(instr.loc, () => bind(defOf(instr), operands, instr.attrs, instr.regions));
    instr.results.forEach((r, i) => env.set(r, results[i]!));
  }
  return func.results.map((r) => env.get(r)!);
}
