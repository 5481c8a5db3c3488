// A small language model on characters, after GPT-2: vocabulary 65, width 64, 4 heads, 2 layers, context 64, batch 8; one training step with Adam.
import { arange, gather, gelu, layerNorm, oneHot, type Tensor, tensor, valueAndGrad } from 'tracejit';
import { values } from '../suite.ts';
import { type AdamState, adamState, adamUpdate, type Params } from './optimizers.ts';

export const sizes = {
  vocabulary: 65,
  width: 64,
  heads: 4,
  layers: 2,
  context: 64,
  batch: 8,
  hidden: 256,
} as const;

const { vocabulary, width, heads, layers, context, batch, hidden } = sizes;

/** Shapes of the parameters; those of layer n begin with `n.`. */
function parameterShapes(): Readonly<Record<string, readonly number[]>> {
  const shapes: Record<string, readonly number[]> = {
    tokens: [vocabulary, width],
    positions: [context, width],
  };
  for (let n = 0; n < layers; n++) {
    Object.assign(shapes, {
      [`${n}.norm1.scale`]: [width],
      [`${n}.norm1.offset`]: [width],
      [`${n}.query`]: [width, width],
      [`${n}.key`]: [width, width],
      [`${n}.value`]: [width, width],
      [`${n}.out`]: [width, width],
      [`${n}.out.bias`]: [width],
      [`${n}.norm2.scale`]: [width],
      [`${n}.norm2.offset`]: [width],
      [`${n}.up`]: [width, hidden],
      [`${n}.up.bias`]: [hidden],
      [`${n}.down`]: [hidden, width],
      [`${n}.down.bias`]: [width],
    });
  }
  return { ...shapes, 'norm.scale': [width], 'norm.offset': [width], head: [width, vocabulary] };
}

/** Weights uniform in ±0.05, scales 1, offsets and biases 0; always the same. */
export function initialParams(): Params {
  return Object.fromEntries(
    Object.entries(parameterShapes()).map(([name, shape], i) => {
      const size = shape.reduce((product, d) => product * d, 1);
      const data = values(size, i + 1).map((x) =>
        shape.length > 1 ? 0.05 * x : name.endsWith('scale') ? 1 : 0,
      );
      return [name, tensor(data, { shape: [...shape] })];
    }),
  );
}

/** Characters and the characters that follow them: int32[batch, context] both. */
export function initialBatch(): readonly [text: Tensor, next: Tensor] {
  const characters = (seed: number): Tensor => {
    const data = values(batch * context, seed).map((x) => Math.floor(((x + 1) / 2) * vocabulary));
    return tensor(Int32Array.from(data), { shape: [batch, context] });
  };
  return [characters(101), characters(102)];
}

function norm(x: Tensor, p: Params, name: string): Tensor {
  return layerNorm(x, { scale: p[`${name}.scale`]!, offset: p[`${name}.offset`]! });
}

/** [batch, context, width] as [batch, heads, context, width / heads]. */
function splitHeads(x: Tensor): Tensor {
  return x.reshape([batch, context, heads, width / heads]).transpose([0, 2, 1, 3]);
}

function attention(x: Tensor, p: Params, n: number): Tensor {
  const [query, key, value] = ['query', 'key', 'value'].map((name) =>
    splitHeads(x.matmul(p[`${n}.${name}`]!)),
  ) as [Tensor, Tensor, Tensor];
  const scores = query.matmul(key.transpose([0, 1, 3, 2])).mul((width / heads) ** -0.5);
  const later = arange(context).reshape([context, 1]).less(arange(context));
  const seen = later.where(-1e9, scores).softmax().matmul(value);
  const joined = seen.transpose([0, 2, 1, 3]).reshape([batch, context, width]);
  return joined.matmul(p[`${n}.out`]!).add(p[`${n}.out.bias`]!);
}

function perceptron(x: Tensor, p: Params, n: number): Tensor {
  const inner = gelu(x.matmul(p[`${n}.up`]!).add(p[`${n}.up.bias`]!));
  return inner.matmul(p[`${n}.down`]!).add(p[`${n}.down.bias`]!);
}

/** Scores of the next character: [batch, context, vocabulary]. */
export function logits(p: Params, text: Tensor): Tensor {
  let x = gather(p.tokens!, text).add(p.positions!);
  for (let n = 0; n < layers; n++) {
    x = x.add(attention(norm(x, p, `${n}.norm1`), p, n));
    x = x.add(perceptron(norm(x, p, `${n}.norm2`), p, n));
  }
  return norm(x, p, 'norm').matmul(p.head!);
}

/** Mean cross entropy. */
export function loss(p: Params, text: Tensor, next: Tensor): Tensor {
  return oneHot(next, vocabulary).mul(logits(p, text).logSoftmax()).sum(-1).mean().neg();
}

export function adamStep(state: AdamState, text: Tensor, next: Tensor): [AdamState, Tensor] {
  const [value, gradients] = valueAndGrad(loss)(state.params, text, next);
  return [adamUpdate(state, gradients), value];
}

export function initialAdam(): AdamState {
  return adamState(initialParams());
}

/** Operations of the matrix products: forward, and twice that backward. */
export const flops: number = (() => {
  const rows = batch * context;
  const projections = 4 * width * width + 2 * width * hidden;
  const products = 2 * context * width;
  return 3 * 2 * rows * (layers * (projections + products) + width * vocabulary);
})();
