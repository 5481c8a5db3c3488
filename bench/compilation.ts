// What a compilation costs, stage by stage, and the programs that the benches of compiling share: training steps.
import { jit, type Lowered, tensor } from 'tracejit';
import { adamStep, type Params } from '../examples/mnist/model.ts';
import { timed, values } from './suite.ts';
import * as mlp from './workloads/mlp.ts';
import * as transformer from './workloads/transformer.ts';

/** Traces, optimises and emits something anew. */
export type Compile = () => Lowered<never, unknown>;

/** Milliseconds of each stage of one compilation. */
export function stagesOf(compile: Compile): Record<string, number> {
  let lowered: Lowered<never, unknown> | undefined;
  const total = timed(() => {
    lowered = compile();
  });
  const { tracing, lowering, emitting } = lowered!.ms;
  const passes = lowered!.stages.slice(1).map((s) => [s.pass, s.ms] as const);
  return { tracing, ...Object.fromEntries(passes), lowering, emitting, total };
}

/** The median of each stage. */
export function medianStages(runs: readonly Record<string, number>[]): Record<string, number> {
  const median = (name: string): number =>
    runs.map((r) => r[name]!).sort((a, b) => a - b)[Math.floor(runs.length / 2)]!;
  return Object.fromEntries(Object.keys(runs[0]!).map((name) => [name, median(name)]));
}

/** The step of 128 images. Its arguments are made here and without running an op, so that nothing but compiling is measured. */
export function mnistStep(): Compile {
  const params = (): Params => ({
    w1: tensor(values(784 * 128), { shape: [784, 128] }),
    b1: tensor(values(128), { shape: [128] }),
    w2: tensor(values(128 * 10), { shape: [128, 10] }),
    b2: tensor(values(10), { shape: [10] }),
  });
  const state = { params: params(), m: params(), v: params(), beta1Power: tensor(1), beta2Power: tensor(1) };
  const images = tensor(values(128 * 784), { shape: [128, 784] });
  const labels = tensor(new Int32Array(128));
  return () => jit(adamStep, { donate: [0], name: 'adam_step' }).lower(state, images, labels, 1e-3);
}

export function mlpStep(): Compile {
  const [state, args] = [mlp.initialAdam(), mlp.initialBatch()];
  return () => jit(mlp.adamStep, { donate: [0], name: 'mlp_step' }).lower(state, ...args);
}

export function transformerStep(): Compile {
  const [state, args] = [transformer.initialAdam(), transformer.initialBatch()];
  return () => jit(transformer.adamStep, { donate: [0], name: 'transformer_step' }).lower(state, ...args);
}

/** By the name that bench/cold.ts takes. */
export const steps: Readonly<Record<string, () => Compile>> = {
  mnist: mnistStep,
  transformer: transformerStep,
};
