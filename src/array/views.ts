// Other views of the same elements: what shape ops do in eager mode without copying.
import { type Shape, stridesOf } from '../ir/types.ts';
import { flatData, isContiguous, type NdView, ndView } from './nd.ts';

/** The same elements in row-major order under another shape of the same size; copies only what is not contiguous. */
export function reshaped(x: NdView, shape: Shape): NdView {
  if (isContiguous(x)) return { ...x, shape, strides: stridesOf(shape) };
  return ndView(x.dtype, shape, flatData(x));
}

/** Result axis i is operand axis `perm[i]`. */
export function permuted(x: NdView, perm: readonly number[]): NdView {
  return { ...x, shape: perm.map((p) => x.shape[p]!), strides: perm.map((p) => x.strides[p]!) };
}

/** Along each axis the elements `start`, `start + step` …, as many as `shape` says. */
export function sliced(x: NdView, start: readonly number[], step: readonly number[], shape: Shape): NdView {
  return {
    ...x,
    shape,
    offset: start.reduce((offset, at, axis) => offset + at * x.strides[axis]!, x.offset),
    strides: step.map((by, axis) => by * x.strides[axis]!),
  };
}

/** Windows over the axes from 1 on: [n, …windows, …sizes, …rest], of which element k of window i along an axis is element i * stride + k * dilation. */
export function windowed(
  x: NdView,
  { strides, dilation }: { readonly strides: readonly number[]; readonly dilation: readonly number[] },
  shape: Shape,
): NdView {
  const along = x.strides.slice(1, 1 + strides.length);
  return {
    ...x,
    shape,
    strides: [
      x.strides[0]!,
      ...along.map((by, axis) => by * strides[axis]!),
      ...along.map((by, axis) => by * dilation[axis]!),
      ...x.strides.slice(1 + strides.length),
    ],
  };
}

/** The elements of the given axes in the opposite order. */
export function reversed(x: NdView, axes: readonly number[]): NdView {
  const lastOf = (axis: number) => Math.max(x.shape[axis]! - 1, 0) * x.strides[axis]!;
  return {
    ...x,
    offset: axes.reduce((offset, axis) => offset + lastOf(axis), x.offset),
    strides: x.strides.map((by, axis) => (axes.includes(axis) ? -by : by)),
  };
}

/** Copies the elements of `source` to those of `target`, a view of the same shape on an array that the calling op is making. */
export function copyInto(target: NdView, source: NdView): void {
  const from = flatData(source);
  const { data, shape, strides } = target;
  const index = shape.map(() => 0);
  let at = target.offset;
  for (let i = 0; i < from.length; i++) {
    data[at] = from[i]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      at += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}
