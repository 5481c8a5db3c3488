// The workloads in TensorFlow.js, as its documentation says: ops in tidy, optimizers that minimize, tensors disposed of. `node tfjs.ts cpu | wasm`
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { type Case, comparedSteps, floats, type Library, serve } from '../contender.ts';
import type { Arrays, NumericArray } from '../wire.ts';

const backend = process.argv[2] ?? 'wasm';
await tf.setBackend(backend);
// Only warns; what it checks is checked by the comparison of results.
tf.enableProdMode();

const tensorOf = ({ data, shape }: NumericArray): tf.Tensor =>
  tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32');

function op(f: (...inputs: tf.Tensor[]) => tf.Tensor): (inputs: Arrays) => Case {
  return (inputs) => {
    const args = Object.values(inputs).map(tensorOf);
    const compute = (): tf.Tensor => tf.tidy(() => f(...args));
    const read = (): tf.TypedArray => {
      const y = compute();
      const data = y.dataSync();
      y.dispose();
      return data;
    };
    return {
      run: () => compute().dispose(),
      runAndRead: read,
      results: () => ({ result: floats(read()) }),
      dispose: () => tf.dispose(args),
    };
  };
}

type Params = Readonly<Record<string, tf.Variable>>;

function training(
  loss: (params: Params, x: tf.Tensor, y: tf.Tensor) => tf.Scalar,
  [xName, yName]: readonly [string, string],
  makeOptimizer: () => tf.Optimizer,
): (inputs: Arrays) => Case {
  return (inputs) => {
    const optimizer = makeOptimizer();
    const { [xName]: x, [yName]: y, ...given } = inputs;
    const [xs, ys] = [tensorOf(x!), tensorOf(y!)];
    const params = Object.fromEntries(
      Object.entries(given).map(([name, array]) => {
        const initial = tensorOf(array);
        const made = tf.variable(initial);
        initial.dispose();
        return [name, made];
      }),
    );
    const run = (): number => {
      const value = optimizer.minimize(() => loss(params, xs, ys), true, Object.values(params))!;
      const [number] = value.dataSync();
      value.dispose();
      return number!;
    };
    return {
      run,
      results: () => {
        const losses = Array.from({ length: comparedSteps }, run);
        const after = Object.entries(params).map(([name, p]) => [name, floats(p.dataSync())] as const);
        return { losses: floats(losses), ...Object.fromEntries(after) };
      },
      dispose: () => {
        optimizer.dispose();
        tf.dispose([xs, ys, ...Object.values(params)]);
      },
    };
  };
}

function gelu(x: tf.Tensor): tf.Tensor {
  const inner = x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(0.5).mul(inner.tanh().add(1));
}

function layerNorm(x: tf.Tensor): tf.Tensor {
  const centred = x.sub(x.mean(-1, true));
  return centred.div(centred.square().mean(-1, true).add(1e-5).sqrt());
}

function crossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Scalar {
  const targets = tf.oneHot(labels as tf.Tensor1D, logits.shape.at(-1)!);
  return tf.losses.softmaxCrossEntropy(targets, logits);
}

function mlpLoss(p: Params, images: tf.Tensor, labels: tf.Tensor): tf.Scalar {
  const h1 = tf.relu(tf.matMul(images as tf.Tensor2D, p.w1 as tf.Tensor2D).add(p.b1!));
  const h2 = tf.relu(tf.matMul(h1 as tf.Tensor2D, p.w2 as tf.Tensor2D).add(p.b2!));
  return crossEntropy(tf.matMul(h2 as tf.Tensor2D, p.w3 as tf.Tensor2D).add(p.b3!), labels);
}

// The wasm back-end lacks the kernel of gather's gradient; a product with one-hot rows is the way around.
function embedded(table: tf.Tensor, indices: tf.Tensor1D): tf.Tensor {
  if (backend === 'cpu') return tf.gather(table, indices);
  return tf.matMul(tf.oneHot(indices, table.shape[0]!) as tf.Tensor2D, table as tf.Tensor2D);
}

const [layers, heads, width] = [2, 4, 64];

function transformerLoss(p: Params, text: tf.Tensor, next: tf.Tensor): tf.Scalar {
  const [batch, context] = text.shape as [number, number];
  const rows = batch * context;
  const norm = (x: tf.Tensor, name: string): tf.Tensor =>
    layerNorm(x).mul(p[`${name}.scale`]!).add(p[`${name}.offset`]!);
  const dense = (x: tf.Tensor, name: string): tf.Tensor =>
    tf.matMul(x as tf.Tensor2D, p[name] as tf.Tensor2D);
  const split = (x: tf.Tensor): tf.Tensor =>
    x.reshape([batch, context, heads, width / heads]).transpose([0, 2, 1, 3]);
  const unseen = tf.sub(1, tf.linalg.bandPart(tf.ones([context, context]), -1, 0)).mul(-1e9);
  let x = embedded(p.tokens!, text.flatten() as tf.Tensor1D)
    .reshape([batch, context, width])
    .add(p.positions!)
    .reshape([rows, width]);
  for (let n = 0; n < layers; n++) {
    const h = norm(x, `${n}.norm1`);
    const [query, key, value] = ['query', 'key', 'value'].map((name) => split(dense(h, `${n}.${name}`)));
    const scores = tf.matMul(query!, key!, false, true).mul((width / heads) ** -0.5);
    const seen = tf.matMul(tf.softmax(scores.add(unseen)), value!);
    const joined = seen.transpose([0, 2, 1, 3]).reshape([rows, width]);
    x = x.add(dense(joined, `${n}.out`).add(p[`${n}.out.bias`]!));
    const inner = gelu(dense(norm(x, `${n}.norm2`), `${n}.up`).add(p[`${n}.up.bias`]!));
    x = x.add(dense(inner, `${n}.down`).add(p[`${n}.down.bias`]!));
  }
  return crossEntropy(dense(norm(x, 'norm'), 'head'), next.flatten());
}

const matmul = op((x, y) => tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D));
const adam = (): tf.Optimizer => tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
const noOp = 'has no such op; see op by op';

const library: Library = {
  square: ({ x }) => {
    const argument = tensorOf(x!);
    const f = tf.valueAndGrad((t) => t.square());
    const results = (): number[] => {
      const { value, grad } = tf.tidy(() => f(argument));
      const numbers = [value.dataSync()[0]!, grad.dataSync()[0]!];
      tf.dispose([value, grad]);
      return numbers;
    };
    return {
      run: results,
      results: () => ({ result: floats(results()) }),
      dispose: () => argument.dispose(),
    };
  },
  'gelu-4096': op(gelu),
  'gelu-4096-fused': noOp,
  'gelu-1000000': op(gelu),
  'gelu-1000000-fused': noOp,
  softmax: op((x) => {
    const e = x.sub(x.max(-1, true)).exp();
    return e.div(e.sum(-1, true));
  }),
  'softmax-fused': op((x) => tf.softmax(x)),
  'layer-norm': op(layerNorm),
  'layer-norm-fused': noOp,
  'matmul-64': matmul,
  'matmul-128': matmul,
  'matmul-256': matmul,
  'matmul-512': matmul,
  'matmul-1024': matmul,
  'mlp-momentum': training(mlpLoss, ['images', 'labels'], () => tf.train.momentum(0.01, 0.9)),
  'mlp-adam': training(mlpLoss, ['images', 'labels'], adam),
  transformer: training(transformerLoss, ['text', 'next'], adam),
  tiny: training(
    (p, x, y) => {
      const h1 = tf.tanh(tf.matMul(x as tf.Tensor2D, p.w1 as tf.Tensor2D).add(p.b1!));
      const h2 = tf.tanh(tf.matMul(h1 as tf.Tensor2D, p.w2 as tf.Tensor2D).add(p.b2!));
      return tf
        .matMul(h2 as tf.Tensor2D, p.w3 as tf.Tensor2D)
        .add(p.b3!)
        .sub(y)
        .square()
        .mean();
    },
    ['x', 'y'],
    () => tf.train.sgd(0.01),
  ),
};
await serve(library);
