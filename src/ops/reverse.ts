// reverse: the opposite order of elements along axes. The public name is NumPy's: flip.
import { reversed } from '../array/views.ts';
import { i32, sub } from '../loop/make.ts';
import { type Axes, checkAxis, checkDistinct, resolveAxes } from './axes.ts';
import { lift, type TensorLike } from './coerce.ts';
import { type Op, op } from './opdef.ts';

export interface ReverseAttrs {
  /** Distinct; the front gives them in increasing order. */
  readonly axes: readonly number[];
}

/**
 * The elements in the opposite order along `axis`, several axes, or (without `axis`) all. Negative axes count from the end.
 * Throws an AxisError for an axis that does not exist or is named twice.
 *
 *     flip(tensor([1, 2, 3]))   // [3, 2, 1]
 */
export const flip: Op<ReverseAttrs, [x: TensorLike, axis?: Axes]> = op<
  ReverseAttrs,
  [x: TensorLike, axis?: Axes]
>(
  {
    name: 'reverse',
    doc: 'The elements in the opposite order along the axes.',
    attrs: { axes: 'ints' },
    infer: ([x], { axes }) => {
      axes.forEach((axis) => checkAxis(axis, x!.shape.length, 'flip'));
      checkDistinct(axes, 'flip');
      return [{ dtype: x!.dtype, shape: x!.shape }];
    },
    eval: ([x], { attrs: { axes } }) => [reversed(x!, axes)],
    vjp: ([g], { attrs: { axes } }) => [g!.flip(axes)],
    simplify: ([x], { attrs: { axes }, defOf }) => {
      const moving = axes.filter((axis) => x!.shape[axis]! > 1);
      if (moving.length === 0) return [x!];
      const inner = defOf(x!);
      if (inner?.op === flip.def) {
        const { axes: first } = inner.attrs as ReverseAttrs;
        const once = [...first.filter((a) => !axes.includes(a)), ...axes.filter((a) => !first.includes(a))];
        return [flip(inner.args[0]!, once)];
      }
      return moving.length < axes.length ? [flip(x!, moving)] : null;
    },
    lower: {
      kind: 'view',
      index: (out, { axes }, operand) =>
        out.map((at, axis) => (axes.includes(axis) ? sub(i32(operand[axis]! - 1), at) : at)),
    },
  },
  (x, axis) => {
    const t = lift(x, 'flip');
    return { args: [t], attrs: { axes: resolveAxes(axis, t.ndim, 'flip').sort((a, b) => a - b) } };
  },
  'flip',
);
