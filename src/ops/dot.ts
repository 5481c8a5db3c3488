// dot_general: sums of products over any axes of two tensors; matmul, dot, outer, einsum and their gradients are made of it.
import { matrixProducts } from '../array/loops.ts';
import { ndView } from '../array/nd.ts';
import { permuted } from '../array/views.ts';
import { promote, type Shape, showShape, showType, sizeOf, type TensorType } from '../ir/types.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { AxisError, DTypeError, ShapeError } from '../util/errors.ts';
import { range } from '../util/seq.ts';
import { checkAxis, checkDistinct, resolveAxis } from './axes.ts';
import { castTo, lift, type TensorLike } from './coerce.ts';
import { checkDomain } from './families.ts';
import { type ContractionAxes, type Op, op } from './opdef.ts';

type Front = [left: TensorLike, right: TensorLike, axes: Partial<ContractionAxes>];

/**
 * Sums of products over the contracted axes, for every combination of batch indices (the same in both operands) and free indices (the other axes).
 * Result axes are batch, then the free axes of the left, then of the right operand (StableHLO's dot_general). Axes left out are none; negative ones count from the end.
 * float32, or int32 (which wraps) where neither operand is float32. Sizes that differ are a ShapeError.
 *
 *     dotGeneral(a, b, { leftContract: [1], rightContract: [0] })   // the matrix product of two matrices
 */
export const dotGeneral: Op<ContractionAxes, Front> = op<ContractionAxes, Front>(
  {
    name: 'dot_general',
    doc: 'Sums of products over the contracted axes, accumulated from 0 in row-major order of the contracted indices, products and sums rounded. Result axes: batch, left free, right free.',
    attrs: { leftBatch: 'ints', rightBatch: 'ints', leftContract: 'ints', rightContract: 'ints' },
    infer: ([a, b], axes) => {
      const where = `dot_general of ${showType(a!)} and ${showType(b!)}`;
      if (a!.dtype !== b!.dtype) throw new DTypeError(`${where}: operands must have one dtype`);
      checkDomain('dot_general', 'numeric', a!.dtype);
      checkSide(a!.shape, [...axes.leftBatch, ...axes.leftContract], `${where}, left operand`);
      checkSide(b!.shape, [...axes.rightBatch, ...axes.rightContract], `${where}, right operand`);
      checkPairs(a!, b!, axes.leftBatch, axes.rightBatch, 'batch', where);
      checkPairs(a!, b!, axes.leftContract, axes.rightContract, 'contracted', where);
      const { batch, leftFree, rightFree } = split(a!, b!, axes);
      return [{ dtype: a!.dtype, shape: [...batch, ...sizes(a!, leftFree), ...sizes(b!, rightFree)] }];
    },
    eval: ([a, b], { attrs: axes, types: [type] }) => {
      const { batch, leftFree, rightFree } = split(a!, b!, axes);
      const left = permuted(a!, [...axes.leftBatch, ...leftFree, ...axes.leftContract]);
      const right = permuted(b!, [...axes.rightBatch, ...axes.rightContract, ...rightFree]);
      const out = matrixProducts(left, right, [
        sizeOf(batch),
        sizeOf(sizes(a!, leftFree)),
        sizeOf(sizes(a!, axes.leftContract)),
        sizeOf(sizes(b!, rightFree)),
      ]);
      return [ndView(type!.dtype, type!.shape, out)];
    },
    vjp: ([g], { args: [a, b], attrs: axes, needs }) => {
      if (a!.dtype !== 'float32') return [null, null];
      const { leftBatch, rightBatch, leftContract, rightContract } = axes;
      const { batch, leftFree, rightFree } = split(a!, b!, axes);
      // Where batch, left free and right free axes are in the result.
      const gBatch = range(batch.length);
      const gLeft = range(batch.length, batch.length + leftFree.length);
      const gRight = range(batch.length + leftFree.length, g!.ndim);
      // The other operand keeps its contracted axes, in its own order; `alike` gives their partners in that order.
      const left = (): Tensor =>
        restored(
          dotGeneral(g!, b!, {
            leftBatch: gBatch,
            rightBatch,
            leftContract: gRight,
            rightContract: rightFree,
          }),
          [...leftBatch, ...leftFree, ...alike(leftContract, rightContract)],
        );
      const right = (): Tensor =>
        restored(
          dotGeneral(a!, g!, { leftBatch, rightBatch: gBatch, leftContract: leftFree, rightContract: gLeft }),
          [...rightBatch, ...alike(rightContract, leftContract), ...rightFree],
        );
      return [needs[0] ? left() : null, needs[1] ? right() : null];
    },
    lower: { kind: 'contract', axes: (axes) => axes },
  },
  (left, right, axes) => {
    const [a, b] = [lift(left, 'dotGeneral'), lift(right, 'dotGeneral')];
    const dtype = promote(promote(a.dtype, b.dtype), 'int32');
    const resolve = (list: readonly number[] | undefined, x: Tensor, side: string) =>
      (list ?? []).map((axis) =>
        resolveAxis(axis, x.ndim, `dotGeneral, ${side} operand ${showType(x.type)}`),
      );
    return {
      args: [castTo(a, dtype), castTo(b, dtype)],
      attrs: {
        leftBatch: resolve(axes.leftBatch, a, 'left'),
        rightBatch: resolve(axes.rightBatch, b, 'right'),
        leftContract: resolve(axes.leftContract, a, 'left'),
        rightContract: resolve(axes.rightContract, b, 'right'),
      },
    };
  },
);

/** The axes of both operands that are neither batch nor contracted, and the sizes of the batch. */
function split(a: TensorType, b: TensorType, axes: ContractionAxes) {
  const { leftBatch, rightBatch, leftContract, rightContract } = axes;
  const free = (x: TensorType, used: readonly number[]) =>
    range(x.shape.length).filter((axis) => !used.includes(axis));
  return {
    batch: sizes(a, leftBatch),
    leftFree: free(a, [...leftBatch, ...leftContract]),
    rightFree: free(b, [...rightBatch, ...rightContract]),
  };
}

function sizes(x: TensorType, axes: readonly number[]): number[] {
  return axes.map((axis) => x.shape[axis]!);
}

function checkSide(shape: Shape, axes: readonly number[], where: string): void {
  for (const axis of axes) checkAxis(axis, shape.length, where);
  checkDistinct(axes, where);
}

function checkPairs(
  a: TensorType,
  b: TensorType,
  left: readonly number[],
  right: readonly number[],
  role: string,
  where: string,
): void {
  if (left.length !== right.length)
    throw new AxisError(`${where}: ${left.length} ${role} axes [${left}] meet ${right.length} [${right}]`);
  left.forEach((axis, i) => {
    const [m, n] = [a.shape[axis]!, b.shape[right[i]!]!];
    if (m !== n)
      throw new ShapeError(
        `${where}: ${role} axes differ in size: ${m} (axis ${axis} of ${showShape(a.shape)}) and ${n} (axis ${right[i]} of ${showShape(b.shape)})`,
      );
  });
}

/** `axes` in the order that makes their partners increase. */
function alike(axes: readonly number[], partners: readonly number[]): number[] {
  return range(axes.length)
    .sort((i, j) => partners[i]! - partners[j]!)
    .map((i) => axes[i]!);
}

/** The tensor whose axis `order[i]` is axis i of `x`. */
function restored(x: Tensor, order: readonly number[]): Tensor {
  if (order.every((axis, i) => axis === i)) return x;
  return x.transpose(range(order.length).map((axis) => order.indexOf(axis)));
}
