// Contractions are turned round where the other way is better. One whose result is only read transposed: (AᵀB)ᵀ is BᵀA, and then what follows has the shape of the result
// and joins its kernel. And a matrix whose columns are summed with a vector: Aᵀx is xᵀA, which goes along the rows of A as they lie in memory.
import { type Builder, rebuild } from '../../ir/build.ts';
import { type Func, type Instr, is, type Value } from '../../ir/func.ts';
import { sameShape, sizeOf } from '../../ir/types.ts';
import { useCounts } from '../../ir/walk.ts';
import { dotGeneral } from '../../ops/dot.ts';
import type { ContractionAxes } from '../../ops/opdef.ts';
import { reshape } from '../../ops/reshape.ts';
import { transpose } from '../../ops/transpose.ts';
import { range, sameList } from '../../util/seq.ts';

/** The gradient of a right operand comes out this way. Products commute and sums keep their order, so no bit changes. */
export function swapContractions(func: Func): Func {
  const counts = useCounts(func);
  return rebuild(func, (old, args, builder) => {
    if (is(old, dotGeneral) && takesColumns(old)) {
      const [turned] = turn(old, args, builder);
      const { shape } = old.results[0]!.type;
      if (sameShape(turned!.type.shape, shape)) return [turned!];
      return builder.emit(reshape.def, [turned!], { shape }, [], old.loc);
    }
    const [x] = args;
    if (!is(old, transpose) || x!.def === null || !is(x!.def, dotGeneral)) return null;
    if (counts.get(old.args[0]!) !== 1 || !sameList(old.attrs.perm, swapped(x!.def))) return null;
    return turn(x!.def, x!.def.args, builder);
  });
}

/** Is the right operand a vector, and does the axis of the left one along which elements lie next to each other belong to the result? */
function takesColumns({ args: [left, right], attrs, results }: Instr<ContractionAxes>): boolean {
  const rank = left!.type.shape.length;
  const made = left!.def;
  const last = made !== null && is(made, transpose) ? made.attrs.perm.indexOf(rank - 1) : rank - 1;
  if (last < 0 || attrs.leftContract.includes(last) || attrs.leftBatch.includes(last)) return false;
  const shared = [...attrs.rightBatch, ...attrs.rightContract];
  return (
    attrs.rightContract.length > 0 &&
    right!.type.shape.every((size, axis) => shared.includes(axis) || size === 1) &&
    left!.type.shape[last]! > 1 &&
    sizeOf(results[0]!.type.shape) > 0
  );
}

function turn(
  { attrs, loc }: Instr<ContractionAxes>,
  [left, right]: readonly Value[],
  builder: Builder,
): readonly Value[] {
  const turned = {
    leftBatch: attrs.rightBatch,
    rightBatch: attrs.leftBatch,
    leftContract: attrs.rightContract,
    rightContract: attrs.leftContract,
  };
  return builder.emit(dotGeneral.def, [right!, left!], turned, [], loc);
}

/** The permutation of a contraction's result that puts the right operand's free axes before the left one's. */
function swapped(dot: Instr<ContractionAxes>): readonly number[] {
  const batch = dot.attrs.leftBatch.length;
  const leftFree = dot.args[0]!.type.shape.length - batch - dot.attrs.leftContract.length;
  const rank = dot.results[0]!.type.shape.length;
  return [...range(batch), ...range(batch + leftFree, rank), ...range(batch, batch + leftFree)];
}
