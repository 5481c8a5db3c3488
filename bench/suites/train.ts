// Whole training steps: the MNIST step of the main job, larger networks, and a tiny one where the call itself weighs most.
import { type JitOptions, jit, type Tensor, tensor } from 'tracejit';
import { adamStep, initialState } from '../../examples/mnist/model.ts';
import { tinyStep } from '../baselines/tiny.ts';
import { type Case, type Suite, timed, values } from '../suite.ts';
import * as mlp from '../workloads/mlp.ts';
import * as networks from '../workloads/networks.ts';
import * as tinyNetwork from '../workloads/tiny-mlp.ts';
import * as transformer from '../workloads/transformer.ts';

const batch = 128;

function mnist(): Case {
  const images = tensor(values(batch * 784).map(Math.abs), { shape: [batch, 784] });
  const labels = tensor(Int32Array.from({ length: batch }, (_, i) => i % 10));
  const run = (step: typeof adamStep): (() => void) => {
    let state = initialState(2);
    return () => {
      [state] = step(state, images, labels, 1e-3);
    };
  };
  const strict = run(jit(adamStep, { donate: [0], name: 'adam_step', backend: 'js' }));
  const fast = run(jit(adamStep, { donate: [0], name: 'adam_step_fast', backend: 'js', precision: 'fast' }));
  const wasm = run(jit(adamStep, { donate: [0], name: 'adam_step_wasm', backend: 'wasm' }));
  const firstCall = timed(strict);
  fast();
  wasm();
  return {
    name: 'MNIST 784-128-10, Adam, batch 128',
    // Two products forward, two backward for the weights and one for the hidden layer.
    flops: 2 * batch * (2 * 784 * 128 + 3 * 128 * 10),
    firstCall,
    variants: [
      { name: 'eager', run: run(adamStep) },
      { name: 'compiled', run: strict },
      { name: 'compiled, fast', run: fast },
      { name: 'compiled, wasm', run: wasm },
    ],
  };
}

// Eager mode and JavaScript take too long to be measured often.
function larger<State>(
  name: string,
  flops: number,
  step: (state: State, x: Tensor, y: Tensor) => [State, Tensor],
  initial: () => State,
  [x, y]: readonly [Tensor, Tensor],
): Case {
  const run = (options: JitOptions): (() => void) => {
    const compiled = jit(step, { donate: [0], name: 'step', backend: 'wasm', threads: 1, ...options });
    let state = initial();
    return () => {
      [state] = compiled(state, x, y);
    };
  };
  const strict = run({});
  const fast = run({ precision: 'fast' });
  const threads = run({ threads: 2 });
  const firstCall = timed(strict);
  fast();
  threads();
  return {
    name,
    flops,
    firstCall,
    variants: [
      { name: 'compiled, wasm', run: strict },
      { name: 'compiled, wasm fast', run: fast },
      { name: 'compiled, wasm, 2 threads', run: threads },
    ],
  };
}

const network = `MLP ${mlp.layers.join('-')}`;
const momentum = (): Case =>
  larger(`${network}, momentum`, mlp.flops, mlp.momentumStep, mlp.initialMomentum, mlp.initialBatch());
const adam = (): Case =>
  larger(`${network}, Adam`, mlp.flops, mlp.adamStep, mlp.initialAdam, mlp.initialBatch());
const language = (): Case =>
  larger(
    'transformer, 2 layers of 64, Adam',
    transformer.flops,
    transformer.adamStep,
    transformer.initialAdam,
    transformer.initialBatch(),
  );

function convolutional(): Case {
  const strict = networks.convolutionalStep({ backend: 'wasm', name: 'cnn_step' });
  const fast = networks.convolutionalStep({ backend: 'wasm', precision: 'fast', name: 'cnn_step_fast' });
  const firstCall = timed(strict);
  fast();
  return {
    name: 'conv 3x3x16, pool, conv 3x3x32, pool, dense 10, Adam, 32 images of 28x28',
    flops: networks.convolutionFlops,
    firstCall,
    variants: [
      { name: 'compiled, wasm', run: strict },
      { name: 'compiled, wasm fast', run: fast },
    ],
  };
}

/** What variables, a tape and layers cost in a compiled step: nothing, it should be. */
function styles(): Case {
  const functional = networks.functionalStep({ backend: 'wasm', name: 'functional' });
  const layers = networks.perceptronStep({ backend: 'wasm', name: 'layers' });
  const firstCall = timed(layers);
  functional();
  return {
    name: 'MLP 784-128-10, Adam, batch 128, as a function and as layers',
    flops: networks.perceptronFlops,
    firstCall,
    variants: [
      { name: 'function of parameters', run: functional },
      { name: 'layers, tape, optimizer', run: layers },
    ],
  };
}

function tiny(): Case {
  const [x, y] = tinyNetwork.data();
  const run = (f: typeof tinyNetwork.step): (() => void) => {
    let layers = tinyNetwork.initialLayers();
    return () => {
      [layers] = f(layers, x, y);
    };
  };
  const compiled = run(jit(tinyNetwork.step, { name: 'tiny_step', backend: 'js' }));
  const wasm = run(jit(tinyNetwork.step, { name: 'tiny_step_wasm', backend: 'wasm' }));
  const donated = run(jit(tinyNetwork.step, { donate: [0], name: 'tiny_step_donated', backend: 'wasm' }));
  const inPlace = jit(tinyNetwork.variableStep(), { name: 'tiny_step_variables', backend: 'wasm' });
  const firstCall = timed(compiled);
  for (const f of [wasm, donated]) f();
  inPlace(x, y);
  return {
    name: 'tanh network 2-16-16-1, gradient descent, batch 32',
    firstCall,
    variants: [
      { name: 'eager', run: run(tinyNetwork.step) },
      { name: 'compiled', run: compiled },
      { name: 'compiled, wasm', run: wasm },
      { name: 'compiled, wasm, donated', run: donated },
      { name: 'compiled, wasm, variables', run: () => void inPlace(x, y) },
      {
        name: 'by hand, doubles',
        run: tinyStep(
          tinyNetwork
            .initialLayers()
            .map(({ w, b }) => ({ w: w.data() as Float32Array, b: b.data() as Float32Array })),
          x.data() as Float32Array,
          y.data() as Float32Array,
        ),
      },
    ],
  };
}

export const train: Suite = {
  name: 'train',
  cases: () => [mnist(), momentum(), adam(), language(), convolutional(), styles(), tiny()],
};
