// conv: sums of products over the windows of a tensor. One op for every number of spatial axes; its gradients are convolutions again.
import { matrixProducts } from '../array/loops.ts';
import { allocate, type NdView, ndView } from '../array/nd.ts';
import { copyInto, permuted, reshaped, sliced, windowed } from '../array/views.ts';
import { type Shape, showShape, showType, sizeOf, type TensorType } from '../ir/types.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { DTypeError, ShapeError } from '../util/errors.ts';
import { range } from '../util/seq.ts';
import { broadcastTo, lift } from './coerce.ts';
import { checkDomain } from './families.ts';
import { type Op, op } from './opdef.ts';
import { windowCounts } from './window-shapes.ts';

/** Of the spatial axes in order. */
export interface ConvAttrs {
  /** Zeros before and after; >= 0. */
  readonly lo: readonly number[];
  readonly hi: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  /** The channels are so many separate convolutions. */
  readonly groups: number;
}

/**
 * `y[n, …o, f] = Σ x[n, …(o * stride + k * dilation - lo), c] w[…k, c, f]`, zeros around x, of x [n, …spatial, channels] and w […window, channels / groups, features], both float32 or both
 * int32. The sum runs over the window's axes and then the channels, in index order. Throws a ShapeError for shapes that do not fit.
 */
export const conv: Op<ConvAttrs, [x: Tensor, w: Tensor, attrs: ConvAttrs]> = op<
  ConvAttrs,
  [x: Tensor, w: Tensor, attrs: ConvAttrs]
>(
  {
    name: 'conv',
    doc: 'Convolution (cross-correlation) of [n, spatial, channels] with [window, channels / groups, features]: [n, windows, features], with lo zeros before and hi after the spatial axes. Products are accumulated from 0 over the window and then the channels, products and sums rounded, as in dot_general.',
    attrs: { lo: 'ints', hi: 'ints', strides: 'ints', dilation: 'ints', groups: 'int' },
    infer: ([x, w], attrs) => [{ dtype: x!.dtype, shape: shapesOf(x!, w!, attrs).result }],
    eval: ([x, w], { attrs, types: [type] }) => {
      const { groups } = attrs;
      const { windows, sizes, channels, features, spatial } = shapesOf(x!, w!, attrs);
      const [c, f] = [channels / groups, features / groups];
      const n = x!.shape[0]!;
      const around = padded(x!, attrs);
      const grouped = reshaped(around, [n, ...around.shape.slice(1, -1), groups, c]);
      const patches = windowed(grouped, attrs, [n, ...windows, ...sizes, groups, c]);
      const group = 1 + 2 * spatial;
      const left = permuted(patches, [group, ...range(group), group + 1]);
      const right = permuted(reshaped(w!, [...sizes, c, groups, f]), [
        spatial + 1,
        ...range(spatial + 1),
        spatial + 2,
      ]);
      const out = matrixProducts(left, right, [groups, n * sizeOf(windows), sizeOf(sizes) * c, f]);
      const made = ndView(x!.dtype, [groups, n, ...windows, f], out);
      const last = range(1, spatial + 2);
      return [reshaped(permuted(made, [...last, 0, spatial + 2]), type!.shape)];
    },
    vjp: ([g], { args: [x, w], attrs, needs }) => {
      if (x!.dtype !== 'float32') return [null, null];
      if (g!.size === 0) return [zerosLike(x!), zerosLike(w!)];
      return [needs[0] ? byInput(g!, x!, w!, attrs) : null, needs[1] ? byKernel(g!, x!, w!, attrs) : null];
    },
    lower: { kind: 'host' },
  },
  (x, w, attrs) => ({ args: [x, w], attrs }),
);

interface Shapes {
  readonly spatial: number;
  readonly sizes: readonly number[];
  readonly windows: readonly number[];
  readonly channels: number;
  readonly features: number;
  readonly result: Shape;
}

/** What the shapes mean; a ShapeError or DTypeError where they do not fit. */
export function shapesOf(x: TensorType, w: TensorType, attrs: ConvAttrs): Shapes {
  const { lo, hi, strides, dilation, groups } = attrs;
  const where = `conv of ${showType(x)} and ${showType(w)}`;
  if (x.dtype !== w.dtype) throw new DTypeError(`${where}: operands must have one dtype`);
  checkDomain('conv', 'numeric', x.dtype);
  const spatial = x.shape.length - 2;
  if (spatial < 1 || w.shape.length !== x.shape.length)
    throw new ShapeError(
      `${where}: expected x [batch, …spatial, channels] and w [window, channels, features] with as many axes`,
    );
  const sizes = w.shape.slice(0, spatial);
  const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
  if (lo.length !== spatial || hi.length !== spatial || !lo.every(isCount) || !hi.every(isCount))
    throw new ShapeError(
      `${where}: padding [${lo}] and [${hi}] must be integers >= 0, one for each of ${spatial} axes`,
    );
  const windows = windowCounts(where, paddedShape(x.shape, attrs), { sizes, strides, dilation });
  const channels = x.shape.at(-1)!;
  const [own, features] = w.shape.slice(-2) as [number, number];
  if (!Number.isSafeInteger(groups) || groups < 1 || channels % groups !== 0 || features % groups !== 0)
    throw new ShapeError(
      `${where}: ${groups} groups do not divide ${channels} channels and ${features} features`,
    );
  if (own !== channels / groups)
    throw new ShapeError(
      `${where}: the kernel is for ${own} channels${groups === 1 ? '' : ` in each of ${groups} groups`}, x has ${channels}; w must be ${showShape([...sizes, channels / groups, features])}`,
    );
  return { spatial, sizes, windows, channels, features, result: [x.shape[0]!, ...windows, features] };
}

function zerosLike(x: Tensor): Tensor {
  return broadcastTo(lift(0, 'conv'), x.shape);
}

/** The shape of x with its padding. */
export function paddedShape(shape: Shape, { lo, hi }: ConvAttrs): Shape {
  return shape.map((n, axis) => n + (lo[axis - 1] ?? 0) + (hi[axis - 1] ?? 0));
}

function padded(x: NdView, attrs: ConvAttrs): NdView {
  const { lo, hi } = attrs;
  if (lo.every((n) => n === 0) && hi.every((n) => n === 0)) return x;
  const shape = paddedShape(x.shape, attrs);
  const out = ndView(x.dtype, shape, allocate(x.dtype, sizeOf(shape)));
  const ones = shape.map(() => 1);
  copyInto(sliced(out, [0, ...lo, 0], ones, x.shape), x);
  return out;
}

/** g, with its elements as far apart as windows began, and the kernel turned round: another convolution. */
function byInput(g: Tensor, x: Tensor, w: Tensor, attrs: ConvAttrs): Tensor {
  const { strides, dilation, groups } = attrs;
  const spatial = strides.length;
  const [c, features] = w.shape.slice(-2) as [number, number];
  const f = features / groups;
  const turned = w
    .flip(range(spatial))
    .reshape([...w.shape.slice(0, spatial), c, groups, f])
    .transpose([...range(spatial), spatial + 2, spatial + 1, spatial])
    .reshape([...w.shape.slice(0, spatial), f, groups * c]);
  const spread = strides.some((stride) => stride > 1)
    ? g.pad([[0, 0], ...strides.map((stride) => [0, 0, stride - 1] as const), [0, 0]])
    : g;
  // What reaches into the padding of x is cut off, or not even computed.
  const before = strides.map((_, axis) => (w.shape[axis]! - 1) * dilation[axis]! - attrs.lo[axis]!);
  const after = strides.map((_, axis) => {
    const around = (w.shape[axis]! - 1) * dilation[axis]!;
    return x.shape[1 + axis]! + around - before[axis]! - spread.shape[1 + axis]!;
  });
  // Every window along some axis lies in the padding before x.
  if (before.some((n, axis) => -n >= spread.shape[1 + axis]!)) return zerosLike(x);
  const kept = spread.slice(
    null,
    ...strides.map(
      (_, axis) =>
        [Math.max(0, -before[axis]!), spread.shape[1 + axis]! - Math.max(0, -after[axis]!)] as const,
    ),
  );
  const [lo, hi] = [before, after].map((list) => list.map((n) => Math.max(0, n))) as [number[], number[]];
  return conv(kept, turned, { lo, hi, strides: strides.map(() => 1), dilation, groups });
}

/**
 * For each element of the kernel the sum over all that it met: a convolution over batch and space at once, of which the batch is a window as large as it is,
 * with strides and dilation changed about.
 */
function byKernel(g: Tensor, x: Tensor, w: Tensor, attrs: ConvAttrs): Tensor {
  const { lo, strides, dilation, groups } = attrs;
  const spatial = strides.length;
  const sizes = w.shape.slice(0, spatial);
  // How many elements of x, and of the padding behind it, the windows reach.
  const ends = strides.map(
    (stride, axis) =>
      (g.shape[1 + axis]! - 1) * stride + (sizes[axis]! - 1) * dilation[axis]! + 1 - lo[axis]!,
  );
  const used = ends.map((end, axis) => [0, Math.max(0, Math.min(end, x.shape[1 + axis]!))] as const);
  const hi = ends.map((end, axis) => Math.max(0, end - x.shape[1 + axis]!));
  // Where even the last window ends before x, there is padding alone.
  const before = lo.map((n, axis) => n + Math.min(0, ends[axis]!));
  const [c, features] = w.shape.slice(-2) as [number, number];
  const f = features / groups;
  const parts = range(groups).map((group) => {
    const left = x
      .slice(null, ...used, [group * c, (group + 1) * c])
      .transpose([spatial + 1, ...range(spatial + 1)])
      .expandDims(-1);
    const right = g
      .slice(null, ...strides.map(() => null), [group * f, (group + 1) * f])
      .expandDims(spatial + 1);
    const sums = conv(left, right, {
      lo: [0, ...before],
      hi: [0, ...hi],
      strides: [1, ...dilation],
      dilation: [1, ...strides],
      groups: 1,
    });
    return sums.reshape([c, ...sizes, f]).transpose([...range(1, spatial + 1), 0, spatial + 1]);
  });
  return parts[0]!.concat(parts.slice(1), spatial + 1);
}
