// What tracing and compiling costs, stage by stage, as programs grow.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { jit, type Tensor, tensor, valueAndGrad } from 'tracejit';
import { bestOf, calm, type Sample, sample, trusted } from '../canary.ts';
import { type Compile, medianStages, mlpStep, mnistStep, stagesOf, transformerStep } from '../compilation.ts';
import { type Case, type Suite, values } from '../suite.ts';

type Stages = Record<string, number>;

/** Compilations that were not disturbed, and how many are tried for them. */
const effort = { calm: 5, most: 15 };

let best = Number.POSITIVE_INFINITY;

function repeated(take: () => Sample<Stages>): Stages {
  const samples: Sample<Stages>[] = [];
  while (samples.length < effort.most && calm(samples, best).length < effort.calm) {
    samples.push(take());
    best = bestOf(samples, best);
  }
  return medianStages(trusted(samples, best).map((s) => s.value));
}

function warm(name: string, compile: Compile): Case {
  return { name, stages: repeated(() => sample(() => stagesOf(compile))), variants: [] };
}

// The first compilation of a process, which is what a user waits for: the engine has not optimised the compiler yet.
// Each process starts as this one did, with the same loader.
function cold(name: string, step: string): Case {
  const script = fileURLToPath(new URL('../cold.ts', import.meta.url));
  const start = (): Sample<Stages> =>
    JSON.parse(execFileSync(process.execPath, [...process.execArgv, script, step], { encoding: 'utf8' }));
  return { name: `${name}, first of a process`, stages: repeated(start), variants: [] };
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
  return warm(`gradient of ${layers} layers`, () => jit(step, { name: `deep_${layers}` }).lower(weights));
}

export const compile: Suite = {
  name: 'compile',
  cases: () => [
    cold('the MNIST step', 'mnist'),
    warm('the MNIST step', mnistStep()),
    warm('the step of an MLP', mlpStep()),
    cold('the step of a transformer', 'transformer'),
    warm('the step of a transformer', transformerStep()),
    deep(10),
    deep(40),
    deep(160),
  ],
};
