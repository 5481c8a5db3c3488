// MultiHeadAttention: every position asks all others, in several ways at once (Vaswani et al. 2017).
import { arange, type Shape, ShapeError, type Tensor, type Variable } from '../../index.ts';
import { checkCount, checkNumber } from '../../optim/checks.ts';
import type { InitialiserLike } from '../initialisers.ts';
import { type CallOptions, Layer, type LayerOptions } from '../layer.ts';
import { Dropout } from './core.ts';

export interface MultiHeadAttentionOptions extends LayerOptions {
  readonly heads: number;
  /** Size of each head's queries and keys. */
  readonly keySize: number;
  /** Size of each head's values; default `keySize`. */
  readonly valueSize?: number;
  /** Of the attention weights, while training. Default 0. */
  readonly dropout?: number;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default `glorotUniform`. */
  readonly kernelInitialiser?: InitialiserLike;
  /** Default `zeros`. */
  readonly biasInitialiser?: InitialiserLike;
}

export interface AttentionOptions extends CallOptions {
  /** What is compared with the queries; default the values. */
  readonly key?: Tensor;
  /** bool, broadcasts to [batch, heads, queries, values]: true where a query may look. */
  readonly mask?: Tensor;
  /** A query sees only what is not after it. Default false. */
  readonly causal?: boolean;
}

// What stands for "not at all" before the softmax; as in Keras finite, so that a row without any answer gives no NaN.
const hidden = -1e9;

/**
 * `softmax(q kᵀ / √keySize) v` for each head, joined by a last product. Queries [batch, n, d], values [batch, m, d]; the result has the shape of the queries.
 * Weights and defaults as in Keras.
 *
 *     new MultiHeadAttention({ heads: 4, keySize: 16 })(x, x, { causal: true })
 */
export class MultiHeadAttention extends Layer {
  protected override readonly callOptions: readonly string[] = ['training', 'key', 'mask', 'causal'];
  declare queryKernel: Variable;
  declare queryBias: Variable | null;
  declare keyKernel: Variable;
  declare keyBias: Variable | null;
  declare valueKernel: Variable;
  declare valueBias: Variable | null;
  declare outputKernel: Variable;
  declare outputBias: Variable | null;
  readonly #heads: number;
  readonly #keySize: number;
  readonly #valueSize: number;
  readonly #dropout: Dropout;
  readonly #options: MultiHeadAttentionOptions;

  constructor(options: MultiHeadAttentionOptions) {
    super(options, [
      'heads',
      'keySize',
      'valueSize',
      'dropout',
      'useBias',
      'kernelInitialiser',
      'biasInitialiser',
    ]);
    this.#heads = checkCount(options.heads, 'heads', this.where);
    this.#keySize = checkCount(options.keySize, 'keySize', this.where);
    this.#valueSize = checkCount(options.valueSize ?? options.keySize, 'valueSize', this.where);
    const rate = checkNumber(options.dropout ?? 0, 'dropout', this.where, { min: 0, below: 1 });
    this.#dropout = new Dropout(rate);
    this.#options = options;
  }

  protected override build(query: Shape, value: Shape, key: Shape): void {
    const { kernelInitialiser = 'glorotUniform', biasInitialiser = 'zeros', useBias = true } = this.#options;
    const [heads, keySize, valueSize] = [this.#heads, this.#keySize, this.#valueSize];
    const kernel = (name: string, shape: Shape): Variable =>
      this.weight(`${name}Kernel`, shape, kernelInitialiser);
    const bias = (name: string, shape: Shape): Variable | null =>
      useBias ? this.weight(`${name}Bias`, shape, biasInitialiser) : null;
    this.queryKernel = kernel('query', [query.at(-1)!, heads, keySize]);
    this.queryBias = bias('query', [heads, keySize]);
    this.keyKernel = kernel('key', [key.at(-1)!, heads, keySize]);
    this.keyBias = bias('key', [heads, keySize]);
    this.valueKernel = kernel('value', [value.at(-1)!, heads, valueSize]);
    this.valueBias = bias('value', [heads, valueSize]);
    this.outputKernel = kernel('output', [heads, valueSize, query.at(-1)!]);
    this.outputBias = bias('output', [query.at(-1)!]);
  }

  override forward(query: Tensor, value: Tensor, options: AttentionOptions = {}): Tensor {
    const key = options.key ?? value;
    for (const x of [query, value, key]) this.checkInput(x, 3);
    if (value.type.shape[1] !== key.type.shape[1])
      throw new ShapeError(
        `${this.where}: ${value.type.shape[1]} values have ${key.type.shape[1]} keys; there must be as many`,
      );
    this.ensureBuilt(query.type.shape, value.type.shape, key.type.shape);
    this.checkFeatures(query, this.queryKernel.shape[0]!);
    this.checkFeatures(value, this.valueKernel.shape[0]!);
    this.checkFeatures(key, this.keyKernel.shape[0]!);
    const q = projected(query, this.queryKernel, this.queryBias).mul(1 / Math.sqrt(this.#keySize));
    const k = projected(key, this.keyKernel, this.keyBias);
    const v = projected(value, this.valueKernel, this.valueBias);
    let scores = q.matmul(k.transpose([0, 1, 3, 2]));
    if (options.causal) scores = causalMask(query.type.shape[1]!, key.type.shape[1]!).where(scores, hidden);
    if (options.mask !== undefined) scores = options.mask.where(scores, hidden);
    const weights = this.#dropout(scores.softmax(-1));
    const seen = weights.matmul(v).transpose([0, 2, 1, 3]);
    const [batch, n] = seen.type.shape as [number, number];
    const joined = seen.reshape([batch, n, this.#heads * this.#valueSize]);
    const y = joined.matmul(this.outputKernel.reshape([this.#heads * this.#valueSize, -1]));
    return this.outputBias === null ? y : y.add(this.outputBias);
  }
}

/** [batch, n, d] by a kernel [d, heads, size] as [batch, heads, n, size]. */
function projected(x: Tensor, kernel: Tensor, bias: Tensor | null): Tensor {
  const [d, heads, size] = kernel.shape as [number, number, number];
  const [batch, n] = x.type.shape as [number, number];
  const y = x.matmul(kernel.reshape([d, heads * size])).reshape([batch, n, heads, size]);
  return (bias === null ? y : y.add(bias)).transpose([0, 2, 1, 3]);
}

function causalMask(queries: number, keys: number): Tensor {
  return arange(queries).reshape([queries, 1]).greaterEqual(arange(keys));
}
