// What this machine can do at best, one thread: arithmetic on vectors of four float32, and reading and writing memory, measured once.
import { Code } from './code.ts';
import { compileModule } from './engine.ts';
import { encodeModule, exportName, memoryImport } from './module.ts';
import type { Opcode } from './opcodes.ts';
import { hasFusedMultiplyAdd, whyNoWasm } from './support.ts';

export interface Limits {
  /** Operations a second with products and sums apart, and rounded together where the engine can. */
  readonly flops: number;
  readonly fusedFlops: number;
  /** Bytes a second, read and written, by the size of what is worked on, ascending. */
  readonly bandwidth: readonly { readonly bytes: number; readonly perSecond: number }[];
}

let known: Limits | null | undefined;

/** Takes about a tenth of a second the first time; null where there is no WebAssembly. */
export function measuredLimits(): Limits | null {
  if (known === undefined) known = whyNoWasm() === null ? measure() : null;
  return known;
}

/** Bytes a second for a working set of so many bytes: between two that were measured, in proportion to the logarithm of the size. */
export function bandwidthAt({ bandwidth }: Limits, bytes: number): number {
  const above = bandwidth.findIndex((b) => b.bytes >= bytes);
  if (above === 0) return bandwidth[0]!.perSecond;
  if (above < 0) return bandwidth.at(-1)!.perSecond;
  const [low, high] = [bandwidth[above - 1]!, bandwidth[above]!];
  const share = Math.log(bytes / low.bytes) / Math.log(high.bytes / low.bytes);
  return low.perSecond * (high.perSecond / low.perSecond) ** share;
}

// From the first level of cache to memory.
const workingSets = [2 ** 14, 2 ** 18, 2 ** 20, 2 ** 22, 2 ** 25];
const pageBytes = 65536;

function measure(): Limits {
  const memory = new WebAssembly.Memory({ initial: workingSets.at(-1)! / pageBytes });
  const apart = (): number => arithmetic(['f32x4.mul', 'f32x4.add'], memory);
  const before = apart();
  const fused = hasFusedMultiplyAdd() ? arithmetic(['f32x4.relaxed_madd'], memory) : 0;
  const perSecond = streaming(memory);
  const bandwidth = workingSets.map((bytes) => ({ bytes, perSecond: perSecond(bytes) }));
  // Twice, as what else the machine does may come and go.
  const flops = Math.max(before, apart());
  return { flops, fusedFlops: Math.max(flops, fused), bandwidth };
}

// Chains of dependent operations: so many are under way at once that no unit waits, and few enough for the registers.
const chains = 12;
const vectorLanes = 4;

/** Each chain is x = x · a + b. */
function arithmetic(operations: readonly Opcode[], memory: WebAssembly.Memory): number {
  const code = new Code({ params: ['i32', 'i32'], results: ['i32'] });
  const count = 0;
  const xs = Array.from({ length: chains }, () => code.local('v128'));
  const [a, b] = [code.local('v128'), code.local('v128')];
  for (const local of [...xs, a, b]) {
    code.v128({ f32: 0.5 });
    code.set(local);
  }
  code.doWhile(() => {
    for (const x of xs) {
      code.get(x);
      code.get(a);
      if (operations.length > 1) code.op(operations[0]!);
      code.get(b);
      code.op(operations.at(-1)!);
      code.set(x);
    }
    countDown(code, count, 1);
  });
  // What nothing reads would not be computed.
  for (const x of xs) code.get(x);
  for (let i = 1; i < chains; i++) code.op('v128.and');
  code.op('i32x4.all_true');
  const run = compiled(code, memory);
  const rounds = 20_000;
  const seconds = best(() => run(rounds, 0));
  return (rounds * chains * 2 * vectorLanes) / seconds;
}

const unrolled = 4;
const vectorBytes = 16;

/** Half of the working set is copied to the other half, with an operation in between. */
function streaming(memory: WebAssembly.Memory): (bytes: number) => number {
  const code = new Code({ params: ['i32', 'i32'], results: ['i32'] });
  const [left, half] = [0, 1];
  const [from, one] = [code.local('i32'), code.local('v128')];
  code.v128({ f32: 1 });
  code.set(one);
  code.doWhile(() => {
    for (let i = 0; i < unrolled; i++) {
      code.get(from);
      code.get(half);
      code.op('i32.add');
      code.get(from);
      code.memory('v128.load', i * vectorBytes);
      code.get(one);
      code.op('f32x4.add');
      code.memory('v128.store', i * vectorBytes);
    }
    code.get(from);
    code.i32(unrolled * vectorBytes);
    code.op('i32.add');
    code.set(from);
    countDown(code, left, unrolled * vectorBytes);
  });
  code.i32(0);
  const run = compiled(code, memory);
  return (bytes) => {
    // Small sets many times, so that the clock can see it.
    const times = Math.max(1, 2 ** 20 / bytes);
    const seconds = best(() => {
      for (let i = 0; i < times; i++) run(bytes / 2, bytes / 2);
    });
    return (times * bytes) / seconds;
  };
}

/** Leaves whether there is anything left. */
function countDown(code: Code, local: number, by: number): void {
  code.get(local);
  code.i32(by);
  code.op('i32.sub');
  code.tee(local);
}

function compiled(code: Code, memory: WebAssembly.Memory): (a: number, b: number) => number {
  const bytes = encodeModule([code.finish()], 0);
  const { exports } = new WebAssembly.Instance(compileModule(bytes, Number.POSITIVE_INFINITY), {
    [memoryImport.module]: { [memoryImport.name]: memory },
  });
  return exports[exportName] as (a: number, b: number) => number;
}

/** Seconds of the quickest run, after the engine has had time to optimise it. */
function best(run: () => void): number {
  const start = performance.now();
  let [runs, least] = [0, Number.POSITIVE_INFINITY];
  while (runs < 5 || performance.now() - start < 12) {
    const from = performance.now();
    run();
    least = Math.min(least, performance.now() - from);
    runs++;
  }
  return least / 1e3;
}
