// reshape: the same elements in row-major order under another shape.
import { reshaped } from '../array/views.ts';
import { checkShape, type Shape, sameShape, showShape, sizeOf } from '../ir/types.ts';
import type { Expr } from '../loop/kernel.ts';
import { delinearize, i32, linearIndex } from '../loop/make.ts';
import { ShapeError } from '../util/errors.ts';
import { product, range } from '../util/seq.ts';
import { givenShape } from './axes.ts';
import { lift, type TensorLike } from './coerce.ts';
import { type Op, op } from './opdef.ts';

export interface ReshapeAttrs {
  readonly shape: Shape;
}

/**
 * The same elements in row-major order under another shape of the same size. One dimension may be -1: it is what remains.
 * Throws a ShapeError where the sizes differ.
 *
 *     reshape(arange(6), [2, -1])   // [[0, 1, 2], [3, 4, 5]]
 */
export const reshape: Op<ReshapeAttrs, [x: TensorLike, shape: Shape]> = op<
  ReshapeAttrs,
  [x: TensorLike, shape: Shape]
>(
  {
    name: 'reshape',
    doc: 'The same elements in row-major order under another shape of the same size.',
    attrs: { shape: 'ints' },
    infer: ([x], { shape }) => {
      checkShape(shape, 'reshape');
      if (sizeOf(shape) !== sizeOf(x!.shape)) throw sizeMismatch(x!.shape, shape);
      return [{ dtype: x!.dtype, shape }];
    },
    eval: ([x], { attrs: { shape } }) => [reshaped(x!, shape)],
    vjp: ([g], { args: [x] }) => [g!.reshape(x!.shape)],
    simplify: ([x], { attrs: { shape }, defOf }) => {
      if (sameShape(x!.shape, shape)) return [x!];
      const inner = defOf(x!);
      return inner?.op === reshape.def ? [reshape(inner.args[0]!, shape)] : null;
    },
    lower: { kind: 'view', index: (out, _, operand, result) => operandIndex(out, operand, result) },
  },
  (x, shape) => {
    const t = lift(x, 'reshape');
    return { args: [t], attrs: { shape: complete(givenShape(shape, 'reshape'), t.shape) } };
  },
);

// Replaces the -1 that a user may write for one dimension.
function complete(shape: Shape, from: Shape): Shape {
  const hole = shape.indexOf(-1);
  if (hole < 0) return shape;
  if (shape.indexOf(-1, hole + 1) >= 0)
    throw new ShapeError(`reshape: only one dimension may be -1, got ${showShape(shape)}`);
  const known = product(shape.filter((_, axis) => axis !== hole));
  const missing = sizeOf(from) / known;
  if (known === 0 || !Number.isInteger(missing)) throw sizeMismatch(from, shape);
  return shape.map((d, axis) => (axis === hole ? missing : d));
}

function sizeMismatch(from: Shape, to: Shape): ShapeError {
  return new ShapeError(
    `reshape: ${showShape(from)} has ${sizeOf(from)} elements, which do not fit ${showShape(to)}; the sizes must be equal, and one dimension may be -1`,
  );
}

// Runs of axes whose sizes agree are converted apart from each other, so that an axis that stays keeps its plain index.
function operandIndex(out: readonly Expr[], operand: Shape, result: Shape): readonly Expr[] {
  if (sizeOf(operand) === 0) return operand.map(() => i32(0));
  return alignedRuns(operand, result).flatMap(({ from, to }) => {
    const sizes = to.map((axis) => result[axis]!);
    const linear = linearIndex(
      to.map((axis) => out[axis]!),
      sizes,
    );
    return delinearize(
      linear,
      from.map((axis) => operand[axis]!),
    );
  });
}

/** The shortest consecutive runs of axes of two shapes (of one non-zero size) that hold equally many elements. */
function alignedRuns(
  from: Shape,
  to: Shape,
): readonly { readonly from: readonly number[]; readonly to: readonly number[] }[] {
  const runs: { from: number[]; to: number[] }[] = [];
  let a = 0;
  let b = 0;
  while (a < from.length || b < to.length) {
    const [a0, b0] = [a, b];
    let sizeA = a < from.length ? from[a++]! : 1;
    let sizeB = b < to.length ? to[b++]! : 1;
    while (sizeA !== sizeB) {
      if (sizeA < sizeB) sizeA *= from[a++]!;
      else sizeB *= to[b++]!;
    }
    runs.push({ from: range(a0, a), to: range(b0, b) });
  }
  return runs;
}
