// The workloads in jax-js on its wasm device: whole steps under jit, arrays owned as its documentation says (`.ref` for each further use).
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { type Case, comparedSteps, floats, type Library, serve } from '../contender.ts';
import type { Arrays, NumericArray } from '../wire.ts';

await init('wasm');
defaultDevice('wasm');

type Params = Record<string, np.Array>;

const arrayOf = ({ data, shape }: NumericArray): np.Array =>
  np.array(data as Float32Array<ArrayBuffer>).reshape([...shape]);

function op(f: (...inputs: np.Array[]) => np.Array): (inputs: Arrays) => Promise<Case> {
  return async (inputs) => {
    const compiled = jit(f);
    const args = await blockUntilReady(Object.values(inputs).map(arrayOf));
    const compute = (): np.Array => compiled(...args.map((x) => x.ref)) as np.Array;
    return {
      run: async () => (await compute().blockUntilReady()).dispose(),
      runAndRead: () => compute().dataSync(),
      results: () => ({ result: floats(compute().dataSync() as Float32Array) }),
      dispose: () => {
        for (const x of args) x.dispose();
        compiled.dispose();
      },
    };
  };
}

function mapped(params: Params, f: (name: string, value: np.Array) => np.Array): Params {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, f(name, value)]));
}

type State = Record<string, Params>;

interface Optimizer {
  readonly initial: (params: Params) => State;
  /** Takes over all it is given. */
  readonly update: (state: State, gradients: Params) => State;
}

const zeros = (params: Params): Params => mapped(params, (_, p) => np.zeros(p.shape));

const momentum: Optimizer = {
  initial: (params) => ({ params, velocity: zeros(params) }),
  update: ({ params, velocity }, gradients) => {
    const next = mapped(velocity!, (name, v) => v.mul(0.9).add(gradients[name]!));
    return { params: mapped(params!, (name, p) => p.sub(next[name]!.ref.mul(0.01))), velocity: next };
  },
};

const descent: Optimizer = {
  initial: (params) => ({ params }),
  update: ({ params }, gradients) => ({
    params: mapped(params!, (name, p) => p.sub(gradients[name]!.mul(0.01))),
  }),
};

const adam: Optimizer = {
  initial: (params) => ({ params, m: zeros(params), v: zeros(params), count: { steps: np.array(0) } }),
  update: ({ params, m, v, count }, gradients) => {
    const [rate, beta1, beta2, epsilon] = [1e-3, 0.9, 0.999, 1e-8];
    const steps = count!.steps!.add(1);
    const stepSize = np.reciprocal(np.subtract(1, np.exp(steps.ref.mul(Math.log(beta1))))).mul(rate);
    const correction = np.reciprocal(np.sqrt(np.subtract(1, np.exp(steps.ref.mul(Math.log(beta2))))));
    const nextM = mapped(m!, (name, old) => old.mul(beta1).add(gradients[name]!.ref.mul(1 - beta1)));
    const nextV = mapped(v!, (name, old) => old.mul(beta2).add(np.square(gradients[name]!).mul(1 - beta2)));
    const next = mapped(params!, (name, p) => {
      const denominator = np.sqrt(nextV[name]!.ref).mul(correction.ref).add(epsilon);
      return p.sub(nextM[name]!.ref.mul(stepSize.ref).div(denominator));
    });
    stepSize.dispose();
    correction.dispose();
    return { params: next, m: nextM, v: nextV, count: { steps } };
  },
};

function training(
  loss: (params: Params, x: np.Array, y: np.Array) => np.Array,
  [xName, yName]: readonly [string, string],
  { initial, update }: Optimizer,
): (inputs: Arrays) => Promise<Case> {
  return async (inputs) => {
    const step = jit(({ params, ...rest }: State, x: np.Array, y: np.Array) => {
      const [value, gradients] = valueAndGrad(loss)(
        mapped(params!, (_, p) => p.ref),
        x,
        y,
      ) as [np.Array, Params];
      return [update({ params: params!, ...rest }, gradients), value] as [State, np.Array];
    });
    const {
      [xName]: x,
      [yName]: y,
      ...given
    } = Object.fromEntries(Object.entries(inputs).map(([name, array]) => [name, arrayOf(array)]));
    let state = initial(given);
    await blockUntilReady([state, x!, y!]);
    const run = (): number => {
      const [next, value] = step(state, x!.ref, y!.ref) as [State, np.Array];
      state = next;
      return value.dataSync()[0] as number;
    };
    return {
      run,
      results: () => {
        const losses = Array.from({ length: comparedSteps }, run);
        const params = Object.entries(state.params!).map(
          ([name, p]) => [name, floats(p.ref.dataSync() as Float32Array)] as const,
        );
        return { losses: floats(losses), ...Object.fromEntries(params) };
      },
      dispose: () => {
        for (const part of Object.values(state)) for (const p of Object.values(part)) p.dispose();
        x!.dispose();
        y!.dispose();
        step.dispose();
      },
    };
  };
}

function gelu(x: np.Array): np.Array {
  const cube = x.ref.mul(x.ref).mul(x.ref);
  const inner = x.ref.add(cube.mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(0.5).mul(np.tanh(inner).add(1));
}

function layerNorm(x: np.Array): np.Array {
  const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
  return centred.div(np.sqrt(variance.add(1e-5)));
}

/** The mean over all rows. */
function crossEntropy(logits: np.Array, labels: np.Array): np.Array {
  const classes = logits.shape.at(-1)!;
  return np.mean(np.sum(nn.oneHot(labels, classes).mul(nn.logSoftmax(logits, -1)), -1)).neg();
}

function mlpLoss(p: Params, images: np.Array, labels: np.Array): np.Array {
  const h1 = nn.relu(np.matmul(images, p.w1!).add(p.b1!));
  const h2 = nn.relu(np.matmul(h1, p.w2!).add(p.b2!));
  return crossEntropy(np.matmul(h2, p.w3!).add(p.b3!), labels);
}

const [layers, heads, width] = [2, 4, 64];

function transformerLoss(p: Params, text: np.Array, next: np.Array): np.Array {
  const [batch, context] = text.shape as [number, number];
  const norm = (x: np.Array, name: string): np.Array =>
    layerNorm(x).mul(p[`${name}.scale`]!).add(p[`${name}.offset`]!);
  const split = (x: np.Array): np.Array =>
    np.transpose(x.reshape([batch, context, heads, width / heads]), [0, 2, 1, 3]);
  const later = np.less(np.arange(context).reshape([context, 1]), np.arange(context));
  let x = np.take(p.tokens!, text, 0).add(p.positions!);
  for (let n = 0; n < layers; n++) {
    const h = norm(x.ref, `${n}.norm1`);
    const [query, key, value] = ['query', 'key', 'value'].map((name) =>
      split(np.matmul(h.ref, p[`${n}.${name}`]!)),
    );
    h.dispose();
    const scores = np.matmul(query!, np.transpose(key!, [0, 1, 3, 2])).mul((width / heads) ** -0.5);
    const seen = np.matmul(nn.softmax(np.where(later.ref, -1e9, scores), -1), value!);
    const joined = np.transpose(seen, [0, 2, 1, 3]).reshape([batch, context, width]);
    x = x.add(np.matmul(joined, p[`${n}.out`]!).add(p[`${n}.out.bias`]!));
    const inner = gelu(np.matmul(norm(x.ref, `${n}.norm2`), p[`${n}.up`]!).add(p[`${n}.up.bias`]!));
    x = x.add(np.matmul(inner, p[`${n}.down`]!).add(p[`${n}.down.bias`]!));
  }
  later.dispose();
  return crossEntropy(np.matmul(norm(x, 'norm'), p.head!), next);
}

const matmul = op((x, y) => np.matmul(x, y));
const geluOp = op((x) => nn.gelu(x, { approximate: true }));

const library: Library = {
  square: ({ x }) => {
    const argument = arrayOf(x!);
    const compiled = jit(valueAndGrad((t: np.Array) => np.square(t)));
    const results = (): number[] =>
      (compiled(argument.ref) as [np.Array, np.Array]).map((y) => y.dataSync()[0] as number);
    return {
      run: results,
      results: () => ({ result: floats(results()) }),
      dispose: () => {
        argument.dispose();
        compiled.dispose();
      },
    };
  },
  'gelu-4096': op(gelu),
  'gelu-4096-fused': geluOp,
  'gelu-1000000': op(gelu),
  'gelu-1000000-fused': geluOp,
  softmax: op((x) => {
    const e = np.exp(x.ref.sub(np.max(x, -1, { keepdims: true })));
    return e.ref.div(np.sum(e, -1, { keepdims: true }));
  }),
  'softmax-fused': op((x) => nn.softmax(x, -1)),
  'layer-norm': op(layerNorm),
  'layer-norm-fused': op((x) => nn.standardize(x, -1)),
  'matmul-64': matmul,
  'matmul-128': matmul,
  'matmul-256': matmul,
  'matmul-512': matmul,
  'matmul-1024': matmul,
  'mlp-momentum': training(mlpLoss, ['images', 'labels'], momentum),
  'mlp-adam': training(mlpLoss, ['images', 'labels'], adam),
  transformer: training(transformerLoss, ['text', 'next'], adam),
  tiny: training(
    (p, x, y) => {
      const h1 = np.tanh(np.matmul(x, p.w1!).add(p.b1!));
      const h2 = np.tanh(np.matmul(h1, p.w2!).add(p.b2!));
      return np.mean(np.square(np.matmul(h2, p.w3!).add(p.b3!).sub(y)));
    },
    ['x', 'y'],
    descent,
  ),
};
await serve(library);
