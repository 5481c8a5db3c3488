// Tensor: the value users hold. Every op is a method here; core.ts says what a tensor is, subclasses where its elements are.
import type { DType, Shape } from '../ir/types.ts';
import * as binary from '../ops/binary.ts';
import type { TensorLike } from '../ops/coerce.ts';
import { concat } from '../ops/concat.ts';
import { gather } from '../ops/gather.ts';
import { type Padding, pad } from '../ops/pad.ts';
import { reshape } from '../ops/reshape.ts';
import { flip } from '../ops/reverse.ts';
import { scatterAdd, scatterAddAlongAxis } from '../ops/scatter.ts';
import { takeAlongAxis } from '../ops/takeAlongAxis.ts';
import { transpose } from '../ops/transpose.ts';
import * as unary from '../ops/unary.ts';
import { TensorCore } from './core.ts';

/** One axis or a list of axes; negative ones count from the end. */
export type Axes = number | readonly number[];
/** Per axis: a position (drops the axis), `[start, stop]`, `[start, stop, step]` (null: to the end), or null for all. */
export type SliceIndex =
  | number
  | null
  | readonly [start: number | null, stop: number | null]
  | readonly [start: number | null, stop: number | null, step: number];
export interface GeluOptions {
  readonly approximate?: boolean;
}
export interface CumulateOptions {
  readonly exclusive?: boolean;
  readonly reverse?: boolean;
}
export interface LayerNormOptions {
  readonly scale?: TensorLike;
  readonly offset?: TensorLike;
  readonly epsilon?: number;
}

/** An immutable array of float32, int32 or bool elements. Garbage-collected: there is nothing to dispose of. */
export abstract class Tensor extends TensorCore {
  // Elementwise functions. int32 and bool are converted to float32 where a function has no integer meaning.
  /** `-x`. int32 wraps; bool becomes int32. */
  neg(): Tensor {
    return unary.neg(this);
  }
  /** `|x|`. The gradient at 0 is 0. */
  declare abs: () => Tensor;
  /** -1, 0 or 1, and NaN of NaN. The gradient is 0. */
  declare sign: () => Tensor;
  /** e to the power x. */
  declare exp: () => Tensor;
  /** `exp(x) - 1`, accurate near 0. */
  declare expm1: () => Tensor;
  /** Natural logarithm; NaN below 0, -inf at 0. */
  declare log: () => Tensor;
  /** `log(1 + x)`, accurate near 0. */
  declare log1p: () => Tensor;
  /** Square root; NaN below 0. */
  declare sqrt: () => Tensor;
  /** `1 / sqrt(x)`. */
  declare rsqrt: () => Tensor;
  /** `x * x`. */
  declare square: () => Tensor;
  /** `1 / x`. */
  declare reciprocal: () => Tensor;
  /** Sine of radians. */
  declare sin: () => Tensor;
  /** Cosine of radians. */
  declare cos: () => Tensor;
  /** Tangent of radians. */
  declare tan: () => Tensor;
  /** Inverse sine, in [-π/2, π/2]; NaN outside [-1, 1]. */
  declare asin: () => Tensor;
  /** Inverse cosine, in [0, π]; NaN outside [-1, 1]. */
  declare acos: () => Tensor;
  /** Inverse tangent, in [-π/2, π/2]. */
  declare atan: () => Tensor;
  /** Hyperbolic sine. */
  declare sinh: () => Tensor;
  /** Hyperbolic cosine. */
  declare cosh: () => Tensor;
  /** Hyperbolic tangent. */
  declare tanh: () => Tensor;
  /** `1 / (1 + exp(-x))`, without overflow. */
  declare sigmoid: () => Tensor;
  /** The error function, 2/√π ∫₀ˣ exp(-t²) dt. */
  declare erf: () => Tensor;
  /** Largest integer not above x. The gradient is 0. */
  declare floor: () => Tensor;
  /** Smallest integer not below x. The gradient is 0. */
  declare ceil: () => Tensor;
  /** Nearest integer, halves to even, as NumPy. The gradient is 0. */
  declare round: () => Tensor;
  /** The integer part, towards 0. The gradient is 0. */
  declare trunc: () => Tensor;
  /** bool: is the element NaN? */
  declare isNaN: () => Tensor;
  /** bool: is the element neither infinite nor NaN? */
  declare isFinite: () => Tensor;
  /** `min(max(x, low), high)`; NaN stays NaN. */
  declare clamp: (low: TensorLike, high: TensorLike) => Tensor;
  /** The same numbers in another dtype. float32 to int32 truncates and saturates; to bool is `x != 0`. */
  declare cast: (dtype: DType) => Tensor;
  /** The same values; no gradient flows through them. */
  declare stopGradient: () => Tensor;

  // Arithmetic. Shapes broadcast and dtypes promote (bool < int32 < float32); a number takes the tensor's dtype.
  /** `x + other`. int32 wraps. */
  add(other: TensorLike): Tensor {
    return binary.add(this, other);
  }
  /** `x - other`. int32 wraps. */
  declare sub: (other: TensorLike) => Tensor;
  /** `x * other`, element by element. int32 wraps. */
  mul(other: TensorLike): Tensor {
    return binary.mul(this, other);
  }
  /** `x / other`, as float32 also for integers. */
  declare div: (other: TensorLike) => Tensor;
  /** `x % other` as in JavaScript: the sign of x. */
  declare mod: (other: TensorLike) => Tensor;
  /** x to the power `other`. */
  declare pow: (other: TensorLike) => Tensor;
  /** The larger of both; NaN if either is. Ties share the gradient. */
  declare maximum: (other: TensorLike) => Tensor;
  /** The smaller of both; NaN if either is. Ties share the gradient. */
  declare minimum: (other: TensorLike) => Tensor;
  /** The angle of the point (other, x), in [-π, π]. */
  declare atan2: (other: TensorLike) => Tensor;

  // Comparison and logic: bool results.
  /** `x == other`, element by element. NaN equals nothing. */
  declare equal: (other: TensorLike) => Tensor;
  /** `x != other`, element by element. */
  declare notEqual: (other: TensorLike) => Tensor;
  /** `x < other`, element by element. */
  declare less: (other: TensorLike) => Tensor;
  /** `x <= other`, element by element. */
  declare lessEqual: (other: TensorLike) => Tensor;
  /** `x > other`, element by element. */
  declare greater: (other: TensorLike) => Tensor;
  /** `x >= other`, element by element. */
  declare greaterEqual: (other: TensorLike) => Tensor;
  /** Both. bool only. */
  declare logicalAnd: (other: TensorLike) => Tensor;
  /** Either. bool only. */
  declare logicalOr: (other: TensorLike) => Tensor;
  /** One but not both. bool only. */
  declare logicalXor: (other: TensorLike) => Tensor;
  /** The opposite. bool only. */
  declare logicalNot: () => Tensor;
  /** `a` where this bool tensor is true, `b` elsewhere. */
  declare where: (a: TensorLike, b: TensorLike) => Tensor;

  // Activations.
  /** `max(x, 0)`. The gradient at 0 is 0. */
  declare relu: () => Tensor;
  /** `min(max(x, 0), 6)`. */
  declare relu6: () => Tensor;
  /** x above 0, `alpha * x` (0.2) below. */
  declare leakyRelu: (alpha?: number) => Tensor;
  /** x above 0, `alpha * (exp(x) - 1)` (1) below. */
  declare elu: (alpha?: number) => Tensor;
  /** The self-normalising scaled elu of Klambauer et al. 2017. */
  declare selu: () => Tensor;
  /** x times the normal distribution function: the tanh form, or with `{ approximate: false }` the erf form. */
  declare gelu: (options?: GeluOptions) => Tensor;
  /** `x * sigmoid(x)`, also called swish. */
  declare silu: () => Tensor;
  /** `log(1 + exp(x))`, without overflow. */
  declare softplus: () => Tensor;
  /** `exp(x) / sum(exp(x))` along an axis (the last). */
  declare softmax: (axis?: number) => Tensor;
  /** `log(softmax(x))` along an axis (the last), without overflow. */
  declare logSoftmax: (axis?: number) => Tensor;

  // Reductions over one axis, several, or all; `keepDims` leaves size 1 in place of a reduced axis.
  /** Sum. int32 wraps; bool counts. */
  declare sum: (axis?: Axes, keepDims?: boolean) => Tensor;
  /** Arithmetic mean, as float32. */
  declare mean: (axis?: Axes, keepDims?: boolean) => Tensor;
  /** Product. int32 wraps. */
  declare prod: (axis?: Axes, keepDims?: boolean) => Tensor;
  /** Largest element; NaN if any is. Ties share the gradient. */
  declare max: (axis?: Axes, keepDims?: boolean) => Tensor;
  /** Smallest element; NaN if any is. Ties share the gradient. */
  declare min: (axis?: Axes, keepDims?: boolean) => Tensor;
  /** Is one true? bool only. */
  declare any: (axis?: Axes, keepDims?: boolean) => Tensor;
  /** Are all true? bool only. */
  declare all: (axis?: Axes, keepDims?: boolean) => Tensor;
  /** Mean of the squared distances from the mean (divides by n). */
  declare variance: (axis?: Axes, keepDims?: boolean) => Tensor;
  /** Square root of the variance. */
  declare std: (axis?: Axes, keepDims?: boolean) => Tensor;
  /** `log(sum(exp(x)))`, without overflow. */
  declare logSumExp: (axis?: Axes, keepDims?: boolean) => Tensor;
  /** The vector norm of order `ord` (2): `sum(|x|^ord)^(1/ord)`; ±Infinity and 0 as in NumPy. */
  declare norm: (ord?: number, axis?: Axes, keepDims?: boolean) => Tensor;
  /** int32 index of the first largest element, along an axis or of the flattened tensor. */
  declare argmax: (axis?: number, keepDims?: boolean) => Tensor;
  /** int32 index of the first smallest element, along an axis or of the flattened tensor. */
  declare argmin: (axis?: number, keepDims?: boolean) => Tensor;
  /** Running sums along an axis; `exclusive` leaves the element itself out, `reverse` runs from the end. */
  declare cumsum: (axis?: number, options?: CumulateOptions) => Tensor;
  /** Running products along an axis; options as for `cumsum`. */
  declare cumprod: (axis?: number, options?: CumulateOptions) => Tensor;
  /** Zero mean and unit variance over the last axis, then optionally scaled and shifted. */
  declare layerNorm: (options?: LayerNormOptions) => Tensor;

  // Linear algebra.
  /** Matrix product by NumPy's rules: batched, and vectors are rows or columns as needed. */
  declare matmul: (other: TensorLike) => Tensor;
  /** NumPy's dot: the last axis of x with the last but one of `other`. */
  declare dot: (other: TensorLike) => Tensor;
  /** All products of the elements of two flattened tensors. */
  declare outer: (other: TensorLike) => Tensor;

  // Shape.
  /** The same elements in row-major order in another shape; one size may be -1. */
  reshape(shape: Shape): Tensor {
    return reshape(this, shape);
  }
  /** One axis with all elements. */
  declare flatten: () => Tensor;
  /** Axis i of the result is axis `perm[i]`; without `perm` all axes are reversed. */
  transpose(perm?: readonly number[]): Tensor {
    return transpose(this, perm);
  }
  /** New axes of size 1 at these places of the result. */
  declare expandDims: (axis: Axes) => Tensor;
  /** Without these axes of size 1; without an argument, all of size 1. */
  declare squeeze: (axis?: Axes) => Tensor;
  /** Repeats axes of size 1 and missing leading axes, by NumPy's rules. */
  declare broadcastTo: (shape: Shape) => Tensor;
  /** The whole, repeated `reps[i]` times along axis i. */
  declare tile: (reps: Axes) => Tensor;
  /** Every element n times in a row, along an axis. */
  declare repeat: (n: number, axis: number) => Tensor;
  /** In reverse order along axes (all). */
  flip(axis?: Axes): Tensor {
    return flip(this, axis);
  }
  /** Shifted cyclically along axes. */
  declare roll: (shift: Axes, axis?: Axes) => Tensor;
  /** With `value` (0) added before and after each axis; a third number per axis says how many between neighbours. */
  pad(padding: readonly Padding[], value?: number | boolean): Tensor {
    return pad(this, padding, value);
  }
  /** This and other tensors joined along an axis (0). */
  concat(others: readonly TensorLike[], axis?: number): Tensor {
    return concat([this, ...others], axis);
  }
  /** This and other tensors of its shape along a new axis (0). */
  declare stack: (others: readonly TensorLike[], axis?: number) => Tensor;
  /** n equal parts along an axis (0), or parts that begin at the positions in a list. */
  declare split: (parts: Axes, axis?: number) => Tensor[];
  /** The slices along an axis (0), without it. */
  declare unstack: (axis?: number) => Tensor[];
  /** The upper triangle of the last two axes from diagonal k (0) on; 0 elsewhere. */
  declare triu: (k?: number) => Tensor;
  /** The lower triangle of the last two axes up to diagonal k (0); 0 elsewhere. */
  declare tril: (k?: number) => Tensor;

  // Indexing.
  /** Per axis a number (drops the axis), `[start, stop]`, `[start, stop, step]` or `null` for all; negatives count from the end. */
  declare slice: (...index: readonly SliceIndex[]) => Tensor;
  /** A block of the given sizes at starts that may be tensors; starts are clamped so that the block lies inside. */
  declare dynamicSlice: (starts: readonly TensorLike[], sizes: Shape) => Tensor;
  /** With a block replaced at starts that may be tensors. */
  declare dynamicUpdateSlice: (update: TensorLike, starts: readonly TensorLike[]) => Tensor;
  /** NumPy's take: the slices along an axis (0) at int32 indices; out of bounds is an error. */
  gather(indices: TensorLike, axis?: number): Tensor {
    return gather(this, indices, axis);
  }
  /** One element per index along an axis; `indices` has the result's shape. */
  takeAlongAxis(indices: TensorLike, axis: number): Tensor {
    return takeAlongAxis(this, indices, axis);
  }
  /** With `updates[i]` added to the slice at `indices[i]` along an axis (0). */
  scatterAdd(indices: TensorLike, updates: TensorLike, axis?: number): Tensor {
    return scatterAdd(this, indices, updates, axis);
  }
  /** With each update added to the element that `takeAlongAxis` reads at its index. */
  scatterAddAlongAxis(indices: TensorLike, updates: TensorLike, axis: number): Tensor {
    return scatterAddAlongAxis(this, indices, updates, axis);
  }
  /** float32 with a new last axis of size `depth`: 1 at the index, 0 elsewhere. */
  declare oneHot: (depth: number) => Tensor;
}
