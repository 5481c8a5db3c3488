// Where the time of a compiled function goes: the same kernels on copies of the arguments, with the clock read between steps.
import type { TypedArray } from '../array/nd.ts';
import type { Home } from '../array/storage.ts';
import { compileProgram } from '../codegen/js/program.ts';
import type { Mark } from '../codegen/memory.ts';
import { bandwidthAt, type Limits, measuredLimits } from '../codegen/wasm/limits.ts';
import { compileWasm } from '../codegen/wasm/program.ts';
import { bytesOf, showType, sizeOf } from '../ir/types.ts';
import type { Program, Step } from '../lower/program.ts';
import { unreachable } from '../util/errors.ts';
import type { CodeOptions } from './backend.ts';
import { kernelCost } from './cost.ts';
import type { Executable } from './executable.ts';
import { chromeTrace, profileTable } from './profile-text.ts';
import { clockMark, entryMark, firstStep, type KernelCall, Stopwatch } from './stopwatch.ts';

/** One kernel, or one copy of a tensor, in all runs of the function. */
export interface KernelProfile {
  readonly name: string;
  /** The tensors it reads and the ones it writes: `f32[128,784] f32[784,512] -> f32[128,512]`. */
  readonly types: string;
  /** In one run of the function. */
  readonly calls: number;
  /** Of all its calls in one run: the median of the runs. */
  readonly ms: number;
  /** Of all its calls; see KernelCost. */
  readonly bytes: number;
  readonly flops: number;
  /** The least time that this machine could take, by its arithmetic or its memory, over the time taken; null where that was not measured. Above 1 where the kernel found in a cache what the bandwidth of a larger set was taken for. */
  readonly ofLimit: number | null;
}

export interface Profile {
  readonly name: string;
  /** What ran, as in `lower().backend`. */
  readonly backend: string;
  /** How often it was measured. */
  readonly runs: number;
  /** Of one run, without reading the clock: the median. Medians need not add up to it. */
  readonly ms: number;
  /** In the order of the program. */
  readonly kernels: readonly KernelProfile[];
  /** What a run takes outside of kernels: arguments and results are copied where they do not lie in the program's memory. */
  readonly outsideMs: number;
  /** Null without WebAssembly. */
  readonly limits: Limits | null;
  /** The last run, call by call. */
  readonly calls: readonly KernelCall[];
  /** A table, the slowest kernel first. */
  toString(): string;
  /** The last run as JSON for `chrome://tracing` and Perfetto. */
  chromeTrace(): string;
}

// Engines optimise what has run for a while; then as many runs as it takes for medians to mean something.
const effort = { warmUpMs: 200, measureMs: 300, fewestRuns: 5, mostRuns: 500 } as const;

/** Runs the function on copies: arguments, variables and donated tensors stay as they are. */
export function profile(executable: Executable, args: readonly unknown[], options: CodeOptions): Profile {
  const { code } = executable.compilation;
  const { marked, steps } = withMarks(code.program);
  const clock = new Stopwatch(steps.length);
  const mark: Mark = (id) => clock.mark(id);
  const wasm = code.engine === 'wasm';
  const run = wasm ? compileWasm(marked, options.precision, { mark }) : compileProgram(marked, mark).run;

  const { originals, overwritten } = executable.copiesFor(args);
  const homes: Home[] = [];
  const arrays = originals.map((array, i): TypedArray => {
    const type = code.program.slots.find((s) => s.id === code.program.inputs[i])?.type;
    const home =
      overwritten[i] && type !== undefined ? (code.settle?.(type.dtype, array.length) ?? null) : null;
    if (home === null) return array.slice();
    homes.push(home);
    return home.data;
  });
  const once = (): void => {
    overwritten.forEach((is, i) => {
      if (is) arrays[i]!.set(originals[i]!);
    });
    clock.begin();
    run(arrays);
    clock.end();
  };
  try {
    const start = performance.now();
    do once();
    while (performance.now() - start < effort.warmUpMs);
    clock.forget();
    const enough = performance.now() + effort.measureMs;
    while (clock.runs < effort.fewestRuns || (performance.now() < enough && clock.runs < effort.mostRuns))
      once();
  } finally {
    for (const home of homes) home.give();
  }
  const limits = measuredLimits();
  const peak = limits && (wasm && options.precision === 'fast' ? limits.fusedFlops : limits.flops);
  const kernels = steps.map((step, id): KernelProfile => {
    const { ms, calls } = clock.kernel(id);
    const cost = costOf(step, code.program);
    const least = limits && Math.max(cost.flops / peak!, cost.bytes / bandwidthAt(limits, cost.bytes));
    return {
      name: cost.kernel,
      types: typesOf(step, code.program),
      calls,
      ms,
      bytes: calls * cost.bytes,
      flops: calls * cost.flops,
      ofLimit: least === null || ms === 0 ? null : (calls * least * 1e3) / ms,
    };
  });
  const result = {
    name: code.program.name,
    backend: `${code.engine}: ${code.why}`,
    runs: clock.runs,
    ms: clock.ms,
    kernels,
    outsideMs: clock.outsideMs,
    limits,
    calls: clock.lastCalls,
  };
  return { ...result, toString: () => profileTable(result), chromeTrace: () => chromeTrace(result) };
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
