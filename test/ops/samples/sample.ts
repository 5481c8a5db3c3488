// What a sample of an op is, and how to make its operands: numbers that hurt, shapes that hurt, layouts that hurt.
import { allocate, type NdView, ndView } from '../../../src/array/nd.ts';
import { copyInto, permuted, reversed } from '../../../src/array/views.ts';
import type { Func } from '../../../src/ir/func.ts';
import { type DType, type Shape, sizeOf } from '../../../src/ir/types.ts';
import { seeded } from '../../../src/util/rng.ts';
import { range } from '../../../src/util/seq.ts';

/** One application of an op that every executor must get right. */
export interface Sample {
  /** What it is about, for the failure message. */
  readonly about: string;
  readonly args: readonly NdView[];
  readonly attrs: unknown;
  readonly regions?: readonly Func[];
  /** The op is differentiable at its float32 operands, with a margin: its vjp must agree with finite differences there. */
  readonly smooth?: true;
}

/** The samples of each op of a file, by name. */
export type SampleTable = Readonly<Record<string, readonly Sample[]>>;

/** A row-major operand; `elements` are repeated until the shape is full. */
export function view(dtype: DType, shape: Shape, elements: readonly number[]): NdView {
  const data = allocate(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = elements[i % elements.length]!;
  return ndView(dtype, shape, data);
}

export const f32 = (shape: Shape, elements: readonly number[]): NdView => view('float32', shape, elements);
export const i32 = (shape: Shape, elements: readonly number[]): NdView => view('int32', shape, elements);
export const bool = (shape: Shape, elements: readonly number[]): NdView => view('bool', shape, elements);

/** float32 numbers between `low` and `high`, the same for the same seed; no two alike. */
export function floats(shape: Shape, seed: number, low = -2, high = 2): NdView {
  const random = seeded(seed);
  return f32(
    shape,
    range(Math.max(sizeOf(shape), 1)).map(() => low + (high - low) * random()),
  );
}

/** int32 numbers from `low` to `high`, both included. */
export function ints(shape: Shape, seed: number, low = -5, high = 5): NdView {
  const random = seeded(seed);
  return i32(
    shape,
    range(Math.max(sizeOf(shape), 1)).map(() => low + Math.floor((high - low + 1) * random())),
  );
}

/** Zeros of both signs, halves, infinities, NaN, the edges of the subnormal, normal, integer and int32 ranges, and where exp and its kin overflow and vanish. */
export const specialFloats: readonly number[] = [
  0,
  -0,
  0.5,
  -0.5,
  1,
  -1,
  1.5,
  -1.5,
  2,
  -2,
  2.5,
  -2.5,
  3,
  -3,
  0.49999997,
  -0.49999997,
  1e-45,
  -1e-45,
  1.1754942e-38,
  -1.1754942e-38,
  1.17549435e-38,
  1e-8,
  -1e-8,
  Math.PI,
  -Math.PI / 2,
  17,
  -17,
  88.72284,
  -88,
  -103.9,
  8388607.5,
  -8388607.5,
  8388609,
  16777217,
  2147483520,
  2147483648,
  -2147483648,
  1e10,
  1e30,
  -1e30,
  3.4028235e38,
  -3.4028235e38,
  Infinity,
  -Infinity,
  NaN,
];

/** The extremes of int32, numbers whose products wrap, and small ones of both signs. */
export const specialInts: readonly number[] = [
  0, 1, -1, 2, -2, 3, -3, 7, 46341, -46341, 65536, 123456789, -987654321, 2147483647, -2147483648,
  -2147483647,
];

/** The same elements in memory orders other than row-major: permuted axes, negative strides, an offset, every second element. */
export function layouts(x: NdView): readonly { readonly layout: string; readonly x: NdView }[] {
  const last = x.shape.length - 1;
  if (last < 0) return [];
  const perm = range(last + 1).reverse();
  return [
    { layout: 'permuted axes', x: permuted(rowMajor(permuted(x, perm)), perm) },
    { layout: 'negative strides', x: reversed(rowMajor(reversed(x, [last])), [last]) },
    { layout: 'gaps and an offset', x: spaced(x) },
  ];
}

/** A view that repeats one element over the shape without storing it again. */
export function repeated(dtype: DType, shape: Shape, element: number): NdView {
  return { ...view(dtype, [], [element]), shape, strides: shape.map(() => 0) };
}

function rowMajor(x: NdView): NdView {
  const copy = ndView(x.dtype, x.shape, allocate(x.dtype, sizeOf(x.shape)));
  copyInto(copy, x);
  return copy;
}

function spaced(x: NdView): NdView {
  const { strides } = ndView(x.dtype, x.shape, x.data);
  const target: NdView = {
    ...x,
    data: allocate(x.dtype, 2 * sizeOf(x.shape) + 3),
    strides: strides.map((by) => 2 * by),
    offset: 3,
  };
  copyInto(target, x);
  return target;
}
