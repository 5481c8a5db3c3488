// Activations by Keras's names.
import { OptionError, type Tensor } from '../index.ts';

export type ActivationFunction = (x: Tensor) => Tensor;

// As in Keras gelu is the erf form here; `gelu` of tensors is the tanh form unless asked.
const byName: Readonly<Record<string, ActivationFunction>> = {
  linear: (x) => x,
  relu: (x) => x.relu(),
  relu6: (x) => x.relu6(),
  leakyRelu: (x) => x.leakyRelu(),
  elu: (x) => x.elu(),
  selu: (x) => x.selu(),
  gelu: (x) => x.gelu({ approximate: false }),
  silu: (x) => x.silu(),
  swish: (x) => x.silu(),
  softplus: (x) => x.softplus(),
  softsign: (x) => x.div(x.abs().add(1)),
  softmax: (x) => x.softmax(-1),
  logSoftmax: (x) => x.logSoftmax(-1),
  sigmoid: (x) => x.sigmoid(),
  hardSigmoid: (x) => x.add(3).relu6().div(6),
  tanh: (x) => x.tanh(),
  exponential: (x) => x.exp(),
};

/** A name of the list, or a function of a tensor. */
export type ActivationLike = string | ActivationFunction;

export function activation(like: ActivationLike | undefined, where: string): ActivationFunction {
  if (like === undefined) return byName.linear!;
  if (typeof like === 'function') return like;
  if (Object.hasOwn(byName, like)) return byName[like]!;
  throw new OptionError(
    `${where}: unknown activation ${JSON.stringify(like)}; there are ${Object.keys(byName).join(', ')}, or a function of a tensor`,
  );
}
