// `npm run bench:profile [-- --only name,… --threads n --precision fast]`: where the time goes in the workloads whose figures the README shows, kernel by kernel, against what this machine
// can do at most. A profile runs the kernels of one call many times on copies of its arguments; the call as a user makes it is timed beside it.
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { type JitOptions, jit, type Tensor, tensor } from 'tracejit';
import { values } from './suite.ts';
import * as mlp from './workloads/mlp.ts';
import * as ops from './workloads/ops.ts';
import * as tiny from './workloads/tiny-mlp.ts';
import * as transformer from './workloads/transformer.ts';

const { values: given } = parseArgs({
  options: {
    only: { type: 'string' },
    threads: { type: 'string', default: '1' },
    precision: { type: 'string', default: 'strict' },
  },
});

function refuse(message: string): never {
  console.error(message);
  process.exit(1);
}

const { threads, precision } = given;
if (precision !== 'strict' && precision !== 'fast') refuse(`--precision is strict or fast, not ${precision}`);
if (!/^[1-9][0-9]?$/.test(threads)) refuse(`--threads is a positive number, not ${threads}`);
const options: JitOptions = { threads: Number(threads), precision };

interface Profiled {
  readonly call: () => unknown;
  readonly profile: () => unknown;
}

function profiled<Args extends unknown[]>(f: (...args: Args) => unknown, ...args: Args): Profiled {
  const compiled = jit(f, options);
  return { call: () => compiled(...args), profile: () => compiled.profile(...args) };
}

const matrix = (n: number, seed: number): Tensor => tensor(values(n * n, seed), { shape: [n, n] });
const wide = (size: number): Tensor => tensor(values(size, 1).map((x) => 4 * x));

const workloads: Readonly<Record<string, () => Profiled>> = {
  tiny: () => profiled(tiny.step, tiny.initialLayers(), ...tiny.data()),
  'gelu-4096': () => profiled(ops.gelu, wide(4096)),
  'gelu-1000000': () => profiled(ops.gelu, wide(1e6)),
  softmax: () => profiled(ops.softmax, wide(2 ** 20).reshape([1024, 1024])),
  'layer-norm': () => profiled(ops.layerNorm, wide(2 ** 20).reshape([1024, 1024])),
  'matmul-1024': () => profiled(ops.matmul, matrix(1024, 1), matrix(1024, 2)),
  'mlp-momentum': () => profiled(mlp.momentumStep, mlp.initialMomentum(), ...mlp.initialBatch()),
  'mlp-adam': () => profiled(mlp.adamStep, mlp.initialAdam(), ...mlp.initialBatch()),
  transformer: () => profiled(transformer.adamStep, transformer.initialAdam(), ...transformer.initialBatch()),
};

/** Microseconds of a call, the median of as many as fit into a fifth of a second. */
function microseconds(call: () => unknown): number {
  const samples: number[] = [];
  for (const end = performance.now() + 200; performance.now() < end || samples.length < 5; ) {
    const from = performance.now();
    call();
    samples.push(1e3 * (performance.now() - from));
  }
  return samples.sort((a, b) => a - b)[samples.length >> 1]!;
}

const names = given.only?.split(',') ?? Object.keys(workloads);
for (const name of names) {
  const workload =
    workloads[name] ?? refuse(`there is no ${name}; there are ${Object.keys(workloads).join(', ')}`);
  const { call, profile } = workload();
  microseconds(call);
  console.log(`\n== ${name}: a call takes ${microseconds(call).toFixed(1)} µs`);
  console.log(String(profile()));
}
