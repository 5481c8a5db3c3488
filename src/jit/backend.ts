// What executes a program: WebAssembly where it is there and pays, else JavaScript.
import type { Elements, Settle } from '../array/storage.ts';
import type { CompiledProgram } from '../codegen/js/program.ts';
import { compileProgram } from '../codegen/js/program.ts';
import { fusedTileRows } from '../codegen/wasm/engine.ts';
import { comesPacked } from '../codegen/wasm/layout.ts';
import { compileWasm, emitModule } from '../codegen/wasm/program.ts';
import { settle } from '../codegen/wasm/residence.ts';
import { hasFusedMultiplyAdd, whyNoWasm } from '../codegen/wasm/support.ts';
import { moduleText } from '../codegen/wasm/text.ts';
import type { Func } from '../ir/func.ts';
import { bytesOf, type DType, sizeOf } from '../ir/types.ts';
import { verifyKernel } from '../loop/verify.ts';
import { lower } from '../lower/lower.ts';
import { allSteps, kernelsOf, type Program } from '../lower/program.ts';
import { checkedByDefault, type Precision } from '../passes/pass.ts';
import { OptionError } from '../util/errors.ts';
import { fitsCell, throughCells } from './cells.ts';
import { expectedCosts, expectedTime, type KernelCost } from './cost.ts';
import { showThreads, type Threads, threadingOf } from './threading.ts';

export type Backend = 'auto' | 'wasm' | 'js';

/** How code is to be made of a function. */
export interface CodeOptions {
  readonly precision: Precision;
  readonly backend: Backend;
  readonly threads: Threads;
}

/** What is known of the arrays that come as parameters. */
export interface Parameters {
  /** Those that the program may overwrite. */
  readonly overwritable: readonly number[];
  /** Those whose arrays never change: the same array has the same elements at every call. */
  readonly lasting: readonly number[];
}

export interface Generated {
  readonly program: Program;
  /** The JavaScript, or the module in WebAssembly's text format. */
  readonly source: string;
  readonly engine: 'wasm' | CompiledProgram['engine'];
  /** Why this engine. */
  readonly why: string;
  /** How many threads a call uses at most, and why. */
  readonly threads: string;
  /**
   * Runs the program on the elements of the inputs, then of the outputs by index. For an output that it `makes` there may be null, and then are its elements;
   * one that lies in an input has none.
   */
  run(operands: (Elements | null)[]): void;
  /** Does it make the elements of a result of this kind itself? Otherwise it wants an array for them. */
  readonly makes: (dtype: DType, size: number) => boolean;
  /** Nanoseconds that a run takes, as far as that can be told from its kernels. */
  readonly ns: number;
  /** Where what it updates in place may lie, so that no call copies it; null where that is any array. */
  readonly settle: Settle | null;
  readonly ms: { readonly lowering: number; readonly emitting: number };
}

/** Lowers a function after the passes and generates code. Throws an OptionError where `wasm` is asked for and the host does not have it. */
export function generate(
  func: Func,
  { precision, backend, threads }: CodeOptions,
  { overwritable: donated, lasting }: Parameters,
): Generated {
  const start = performance.now();
  const missing = backend === 'js' ? 'asked for' : whyNoWasm();
  if (backend === 'wasm' && missing !== null)
    throw new OptionError(`jit: ${missing}, so backend: 'wasm' cannot be had; 'auto' takes JavaScript there`);
  let why = missing;
  if (why === null) {
    const tileRows = precision === 'fast' && hasFusedMultiplyAdd() ? fusedTileRows() : 4;
    const program = checked(lower(func, { precision, donated, target: 'wasm', tileRows }));
    const costs = expectedCosts(program);
    why = backend === 'wasm' ? null : whyNotWorthwhile(program, costs);
    if (why === null) {
      const lowered = performance.now();
      const flops = costs.reduce((sum, c) => sum + c.flops, 0);
      const threaded = threadingOf(program, threads);
      const { threading } = threaded;
      const run = reentrant(program, () => compileWasm(program, precision, { flops, threading, lasting }));
      return {
        program,
        // Neither the bytes nor the text are kept: they are larger than the code the engine made of them.
        get source() {
          return moduleText(emitModule(program, precision).bytes);
        },
        engine: 'wasm',
        why: backend === 'wasm' ? 'asked for' : 'it saves more than it costs to copy arguments and results',
        get threads() {
          return showThreads(program, threaded);
        },
        run,
        makes: comesPacked,
        ns: expectedTime(program),
        settle,
        ms: { lowering: lowered - start, emitting: performance.now() - lowered },
      };
    }
  }
  const program = checked(lower(func, { precision, donated, target: 'js' }));
  const lowered = performance.now();
  const compiled = compileProgram(program);
  const { source, engine } = compiled;
  return {
    source,
    engine,
    run: reentrant(program, (again) =>
      throughCells(program, again ? compileProgram(program).run : compiled.run),
    ),
    makes: fitsCell,
    ns: expectedTime(program),
    program,
    why,
    threads: '1: only WebAssembly has more',
    settle: null,
    ms: { lowering: lowered - start, emitting: performance.now() - lowered },
  };
}

// Who is told what a program prints may call it again, before it has ended: that takes another one, with memory of its own.
function reentrant(program: Program, make: (again: boolean) => Generated['run']): Generated['run'] {
  const run = make(false);
  if (!allSteps(program.steps).some((s) => s.kind === 'effect' && !s.effect.fails)) return run;
  let busy = false;
  let another: Generated['run'] | undefined;
  return (operands) => {
    if (busy) {
      another ??= reentrant(program, () => make(true));
      another(operands);
      return;
    }
    busy = true;
    try {
      run(operands);
    } finally {
      busy = false;
    }
  };
}

function checked(program: Program): Program {
  if (checkedByDefault()) for (const kernel of kernelsOf(program)) verifyKernel(kernel);
  return program;
}

// Nanoseconds, measured on V8: what an operation and a byte that a kernel reads or writes take less than in JavaScript, and an array that is not made for a
// small result, which V8 keeps among its objects up to some size; and what a call takes more, as arguments and results are copied.
const saved = { flop: 0.8, byte: 0.09, tinyArray: 40, array: 350 } as const;
const added = { call: 40, array: 15, byte: 0.06 } as const;
const tinyBytes = 64;

// All compiled functions share the 4 GB there can be; some are left for the others.
const mostMemory = 3.75 * 2 ** 30;

/** Why the program is better off as JavaScript, or null where it is not. */
function whyNotWorthwhile(program: Program, costs: readonly KernelCost[]): string | null {
  let gain = 0;
  for (const { flops, bytes } of costs) gain += flops * saved.flop + bytes * saved.byte;
  const types = new Map(program.slots.map((s) => [s.id, s.type]));
  let cost = added.call;
  let memory = program.arenaBytes;
  for (const id of [...program.inputs, ...program.outputs]) {
    const { dtype, shape } = types.get(id)!;
    const bytes = sizeOf(shape) * bytesOf(dtype);
    cost += added.array + bytes * added.byte;
    memory += bytes;
  }
  for (const id of program.outputs) {
    const { dtype, shape } = types.get(id)!;
    const size = sizeOf(shape);
    if (size > 1 && comesPacked(dtype, size))
      gain += size * bytesOf(dtype) <= tinyBytes ? saved.tinyArray : saved.array;
  }
  if (memory > mostMemory)
    return `it needs ${(memory / 2 ** 30).toFixed(1)} GB of the 4 GB that WebAssembly has`;
  if (gain > cost) return null;
  return `a call of WebAssembly would save ${Math.round(gain)} ns and cost ${Math.round(cost)} ns`;
}
