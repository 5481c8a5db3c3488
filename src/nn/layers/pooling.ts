// Pooling: windows of images and sequences reduced to their largest element or their mean. Keras's defaults.
import type { PoolOptions, Tensor, WindowPadding } from '../../index.ts';
import { type CallOptions, Layer, type LayerOptions } from '../layer.ts';

export interface PoolLayerOptions extends LayerOptions {
  /** Default 2. */
  readonly poolSize?: number | readonly number[];
  /** Default `poolSize`. */
  readonly strides?: number | readonly number[];
  /** Default `valid`. */
  readonly padding?: WindowPadding;
}

type Pool = (x: Tensor, size: number | readonly number[], options: PoolOptions) => Tensor;

abstract class Pooling extends Layer {
  readonly #options: PoolLayerOptions;
  readonly #pool: Pool;
  readonly #rank: number;
  protected constructor(rank: number, pool: Pool, options: PoolLayerOptions) {
    super(options, ['poolSize', 'strides', 'padding']);
    this.#options = options;
    this.#pool = pool;
    this.#rank = rank;
  }
  protected override build(): void {}
  override forward(x: Tensor, _options?: CallOptions): Tensor {
    this.checkInput(x, this.#rank);
    const { poolSize = 2, strides = poolSize, padding = 'valid' } = this.#options;
    return this.#pool(x, poolSize, { strides, padding });
  }
}

/** The largest element of each window of [batch, height, width, channels]. */
export class MaxPool2D extends Pooling {
  constructor(options: PoolLayerOptions = {}) {
    super(4, (x, ...how) => x.maxPool2d(...how), options);
  }
}
/** The largest element of each window of [batch, time, channels]. */
export class MaxPool1D extends Pooling {
  constructor(options: PoolLayerOptions = {}) {
    super(3, (x, ...how) => x.maxPool1d(...how), options);
  }
}
/** The mean of each window of [batch, height, width, channels]. */
export class AvgPool2D extends Pooling {
  constructor(options: PoolLayerOptions = {}) {
    super(4, (x, ...how) => x.avgPool2d(...how), options);
  }
}
/** The mean of each window of [batch, time, channels]. */
export class AvgPool1D extends Pooling {
  constructor(options: PoolLayerOptions = {}) {
    super(3, (x, ...how) => x.avgPool1d(...how), options);
  }
}

/** The largest element of all positions: [batch, channels]. */
export class GlobalMaxPool extends Layer {
  constructor(options: LayerOptions = {}) {
    super(options, []);
  }
  protected override build(): void {}
  override forward(x: Tensor, _options?: CallOptions): Tensor {
    return this.checkInput(x, 3).max(positions(x));
  }
}

/** The mean of all positions: [batch, channels]. */
export class GlobalAvgPool extends Layer {
  constructor(options: LayerOptions = {}) {
    super(options, []);
  }
  protected override build(): void {}
  override forward(x: Tensor, _options?: CallOptions): Tensor {
    return this.checkInput(x, 3).mean(positions(x));
  }
}

const positions = (x: Tensor): number[] => x.type.shape.slice(1, -1).map((_, axis) => axis + 1);
