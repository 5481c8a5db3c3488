// A process of its own for registers.test.ts: compiles kernels of all kinds, of which the engine then prints the machine code.
import { grad, jit, layerNorm, type Tensor, tensor } from 'tracejit';
import * as mlp from '../../../../bench/workloads/mlp.ts';
import * as networks from '../../../../bench/workloads/networks.ts';
import * as transformer from '../../../../bench/workloads/transformer.ts';
import { compileWasm } from '../../../../src/codegen/wasm/program.ts';
import { Builder } from '../../../../src/ir/build.ts';
import { lower } from '../../../../src/lower/lower.ts';
import { registry } from '../../../../src/ops/index.ts';
import { optimize } from '../../../../src/passes/pipeline.ts';
import { generate } from '../../../fuzz/generate.ts';
import { run } from '../../../fuzz/program.ts';
import { samples } from '../../../ops/samples.ts';

const options = { backend: 'wasm', threads: 1 } as const;

const wave = (...shape: number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i)),
    { shape },
  );

const [images, labels] = mlp.initialBatch();
jit(mlp.adamStep, options)(mlp.initialAdam(), images, labels);
jit(mlp.momentumStep, options)(mlp.initialMomentum(), images, labels);
const [text, next] = transformer.initialBatch();
jit(transformer.adamStep, options)(transformer.initialAdam(), text, next);
networks.convolutionalStep(options)();

const x = wave(64, 96);
for (const f of ['gelu', 'softmax', 'logSoftmax', 'sigmoid', 'tanh', 'erf', 'sin', 'log', 'exp'] as const)
  jit((t: Tensor) => t[f](), { ...options, name: f })(x);
jit((t: Tensor) => layerNorm(t), options)(x);
// Sums down columns, along rows and of squares; products of every width and height of a tile.
for (const rows of [5, 24, 64]) {
  jit((t: Tensor) => t.sum(0), options)(wave(rows, 80));
  jit((t: Tensor) => t.sub(t.mean(0)).square().sum(0), options)(wave(rows, 80));
  jit((t: Tensor) => t.max(-1), options)(wave(rows, 80));
}
for (const m of [1, 2, 3, 4, 6, 9, 33])
  for (const n of [1, 2, 3, 4, 7, 13, 32, 65])
    jit((a: Tensor, b: Tensor) => a.matmul(b), options)(wave(m, 24), wave(24, n));

// Every op on every sample.
for (const [name, def] of registry)
  for (const { args, attrs, regions = [] } of samples[name]!) {
    const builder = new Builder();
    const params = args.map(({ dtype, shape }) => builder.param({ dtype, shape }));
    const func = builder.finish(name, builder.emit(def, params, attrs, regions));
    compileWasm(lower(optimize(func, { check: false }).func, { precision: 'strict', target: 'wasm' }));
  }

for (let seed = 0; seed < 60; seed++) {
  const { program, inputs } = generate(seed, 4 + (seed % 9));
  const floats = inputs.flatMap((t, i) => (t.dtype === 'float32' ? [i] : []));
  const forward = (...xs: Tensor[]): Tensor[] => run(program, xs);
  jit(forward, options)(...inputs);
  if (floats.length === 0) continue;
  const loss = (...xs: Tensor[]): Tensor =>
    forward(...xs)
      .filter((t) => t.dtype === 'float32')
      .reduce((sum, t) => sum.add(t.sum()), xs[floats[0]!]!.sum());
  jit((...xs: Tensor[]) => grad(loss, floats)(...xs) as Tensor[], options)(...inputs);
}
