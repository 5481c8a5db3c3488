// The 784-128-10 network, its loss and one Adam step: plain functions on tensors, the same text eager and compiled.
import { oneHot, random, type Tensor, tensor, valueAndGrad, zeros } from 'tracejit';
import { classes, pixels } from './data.ts';

const hidden = 128;

export interface Params {
  readonly w1: Tensor;
  readonly b1: Tensor;
  readonly w2: Tensor;
  readonly b2: Tensor;
}

/** Parameters, Adam's moments and the powers of its decay rates (1 - beta^t is the bias correction). */
export interface State {
  readonly params: Params;
  readonly m: Params;
  readonly v: Params;
  readonly beta1Power: Tensor;
  readonly beta2Power: Tensor;
}

const names = ['w1', 'b1', 'w2', 'b2'] as const;

/** Scores of the ten classes, before softmax: [n, 10] from images [n, 784]. */
export function logits(p: Params, images: Tensor): Tensor {
  return images.matmul(p.w1).add(p.b1).relu().matmul(p.w2).add(p.b2);
}

/** Mean cross-entropy of labels int32[n]. */
export function loss(p: Params, images: Tensor, labels: Tensor): Tensor {
  const logProbabilities = logits(p, images).logSoftmax(-1);
  return oneHot(labels, classes).mul(logProbabilities).sum(-1).mean().neg();
}

/** Number of images whose highest score is their label. */
export function countCorrect(p: Params, images: Tensor, labels: Tensor): Tensor {
  return logits(p, images).argmax(-1).equal(labels).sum();
}

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-7;

/** One step of Adam (Kingma and Ba, 2015, algorithm 1): the next state and the loss before the step. */
export function adamStep(
  state: State,
  images: Tensor,
  labels: Tensor,
  rate: number | Tensor,
): [State, Tensor] {
  const [value, gradients] = valueAndGrad(loss)(state.params, images, labels);
  const beta1Power = state.beta1Power.mul(beta1);
  const beta2Power = state.beta2Power.mul(beta2);
  const stepSize = beta2Power.neg().add(1).sqrt().div(beta1Power.neg().add(1)).mul(rate);
  const params: Partial<Record<keyof Params, Tensor>> = {};
  const m: Partial<Record<keyof Params, Tensor>> = {};
  const v: Partial<Record<keyof Params, Tensor>> = {};
  for (const name of names) {
    const g = gradients[name];
    m[name] = state.m[name].mul(beta1).add(g.mul(1 - beta1));
    v[name] = state.v[name].mul(beta2).add(g.square().mul(1 - beta2));
    params[name] = state.params[name].sub(m[name].mul(stepSize).div(v[name].sqrt().add(epsilon)));
  }
  return [{ params: params as Params, m: m as Params, v: v as Params, beta1Power, beta2Power }, value];
}

/** He-uniform weights drawn from a seed, zero biases and moments. */
export function initialState(seed: number): State {
  const [key1, key2] = random.split(random.key(seed)).unstack() as [Tensor, Tensor];
  const weights = (key: Tensor, rows: number, columns: number): Tensor => {
    const limit = Math.sqrt(6 / rows);
    return random.uniform(key, [rows, columns], -limit, limit);
  };
  const none = (): Params => ({
    w1: zeros([pixels, hidden]),
    b1: zeros([hidden]),
    w2: zeros([hidden, classes]),
    b2: zeros([classes]),
  });
  const params = { ...none(), w1: weights(key1, pixels, hidden), w2: weights(key2, hidden, classes) };
  return { params, m: none(), v: none(), beta1Power: tensor(1), beta2Power: tensor(1) };
}
