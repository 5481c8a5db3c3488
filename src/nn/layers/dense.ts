// Dense: every output from every input.
import type { Shape, Tensor, Variable } from '../../index.ts';
import { checkCount } from '../../optim/checks.ts';
import { type ActivationFunction, type ActivationLike, activation } from '../activations.ts';
import type { InitialiserLike } from '../initialisers.ts';
import { type CallOptions, Layer, type LayerOptions } from '../layer.ts';

export interface DenseOptions extends LayerOptions {
  readonly activation?: ActivationLike;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default `glorotUniform`. */
  readonly kernelInitialiser?: InitialiserLike;
  /** Default `zeros`. */
  readonly biasInitialiser?: InitialiserLike;
}

/**
 * `activation(x · kernel + bias)` along the last axis; kernel [inputs, units]. Keras's defaults.
 *
 *     new Dense(50, { activation: 'relu' })(x)
 */
export class Dense extends Layer {
  readonly units: number;
  declare kernel: Variable;
  declare bias: Variable | null;
  readonly #activation: ActivationFunction;
  readonly #options: DenseOptions;

  constructor(units: number, options: DenseOptions = {}) {
    super(options, ['activation', 'useBias', 'kernelInitialiser', 'biasInitialiser'], { units, ...options });
    this.units = checkCount(units, 'units', this.where);
    this.#activation = activation(options.activation, this.where);
    this.#options = options;
  }

  protected override build(shape: Shape): void {
    const { kernelInitialiser = 'glorotUniform', biasInitialiser = 'zeros', useBias = true } = this.#options;
    this.kernel = this.weight('kernel', [shape.at(-1)!, this.units], kernelInitialiser);
    this.bias = useBias ? this.weight('bias', [this.units], biasInitialiser) : null;
  }

  override forward(x: Tensor, _options?: CallOptions): Tensor {
    this.checkInput(x);
    this.ensureBuilt(x.type.shape);
    this.checkFeatures(x, this.kernel.shape[0]!);
    const y = x.matmul(this.kernel);
    return this.#activation(this.bias === null ? y : y.add(this.bias));
  }
}
