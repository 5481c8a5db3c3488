// Convolutions of images and sequences, channels last. Keras's defaults.
import {
  OptionError,
  type Shape,
  ShapeError,
  type Tensor,
  type Variable,
  type WindowPadding,
} from '../../index.ts';
import { checkCount } from '../../optim/checks.ts';
import { type ActivationFunction, type ActivationLike, activation } from '../activations.ts';
import type { InitialiserLike } from '../initialisers.ts';
import { type CallOptions, Layer, type LayerConfig, type LayerOptions } from '../layer.ts';

export interface ConvLayerOptions extends LayerOptions {
  /** How far apart windows begin. Default 1. */
  readonly strides?: number | readonly number[];
  /** Default `valid`. */
  readonly padding?: WindowPadding;
  /** How far apart the elements of a window are. Default 1. */
  readonly dilation?: number | readonly number[];
  /** Default 1. */
  readonly groups?: number;
  readonly activation?: ActivationLike;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default `glorotUniform`. */
  readonly kernelInitialiser?: InitialiserLike;
  /** Default `zeros`. */
  readonly biasInitialiser?: InitialiserLike;
}

export interface Conv1DOptions extends Omit<ConvLayerOptions, 'padding'> {
  /** Default `valid`. `causal`: as many results as elements, none of which sees what comes after it. */
  readonly padding?: WindowPadding | 'causal';
}

const options = [
  'strides',
  'padding',
  'dilation',
  'groups',
  'activation',
  'useBias',
  'kernelInitialiser',
  'biasInitialiser',
] as const;

abstract class Convolution extends Layer {
  readonly filters: number;
  readonly kernelSize: readonly number[];
  declare kernel: Variable;
  declare bias: Variable | null;
  readonly #activation: ActivationFunction;
  readonly #options: ConvLayerOptions;
  readonly #groups: number;

  protected constructor(
    spatial: number,
    filters: number,
    kernelSize: number | readonly number[],
    given: ConvLayerOptions,
    config: LayerConfig = { filters, kernelSize, ...given },
  ) {
    super(given, options, config);
    this.filters = checkCount(filters, 'filters', this.where);
    const sizes = typeof kernelSize === 'number' ? new Array<number>(spatial).fill(kernelSize) : kernelSize;
    if (!Array.isArray(sizes) || sizes.length !== spatial)
      throw new OptionError(
        `${this.where}: kernelSize must be an integer${spatial === 1 ? '' : `, or ${spatial} of them`}, got ${JSON.stringify(kernelSize)}`,
      );
    this.kernelSize = sizes.map((n: number) => checkCount(n, 'kernelSize', this.where));
    this.#groups = checkCount(given.groups ?? 1, 'groups', this.where);
    this.#activation = activation(given.activation, this.where);
    this.#options = given;
  }

  protected override build(shape: Shape): void {
    const { kernelInitialiser = 'glorotUniform', biasInitialiser = 'zeros', useBias = true } = this.#options;
    const channels = shape.at(-1)!;
    if (channels % this.#groups !== 0)
      throw new ShapeError(`${this.where}: ${this.#groups} groups do not divide ${channels} channels`);
    const size = [...this.kernelSize, channels / this.#groups, this.filters];
    this.kernel = this.weight('kernel', size, kernelInitialiser);
    this.bias = useBias ? this.weight('bias', [this.filters], biasInitialiser) : null;
  }

  protected abstract convolve(x: Tensor, given: ConvLayerOptions): Tensor;

  override forward(x: Tensor, _options?: CallOptions): Tensor {
    const rank = this.kernelSize.length + 2;
    this.checkInput(x, rank);
    this.ensureBuilt(x.type.shape);
    this.checkFeatures(x, this.kernel.shape.at(-2)! * this.#groups);
    const { strides = 1, padding = 'valid', dilation = 1 } = this.#options;
    const y = this.convolve(x, { strides, padding, dilation, groups: this.#groups });
    return this.#activation(this.bias === null ? y : y.add(this.bias));
  }
}

/**
 * Convolution of images [batch, height, width, channels] with a kernel [...kernelSize, channels / groups, filters].
 *
 *     new Conv2D(16, 3, { padding: 'same', activation: 'relu' })(images)
 */
export class Conv2D extends Convolution {
  constructor(filters: number, kernelSize: number | readonly number[], given: ConvLayerOptions = {}) {
    super(2, filters, kernelSize, given);
  }
  protected override convolve(x: Tensor, given: ConvLayerOptions): Tensor {
    return x.conv2d(this.kernel, given);
  }
}

/** Convolution of sequences [batch, time, channels]. */
export class Conv1D extends Convolution {
  constructor(filters: number, kernelSize: number | readonly number[], given: Conv1DOptions = {}) {
    super(1, filters, kernelSize, withPairs(given, kernelSize), { filters, kernelSize, ...given });
  }
  protected override convolve(x: Tensor, given: ConvLayerOptions): Tensor {
    return x.conv1d(this.kernel, given);
  }
}

/** The causal padding as what it is: all before the first element. */
function withPairs(
  { padding, ...rest }: Conv1DOptions,
  kernelSize: number | readonly number[],
): ConvLayerOptions {
  if (padding === undefined) return rest;
  if (padding !== 'causal') return { ...rest, padding };
  const [size] = [kernelSize].flat() as [number];
  const [dilation] = [rest.dilation ?? 1].flat() as [number];
  return { ...rest, padding: [[(size - 1) * dilation, 0]] };
}
