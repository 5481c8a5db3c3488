// What is measured: the inputs of each workload, the same numbers for everybody, and how near results have to be.
import type { Tensor } from 'tracejit';
import { values } from '../suite.ts';
import * as mlp from '../workloads/mlp.ts';
import * as tiny from '../workloads/tiny-mlp.ts';
import * as transformer from '../workloads/transformer.ts';
import type { Arrays, NumericArray } from './wire.ts';

export interface Workload {
  readonly name: string;
  /** What the table says. */
  readonly title: string;
  readonly inputs: () => Arrays;
  /** The largest difference of two results that is allowed, relative to the largest element of each array. */
  readonly tolerance: number;
}

function array(shape: readonly number[], seed: number, scale = 1): NumericArray {
  const size = shape.reduce((product, d) => product * d, 1);
  return { shape, data: values(size, seed).map((x) => scale * x) };
}

function arrayOf(tensor: Tensor): NumericArray {
  return { shape: tensor.shape, data: tensor.data() as Float32Array | Int32Array };
}

function arraysOf(params: Readonly<Record<string, Tensor>>): Arrays {
  return Object.fromEntries(Object.entries(params).map(([name, tensor]) => [name, arrayOf(tensor)]));
}

// Ops are compared after float32 sums of a thousand terms in other orders; steps after three of them, where Adam makes much of small gradients.
const [opTolerance, stepTolerance] = [2e-5, 2e-3];

const side = 1024;
const image = (): Arrays => ({ x: array([side, side], 1, 4) });

function matmul(n: number): Workload {
  return {
    name: `matmul-${n}`,
    title: `matmul ${n}³`,
    inputs: () => ({ x: array([n, n], 1), y: array([n, n], 2) }),
    tolerance: opTolerance,
  };
}

function gelu(n: number): readonly Workload[] {
  const inputs = (): Arrays => ({ x: array([n], 1, 4) });
  const title = `tanh GELU, ${n === 1e6 ? '10⁶' : n} elements`;
  return [
    { name: `gelu-${n}`, title: `${title}, op by op`, inputs, tolerance: opTolerance },
    { name: `gelu-${n}-fused`, title: `${title}, one op`, inputs, tolerance: opTolerance },
  ];
}

function mlpInputs(): Arrays {
  const [images, labels] = mlp.initialBatch();
  return { ...arraysOf(mlp.initialParams()), images: arrayOf(images), labels: arrayOf(labels) };
}

export const workloads: readonly Workload[] = [
  {
    name: 'square',
    title: 'value and gradient of x², scalar',
    inputs: () => ({ x: { shape: [], data: Float32Array.of(5) } }),
    tolerance: 0,
  },
  ...gelu(4096),
  ...gelu(1e6),
  { name: 'softmax', title: 'softmax [1024,1024], op by op', inputs: image, tolerance: opTolerance },
  { name: 'softmax-fused', title: 'softmax [1024,1024], one op', inputs: image, tolerance: opTolerance },
  { name: 'layer-norm', title: 'layer norm [1024,1024], op by op', inputs: image, tolerance: opTolerance },
  {
    name: 'layer-norm-fused',
    title: 'layer norm [1024,1024], one op',
    inputs: image,
    tolerance: opTolerance,
  },
  ...[64, 128, 256, 512, 1024].map(matmul),
  {
    name: 'mlp-momentum',
    title: 'MLP 784-512-256-10, momentum',
    inputs: mlpInputs,
    tolerance: stepTolerance,
  },
  { name: 'mlp-adam', title: 'MLP 784-512-256-10, Adam', inputs: mlpInputs, tolerance: stepTolerance },
  {
    name: 'transformer',
    title: 'character transformer, Adam',
    inputs: () => {
      const [text, next] = transformer.initialBatch();
      return { ...arraysOf(transformer.initialParams()), text: arrayOf(text), next: arrayOf(next) };
    },
    tolerance: stepTolerance,
  },
  {
    name: 'tiny',
    title: 'tanh MLP 2-16-16-1, batch 32',
    inputs: () => {
      const [x, y] = tiny.data();
      const params = tiny
        .initialLayers()
        .flatMap(({ w, b }, i) => [[`w${i + 1}`, arrayOf(w)] as const, [`b${i + 1}`, arrayOf(b)] as const]);
      return { ...Object.fromEntries(params), x: arrayOf(x), y: arrayOf(y) };
    },
    tolerance: stepTolerance,
  },
];
