// Convolution and pooling of images and sequences, channels last: [batch, height, width, channels], or [batch, time, channels].
import { showType } from '../../ir/types.ts';
import { castTo, lift, liftFloat, type TensorLike } from '../../ops/coerce.ts';
import { constant } from '../../ops/constant.ts';
import { conv } from '../../ops/conv.ts';
import { overridable } from '../../ops/override.ts';
import { pad } from '../../ops/pad.ts';
import { window } from '../../ops/window.ts';
import { reach, windowCounts } from '../../ops/window-shapes.ts';
import { OptionError, ShapeError } from '../../util/errors.ts';
import { checkOptions } from '../../util/options.ts';
import { range } from '../../util/seq.ts';
import type { Tensor } from '../tensor.ts';

/** `same`: as many windows as elements, divided by the stride, the odd element of padding at the end. `valid`: none. Or [before, after] for each axis. */
export type WindowPadding = 'same' | 'valid' | readonly (readonly [before: number, after: number])[];

export interface ConvOptions {
  /** How far apart windows begin, in both directions or each. Default 1. */
  readonly strides?: number | readonly number[];
  /** Zeros around the image. Default `valid`. */
  readonly padding?: WindowPadding;
  /** How far apart the elements of a window are. Default 1. */
  readonly dilation?: number | readonly number[];
  /** Splits channels and features into so many separate convolutions. Default 1. */
  readonly groups?: number;
}

export interface PoolOptions {
  /** Default the size: windows lie side by side. */
  readonly strides?: number | readonly number[];
  /** Default `valid`. What is added never is the largest, and is not counted in an average. */
  readonly padding?: WindowPadding;
}

/**
 * Convolution (cross-correlation, as in all such libraries) of images [n, height, width, channels] with kernels [height, width, channels / groups, features].
 * Throws a ShapeError for shapes that do not fit, an OptionError for options that mean nothing.
 *
 *     conv2d(images, w, { strides: 2, padding: 'same' })   // f32[32,28,28,3] with f32[3,3,3,16]: f32[32,14,14,16]
 */
export const conv2d: (x: TensorLike, w: TensorLike, options?: ConvOptions) => Tensor = overridable(
  'conv2d',
  (x, w, options = {}) => {
    return convolved('conv2d', 2, x, w, options);
  },
);

/** The same for sequences [n, time, channels] with kernels [time, channels / groups, features]. */
export const conv1d: (x: TensorLike, w: TensorLike, options?: ConvOptions) => Tensor = overridable(
  'conv1d',
  (x, w, options = {}) => {
    return convolved('conv1d', 1, x, w, options);
  },
);

/** The largest element of each window of `size` elements in each direction; equal ones share the gradient. */
export const maxPool2d: (x: TensorLike, size: number | readonly number[], options?: PoolOptions) => Tensor =
  overridable('maxPool2d', (x, size, options = {}) => {
    return maxPool('maxPool2d', 2, x, size, options);
  });

/** The same for sequences. */
export const maxPool1d: (x: TensorLike, size: number | readonly number[], options?: PoolOptions) => Tensor =
  overridable('maxPool1d', (x, size, options = {}) => {
    return maxPool('maxPool1d', 1, x, size, options);
  });

/** The mean of each window of `size` elements in each direction; padding is not counted. */
export const avgPool2d: (x: TensorLike, size: number | readonly number[], options?: PoolOptions) => Tensor =
  overridable('avgPool2d', (x, size, options = {}) => {
    return avgPool('avgPool2d', 2, x, size, options);
  });

/** The same for sequences. */
export const avgPool1d: (x: TensorLike, size: number | readonly number[], options?: PoolOptions) => Tensor =
  overridable('avgPool1d', (x, size, options = {}) => {
    return avgPool('avgPool1d', 1, x, size, options);
  });

function convolved(
  where: string,
  spatial: number,
  x: TensorLike,
  w: TensorLike,
  options: ConvOptions,
): Tensor {
  checkOptions(options, ['strides', 'padding', 'dilation', 'groups'], where);
  const image = checkRank(liftFloat(x, where), spatial, where);
  const kernel = castTo(lift(w, where), 'float32');
  const { groups = 1 } = options;
  if (kernel.ndim !== spatial + 2)
    throw new ShapeError(
      `${where}: the kernel must be [${spatial === 2 ? 'height, width' : 'time'}, channels, features], got ${showType(kernel.type)}`,
    );
  const strides = perAxis(options.strides ?? 1, spatial, 'strides', where);
  const dilation = perAxis(options.dilation ?? 1, spatial, 'dilation', where);
  const sizes = kernel.shape.slice(0, spatial);
  const around = paddingOf(image, { sizes, strides, dilation }, options.padding, where);
  const [lo, hi] = [0, 1].map((side) => around.map((pair) => pair[side]!)) as [number[], number[]];
  return conv(image, kernel, { lo, hi, strides, dilation, groups });
}

interface Pooling {
  readonly windows: Tensor;
  /** Where the elements of the windows are. */
  readonly axes: readonly number[];
  readonly around: readonly (readonly [number, number])[];
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

function pooled(
  where: string,
  spatial: number,
  x: Tensor,
  size: number | readonly number[],
  options: PoolOptions,
  value: number,
): Pooling {
  checkOptions(options, ['strides', 'padding'], where);
  checkRank(x, spatial, where);
  const sizes = perAxis(size, spatial, 'size', where);
  const strides = perAxis(options.strides ?? sizes, spatial, 'strides', where);
  const dilation = sizes.map(() => 1);
  const around = paddingOf(x, { sizes, strides, dilation }, options.padding, where);
  around.forEach(([before, after], axis) => {
    if (before >= sizes[axis]! || after >= sizes[axis]!)
      throw new OptionError(
        `${where}: padding [${before}, ${after}] along an axis of windows of ${sizes[axis]}: one would hold nothing else`,
      );
  });
  const windows = window(surrounded(x, around, value), { sizes, strides, dilation });
  return { windows, axes: range(1 + spatial, 1 + 2 * spatial), around, sizes, strides };
}

function maxPool(
  where: string,
  spatial: number,
  x: TensorLike,
  size: number | readonly number[],
  options: PoolOptions,
): Tensor {
  const { windows, axes } = pooled(
    where,
    spatial,
    liftFloat(x, where),
    size,
    options,
    Number.NEGATIVE_INFINITY,
  );
  return windows.max(axes);
}

function avgPool(
  where: string,
  spatial: number,
  x: TensorLike,
  size: number | readonly number[],
  options: PoolOptions,
): Tensor {
  const image = liftFloat(x, where);
  const { windows, axes, around, sizes, strides } = pooled(where, spatial, image, size, options, 0);
  const sums = windows.sum(axes);
  if (around.every(([before, after]) => before + after === 0))
    return sums.div(sizes.reduce((a, b) => a * b, 1));
  // How many elements of the image each window holds: the product of those along the axes.
  const counts = sizes.map((n, axis) => {
    const [before] = around[axis]!;
    const extent = image.shape[1 + axis]!;
    const own = range(sums.shape[1 + axis]!).map((i) => {
      const start = i * strides[axis]! - before;
      return Math.min(start + n, extent) - Math.max(start, 0);
    });
    return constant(
      own,
      'float32',
      sums.shape.map((_, a) => (a === 1 + axis ? own.length : 1)),
    );
  });
  return sums.div(counts.reduce((a, b) => a.mul(b)));
}

function surrounded(x: Tensor, around: readonly (readonly [number, number])[], value: number): Tensor {
  return around.every(([before, after]) => before === 0 && after === 0)
    ? x
    : pad(x, [[0, 0], ...around, [0, 0]], value);
}

function checkRank(x: Tensor, spatial: number, where: string): Tensor {
  if (x.ndim === spatial + 2) return x;
  throw new ShapeError(
    `${where}: expected [batch, ${spatial === 2 ? 'height, width' : 'time'}, channels], got ${showType(x.type)}; channels are the last axis`,
  );
}

function perAxis(
  given: number | readonly number[],
  spatial: number,
  name: string,
  where: string,
): readonly number[] {
  const list = typeof given === 'number' ? new Array<number>(spatial).fill(given) : given;
  const fits =
    Array.isArray(list) && list.length === spatial && list.every((n) => Number.isSafeInteger(n) && n >= 1);
  if (!fits)
    throw new OptionError(
      `${where}: ${name} must be an integer >= 1${spatial === 1 ? '' : `, or ${spatial} of them`}, got ${JSON.stringify(given)}`,
    );
  return list;
}

interface Windows {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
}

function paddingOf(
  x: Tensor,
  windows: Windows,
  padding: WindowPadding = 'valid',
  where: string,
): readonly (readonly [number, number])[] {
  const { sizes, strides, dilation } = windows;
  if (padding === 'valid') {
    windowCounts(where, x.shape, windows);
    return sizes.map(() => [0, 0]);
  }
  if (padding === 'same')
    return sizes.map((size, axis) => {
      const extent = x.shape[1 + axis]!;
      const stride = strides[axis]!;
      const last = (Math.ceil(extent / stride) - 1) * stride;
      const total = Math.max(0, last + reach(size, dilation[axis]!) - extent);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
  const fits =
    Array.isArray(padding) &&
    padding.length === sizes.length &&
    padding.every(
      (p) => Array.isArray(p) && p.length === 2 && p.every((n) => Number.isSafeInteger(n) && n >= 0),
    );
  if (!fits)
    throw new OptionError(
      `${where}: padding must be 'same', 'valid' or [before, after] for each of ${sizes.length} ${sizes.length === 1 ? 'axis' : 'axes'}, got ${JSON.stringify(padding)}`,
    );
  return padding;
}
