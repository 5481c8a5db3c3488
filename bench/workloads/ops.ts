// Single functions of large arrays, as somebody writes them down op by op.
import type { Tensor } from 'tracejit';

/** GELU by tanh (Hendrycks and Gimpel 2016), elementwise. */
export function gelu(x: Tensor): Tensor {
  const inner = x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(0.5).mul(inner.tanh().add(1));
}

/** Along the last dimension. */
export function softmax(x: Tensor): Tensor {
  const e = x.sub(x.max(-1, true)).exp();
  return e.div(e.sum(-1, true));
}

/** Along the last dimension, without scale and shift. */
export function layerNorm(x: Tensor): Tensor {
  const centred = x.sub(x.mean(-1, true));
  return centred.div(centred.square().mean(-1, true).add(1e-5).sqrt());
}

export const matmul = (x: Tensor, y: Tensor): Tensor => x.matmul(y);
