// Runs a Func under the current interpreter, whatever that is: eager computes it, a trace copies it, a tape makes it differentiable.
import type { Func } from '../ir/func.ts';
import { walk } from '../ir/walk.ts';
import { bind } from '../ops/dispatch.ts';
import { defOf } from '../ops/opdef.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { at } from './place.ts';

/** The results of `func` on `args`. Instructions keep the user's lines they were first traced at. */
export function replay(func: Func, args: readonly Tensor[]): readonly Tensor[] {
  return walk(func, args, (instr, operands) =>
    at(instr.loc, () => bind(defOf(instr), operands, instr.attrs, instr.regions)),
  );
}
