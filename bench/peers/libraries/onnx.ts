// The workloads in onnxruntime-web on its wasm provider: models built here, one session each, feeds made once. `node onnx.ts <threads>`
import * as ort from 'onnxruntime-web';
import { type Case, floats, type Library, serve } from '../contender.ts';
import { encodeModel, type OnnxGraph, type OnnxNode } from '../onnx-model.ts';
import type { Arrays } from '../wire.ts';

ort.env.wasm.numThreads = Number(process.argv[2] ?? 1);

type Shape = readonly number[];

/** A model of the inputs; its result, `y`, has the shape of the first. */
function model(
  nodes: readonly OnnxNode[],
  constants: OnnxGraph['constants'] = {},
): (inputs: Arrays) => Promise<Case> {
  return async (inputs) => {
    const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
    const output = { name: 'y', shape: Object.values(shapes)[0] as Shape };
    const bytes = encodeModel({ inputs: shapes, nodes, constants, output });
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, { data, shape }]) => [
        name,
        new ort.Tensor('float32', data as Float32Array<ArrayBuffer>, shape),
      ]),
    );
    // Results come as arrays of their own, so there is no more to read.
    const run = (): Promise<ort.InferenceSession.OnnxValueMapType> => session.run(feeds);
    return {
      run,
      results: async () => ({ result: floats((await run()).y!.data as Float32Array) }),
      dispose: () => void session.release(),
    };
  };
}

function node(output: string, op: string, inputs: string, attributes?: OnnxNode['attributes']): OnnxNode {
  return { op, inputs: inputs.split(' '), output, ...(attributes && { attributes }) };
}

const gelu = model(
  [
    node('square', 'Mul', 'x x'),
    node('cube', 'Mul', 'square x'),
    node('bent', 'Mul', 'cube bend'),
    node('sum', 'Add', 'x bent'),
    node('inner', 'Mul', 'sum scale'),
    node('tanh', 'Tanh', 'inner'),
    node('gate', 'Add', 'tanh one'),
    node('halved', 'Mul', 'x half'),
    node('y', 'Mul', 'halved gate'),
  ],
  { bend: 0.044715, scale: Math.sqrt(2 / Math.PI), one: 1, half: 0.5 },
);
const geluOp = model([node('y', 'Gelu', 'x', { approximate: 'tanh' })]);
const matmul = model([{ op: 'MatMul', inputs: ['a', 'b'], output: 'y' }]);
const product = ({ x, y }: Arrays): Promise<Case> => matmul({ a: x!, b: y! });
const noTraining = 'has no training';

const library: Library = {
  square: noTraining,
  'gelu-4096': gelu,
  'gelu-4096-fused': geluOp,
  'gelu-1000000': gelu,
  'gelu-1000000-fused': geluOp,
  softmax: model(
    [
      node('most', 'ReduceMax', 'x axes', { keepdims: 1 }),
      node('shifted', 'Sub', 'x most'),
      node('e', 'Exp', 'shifted'),
      node('total', 'ReduceSum', 'e axes', { keepdims: 1 }),
      node('y', 'Div', 'e total'),
    ],
    { axes: [-1] },
  ),
  'softmax-fused': model([node('y', 'Softmax', 'x', { axis: -1 })]),
  'layer-norm': model(
    [
      node('mean', 'ReduceMean', 'x axes', { keepdims: 1 }),
      node('centred', 'Sub', 'x mean'),
      node('squares', 'Mul', 'centred centred'),
      node('variance', 'ReduceMean', 'squares axes', { keepdims: 1 }),
      node('positive', 'Add', 'variance epsilon'),
      node('deviation', 'Sqrt', 'positive'),
      node('y', 'Div', 'centred deviation'),
    ],
    { axes: [-1], epsilon: 1e-5 },
  ),
  'layer-norm-fused': (inputs) => {
    // The scale is an input that it must have.
    const width = inputs.x!.shape.at(-1)!;
    const scale = { shape: [width], data: new Float32Array(width).fill(1) };
    return model([node('y', 'LayerNormalization', 'x scale', { axis: -1, epsilon: 1e-5 })])({
      ...inputs,
      scale,
    });
  },
  'matmul-64': product,
  'matmul-128': product,
  'matmul-256': product,
  'matmul-512': product,
  'matmul-1024': product,
  'mlp-momentum': noTraining,
  'mlp-adam': noTraining,
  transformer: noTraining,
  tiny: noTraining,
};
await serve(library);
