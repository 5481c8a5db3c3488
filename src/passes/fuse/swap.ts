// Contractions whose result is only read transposed are turned round: (AᵀB)ᵀ is BᵀA. Then what follows has the shape of the result and joins its kernel.
import { rebuild } from '../../ir/build.ts';
import { type Func, type Instr, is } from '../../ir/func.ts';
import { useCounts } from '../../ir/walk.ts';
import { dotGeneral } from '../../ops/dot.ts';
import type { ContractionAxes } from '../../ops/opdef.ts';
import { transpose } from '../../ops/transpose.ts';
import { range, sameList } from '../../util/seq.ts';

/** The gradient of a right operand comes out this way. Products commute and sums keep their order, so no bit changes. */
export function swapContractions(func: Func): Func {
  const counts = useCounts(func);
  return rebuild(func, (old, [x], builder) => {
    if (!is(old, transpose) || x!.def === null || !is(x!.def, dotGeneral)) return null;
    if (counts.get(old.args[0]!) !== 1 || !sameList(old.attrs.perm, swapped(x!.def))) return null;
    const { args, attrs, loc } = x!.def;
    const turned = {
      leftBatch: attrs.rightBatch,
      rightBatch: attrs.leftBatch,
      leftContract: attrs.rightContract,
      rightContract: attrs.leftContract,
    };
    return builder.emit(dotGeneral.def, [args[1]!, args[0]!], turned, [], loc);
  });
}

/** The permutation of a contraction's result that puts the right operand's free axes before the left one's. */
function swapped(dot: Instr<ContractionAxes>): readonly number[] {
  const batch = dot.attrs.leftBatch.length;
  const leftFree = dot.args[0]!.type.shape.length - batch - dot.attrs.leftContract.length;
  const rank = dot.results[0]!.type.shape.length;
  return [...range(batch), ...range(batch + leftFree, rank), ...range(batch, batch + leftFree)];
}
