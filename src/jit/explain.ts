// What a compilation did, for people: the result of `f.lower(...)`.
import { print } from '../ir/print.ts';
import { bytesOf, sizeOf, type TensorType } from '../ir/types.ts';
import { printProgram } from '../lower/print.ts';
import type { Program } from '../lower/program.ts';
import type { Stage } from '../passes/pass.ts';
import { TreeError } from '../util/errors.ts';
import { type KernelCost, kernelCosts } from './cost.ts';
import { describeArguments, differences } from './key.ts';
import { memoryUse } from './memory.ts';
import type { Settings } from './options.ts';
import type { Specialisation } from './specialisation.ts';

/** A function compiled for one kind of arguments, opened. */
export interface Lowered<Args extends readonly unknown[], R> {
  /** The IR as traced. */
  readonly ir: string;
  /** The function after each pass, with its text; the first is `trace`, the last is what was lowered. */
  readonly stages: readonly Stage[];
  /** The kernels, the order they run in and where every tensor lives: what code is made of. */
  readonly program: string;
  /** The generated code: JavaScript, or a WebAssembly module in its text format. */
  readonly source: string;
  readonly memory: MemorySummary;
  /** Work of each kernel, in the order they run. */
  readonly cost: readonly KernelCost[];
  /** How long the steps took, in milliseconds; the passes one by one are in `stages`. */
  readonly ms: Readonly<Record<'tracing' | 'passes' | 'lowering' | 'emitting', number>>;
  /** What runs the program and why: `wasm: …`, `javascript: …`, or `interpreter: …` where generating code is forbidden. */
  readonly backend: string;
  /** How many threads a call may use, this one included, and why: `2: asked for`, `1: this page is not cross-origin isolated …`. */
  readonly threads: string;
  /** The function for exactly this kind of arguments; a call with others throws a TreeError instead of tracing. */
  compile(): (...args: Args) => R;
}

/** Sizes in bytes. */
export interface MemorySummary {
  /** The arguments, captured tensors and variables. */
  readonly inputs: number;
  /** What a call allocates: results that lie in no input's memory. */
  readonly results: number;
  /** Intermediates: one block, allocated once. */
  readonly arena: number;
  readonly constants: number;
  /** Inputs that are overwritten in place: donated arguments and variables. */
  readonly inPlace: number;
}

export function explain<Args extends readonly unknown[], R>(
  specialisation: Specialisation,
  settings: Settings,
  run: (...args: Args) => R,
): Lowered<Args, R> {
  const { compilation } = specialisation.executable();
  const { stages, code, passesMs } = compilation;
  const { program } = code;
  return {
    // What takes time is made when it is asked for.
    get ir() {
      return print(specialisation.traced.func);
    },
    stages,
    get program() {
      return printProgram(program);
    },
    get source() {
      return code.source;
    },
    memory: summary(program),
    get cost() {
      return kernelCosts(program);
    },
    ms: { tracing: specialisation.traced.ms, passes: passesMs, ...code.ms },
    backend: `${code.engine}: ${code.why}`,
    get threads() {
      return code.threads;
    },
    compile:
      () =>
      (...args) => {
        const { key } = describeArguments(args, settings.isStatic);
        const found = differences(specialisation.key, key);
        if (found.length > 0)
          throw new TreeError(`${settings.name} was compiled for other arguments: ${found.join(', ')}`);
        return run(...args);
      },
  };
}

function summary(program: Program): MemorySummary {
  const { slots, inputs, outputs, arenaBytes } = program;
  const { overwritten, arrayOfOutput } = memoryUse(program);
  const typeOf = new Map(slots.map(({ id, type }) => [id, type]));
  const bytes = (types: readonly TensorType[]): number =>
    types.reduce((sum, { dtype, shape }) => sum + sizeOf(shape) * bytesOf(dtype), 0);
  const inputTypes = inputs.map((id) => typeOf.get(id)!);
  const fresh = outputs.filter(
    (_, k) => arrayOfOutput[k]! >= inputs.length && arrayOfOutput.indexOf(arrayOfOutput[k]!) === k,
  );
  return {
    inputs: bytes(inputTypes),
    results: bytes(fresh.map((id) => typeOf.get(id)!)),
    arena: arenaBytes,
    constants: bytes(slots.filter((s) => s.place.kind === 'constant').map((s) => s.type)),
    inPlace: bytes(inputTypes.filter((_, i) => overwritten[i])),
  };
}
