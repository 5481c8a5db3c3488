// The perceptron 784-512-256-10 with ReLU and cross entropy, batch 128: training steps with momentum and with Adam.
import { oneHot, type Tensor, tensor, valueAndGrad } from 'tracejit';
import { values } from '../suite.ts';
import {
  type AdamState,
  adamState,
  adamUpdate,
  type MomentumState,
  momentumUpdate,
  type Params,
  zerosOf,
} from './optimizers.ts';

export const batch = 128;
export const layers = [784, 512, 256, 10] as const;
const classes = layers[layers.length - 1]!;

/** Uniform weights `w1 w2 w3` (He et al. 2015) and zero biases `b1 b2 b3`, always the same. */
export function initialParams(): Params {
  return Object.fromEntries(
    layers.slice(1).flatMap((to, i) => {
      const from = layers[i]!;
      const limit = Math.sqrt(6 / from);
      const weights = values(from * to, i + 1).map((x) => x * limit);
      return [
        [`w${i + 1}`, tensor(weights, { shape: [from, to] })],
        [`b${i + 1}`, tensor(new Float32Array(to))],
      ];
    }),
  );
}

/** Images [batch, 784] and labels int32[batch]. */
export function initialBatch(): readonly [images: Tensor, labels: Tensor] {
  return [
    tensor(values(batch * layers[0], 9).map(Math.abs), { shape: [batch, layers[0]] }),
    tensor(Int32Array.from({ length: batch }, (_, i) => i % classes)),
  ];
}

/** Mean cross entropy. */
export function loss(p: Params, images: Tensor, labels: Tensor): Tensor {
  const h1 = images.matmul(p.w1!).add(p.b1!).relu();
  const h2 = h1.matmul(p.w2!).add(p.b2!).relu();
  const logProbabilities = h2.matmul(p.w3!).add(p.b3!).logSoftmax();
  return oneHot(labels, classes).mul(logProbabilities).sum(-1).mean().neg();
}

export function momentumStep(state: MomentumState, images: Tensor, labels: Tensor): [MomentumState, Tensor] {
  const [value, gradients] = valueAndGrad(loss)(state.params, images, labels);
  return [momentumUpdate(state, gradients), value];
}

export function adamStep(state: AdamState, images: Tensor, labels: Tensor): [AdamState, Tensor] {
  const [value, gradients] = valueAndGrad(loss)(state.params, images, labels);
  return [adamUpdate(state, gradients), value];
}

export function initialMomentum(): MomentumState {
  const params = initialParams();
  return { params, velocity: zerosOf(params) };
}

export function initialAdam(): AdamState {
  return adamState(initialParams());
}

/** Products forward, for the weights and, but for the first layer, for the inputs; two operations each. */
export const flops: number =
  2 * batch * layers.slice(1).reduce((sum, to, i) => sum + layers[i]! * to * (i === 0 ? 2 : 3), 0);
