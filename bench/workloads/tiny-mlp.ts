// A network 2-16-16-1 with tanh on 32 points: a training step by gradient descent, where the call weighs more than the arithmetic.
import { type Tensor, tensor, valueAndGrad } from 'tracejit';
import { values } from '../suite.ts';
import type { Params } from './optimizers.ts';

export const batch = 32;
export const layers = [2, 16, 16, 1] as const;

/** Weights `w1 w2 w3` uniform in [-1, 1) and zero biases `b1 b2 b3`, always the same. */
export function initialParams(): Params {
  return Object.fromEntries(
    layers.slice(1).flatMap((to, i) => {
      const from = layers[i]!;
      return [
        [`w${i + 1}`, tensor(values(from * to, i + 1), { shape: [from, to] })],
        [`b${i + 1}`, tensor(new Float32Array(to))],
      ];
    }),
  );
}

/** Points [batch, 2] and targets [batch, 1]. */
export function initialBatch(): readonly [points: Tensor, targets: Tensor] {
  return [
    tensor(values(batch * 2, 9), { shape: [batch, 2] }),
    tensor(values(batch, 10), { shape: [batch, 1] }),
  ];
}

/** Mean squared error. */
export function loss(p: Params, points: Tensor, targets: Tensor): Tensor {
  const h1 = points.matmul(p.w1!).add(p.b1!).tanh();
  const h2 = h1.matmul(p.w2!).add(p.b2!).tanh();
  return h2.matmul(p.w3!).add(p.b3!).sub(targets).square().mean();
}

export function step(params: Params, points: Tensor, targets: Tensor): [Params, Tensor] {
  const [value, gradients] = valueAndGrad(loss)(params, points, targets);
  const next = Object.entries(params).map(([name, p]) => [name, p.sub(gradients[name]!.mul(0.01))] as const);
  return [Object.fromEntries(next), value];
}
