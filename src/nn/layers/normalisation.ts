// Normalisation: over the batch, or over each example.
import type { Shape, Tensor, Variable } from '../../index.ts';
import { checkNumber } from '../../optim/checks.ts';
import { type CallOptions, Layer, type LayerOptions } from '../layer.ts';

export interface BatchNormOptions extends LayerOptions {
  /** Of the moving statistics. Default 0.99. */
  readonly momentum?: number;
  /** Added to the variance. Default 0.001. */
  readonly epsilon?: number;
  /** Whether the mean can be shifted. Default true. */
  readonly center?: boolean;
  /** Whether the size can be scaled. Default true. */
  readonly scale?: boolean;
}

/**
 * Each feature (last axis) to mean 0 and variance 1 over all others, then scaled and shifted (Ioffe and Szegedy 2015). While training by
 * the statistics of the batch, which move those that are used otherwise: `moving * momentum + batch * (1 - momentum)`. Keras's defaults.
 */
export class BatchNorm extends Layer {
  declare gamma: Variable | null;
  declare beta: Variable | null;
  declare movingMean: Variable;
  declare movingVariance: Variable;
  readonly #options: Required<Omit<BatchNormOptions, 'name'>>;

  constructor(options: BatchNormOptions = {}) {
    super(options, ['momentum', 'epsilon', 'center', 'scale']);
    const { momentum = 0.99, epsilon = 0.001, center = true, scale = true } = options;
    checkNumber(momentum, 'momentum', this.where, { min: 0 });
    checkNumber(epsilon, 'epsilon', this.where, { min: 0 });
    this.#options = { momentum, epsilon, center, scale };
  }

  protected override build(shape: Shape): void {
    const size = [shape.at(-1)!];
    this.gamma = this.#options.scale ? this.weight('gamma', size, 'ones') : null;
    this.beta = this.#options.center ? this.weight('beta', size, 'zeros') : null;
    this.movingMean = this.weight('movingMean', size, 'zeros', false);
    this.movingVariance = this.weight('movingVariance', size, 'ones', false);
  }

  override forward(x: Tensor, _options?: CallOptions): Tensor {
    this.checkInput(x, 2);
    this.ensureBuilt(x.shape);
    this.checkFeatures(x, this.movingMean.shape[0]!);
    const [mean, variance] = this.training ? this.#statistics(x) : [this.movingMean, this.movingVariance];
    const scale = variance.add(this.#options.epsilon).rsqrt();
    const normal = x.sub(mean).mul(this.gamma === null ? scale : scale.mul(this.gamma));
    return this.beta === null ? normal : normal.add(this.beta);
  }

  #statistics(x: Tensor): readonly [Tensor, Tensor] {
    const axes = x.shape.slice(1).map((_, axis) => axis);
    const [mean, variance] = [x.mean(axes), x.variance(axes)];
    const { momentum } = this.#options;
    const move = (old: Variable, now: Tensor): void => {
      old.assign(old.mul(momentum).add(now.stopGradient().mul(1 - momentum)));
    };
    move(this.movingMean, mean);
    move(this.movingVariance, variance);
    return [mean, variance];
  }
}

export interface LayerNormOptions extends LayerOptions {
  /** Added to the variance. Default 0.001. */
  readonly epsilon?: number;
  /** Default true. */
  readonly center?: boolean;
  /** Default true. */
  readonly scale?: boolean;
}

/** Each example's last axis to mean 0 and variance 1, then scaled and shifted (Ba et al. 2016). Keras's defaults. */
export class LayerNorm extends Layer {
  declare gamma: Variable | null;
  declare beta: Variable | null;
  readonly #options: Required<Omit<LayerNormOptions, 'name'>>;
  #size = 0;

  constructor(options: LayerNormOptions = {}) {
    super(options, ['epsilon', 'center', 'scale']);
    const { epsilon = 0.001, center = true, scale = true } = options;
    checkNumber(epsilon, 'epsilon', this.where, { min: 0 });
    this.#options = { epsilon, center, scale };
  }

  protected override build(shape: Shape): void {
    this.#size = shape.at(-1)!;
    this.gamma = this.#options.scale ? this.weight('gamma', [this.#size], 'ones') : null;
    this.beta = this.#options.center ? this.weight('beta', [this.#size], 'zeros') : null;
  }

  override forward(x: Tensor, _options?: CallOptions): Tensor {
    this.checkInput(x);
    this.ensureBuilt(x.shape);
    this.checkFeatures(x, this.#size);
    const away = x.sub(x.mean(-1, true));
    const scale = away.square().mean(-1, true).add(this.#options.epsilon).rsqrt();
    const normal = this.gamma === null ? away.mul(scale) : away.mul(scale).mul(this.gamma);
    return this.beta === null ? normal : normal.add(this.beta);
  }
}
