// Activations: what neural networks put between their layers. All take a tensor of any shape as float32 (int32 and bool are converted) and keep the shape.
// A parameter that is no finite number is an OptionError, an axis that does not exist an AxisError.
import { liftFloat, type TensorLike } from '../../ops/coerce.ts';
import { overridable } from '../../ops/override.ts';
import { OptionError } from '../../util/errors.ts';
import { checkFlag, checkOptions } from '../../util/options.ts';
import type { Tensor } from '../tensor.ts';

/**
 * `min(max(x, 0), 6)` (Krizhevsky 2010). The gradient is 0 at 0 and at 6.
 *
 *     relu6(tensor([-1, 3, 8]))   // [0, 3, 6]
 */
export const relu6: (x: TensorLike) => Tensor = overridable('relu6', (x) => {
  const t = liftFloat(x, 'relu6');
  return t.greaterEqual(6).where(6, t.relu());
});

/**
 * x above 0, `alpha * x` elsewhere (Maas et al. 2013).
 *
 *     leakyRelu(tensor([-1, 2]))   // [-0.2, 2]
 */
export const leakyRelu: (x: TensorLike, alpha?: number) => Tensor = overridable(
  'leakyRelu',
  (x, alpha = 0.2) => {
    const t = liftFloat(x, 'leakyRelu');
    return t.greater(0).where(t, t.mul(finite(alpha, 'leakyRelu')));
  },
);

/**
 * x above 0, `alpha * (exp(x) - 1)` elsewhere (Clevert et al. 2015).
 *
 *     elu(tensor([-1, 2]))   // [-0.632, 2]
 */
export const elu: (x: TensorLike, alpha?: number) => Tensor = overridable('elu', (x, alpha = 1) => {
  const t = liftFloat(x, 'elu');
  const positive = t.greater(0);
  // The branch not taken must stay finite: its gradient is multiplied by 0, and 0 * inf is NaN.
  const negative = positive.where(0, t).expm1();
  return positive.where(t, negative.mul(finite(alpha, 'elu')));
});

// Klambauer et al. 2017: with these two constants zero mean and unit variance are a fixed point of the layers.
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

/**
 * `scale * elu(x, alpha)` with the constants of Klambauer et al. 2017.
 *
 *     selu(tensor([-1, 2]))   // [-1.111, 2.101]
 */
export const selu: (x: TensorLike) => Tensor = overridable('selu', (x) => {
  return elu(liftFloat(x, 'selu'), seluAlpha).mul(seluScale);
});

export interface GeluOptions {
  /** True (default): the tanh form. False: the definition, by erf. */
  readonly approximate?: boolean;
}

/**
 * x times the normal distribution function of x (Hendrycks and Gimpel 2016): `0.5 x (1 + tanh u)` with `u = √(2/π) (x + 0.044715 x³)`,
 * computed as `x sigmoid(2u)`, which keeps its digits where tanh is near -1; or `0.5 x (1 + erf(x / √2))` with `{ approximate: false }`.
 *
 *     gelu(tensor([-1, 2]))   // [-0.159, 1.955]
 */
export const gelu: (x: TensorLike, options?: GeluOptions) => Tensor = overridable('gelu', (x, options) => {
  checkOptions(options, ['approximate'], 'gelu');
  checkFlag(options?.approximate, 'approximate', 'gelu');
  const t = liftFloat(x, 'gelu');
  if (options?.approximate === false) return t.mul(0.5).mul(t.mul(Math.SQRT1_2).erf().add(1));
  const slope = Math.sqrt(8 / Math.PI);
  const twice = t.mul(
    t
      .mul(t)
      .mul(slope * 0.044715)
      .add(slope),
  );
  return t.mul(twice.sigmoid());
});

/**
 * `x * sigmoid(x)`, also called swish (Elfwing et al. 2017).
 *
 *     silu(tensor([-1, 2]))   // [-0.269, 1.762]
 */
export const silu: (x: TensorLike) => Tensor = overridable('silu', (x) => {
  const t = liftFloat(x, 'silu');
  return t.mul(t.sigmoid());
});

/**
 * `log(1 + exp(x))`, computed as `max(x, 0) + log1p(exp(-|x|))`, which does not overflow.
 *
 *     softplus(tensor([-1, 200]))   // [0.313, 200]
 */
export const softplus: (x: TensorLike) => Tensor = overridable('softplus', (x) => {
  const t = liftFloat(x, 'softplus');
  // maximum and not relu: at 0 its gradient 1/2 is the right one, because that of abs is 0 there.
  return t.maximum(0).add(t.abs().neg().exp().log1p());
});

/**
 * `exp(x) / sum(exp(x))` along an axis. The largest element is subtracted first, so that nothing overflows.
 *
 *     softmax(tensor([0, 0, 1000]))   // [0, 0, 1]
 */
export const softmax: (x: TensorLike, axis?: number) => Tensor = overridable('softmax', (x, axis = -1) => {
  const t = liftFloat(x, 'softmax');
  const powers = t.sub(t.max(axis, true).stopGradient()).exp();
  return powers.div(powers.sum(axis, true));
});

/**
 * `log(softmax(x))` along an axis, without the overflow and the lost digits of taking both in turn.
 *
 *     logSoftmax(tensor([0, 0, 1000]))   // [-1000, -1000, 0]
 */
export const logSoftmax: (x: TensorLike, axis?: number) => Tensor = overridable(
  'logSoftmax',
  (x, axis = -1) => {
    const t = liftFloat(x, 'logSoftmax');
    const shifted = t.sub(t.max(axis, true).stopGradient());
    return shifted.sub(shifted.exp().sum(axis, true).log());
  },
);

function finite(alpha: number, where: string): number {
  if (typeof alpha !== 'number' || !Number.isFinite(alpha))
    throw new OptionError(`${where}: alpha must be a finite number, got ${String(alpha)}`);
  return alpha;
}
