// A tanh network 2-16-16-1 on 32 points, gradient descent: a step so small that the call around it counts.
import { type Tensor, tensor, type Variable, valueAndGrad, variable } from 'tracejit';
import { values } from '../suite.ts';

export const points = 32;
const sizes = [2, 16, 16, 1] as const;
const rate = 0.01;

export type Layers = readonly { readonly w: Tensor; readonly b: Tensor }[];

/** Always the same. */
export function initialLayers(): Layers {
  return sizes.slice(1).map((to, i) => ({
    w: tensor(values(sizes[i]! * to, i + 1), { shape: [sizes[i]!, to] }),
    b: tensor(new Float32Array(to)),
  }));
}

/** Points [32, 2] and what the network should say of them, [32, 1]. */
export function data(): readonly [x: Tensor, y: Tensor] {
  return [
    tensor(values(points * 2, 9), { shape: [points, 2] }),
    tensor(values(points, 10), { shape: [points, 1] }),
  ];
}

/** Mean squared error. */
function loss(layers: Layers, x: Tensor, y: Tensor): Tensor {
  const last = layers.length - 1;
  const out = layers.reduce((h, { w, b }, i) => {
    const z = h.matmul(w).add(b);
    return i === last ? z : z.tanh();
  }, x);
  return out.sub(y).square().mean();
}

/** Parameters in, parameters out. */
export function step(layers: Layers, x: Tensor, y: Tensor): [Layers, Tensor] {
  const [value, g] = valueAndGrad(loss)(layers, x, y);
  return [layers.map(({ w, b }, i) => ({ w: w.sub(g[i]!.w.mul(rate)), b: b.sub(g[i]!.b.mul(rate)) })), value];
}

/** The same step on parameters that are variables: it returns the loss. */
export function variableStep(): (x: Tensor, y: Tensor) => Tensor {
  const variables: readonly { readonly w: Variable; readonly b: Variable }[] = initialLayers().map(
    ({ w, b }) => ({ w: variable(w), b: variable(b) }),
  );
  return (x, y) => {
    const [value, g] = valueAndGrad(loss)(
      variables.map(({ w, b }) => ({ w: w.value(), b: b.value() })),
      x,
      y,
    );
    variables.forEach(({ w, b }, i) => {
      w.assignSub(g[i]!.w.mul(rate));
      b.assignSub(g[i]!.b.mul(rate));
    });
    return value;
  };
}
