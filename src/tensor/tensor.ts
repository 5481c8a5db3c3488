// Tensor: the value users hold. Every op is a method here; core.ts says what a tensor is, subclasses where its elements are.
// It is long because it is one list, a line of code per op: split, it would be a tower of classes for the same list. The functions hold the full documentation.
import type { DType, Shape } from '../ir/types.ts';
import * as arg from '../ops/argreduce.ts';
import { argsort, type SortOptions } from '../ops/argsort.ts';
import type { Axes } from '../ops/axes.ts';
import * as binary from '../ops/binary.ts';
import * as bitwise from '../ops/bitwise.ts';
import type { TensorLike } from '../ops/coerce.ts';
import { concat } from '../ops/concat.ts';
import * as cumulate from '../ops/cumulate.ts';
import * as dynamic from '../ops/dynamic.ts';
import { gather } from '../ops/gather.ts';
import * as logic from '../ops/logic.ts';
import { type Padding, pad } from '../ops/pad.ts';
import * as reduce from '../ops/reduce.ts';
import { reshape } from '../ops/reshape.ts';
import { flip } from '../ops/reverse.ts';
import * as scatter from '../ops/scatter.ts';
import { stopGradient } from '../ops/stop-gradient.ts';
import { takeAlongAxis } from '../ops/take-along-axis.ts';
import { transpose } from '../ops/transpose.ts';
import * as unary from '../ops/unary.ts';
import * as activations from './composites/activations.ts';
import { einsum } from './composites/einsum.ts';
import * as elementwise from './composites/elementwise.ts';
import * as indexing from './composites/indexing.ts';
import * as linear from './composites/linear.ts';
import * as shaping from './composites/shaping.ts';
import * as sorting from './composites/sorting.ts';
import * as statistics from './composites/statistics.ts';
import * as vision from './composites/vision.ts';
import { TensorCore } from './core.ts';

/** Per axis: a position (drops the axis), `[start, stop]`, `[start, stop, step]` (null: to the end), or null for all. */
export type SliceIndex =
  | number
  | null
  | readonly [start: number | null, stop: number | null]
  | readonly [start: number | null, stop: number | null, step: number];

/**
 * An immutable array of float32, int32 or bool elements. Garbage-collected: there is nothing to dispose of.
 *
 * Every op is a method and a function: `x.add(y)` and `add(x, y)`. Operands may be numbers, which take the dtype of the tensor they meet.
 * All methods work alike in eager mode, inside `jit`, and under every gradient. Wrong shapes, dtypes and axes throw at once.
 *
 *     const x = tensor([[1, 2], [3, 4]]);
 *     x.mul(2).sub(x.mean(0)).relu().sum().item();   // 10
 */
export abstract class Tensor extends TensorCore {
  // Elementwise functions. int32 and bool are converted to float32 where a function has no integer meaning.
  /** `-x`. int32 wraps; bool becomes int32. */
  neg(): Tensor {
    return unary.neg(this);
  }
  /** `|x|`. The gradient at 0 is 0. */
  abs(): Tensor {
    return unary.abs(this);
  }
  /** -1, 0 or 1, and NaN of NaN. The gradient is 0. */
  sign(): Tensor {
    return unary.sign(this);
  }
  /** e to the power x. */
  exp(): Tensor {
    return unary.exp(this);
  }
  /** `exp(x) - 1`, accurate near 0. */
  expm1(): Tensor {
    return unary.expm1(this);
  }
  /** Natural logarithm; NaN below 0, -inf at 0. */
  log(): Tensor {
    return unary.log(this);
  }
  /** `log(1 + x)`, accurate near 0. */
  log1p(): Tensor {
    return unary.log1p(this);
  }
  /** Square root; NaN below 0. */
  sqrt(): Tensor {
    return unary.sqrt(this);
  }
  /** `1 / sqrt(x)`. */
  rsqrt(): Tensor {
    return unary.rsqrt(this);
  }
  /** `x * x`. */
  square(): Tensor {
    return unary.square(this);
  }
  /** `1 / x`. */
  reciprocal(): Tensor {
    return unary.reciprocal(this);
  }
  /** Sine of radians. */
  sin(): Tensor {
    return unary.sin(this);
  }
  /** Cosine of radians. */
  cos(): Tensor {
    return unary.cos(this);
  }
  /** Tangent of radians. */
  tan(): Tensor {
    return unary.tan(this);
  }
  /** Inverse sine, in [-π/2, π/2]; NaN outside [-1, 1]. */
  asin(): Tensor {
    return unary.asin(this);
  }
  /** Inverse cosine, in [0, π]; NaN outside [-1, 1]. */
  acos(): Tensor {
    return unary.acos(this);
  }
  /** Inverse tangent, in [-π/2, π/2]. */
  atan(): Tensor {
    return unary.atan(this);
  }
  /** Hyperbolic sine. */
  sinh(): Tensor {
    return unary.sinh(this);
  }
  /** Hyperbolic cosine. */
  cosh(): Tensor {
    return unary.cosh(this);
  }
  /** Hyperbolic tangent. */
  tanh(): Tensor {
    return unary.tanh(this);
  }
  /** `1 / (1 + exp(-x))`, without overflow. */
  sigmoid(): Tensor {
    return unary.sigmoid(this);
  }
  /** The error function, 2/√π ∫₀ˣ exp(-t²) dt. */
  erf(): Tensor {
    return unary.erf(this);
  }
  /** Largest integer not above x. The gradient is 0. */
  floor(): Tensor {
    return unary.floor(this);
  }
  /** Smallest integer not below x. The gradient is 0. */
  ceil(): Tensor {
    return unary.ceil(this);
  }
  /** Nearest integer, halves to even, as NumPy. The gradient is 0. */
  round(): Tensor {
    return unary.round(this);
  }
  /** The integer part, towards 0. The gradient is 0. */
  trunc(): Tensor {
    return unary.trunc(this);
  }
  /** bool: is the element NaN? */
  isNaN(): Tensor {
    return unary.isNaN(this);
  }
  /** bool: is the element neither infinite nor NaN? */
  isFinite(): Tensor {
    return unary.isFinite(this);
  }
  /** `min(max(x, low), high)`; NaN stays NaN. */
  clamp(low: TensorLike, high: TensorLike): Tensor {
    return elementwise.clamp(this, low, high);
  }
  /** The same numbers in another dtype. float32 to int32 truncates and saturates; to bool is `x != 0`. */
  cast(dtype: DType): Tensor {
    return elementwise.cast(this, dtype);
  }
  /** The same values; no gradient flows through them. */
  stopGradient(): Tensor {
    return stopGradient(this);
  }

  // Arithmetic. Shapes broadcast and dtypes promote (bool < int32 < float32); a number takes the tensor's dtype.
  /** `x + other`. int32 wraps. */
  add(other: TensorLike): Tensor {
    return binary.add(this, other);
  }
  /** `x - other`. int32 wraps. */
  sub(other: TensorLike): Tensor {
    return binary.sub(this, other);
  }
  /** `x * other`, element by element. int32 wraps. */
  mul(other: TensorLike): Tensor {
    return binary.mul(this, other);
  }
  /** `x / other`, as float32 also for integers. */
  div(other: TensorLike): Tensor {
    return binary.div(this, other);
  }
  /** `x % other` as in JavaScript: the sign of x. */
  mod(other: TensorLike): Tensor {
    return binary.mod(this, other);
  }
  /** x to the power `other`. */
  pow(other: TensorLike): Tensor {
    return binary.pow(this, other);
  }
  /** The larger of both; NaN if either is. Ties share the gradient. */
  maximum(other: TensorLike): Tensor {
    return binary.maximum(this, other);
  }
  /** The smaller of both; NaN if either is. Ties share the gradient. */
  minimum(other: TensorLike): Tensor {
    return binary.minimum(this, other);
  }
  /** The angle of the point (other, x), in [-π, π]. */
  atan2(other: TensorLike): Tensor {
    return binary.atan2(this, other);
  }

  // Comparison and logic: bool results.
  /** `x == other`, element by element. NaN equals nothing. */
  equal(other: TensorLike): Tensor {
    return logic.equal(this, other);
  }
  /** `x != other`, element by element. */
  notEqual(other: TensorLike): Tensor {
    return logic.notEqual(this, other);
  }
  /** `x < other`, element by element. */
  less(other: TensorLike): Tensor {
    return logic.less(this, other);
  }
  /** `x <= other`, element by element. */
  lessEqual(other: TensorLike): Tensor {
    return logic.lessEqual(this, other);
  }
  /** `x > other`, element by element. */
  greater(other: TensorLike): Tensor {
    return logic.greater(this, other);
  }
  /** `x >= other`, element by element. */
  greaterEqual(other: TensorLike): Tensor {
    return logic.greaterEqual(this, other);
  }
  /** Both. bool only. */
  logicalAnd(other: TensorLike): Tensor {
    return logic.logicalAnd(this, other);
  }
  /** Either. bool only. */
  logicalOr(other: TensorLike): Tensor {
    return logic.logicalOr(this, other);
  }
  /** One but not both. bool only. */
  logicalXor(other: TensorLike): Tensor {
    return logic.logicalXor(this, other);
  }
  /** The opposite. bool only. */
  logicalNot(): Tensor {
    return logic.logicalNot(this);
  }
  /** The bits that both have. int32. */
  bitAnd(other: TensorLike): Tensor {
    return bitwise.bitAnd(this, other);
  }
  /** The bits that either has. int32. */
  bitOr(other: TensorLike): Tensor {
    return bitwise.bitOr(this, other);
  }
  /** The bits that one has but not both. int32. */
  bitXor(other: TensorLike): Tensor {
    return bitwise.bitXor(this, other);
  }
  /** `x << other`. int32. */
  shiftLeft(other: TensorLike): Tensor {
    return bitwise.shiftLeft(this, other);
  }
  /** `x >> other`: copies of the sign come in. int32. */
  shiftRight(other: TensorLike): Tensor {
    return bitwise.shiftRight(this, other);
  }
  /** `x >>> other`: zeros come in. int32. */
  shiftRightUnsigned(other: TensorLike): Tensor {
    return bitwise.shiftRightUnsigned(this, other);
  }
  /** `a` where this bool tensor is true, `b` elsewhere. */
  where(a: TensorLike, b: TensorLike): Tensor {
    return logic.where(this, a, b);
  }

  // Activations.
  /** `max(x, 0)`. The gradient at 0 is 0. */
  relu(): Tensor {
    return unary.relu(this);
  }
  /** `min(max(x, 0), 6)`. */
  relu6(): Tensor {
    return activations.relu6(this);
  }
  /** x above 0, `alpha * x` (0.2) below. */
  leakyRelu(alpha?: number): Tensor {
    return activations.leakyRelu(this, alpha);
  }
  /** x above 0, `alpha * (exp(x) - 1)` (1) below. */
  elu(alpha?: number): Tensor {
    return activations.elu(this, alpha);
  }
  /** The self-normalising scaled elu of Klambauer et al. 2017. */
  selu(): Tensor {
    return activations.selu(this);
  }
  /** x times the normal distribution function: the tanh form, or with `{ approximate: false }` the erf form. */
  gelu(options?: activations.GeluOptions): Tensor {
    return activations.gelu(this, options);
  }
  /** `x * sigmoid(x)`, also called swish. */
  silu(): Tensor {
    return activations.silu(this);
  }
  /** `log(1 + exp(x))`, without overflow. */
  softplus(): Tensor {
    return activations.softplus(this);
  }
  /** `exp(x) / sum(exp(x))` along an axis (the last). */
  softmax(axis?: number): Tensor {
    return activations.softmax(this, axis);
  }
  /** `log(softmax(x))` along an axis (the last), without overflow. */
  logSoftmax(axis?: number): Tensor {
    return activations.logSoftmax(this, axis);
  }

  // Reductions over one axis, several, or all; `keepDims` leaves size 1 in place of a reduced axis.
  /** Sum. int32 wraps; bool counts. */
  sum(axis?: Axes, keepDims?: boolean): Tensor {
    return reduce.sum(this, axis, keepDims);
  }
  /** Arithmetic mean, as float32. */
  mean(axis?: Axes, keepDims?: boolean): Tensor {
    return statistics.mean(this, axis, keepDims);
  }
  /** Product. int32 wraps. */
  prod(axis?: Axes, keepDims?: boolean): Tensor {
    return reduce.prod(this, axis, keepDims);
  }
  /** Largest element; NaN if any is. Ties share the gradient. */
  max(axis?: Axes, keepDims?: boolean): Tensor {
    return reduce.max(this, axis, keepDims);
  }
  /** Smallest element; NaN if any is. Ties share the gradient. */
  min(axis?: Axes, keepDims?: boolean): Tensor {
    return reduce.min(this, axis, keepDims);
  }
  /** Is one true? bool only. */
  any(axis?: Axes, keepDims?: boolean): Tensor {
    return reduce.any(this, axis, keepDims);
  }
  /** Are all true? bool only. */
  all(axis?: Axes, keepDims?: boolean): Tensor {
    return reduce.all(this, axis, keepDims);
  }
  /** Mean of the squared distances from the mean (divides by n). */
  variance(axis?: Axes, keepDims?: boolean): Tensor {
    return statistics.variance(this, axis, keepDims);
  }
  /** Square root of the variance. */
  std(axis?: Axes, keepDims?: boolean): Tensor {
    return statistics.std(this, axis, keepDims);
  }
  /** `log(sum(exp(x)))`, without overflow. */
  logSumExp(axis?: Axes, keepDims?: boolean): Tensor {
    return statistics.logSumExp(this, axis, keepDims);
  }
  /** The vector norm of order `ord` (2): `sum(|x|^ord)^(1/ord)`; ±Infinity and 0 as in NumPy. */
  norm(ord?: number, axis?: Axes, keepDims?: boolean): Tensor {
    return statistics.norm(this, ord, axis, keepDims);
  }
  /** int32 index of the first largest element, along an axis or of the flattened tensor. */
  argmax(axis?: number, keepDims?: boolean): Tensor {
    return arg.argmax(this, axis, keepDims);
  }
  /** int32 index of the first smallest element, along an axis or of the flattened tensor. */
  argmin(axis?: number, keepDims?: boolean): Tensor {
    return arg.argmin(this, axis, keepDims);
  }
  /** int32 positions that sort along an axis (the last): stable, NaN last; `{ descending: true }` puts the greatest first. */
  argsort(axis?: number, options?: SortOptions): Tensor {
    return argsort(this, axis, options);
  }
  /** The elements in order along an axis (the last): stable, NaN last. */
  sort(axis?: number, options?: SortOptions): Tensor {
    return sorting.sort(this, axis, options);
  }
  /** The k greatest elements along the last axis, the greatest first, and their positions. */
  topK(k: number): { readonly values: Tensor; readonly indices: Tensor } {
    return sorting.topK(this, k);
  }
  /** Running sums along an axis; `exclusive` leaves the element itself out, `reverse` runs from the end. */
  cumsum(axis?: number, options?: cumulate.CumulateOptions): Tensor {
    return cumulate.cumsum(this, axis, options);
  }
  /** Running products along an axis; options as for `cumsum`. */
  cumprod(axis?: number, options?: cumulate.CumulateOptions): Tensor {
    return cumulate.cumprod(this, axis, options);
  }
  /** Zero mean and unit variance over the last axis, then optionally scaled and shifted. */
  layerNorm(options?: statistics.LayerNormOptions): Tensor {
    return statistics.layerNorm(this, options);
  }

  // Linear algebra.
  /** Matrix product by NumPy's rules: batched, and vectors are rows or columns as needed. */
  matmul(other: TensorLike): Tensor {
    return linear.matmul(this, other);
  }
  /** NumPy's dot: the last axis of x with the last but one of `other`. */
  dot(other: TensorLike): Tensor {
    return linear.dot(this, other);
  }
  /** All products of the elements of two flattened tensors. */
  outer(other: TensorLike): Tensor {
    return linear.outer(this, other);
  }

  /** Sums of products by names of axes, this tensor being the first operand: `a.einsum('ij,jk->ik', b)`. */
  einsum(equation: string, ...others: readonly TensorLike[]): Tensor {
    return einsum(equation, this, ...others);
  }

  // Vision: channels are the last axis.
  /** Convolution of [n, height, width, channels] with kernels [height, width, channels / groups, features]. */
  conv2d(w: TensorLike, options?: vision.ConvOptions): Tensor {
    return vision.conv2d(this, w, options);
  }
  /** Convolution of [n, time, channels] with kernels [time, channels / groups, features]. */
  conv1d(w: TensorLike, options?: vision.ConvOptions): Tensor {
    return vision.conv1d(this, w, options);
  }
  /** The largest element of each window of [n, height, width, channels]. */
  maxPool2d(size: number | readonly number[], options?: vision.PoolOptions): Tensor {
    return vision.maxPool2d(this, size, options);
  }
  /** The largest element of each window of [n, time, channels]. */
  maxPool1d(size: number | readonly number[], options?: vision.PoolOptions): Tensor {
    return vision.maxPool1d(this, size, options);
  }
  /** The mean of each window of [n, height, width, channels]; padding is not counted. */
  avgPool2d(size: number | readonly number[], options?: vision.PoolOptions): Tensor {
    return vision.avgPool2d(this, size, options);
  }
  /** The mean of each window of [n, time, channels]; padding is not counted. */
  avgPool1d(size: number | readonly number[], options?: vision.PoolOptions): Tensor {
    return vision.avgPool1d(this, size, options);
  }

  // Shape.
  /** The same elements in row-major order in another shape; one size may be -1. */
  reshape(shape: Shape): Tensor {
    return reshape(this, shape);
  }
  /** One axis with all elements. */
  flatten(): Tensor {
    return shaping.flatten(this);
  }
  /** Axis i of the result is axis `perm[i]`; without `perm` all axes are reversed. */
  transpose(perm?: readonly number[]): Tensor {
    return transpose(this, perm);
  }
  /** New axes of size 1 at these places of the result. */
  expandDims(axis: Axes): Tensor {
    return shaping.expandDims(this, axis);
  }
  /** Without these axes of size 1; without an argument, all of size 1. */
  squeeze(axis?: Axes): Tensor {
    return shaping.squeeze(this, axis);
  }
  /** Repeats axes of size 1 and missing leading axes, by NumPy's rules. */
  broadcastTo(shape: Shape): Tensor {
    return shaping.broadcastTo(this, shape);
  }
  /** The whole, repeated `reps[i]` times along axis i. */
  tile(reps: Axes): Tensor {
    return shaping.tile(this, reps);
  }
  /** Every element n times in a row, along an axis or flattened. */
  repeat(n: number, axis?: number): Tensor {
    return shaping.repeat(this, n, axis);
  }
  /** In reverse order along axes (all). */
  flip(axis?: Axes): Tensor {
    return flip(this, axis);
  }
  /** Shifted cyclically along axes. */
  roll(shift: Axes, axis?: Axes): Tensor {
    return shaping.roll(this, shift, axis);
  }
  /** With `value` (0) added before and after each axis: `[[low, high], …]`; a third number puts so many between elements. */
  pad(padding: readonly Padding[], value?: number | boolean): Tensor {
    return pad(this, padding, value);
  }
  /** This and other tensors joined along an axis (0). */
  concat(others: readonly TensorLike[], axis?: number): Tensor {
    return concat([this, ...others], axis);
  }
  /** This and other tensors of its shape along a new axis (0). */
  stack(others: readonly TensorLike[], axis?: number): Tensor {
    return shaping.stack([this, ...others], axis);
  }
  /** n equal parts along an axis (0), or parts that begin at the positions in a list. */
  split(parts: Axes, axis?: number): Tensor[] {
    return shaping.split(this, parts, axis);
  }
  /** The slices along an axis (0), without it. */
  unstack(axis?: number): Tensor[] {
    return shaping.unstack(this, axis);
  }
  /** The upper triangle of the last two axes from diagonal k (0) on; 0 elsewhere. */
  triu(k?: number): Tensor {
    return indexing.triu(this, k);
  }
  /** The lower triangle of the last two axes up to diagonal k (0); 0 elsewhere. */
  tril(k?: number): Tensor {
    return indexing.tril(this, k);
  }

  // Indexing.
  /** Per axis a number (drops the axis), `[start, stop]`, `[start, stop, step]` or `null` for all; negatives count from the end. */
  slice(...index: readonly SliceIndex[]): Tensor {
    return indexing.slice(this, ...index);
  }
  /** A block of the given sizes at starts that may be tensors; starts are clamped so that the block lies inside. */
  dynamicSlice(starts: dynamic.Starts, sizes: Shape): Tensor {
    return dynamic.dynamicSlice(this, starts, sizes);
  }
  /** With a block replaced at starts that may be tensors. */
  dynamicUpdateSlice(update: TensorLike, starts: dynamic.Starts): Tensor {
    return dynamic.dynamicUpdateSlice(this, update, starts);
  }
  /** NumPy's take: the slices along an axis (0) at int32 indices; out of bounds is an error. */
  gather(indices: TensorLike, axis?: number): Tensor {
    return gather(this, indices, axis);
  }
  /** One element per index along an axis; `indices` has the result's shape. */
  takeAlongAxis(indices: TensorLike, axis: number): Tensor {
    return takeAlongAxis(this, indices, axis);
  }
  /** With `updates[i]` added to slice `indices[i]` along an axis (0). */
  scatterAdd(indices: TensorLike, updates: TensorLike, axis?: number): Tensor {
    return scatter.scatterAdd(this, indices, updates, axis);
  }
  /** With every update added at its own index along an axis. */
  scatterAddAlongAxis(indices: TensorLike, updates: TensorLike, axis: number): Tensor {
    return scatter.scatterAddAlongAxis(this, indices, updates, axis);
  }
  /** float32 (or another dtype) with a new last axis of size `depth`: 1 at the index, 0 elsewhere. */
  oneHot(depth: number, dtype?: DType): Tensor {
    return indexing.oneHot(this, depth, dtype);
  }
}
