// Layers without weights: activation, flatten, reshape, dropout, functions as layers, merging.
import {
  ArgumentError,
  concat,
  type Generator,
  OptionError,
  type Shape,
  ShapeError,
  type Tensor,
} from '../../index.ts';
import { checkNumber } from '../../optim/checks.ts';
import { type ActivationFunction, type ActivationLike, activation } from '../activations.ts';
import { type CallOptions, Layer, type LayerOptions } from '../layer.ts';
import { nextGenerator } from '../seed.ts';

/** A function of the elements: `new Activation('relu')`. */
export class Activation extends Layer {
  readonly #f: ActivationFunction;
  constructor(f: ActivationLike, options: LayerOptions = {}) {
    super(options, [], { activation: f, ...options });
    this.#f = activation(f, this.where);
  }
  protected override build(): void {}
  override forward(x: Tensor, _options?: CallOptions): Tensor {
    return this.#f(this.checkInput(x));
  }
}

/** All axes but the first as one. */
export class Flatten extends Layer {
  constructor(options: LayerOptions = {}) {
    super(options, []);
  }
  protected override build(): void {}
  override forward(x: Tensor, _options?: CallOptions): Tensor {
    const { shape } = this.checkInput(x).type;
    return x.reshape([shape[0]!, shape.slice(1).reduce((a, b) => a * b, 1)]);
  }
}

/** Another shape for each example: `new Reshape([28, 28, 1])`; one size may be -1. */
export class Reshape extends Layer {
  readonly shape: Shape;
  constructor(shape: Shape, options: LayerOptions = {}) {
    super(options, [], { shape, ...options });
    if (!Array.isArray(shape)) throw new OptionError(`${this.where}: expected a shape such as [28, 28, 1]`);
    this.shape = [...shape];
  }
  protected override build(): void {}
  override forward(x: Tensor, _options?: CallOptions): Tensor {
    const [batch, ...given] = this.checkInput(x).type.shape;
    const own = given.reduce((a, b) => a * b, 1);
    const known = this.shape.reduce((a, b) => (b === -1 ? a : a * b), 1);
    const sizes = this.shape.map((n) => (n === -1 ? Math.floor(own / known) : n));
    if (sizes.reduce((a, b) => a * b, 1) !== own)
      throw new ShapeError(
        `${this.where}: ${own} elements of each example of ${x.dtype}[${x.type.shape}] do not fill shape [${this.shape}]`,
      );
    return x.reshape([batch!, ...sizes]);
  }
}

/**
 * While training, each element is 0 with probability `rate` and otherwise divided by `1 - rate`; else nothing (Srivastava et al. 2014).
 * The masks are those of a stream of its own, so that compiled calls differ from each other and equal the eager ones.
 */
export class Dropout extends Layer {
  readonly rate: number;
  #random: Generator | undefined;
  constructor(rate: number, options: LayerOptions = {}) {
    super(options, [], { rate, ...options });
    this.rate = checkNumber(rate, 'rate', this.where, { min: 0, below: 1 });
  }
  protected override build(): void {
    this.#random = nextGenerator();
  }
  override forward(x: Tensor, _options?: CallOptions): Tensor {
    this.checkInput(x);
    this.ensureBuilt(x.type.shape);
    if (!this.training || this.rate === 0) return x;
    return this.#random!.bernoulli(x, 1 - this.rate).where(x.div(1 - this.rate), 0);
  }
}

/** Any function of tensors as a layer, on symbolic tensors too: `new Lambda((a, b) => concat([a, b], -1))(a, b)`. It has no weights. */
export class Lambda<Args extends readonly unknown[] = readonly Tensor[], R = Tensor> extends Layer {
  protected override readonly callOptions: null = null;
  readonly #f: (...args: Args) => R;
  constructor(f: (...args: Args) => R, options: LayerOptions = {}) {
    super(options, [], { function: f, ...options });
    if (typeof f !== 'function') throw new ArgumentError(`${this.where}: expected a function of tensors`);
    this.#f = f;
  }
  protected override build(): void {}
  override forward(...args: Args): R {
    return this.#f(...args);
  }
}

/** Tensors joined along an axis (the last): `new Concatenate()([a, b])`. */
export class Concatenate extends Layer {
  readonly axis: number;
  constructor(options: LayerOptions & { readonly axis?: number } = {}) {
    super(options, ['axis']);
    this.axis = options.axis ?? -1;
  }
  protected override build(): void {}
  override forward(parts: readonly Tensor[], _options?: CallOptions): Tensor {
    if (!Array.isArray(parts)) throw new ArgumentError(`${this.where}: expected a list of tensors`);
    return concat(parts, this.axis);
  }
}

/** The sum of tensors: `new Add()([a, b])`. */
export class Add extends Layer {
  constructor(options: LayerOptions = {}) {
    super(options, []);
  }
  protected override build(): void {}
  override forward(parts: readonly Tensor[], _options?: CallOptions): Tensor {
    if (!Array.isArray(parts) || parts.length === 0)
      throw new ArgumentError(`${this.where}: expected a list of tensors`);
    return parts.reduce((a: Tensor, b: Tensor) => a.add(b));
  }
}
