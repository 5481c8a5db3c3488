// Embedding: a vector for every number of a vocabulary.
import { DTypeError, gather, OptionError, type Tensor, type Variable } from '../../index.ts';
import { checkCount } from '../../optim/checks.ts';
import type { InitialiserLike } from '../initialisers.ts';
import { type CallOptions, Layer, type LayerOptions } from '../layer.ts';

export interface EmbeddingOptions extends LayerOptions {
  /** Default `randomUniform`. */
  readonly initialiser?: InitialiserLike;
}

/** Row i of a table [inputs, units] for every int32 i: `new Embedding(65, 32)(ids)` has one more axis than the ids. */
export class Embedding extends Layer {
  readonly inputs: number;
  readonly units: number;
  declare embeddings: Variable;
  readonly #initialiser: InitialiserLike;

  constructor(inputs: number, units: number, options: EmbeddingOptions = {}) {
    if (options !== null && Object.hasOwn(options, 'maskZero'))
      throw new OptionError(
        "Embedding: there is no option 'maskZero'; give the mask to the layer that follows: lstm(embedding(ids), { mask: ids.notEqual(0) })",
      );
    super(options, ['initialiser'], { inputs, units, ...options });
    this.inputs = checkCount(inputs, 'inputs', this.where);
    this.units = checkCount(units, 'units', this.where);
    this.#initialiser = options.initialiser ?? 'randomUniform';
  }

  protected override build(): void {
    this.embeddings = this.weight('embeddings', [this.inputs, this.units], this.#initialiser);
  }

  override forward(ids: Tensor, _options?: CallOptions): Tensor {
    this.checkInput(ids);
    if (ids.dtype !== 'int32')
      throw new DTypeError(
        `${this.where}: takes int32 positions, got ${ids.dtype}[${ids.type.shape}]; cast them: ids.cast('int32')`,
      );
    this.ensureBuilt(ids.type.shape);
    return gather(this.embeddings, ids, 0, this.where);
  }
}
