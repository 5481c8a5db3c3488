// Normalisation: over the batch, or over each example.
import { OptionError, type Shape, ShapeError, type Tensor, update, type Variable } from '../../index.ts';
import { checkNumber } from '../../optim/checks.ts';
import type { InitialiserLike } from '../initialisers.ts';
import { type CallOptions, Layer, type LayerOptions } from '../layer.ts';

/** What both take: how results are scaled and shifted. */
export interface NormOptions extends LayerOptions {
  /** Added to the variance. Default 0.001. */
  readonly epsilon?: number;
  /** Whether the mean can be shifted. Default true. */
  readonly center?: boolean;
  /** Whether the size can be scaled. Default true. */
  readonly scale?: boolean;
  /** Of the shift. Default `zeros`. */
  readonly betaInitialiser?: InitialiserLike;
  /** Of the scale. Default `ones`. */
  readonly gammaInitialiser?: InitialiserLike;
}

const common = ['axis', 'epsilon', 'center', 'scale', 'betaInitialiser', 'gammaInitialiser'] as const;

export interface BatchNormOptions extends NormOptions {
  /** The axis of the features, which are normalised each by itself. Default -1. */
  readonly axis?: number;
  /** Of the moving statistics. Default 0.99. */
  readonly momentum?: number;
}

/** Of both layers: the learned scale and shift, one number for each place along some axes. */
abstract class Normalisation extends Layer {
  declare gamma: Variable | null;
  declare beta: Variable | null;
  readonly #options: NormOptions;

  protected constructor(options: NormOptions, own: readonly string[]) {
    super(options, [...common, ...own]);
    checkNumber(options.epsilon ?? 0, 'epsilon', this.where, { min: 0 });
    this.#options = options;
  }

  protected get epsilon(): number {
    return this.#options.epsilon ?? 0.001;
  }

  protected makeScaleAndShift(sizes: Shape): void {
    const {
      scale = true,
      center = true,
      gammaInitialiser = 'ones',
      betaInitialiser = 'zeros',
    } = this.#options;
    this.gamma = scale ? this.weight('gamma', sizes, gammaInitialiser) : null;
    this.beta = center ? this.weight('beta', sizes, betaInitialiser) : null;
  }

  /** An axis of `x`, counted from the front. */
  protected axisOf(axis: number, x: Tensor): number {
    if (axis < -x.ndim || axis >= x.ndim)
      throw new ShapeError(`${this.where}: there is no axis ${axis} in ${x.dtype}[${x.type.shape}]`);
    return axis < 0 ? axis + x.ndim : axis;
  }
}

/** `weight`, which has these axes of `x` alone, so that it meets them. */
function along(weight: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  const trailing = axes.every((axis, i) => axis === x.ndim - axes.length + i);
  return trailing ? weight : weight.reshape(x.type.shape.map((n, axis) => (axes.includes(axis) ? n : 1)));
}

/**
 * Each feature (last axis, or `axis`) to mean 0 and variance 1 over all others, then scaled and shifted (Ioffe and Szegedy 2015). While training by
 * the statistics of the batch, which move those that are used otherwise: `moving * momentum + batch * (1 - momentum)`. Keras's defaults; PyTorch's
 * momentum is 1 - ours, and its moving variance takes in n / (n - 1) times the batch's.
 */
export class BatchNorm extends Normalisation {
  declare movingMean: Variable;
  declare movingVariance: Variable;
  readonly #momentum: number;
  readonly #axis: number;

  constructor(options: BatchNormOptions = {}) {
    super(options, ['momentum']);
    this.#momentum = checkNumber(options.momentum ?? 0.99, 'momentum', this.where, { min: 0, max: 1 });
    this.#axis = options.axis ?? -1;
    if (!Number.isInteger(this.#axis))
      throw new OptionError(`${this.where}: axis must be an integer, got ${String(options.axis)}`);
  }

  protected override build(sizes: Shape): void {
    this.makeScaleAndShift(sizes);
    this.movingMean = this.weight('movingMean', sizes, 'zeros', false);
    this.movingVariance = this.weight('movingVariance', sizes, 'ones', false);
  }

  override forward(x: Tensor, _options?: CallOptions): Tensor {
    this.checkInput(x, 2);
    const axis = this.axisOf(this.#axis, x);
    this.ensureBuilt([x.type.shape[axis]!]);
    this.checkFeatures(x, this.movingMean.shape[0]!, this.#axis);
    const [mean, variance] = this.training
      ? this.#statistics(x, axis)
      : [this.movingMean, this.movingVariance];
    const scale = variance.add(this.epsilon).rsqrt();
    const factor = this.gamma === null ? scale : scale.mul(this.gamma);
    const normal = x.sub(along(mean, x, [axis])).mul(along(factor, x, [axis]));
    return this.beta === null ? normal : normal.add(along(this.beta, x, [axis]));
  }

  #statistics(x: Tensor, feature: number): readonly [Tensor, Tensor] {
    const axes = x.type.shape.map((_, axis) => axis).filter((axis) => axis !== feature);
    const [mean, variance] = [x.mean(axes), x.variance(axes)];
    const move = (old: Variable, now: Tensor): void => {
      update(old, (value) => value.mul(this.#momentum).add(now.stopGradient().mul(1 - this.#momentum)));
    };
    move(this.movingMean, mean);
    move(this.movingVariance, variance);
    return [mean, variance];
  }
}

export interface LayerNormOptions extends NormOptions {
  /** The axes that are normalised together, in increasing order. Default -1. */
  readonly axis?: number | readonly number[];
}

/** Each example's last axis (or `axis`, several of them together) to mean 0 and variance 1, then scaled and shifted (Ba et al. 2016). Keras's defaults. */
export class LayerNorm extends Normalisation {
  readonly #axis: readonly number[];
  #sizes: Shape = [];

  constructor(options: LayerNormOptions = {}) {
    super(options, []);
    this.#axis = [options.axis ?? -1].flat();
    if (this.#axis.length === 0 || !this.#axis.every(Number.isInteger))
      throw new OptionError(`${this.where}: axis must be an integer or a list of them`);
  }

  protected override build(sizes: Shape): void {
    this.#sizes = sizes;
    this.makeScaleAndShift(sizes);
  }

  override forward(x: Tensor, _options?: CallOptions): Tensor {
    this.checkInput(x);
    const axes = this.#axis.map((axis) => this.axisOf(axis, x));
    if (axes.some((axis, i) => i > 0 && axis <= axes[i - 1]!))
      throw new OptionError(`${this.where}: axis must be in increasing order, got [${this.#axis}]`);
    this.ensureBuilt(axes.map((axis) => x.type.shape[axis]!));
    this.#axis.forEach((axis, i) => {
      this.checkFeatures(x, this.#sizes[i]!, axis);
    });
    const away = x.sub(x.mean(axes, true));
    const scale = away.square().mean(axes, true).add(this.epsilon).rsqrt();
    const normal = this.gamma === null ? away.mul(scale) : away.mul(scale).mul(along(this.gamma, x, axes));
    return this.beta === null ? normal : normal.add(along(this.beta, x, axes));
  }
}
