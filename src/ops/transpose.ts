// transpose: another order of the axes.
import { permuted } from '../array/views.ts';
import { showShape } from '../ir/types.ts';
import { AxisError } from '../util/errors.ts';
import { range, sameList } from '../util/seq.ts';
import { axisList, checkAxis, checkDistinct, resolveAxis } from './axes.ts';
import { lift, type TensorLike } from './coerce.ts';
import { type Op, op } from './opdef.ts';

export interface TransposeAttrs {
  /** Result axis i is operand axis `perm[i]`. */
  readonly perm: readonly number[];
}

/**
 * Reorders axes: result axis i is operand axis `perm[i]`; without `perm` all axes in the opposite order. Negative axes count from the end.
 * Throws an AxisError unless `perm` names every axis once.
 *
 *     transpose(zeros([2, 3, 4]), [0, -1, 1]).shape   // [2, 4, 3]
 */
export const transpose: Op<TransposeAttrs, [x: TensorLike, perm?: readonly number[]]> = op<
  TransposeAttrs,
  [x: TensorLike, perm?: readonly number[]]
>(
  {
    name: 'transpose',
    doc: 'Reorders axes: result axis i is operand axis perm[i].',
    attrs: { perm: 'ints' },
    infer: ([x], { perm }) => {
      const rank = x!.shape.length;
      if (perm.length !== rank)
        throw new AxisError(
          `transpose: perm [${perm}] must name each of the ${rank} axes of ${showShape(x!.shape)} once`,
        );
      perm.forEach((axis) => checkAxis(axis, rank, 'transpose'));
      checkDistinct(perm, 'transpose');
      return [{ dtype: x!.dtype, shape: perm.map((p) => x!.shape[p]!) }];
    },
    eval: ([x], { attrs: { perm } }) => [permuted(x!, perm)],
    vjp: ([g], { attrs: { perm } }) => [g!.transpose(inverse(perm))],
    simplify: ([x], { attrs: { perm }, types: [type], defOf }) => {
      if (sameList(perm, range(perm.length))) return [x!];
      const inner = defOf(x!);
      if (inner?.op === transpose.def) {
        const { perm: first } = inner.attrs as TransposeAttrs;
        return [
          transpose(
            inner.args[0]!,
            perm.map((p) => first[p]!),
          ),
        ];
      }
      // Moving axes of size 1 about moves no element.
      const long = (axes: readonly number[]) => axes.filter((axis) => x!.shape[axis] !== 1);
      return sameList(long(perm), long(range(perm.length))) ? [x!.reshape(type!.shape)] : null;
    },
    lower: { kind: 'view', index: (out, { perm }) => inverse(perm).map((axis) => out[axis]!) },
  },
  (x, perm) => {
    const t = lift(x, 'transpose');
    const axes = perm === undefined ? range(t.ndim).reverse() : axisList(perm, 'transpose');
    return { args: [t], attrs: { perm: axes.map((axis) => resolveAxis(axis, t.ndim, 'transpose')) } };
  },
);

/** The permutation that undoes `perm`. */
function inverse(perm: readonly number[]): readonly number[] {
  const out: number[] = new Array(perm.length);
  perm.forEach((p, i) => {
    out[p] = i;
  });
  return out;
}
