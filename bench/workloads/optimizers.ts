// The update rules of the training steps, on a record of parameters: what a user writes without an optimizer library.
import { type Tensor, tensor, zerosLike } from 'tracejit';

export type Params = Readonly<Record<string, Tensor>>;

function mapped(params: Params, f: (name: string, value: Tensor) => Tensor): Params {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, f(name, value)]));
}

/** Zeros of the shapes of the parameters. */
export function zerosOf(params: Params): Params {
  return mapped(params, (_, p) => zerosLike(p));
}

export interface MomentumState {
  readonly params: Params;
  readonly velocity: Params;
}

/** v = momentum · v + g, p = p - rate · v. */
export function momentumUpdate(
  { params, velocity }: MomentumState,
  gradients: Params,
  { rate = 0.01, momentum = 0.9 } = {},
): MomentumState {
  const next = mapped(velocity, (name, v) => v.mul(momentum).add(gradients[name]!));
  return { params: mapped(params, (name, p) => p.sub(next[name]!.mul(rate))), velocity: next };
}

export interface AdamState {
  readonly params: Params;
  readonly m: Params;
  readonly v: Params;
  /** Steps taken, as a float32 scalar: the bias corrections are powers of it. */
  readonly count: Tensor;
}

export function adamState(params: Params): AdamState {
  return { params, m: zerosOf(params), v: zerosOf(params), count: tensor(0) };
}

/** Kingma and Ba, 2015, algorithm 1. */
export function adamUpdate(
  state: AdamState,
  gradients: Params,
  { rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = {},
): AdamState {
  const count = state.count.add(1);
  const stepSize = count.mul(Math.log(beta1)).exp().neg().add(1).reciprocal().mul(rate);
  const correction = count.mul(Math.log(beta2)).exp().neg().add(1).rsqrt();
  const m = mapped(state.m, (name, old) => old.mul(beta1).add(gradients[name]!.mul(1 - beta1)));
  const v = mapped(state.v, (name, old) => old.mul(beta2).add(gradients[name]!.square().mul(1 - beta2)));
  const params = mapped(state.params, (name, p) => {
    const denominator = v[name]!.sqrt().mul(correction).add(epsilon);
    return p.sub(m[name]!.mul(stepSize).div(denominator));
  });
  return { params, m, v, count };
}
