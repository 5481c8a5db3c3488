// Means, spreads and norms: what is built from sums. All take float32 (int32 and bool are converted), over one axis, several, or all; `keepDims` leaves
// size 1 in place of a reduced axis. An axis that does not exist, or is named twice, is an AxisError.
import { type Axes, resolveAxes } from '../../ops/axes.ts';
import { liftFloat, type TensorLike } from '../../ops/coerce.ts';
import { overridable } from '../../ops/override.ts';
import { ArgumentError, OptionError } from '../../util/errors.ts';
import { checkFlag, checkOptions } from '../../util/options.ts';
import type { Tensor } from '../tensor.ts';

/**
 * Arithmetic mean: the sum divided by the number of elements; NaN of none.
 *
 *     mean(tensor([[1, 2], [3, 4]]), 0)   // [2, 3]
 */
export const mean: (x: TensorLike, axis?: Axes, keepDims?: boolean) => Tensor = overridable(
  'mean',
  (x, axis, keepDims) => {
    const t = liftFloat(x, 'mean');
    return t.sum(axis, keepDims).div(countAlong(t, axis, 'mean'));
  },
);

/**
 * Mean of the squared distances from the mean, in two passes; divides by n.
 *
 *     variance(tensor([1, 2, 3, 4]))   // 1.25
 */
export const variance: (x: TensorLike, axis?: Axes, keepDims?: boolean) => Tensor = overridable(
  'variance',
  (x, axis, keepDims) => {
    const t = liftFloat(x, 'variance');
    return t.sub(t.mean(axis, true)).square().mean(axis, keepDims);
  },
);

/**
 * Standard deviation: the square root of the variance. Its gradient is NaN where all elements are equal.
 *
 *     std(tensor([1, 2, 3, 4]))   // 1.118
 */
export const std: (x: TensorLike, axis?: Axes, keepDims?: boolean) => Tensor = overridable(
  'std',
  (x, axis, keepDims) => {
    return variance(liftFloat(x, 'std'), axis, keepDims).sqrt();
  },
);

/**
 * `log(sum(exp(x)))`. The largest element is taken out first, so that nothing overflows; -inf of nothing but -inf.
 * Throws a ShapeError for no elements.
 *
 *     logSumExp(tensor([1000, 1000]))   // 1000.693
 */
export const logSumExp: (x: TensorLike, axis?: Axes, keepDims?: boolean) => Tensor = overridable(
  'logSumExp',
  (x, axis, keepDims) => {
    const t = liftFloat(x, 'logSumExp');
    checkFlag(keepDims, 'keepDims', 'logSumExp');
    const largest = t.max(axis, true).stopGradient();
    // An infinite maximum would make inf - inf; exp and log carry it without being shifted.
    const shift = largest.isFinite().where(largest, 0);
    const kept = t.sub(shift).exp().sum(axis, true).log().add(shift);
    return keepDims ? kept : kept.squeeze(resolveAxes(axis, t.ndim, 'logSumExp'));
  },
);

/**
 * The vector norm of order `ord` over the given axes (all): `sum(|x|^ord)^(1/ord)`. Infinity and -Infinity give the largest and smallest `|x|`,
 * 0 counts the elements that are not 0. Over several axes it is the norm of all their elements: Frobenius for 2.
 * The gradient of the 2-norm is NaN at 0. Throws an ArgumentError for an order that is no number.
 *
 *     norm(tensor([3, 4]))   // 5
 */
export const norm: (x: TensorLike, ord?: number, axis?: Axes, keepDims?: boolean) => Tensor = overridable(
  'norm',
  (x, ord = 2, axis, keepDims) => {
    const t = liftFloat(x, 'norm');
    if (typeof ord !== 'number' || Number.isNaN(ord))
      throw new ArgumentError(`norm: ord must be a number or ±Infinity, got ${String(ord)}`);
    switch (ord) {
      case 2:
        return t.square().sum(axis, keepDims).sqrt();
      case 1:
        return t.abs().sum(axis, keepDims);
      case Infinity:
        return t.abs().max(axis, keepDims);
      case -Infinity:
        return t.abs().min(axis, keepDims);
      case 0:
        return t.notEqual(0).cast('float32').sum(axis, keepDims);
      default:
        return t
          .abs()
          .pow(ord)
          .sum(axis, keepDims)
          .pow(1 / ord);
    }
  },
);

export interface LayerNormOptions {
  /** Axes that are normalised together. Default: the last. */
  readonly axis?: Axes;
  /** Multiplies the normalised values. */
  readonly scale?: TensorLike;
  /** Added at the end. */
  readonly offset?: TensorLike;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
}

/**
 * `(x - mean) / sqrt(variance + epsilon) * scale + offset` (Ba, Kiros and Hinton 2016). `scale` and `offset` broadcast against x.
 * Throws an OptionError for options that it does not know and for a negative epsilon.
 *
 *     layerNorm(tensor([1, 2, 3]))   // [-1.225, 0, 1.225]
 */
export const layerNorm: (x: TensorLike, options?: LayerNormOptions) => Tensor = overridable(
  'layerNorm',
  (x, options) => {
    checkOptions(options, ['axis', 'scale', 'offset', 'epsilon'], 'layerNorm');
    const { axis = -1, scale, offset, epsilon = 1e-5 } = options ?? {};
    if (!(epsilon >= 0)) throw new OptionError(`layerNorm: epsilon must be >= 0, got ${String(epsilon)}`);
    const t = liftFloat(x, 'layerNorm');
    const centred = t.sub(t.mean(axis, true));
    const normal = centred.mul(centred.square().mean(axis, true).add(epsilon).rsqrt());
    const scaled = scale === undefined ? normal : normal.mul(scale);
    return offset === undefined ? scaled : scaled.add(offset);
  },
);

// How many elements of x share one element of a reduction.
function countAlong(x: Tensor, axis: Axes | undefined, where: string): number {
  return resolveAxes(axis, x.ndim, where).reduce((count, a) => count * x.shape[a]!, 1);
}
