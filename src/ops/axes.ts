// Axes as users name them (negative ones count from the end) and as attributes hold them (0 … rank-1); shapes as users give them.
import { checkShape, type Shape } from '../ir/types.ts';
import { plainList } from '../ir/unknown.ts';
import { AxisError, ShapeError } from '../util/errors.ts';
import { range } from '../util/seq.ts';

/** One axis or a list of axes; negative ones count from the end. */
export type Axes = number | readonly number[];

/** The axis a user means, as 0 … rank-1. `where` names the op (and argument) in the error. */
export function resolveAxis(axis: number, rank: number, where: string): number {
  const resolved = Number.isInteger(axis) && axis < 0 ? axis + rank : axis;
  checkAxis(resolved, rank, where, axis);
  return resolved;
}

/** The axes a user means, in the order given; absent: all. Naming one twice is an error. */
export function resolveAxes(axes: Axes | null | undefined, rank: number, where: string): number[] {
  if (axes === undefined || axes === null) return range(rank);
  const resolved = axisList(axes, where).map((axis) => resolveAxis(axis, rank, where));
  checkDistinct(resolved, where);
  return resolved;
}

/** One axis or several as a list, still as the user named them. */
export function axisList(axes: Axes, where: string): readonly number[] {
  if (typeof axes === 'number') return [axes];
  if (Array.isArray(axes)) return axes;
  throw new AxisError(`${where}: expected an axis or a list of axes, got ${String(axes)}`);
}

/** A copy of a shape, which the user may change later. Its sizes are checked by the op. */
export function givenShape(shape: Shape, where: string): Shape {
  if (Array.isArray(shape)) return [...plainList<number>(shape)];
  throw new ShapeError(`${where}: expected a shape such as [2, 3], got ${String(shape)}`);
}

/** A copy of a shape, all of whose sizes are integers >= 0. */
export function checkedShape(shape: Shape, where: string): Shape {
  const given = givenShape(shape, where);
  checkShape(given, where);
  return given;
}

/** Do two shapes agree in every axis but this one? */
export function sameExcept(a: Shape, b: Shape, axis: number): boolean {
  return a.length === b.length && a.every((d, i) => i === axis || d === b[i]);
}

/** Throws unless `axis` is an integer in 0 … rank-1. `named` is what the user wrote, where that differs. */
export function checkAxis(axis: number, rank: number, where: string, named: number = axis): void {
  if (Number.isInteger(axis) && axis >= 0 && axis < rank) return;
  throw new AxisError(
    rank === 0
      ? `${where}: axis ${named} of a scalar, which has no axes`
      : `${where}: axis ${named} does not exist in rank ${rank}; axes are integers from ${-rank} to ${rank - 1}`,
  );
}

/** Throws unless the (resolved) axes differ from each other. */
export function checkDistinct(axes: readonly number[], where: string): void {
  const twice = axes.find((axis, i) => axes.indexOf(axis) !== i);
  if (twice !== undefined) throw new AxisError(`${where}: axis ${twice} is named twice in [${axes}]`);
}
