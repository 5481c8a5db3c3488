// Where the time of a compiled function goes: the same kernels on copies of the arguments, with the clock read between steps.
import type { TypedArray } from '../array/nd.ts';
import type { Elements, Home } from '../array/storage.ts';
import { allocateUnset } from '../array/unset.ts';
import { compileProgram } from '../codegen/js/program.ts';
import type { Mark } from '../codegen/memory.ts';
import { comesPacked } from '../codegen/wasm/layout.ts';
import { bandwidthAt, type Limits, measuredLimits } from '../codegen/wasm/limits.ts';
import { isShared } from '../codegen/wasm/memory.ts';
import { threadPool, type Watch } from '../codegen/wasm/pool.ts';
import { compileWasm } from '../codegen/wasm/program.ts';
import { stagesOf, type Threading } from '../codegen/wasm/stages.ts';
import { bytesOf, showType, sizeOf } from '../ir/types.ts';
import type { Program, Step } from '../lower/program.ts';
import { unreachable } from '../util/errors.ts';
import type { CodeOptions } from './backend.ts';
import { expectedFlops, kernelCost } from './cost.ts';
import type { Executable, Fresh } from './executable.ts';
import { chromeTrace, profileTable } from './profile-text.ts';
import { clockMark, entryMark, firstStep, type KernelCall, Stopwatch } from './stopwatch.ts';
import { type Threads, threadingOf } from './threading.ts';

/** One kernel, or one copy of a tensor, in all runs of the function. */
export interface KernelProfile {
  readonly name: string;
  /** The tensors it reads and the ones it writes: `f32[128,784] f32[784,512] -> f32[128,512]`. */
  readonly types: string;
  /** In one run of the function. */
  readonly calls: number;
  /** How many threads ran parts of it: the median of the runs. */
  readonly threads: number;
  /** Of all its calls in one run: the median of the runs. */
  readonly ms: number;
  /** Of that, how long the calling thread waited for others when nothing of the kernel was left to take. */
  readonly waitingMs: number;
  /** What it takes one thread; null where the function has no more. */
  readonly aloneMs: number | null;
  /** Of all its calls; see KernelCost. */
  readonly bytes: number;
  readonly flops: number;
  /** The least time that one thread of this machine could take, by its arithmetic or its memory, over the time taken; null where that was not measured. Above 1 where several threads ran it, or where it found in a cache what the bandwidth of a larger set was taken for. */
  readonly ofLimit: number | null;
}

export interface Profile {
  readonly name: string;
  /** What ran, as in `lower().backend`. */
  readonly backend: string;
  /** How many threads there were for it. */
  readonly threads: number;
  /** How often it was measured. */
  readonly runs: number;
  /** Of one call, without reading the clock: the median. Medians need not add up to it. */
  readonly ms: number;
  /** Of one call where there is one thread; null where the function has no more. */
  readonly aloneMs: number | null;
  /** In the order of the program. */
  readonly kernels: readonly KernelProfile[];
  /** What of a call finds the code for its arguments. */
  readonly guardsMs: number;
  /** What of a call makes arrays for results and gets arguments into the program's memory: those that changed since the last call, and did not come from there, are copied. */
  readonly argumentsMs: number;
  /** What of a call copies results out of the program's memory. */
  readonly resultsMs: number;
  /** Null without WebAssembly. */
  readonly limits: Limits | null;
  /** The last run, call by call. */
  readonly calls: readonly KernelCall[];
  /** A table, the slowest kernel first. */
  toString(): string;
  /** The last run as JSON for `chrome://tracing` and Perfetto. */
  chromeTrace(): string;
}

// Engines optimise what has run for a while, and threads take a while to start; then as many runs as it takes for medians to mean something.
const effort = { warmUpMs: 200, startMs: 1000, measureMs: 300, fewestRuns: 5, mostRuns: 500 } as const;

/** Runs the function on copies: arguments, variables and donated tensors stay as they are. `guard` finds the code for a call. */
export function profile(
  executable: Executable,
  args: readonly unknown[],
  { precision, threads: asked }: CodeOptions,
  guard: () => void,
): Profile {
  const { code } = executable.compilation;
  const { marked, steps } = withMarks(code.program);
  const wasm = code.engine === 'wasm';
  const threading = wasm ? usefulThreading(code.program, asked) : null;
  const { arrays, before, results, give } = copiesOf(executable, args);

  const measured = (shared: Threading | null): Stopwatch => {
    const clock = new Stopwatch(steps.length);
    const mark: Mark = (id) => clock.mark(id);
    const watch: Watch = (threads, waitedMs) => clock.shared(threads, waitedMs);
    const flops = expectedFlops(code.program);
    const run = wasm
      ? compileWasm(marked, precision, { mark, watch, flops, threading: shared })
      : compileProgram(marked, mark).run;
    const once = (): void => {
      before();
      clock.begin();
      const operands: (Elements | null)[] = [...arrays];
      for (const { array, dtype, size } of results)
        operands[array] = wasm && comesPacked(dtype, size) ? null : allocateUnset(dtype, size);
      // JavaScript takes arrays only, and has no others here.
      run(operands as TypedArray[]);
      clock.end();
    };
    const start = performance.now();
    do once();
    while (performance.now() - start < effort.warmUpMs);
    while (shared !== null && !areThere(shared.threads) && performance.now() - start < effort.startMs) once();
    clock.forget();
    const enough = performance.now() + effort.measureMs;
    while (clock.runs < effort.fewestRuns || (performance.now() < enough && clock.runs < effort.mostRuns))
      once();
    return clock;
  };
  let clock: Stopwatch;
  let alone: Stopwatch | null;
  try {
    alone = threading && measured(null);
    clock = measured(threading);
  } finally {
    give();
  }
  const guardsMs = timeOf(guard);
  const limits = measuredLimits();
  const peak = limits && (wasm && precision === 'fast' ? limits.fusedFlops : limits.flops);
  const kernels = steps.map((step, id): KernelProfile => {
    const time = clock.kernel(id);
    const { ms, calls } = time;
    const cost = costOf(step, code.program);
    const least = limits && Math.max(cost.flops / peak!, cost.bytes / bandwidthAt(limits, cost.bytes));
    return {
      ...time,
      name: cost.kernel,
      types: typesOf(step, code.program),
      aloneMs: alone?.kernel(id).ms ?? null,
      bytes: calls * cost.bytes,
      flops: calls * cost.flops,
      ofLimit: least === null || ms === 0 ? null : (calls * least * 1e3) / ms,
    };
  });
  const result = {
    name: code.program.name,
    backend: `${code.engine}: ${code.why}`,
    threads: threading?.threads ?? 1,
    runs: clock.runs,
    ms: clock.ms + guardsMs,
    aloneMs: alone && alone.ms + guardsMs,
    kernels,
    guardsMs,
    argumentsMs: clock.enteringMs,
    resultsMs: clock.leavingMs,
    limits,
    calls: clock.lastCalls,
  };
  return { ...result, toString: () => profileTable(result), chromeTrace: () => chromeTrace(result) };
}

/** The threads of a program that has something to share out. */
function usefulThreading(program: Program, asked: Threads): Threading | null {
  const { threading } = threadingOf(program, asked);
  return threading !== null && isShared() && stagesOf(program, threading) !== null ? threading : null;
}

function areThere(threads: number): boolean {
  return threadPool().ready >= threads - 1;
}

/** The arrays of a call, which `before` a run have what they had at first, and which are given back in the end. */
function copiesOf(
  executable: Executable,
  args: readonly unknown[],
): {
  readonly arrays: readonly TypedArray[];
  readonly results: readonly Fresh[];
  before(): void;
  give(): void;
} {
  const { program, settle } = executable.compilation.code;
  const { originals, overwritten, results } = executable.copiesFor(args);
  const homes: Home[] = [];
  const arrays = originals.map((array, i): TypedArray => {
    const type = program.slots.find((s) => s.id === program.inputs[i])?.type;
    const home = overwritten[i] && type !== undefined ? (settle?.(type.dtype, array.length) ?? null) : null;
    if (home === null) return array.slice();
    homes.push(home);
    return home.data;
  });
  return {
    arrays,
    results,
    before() {
      overwritten.forEach((is, i) => {
        if (is) arrays[i]!.set(originals[i]!);
      });
    },
    give() {
      for (const home of homes) home.give();
    },
  };
}

const guardRounds = 2000;

/** Milliseconds of what takes much less than the clock can tell, the least of some means. */
function timeOf(f: () => void): number {
  const means = Array.from({ length: 5 }, () => {
    const start = performance.now();
    for (let i = 0; i < guardRounds; i++) f();
    return (performance.now() - start) / guardRounds;
  });
  return Math.min(...means);
}

type Timed = Extract<Step, { readonly kind: 'run' | 'copy' }>;

/** The program with a mark behind each step that takes time, those of loops and branches included, and those steps by the numbers of their marks. */
function withMarks(program: Program): { readonly marked: Program; readonly steps: readonly Timed[] } {
  const steps: Timed[] = [];
  const mark = (step: Step): readonly Step[] => {
    switch (step.kind) {
      case 'run':
      case 'copy':
        return [step, { kind: 'mark', id: firstStep + steps.push(step) - 1 }];
      case 'if':
        return [{ ...step, branches: step.branches.map((branch) => branch.flatMap(mark)) }];
      case 'while':
        return [{ ...step, before: step.before.flatMap(mark), body: step.body.flatMap(mark) }];
      case 'effect':
      case 'mark':
        return [step];
      default:
        return unreachable(step);
    }
  };
  const rest = program.steps.flatMap(mark);
  const first = [entryMark, clockMark].map((id): Step => ({ kind: 'mark', id }));
  return { marked: { ...program, steps: [...first, ...rest] }, steps };
}

function typeOfSlot(id: number, { slots }: Program): string {
  return showType(slots.find((s) => s.id === id)!.type);
}

function typesOf(step: Timed, program: Program): string {
  if (step.kind === 'copy') return `${typeOfSlot(step.from, program)} -> ${typeOfSlot(step.to, program)}`;
  const { buffers } = step.kernel;
  const types = (roles: readonly string[]): string =>
    step.slots
      .flatMap((id, i) => (roles.includes(buffers[i]!.role) ? [typeOfSlot(id, program)] : []))
      .join(' ');
  return `${types(['in', 'inout'])} -> ${types(['out', 'inout'])}`.trim();
}

function costOf(step: Timed, { slots }: Program): ReturnType<typeof kernelCost> {
  if (step.kind === 'run') return kernelCost(step.kernel);
  const { dtype, shape } = slots.find((s) => s.id === step.to)!.type;
  return { kernel: 'copy', flops: 0, bytes: 2 * sizeOf(shape) * bytesOf(dtype) };
}
