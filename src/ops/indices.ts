// Indices that are data (gather, scatter): their dtype, their bounds, and what negative ones mean, in eager mode and in kernels.
import { type Shape, showType, type TensorType } from '../ir/types.ts';
import type { Expr } from '../loop/kernel.ts';
import { add, and, compare, i32, select } from '../loop/make.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ArgumentError, DTypeError } from '../util/errors.ts';
import { lift, type TensorLike, weak } from './coerce.ts';

/** A user's indices: an int32 tensor, or a number. */
export function liftIndices(x: TensorLike, where: string): Tensor {
  if (Array.isArray(x))
    throw new ArgumentError(
      `${where}: indices must be an int32 tensor, got an array; wrap it: tensor([…], { dtype: 'int32' })`,
    );
  return typeof x === 'number' ? weak(x, 'int32', where) : lift(x, where);
}

/** Throws unless the indices are int32. */
export function checkIndices(indices: TensorType, where: string): void {
  if (indices.dtype !== 'int32')
    throw new DTypeError(
      `${where}: indices must be int32, got ${showType(indices)}; make them so with tensor([…], { dtype: 'int32' }) or x.cast('int32')`,
    );
}

/** The shape of what is picked along an axis: the axis is replaced by the shape of the indices. */
export function gatheredShape(shape: Shape, indices: Shape, axis: number): Shape {
  return [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)];
}

/** What is wrong with an index outside of an axis: the message, to which eager mode and compiled code add the index. */
export function outOfBounds(where: string, axis: number, size: number): string {
  const allowed =
    size === 0
      ? 'which has no elements'
      : `where indices go from ${-size} to ${size - 1} (negative ones count from the end)`;
  return `${where}: an index is out of bounds for axis ${axis} of size ${size}, ${allowed}`;
}

/** The position an index names; throws where it lies outside. */
export function position(index: number, where: string, axis: number, size: number): number {
  if (index >= -size && index < size) return index < 0 ? index + size : index;
  throw new ArgumentError(`${outOfBounds(where, axis, size)}: got ${index}`);
}

/** The position an index names, in a kernel; meaningful where `isInBounds`. */
export function positionOf(index: Expr, size: number): Expr {
  return select(compare('lt', index, i32(0)), add(index, i32(size)), index);
}

export function isInBounds(index: Expr, size: number): Expr {
  return and(compare('ge', index, i32(-size)), compare('lt', index, i32(size)));
}
