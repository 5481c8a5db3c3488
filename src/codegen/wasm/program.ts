// A whole program as one module: a function per kernel, one that runs the steps, and the memory they work on.
import type { TypedArray } from '../../array/nd.ts';
import { type Division, divisionOf } from '../../loop/divide.ts';
import type { Kernel } from '../../loop/kernel.ts';
import type { Program, Step } from '../../lower/program.ts';
import { ArgumentError, unreachable } from '../../util/errors.ts';
import { checkBinding, locate } from '../memory.ts';
import { Arguments } from './arguments.ts';
import { Code } from './code.ts';
import { emitKernel } from './kernel.ts';
import { type Argument, bytesPer, type Layout, layOut } from './layout.ts';
import { Functions } from './library.ts';
import { isShared, wasmMemory } from './memory.ts';
import { encodeModule, exportName, memoryImport } from './module.ts';
import { hasFusedMultiplyAdd } from './support.ts';
import { inThreads, type StageCall } from './threads.ts';

/** A module, and where it finds things. */
export interface WasmModule {
  readonly bytes: Uint8Array;
  readonly layout: Layout;
  /** Of assertions: the exported function returns 0, or one more than the index of the message. */
  readonly messages: readonly string[];
  /** Where kernels are shared out between threads: what the program is made of, in order. Null where one call runs it all. */
  readonly stages: readonly Stage[] | null;
}

/** Steps that one thread runs, or a kernel that several can. */
export type Stage = DividedStage | null;

export interface DividedStage extends Pick<Division, 'extent' | 'repeats'> {
  /** Nanoseconds that one thread takes for it, as estimated. */
  readonly cost: number;
}

/** What is to be shared out between threads. */
export interface Threading {
  /** How many threads there can be. */
  readonly threads: number;
  /** Nanoseconds that one thread takes for a kernel. */
  costOf(kernel: Kernel): number;
}

// Waking another core up for less takes longer than the work.
const leastCost = 4000;

const oneCharacterPerByte = new TextDecoder('latin1');

/** `fast` rounds a product and its sum once where the engine can. */
export type Precision = 'strict' | 'fast';

/**
 * The module of a program. Its function takes the address of the region and returns a status; where there are threads it runs one stage: it also takes the
 * number of the stage, that of the thread, which part of the work to do, and of how many.
 */
export function emitModule(
  program: Program,
  precision: Precision = 'strict',
  threading: Threading | null = null,
): WasmModule {
  const located = locate(program);
  const divided = threading === null ? [] : program.steps.map((step) => dividedStage(step, threading));
  const threads = divided.some((d) => d !== null) ? threading!.threads : 1;
  const layout = layOut(program, located, threads);
  const functions = new Functions(precision === 'fast' && hasFusedMultiplyAdd());
  const known = new Map<string, number>();
  // Kernels that repeat are one object but for their names, and emitted once.
  const emitted = new Map<Kernel['body'], { readonly buffers: Kernel['buffers']; readonly index: number }>();
  const functionOf = (kernel: Kernel): number => {
    const before = emitted.get(kernel.body);
    if (before?.buffers === kernel.buffers) return before.index;
    const index = emittedFunction(kernel);
    emitted.set(kernel.body, { buffers: kernel.buffers, index });
    return index;
  };
  const divisions = new Map(
    program.steps.flatMap((s, i) => (s.kind === 'run' && divided[i] ? [[s.kernel.body, divided[i]]] : [])),
  );
  const emittedFunction = (kernel: Kernel): number => {
    const f = emitKernel(kernel, functions, divisions.get(kernel.body)?.division);
    // Kernels of one code are one function.
    const key = `${f.params.length} ${f.locals} ${oneCharacterPerByte.decode(f.body)}`;
    const same = known.get(key);
    if (same !== undefined) return same;
    const index = functions.add(f);
    known.set(key, index);
    return index;
  };
  const params = threads > 1 ? ['region', 'stage', 'thread', 'part', 'parts'] : ['region'];
  const code = new Code({ params: params.map(() => 'i32'), results: ['i32'] });
  const [region, stage, thread, part, parts] = [0, 1, 2, 3, 4];
  const status = code.local('i32');
  const address = (where: Argument['where']): void => {
    code.get(region);
    if (where.kind === 'table') {
      code.memory('i32.load', where.entry * bytesPer.int32);
      return;
    }
    code.i32(where.offset | 0);
    code.op('i32.add');
  };
  const emitStep = (step: Step): void => {
    switch (step.kind) {
      case 'copy':
        address(layout.whereIs(step.to));
        address(layout.whereIs(step.from));
        code.i32(layout.bytesOf(step.to) | 0);
        code.memoryCopy();
        break;
      case 'run':
        checkBinding(step.kernel, step.slots, located);
        for (const slot of step.slots) address(layout.whereIs(slot));
        for (const offset of layout.scratchOf(step.kernel)) {
          address({ kind: 'region', offset });
          if (threads === 1) continue;
          code.get(thread);
          code.i32(layout.scratchBytes);
          code.op('i32.mul', 'i32.add');
        }
        if (divisions.has(step.kernel.body)) {
          code.get(part);
          code.get(parts);
        }
        code.call(functionOf(step.kernel));
        code.tee(status);
        code.branch(() => {
          code.get(status);
          code.op('return');
        });
        break;
      default:
        unreachable(step);
    }
  };
  const stages: { readonly steps: Step[]; readonly stage: Stage }[] = [];
  program.steps.forEach((step, i) => {
    const own = divided[i] ?? null;
    const last = stages.at(-1);
    if (own === null && last?.stage === null) last.steps.push(step);
    else stages.push({ steps: [step], stage: own });
  });
  if (threads === 1) for (const step of program.steps) emitStep(step);
  else
    stages.forEach(({ steps }, index) => {
      code.get(stage);
      code.i32(index);
      code.op('i32.eq');
      code.branch(() => {
        for (const step of steps) emitStep(step);
      });
    });
  code.i32(0);
  const run = functions.add({ ...code.finish(), names: { name: exportName, params } });
  return {
    bytes: encodeModule(functions.list, run, isShared()),
    layout,
    messages: functions.messages,
    stages: threads === 1 ? null : stages.map((s) => s.stage),
  };
}

function dividedStage(
  step: Step,
  { costOf, threads }: Threading,
): (DividedStage & { division: Division }) | null {
  if (step.kind !== 'run') return null;
  const cost = costOf(step.kernel);
  const division = cost < leastCost ? null : divisionOf(step.kernel, threads);
  return division && { division, cost, extent: division.extent, repeats: division.repeats };
}

/** A function that runs the program on the arrays of its inputs, then of its outputs by index. */
export function compileWasm(
  program: Program,
  precision: Precision = 'strict',
  threading: Threading | null = null,
): (arrays: readonly TypedArray[]) => void {
  const { bytes, layout, messages, stages } = emitModule(program, precision, isShared() ? threading : null);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes as BufferSource), {
    [memoryImport.module]: { [memoryImport.name]: wasmMemory() },
  });
  const exported = exports[exportName] as StageCall;
  const call: (region: number) => number =
    stages === null ? exported : inThreads(exported, { bytes, stages, threads: threading!.threads });
  const run = (arrays: readonly TypedArray[]): void => {
    const status = call(args.enter(arrays) | 0);
    if (status !== 0) throw new ArgumentError(messages[status - 1] ?? `failure ${status}`);
    args.leave(arrays);
  };
  const args = new Arguments(program, layout, run);
  return run;
}
