// What tracing and compiling costs, stage by stage, as programs grow.
import { jit, type Lowered, type Tensor, tensor, valueAndGrad } from 'tracejit';
import { adamStep, initialState } from '../../examples/mnist/model.ts';
import { type Case, type Suite, timed, values } from '../suite.ts';

const rounds = 5;

// The median of several compilations of fresh jitted functions; each is traced, optimised and emitted anew.
function stagesOf(compile: () => Lowered<never, unknown>): Record<string, number> {
  const runs: Record<string, number>[] = [];
  for (let i = 0; i < rounds; i++) {
    let lowered: Lowered<never, unknown> | undefined;
    const total = timed(() => {
      lowered = compile();
    });
    const { tracing, lowering, emitting } = lowered!.ms;
    const each = lowered!.stages.slice(1).map((s) => [s.pass, s.ms] as const);
    runs.push({
      tracing,
      ...Object.fromEntries(each),
      lowering,
      emitting,
      total,
    });
  }
  const median = (name: string): number =>
    runs.map((r) => r[name]!).sort((a, b) => a - b)[Math.floor(rounds / 2)]!;
  return Object.fromEntries(Object.keys(runs[0]!).map((name) => [name, median(name)]));
}

function mnist(): Case {
  const images = tensor(values(128 * 784), { shape: [128, 784] });
  const labels = tensor(new Int32Array(128));
  const stages = stagesOf(() =>
    jit(adamStep, { donate: [0], name: 'adam_step' }).lower(initialState(2), images, labels, 1e-3),
  );
  return { name: 'the MNIST step', stages, variants: [] };
}

function deep(layers: number): Case {
  const weights = Array.from({ length: layers }, (_, i) => tensor(values(64, i + 1), { shape: [8, 8] }));
  const x = tensor(values(32), { shape: [4, 8] });
  const loss = (ws: readonly Tensor[]): Tensor =>
    ws
      .reduce((h, w) => h.matmul(w).tanh(), x)
      .square()
      .sum();
  const step = (ws: readonly Tensor[]): unknown => valueAndGrad(loss)(ws);
  const stages = stagesOf(() => jit(step, { name: `deep_${layers}` }).lower(weights));
  return { name: `gradient of ${layers} layers`, stages, variants: [] };
}

export const compile: Suite = { name: 'compile', cases: () => [mnist(), deep(10), deep(40), deep(160)] };
