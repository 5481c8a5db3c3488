// A whole program as one module: a function per kernel, one that runs the steps, and the memory they work on.
import type { TypedArray } from '../../array/nd.ts';
import type { Elements } from '../../array/storage.ts';
import { sizeOf } from '../../ir/types.ts';
import type { Kernel } from '../../loop/kernel.ts';
import { allSteps, type Program } from '../../lower/program.ts';
import { ArgumentError } from '../../util/errors.ts';
import {
  checkBinding,
  type EffectStep,
  type Located,
  locate,
  type Mark,
  shownSlots,
  unmarked,
} from '../memory.ts';
import { Arguments } from './arguments.ts';
import { Code } from './code.ts';
import { compileModule } from './engine.ts';
import { emitKernel } from './kernel.ts';
import { bytesPer, type Layout, layOut } from './layout.ts';
import { Functions } from './library.ts';
import { isShared, wasmMemory, wasmViews } from './memory.ts';
import {
  effectImport,
  encodeModule,
  exportName,
  gotExport,
  isSameCode,
  markImport,
  memoryImport,
  type WasmFunction,
} from './module.ts';
import type { StageCall, Watch } from './pool.ts';
import { type Staged, stagesOf, type Threading } from './stages.ts';
import { emitSteps, type Surroundings } from './steps.ts';
import { hasFusedMultiplyAdd } from './support.ts';
import { inThreads } from './threads.ts';

/** A module, and where it finds things. */
export interface WasmModule {
  readonly bytes: Uint8Array;
  readonly layout: Layout;
  /** Of assertions: the exported function returns 0, or one more than the index of the message. */
  readonly messages: readonly string[];
  /** What the program is made of where kernels are shared out between threads. Null where one call runs it all. */
  readonly staged: Staged | null;
  /** Of what it does besides computing: the exported function returns -1 - the index of one that failed; the others it asks the host for by index. */
  readonly effects: readonly EffectStep[];
}

/** `fast` rounds a product and its sum once where the engine can. */
export type Precision = 'strict' | 'fast';

/**
 * The module of a program, of scalar instructions alone where there are to be no `vectors`. Its function takes the address of the region and returns a status; where there are threads it runs one stage: it also takes the
 * number of the stage, that of the thread, which part of the work to do, and of how many.
 */
export function emitModule(
  program: Program,
  precision: Precision = 'strict',
  threading: Threading | null = null,
  vectors = true,
): WasmModule {
  const located = locate(program);
  const all = allSteps(program.steps);
  for (const step of all) if (step.kind === 'run') checkBinding(step.kernel, step.slots, located);
  const staged = threading && stagesOf(program, threading);
  const stages = staged?.stages ?? null;
  const layout = layOut(program, located, stages === null ? 1 : threading!.threads);
  const imports = [
    ...(all.some((s) => s.kind === 'mark') ? [markImport] : []),
    ...(all.some((s) => s.kind === 'effect' && !s.effect.fails) ? [effectImport] : []),
  ];
  const fuses = vectors && precision === 'fast' && hasFusedMultiplyAdd();
  const functions = new Functions(fuses, vectors, imports.length);
  const divisions = new Map(
    (stages ?? []).flatMap(({ steps: [step], division }) =>
      step?.kind === 'run' && division !== null ? [[step.kernel.body, division]] : [],
    ),
  );
  const known: { readonly code: WasmFunction; readonly index: number }[] = [];
  // Kernels that repeat are one object but for their names, and emitted once.
  const emitted = new Map<Kernel['body'], { readonly buffers: Kernel['buffers']; readonly index: number }>();
  const functionOf: Surroundings['functionOf'] = (kernel) => {
    const divided = divisions.has(kernel.body);
    const before = emitted.get(kernel.body);
    if (before?.buffers === kernel.buffers) return { index: before.index, divided };
    const index = emittedFunction(kernel);
    emitted.set(kernel.body, { buffers: kernel.buffers, index });
    return { index, divided };
  };
  const emittedFunction = (kernel: Kernel): number => {
    const f = emitKernel(kernel, functions, divisions.get(kernel.body));
    const same = known.find(({ code }) => isSameCode(code, f));
    if (same !== undefined) return same.index;
    const index = functions.add(f);
    known.push({ code: f, index });
    return index;
  };
  const params = stages === null ? ['region'] : ['region', 'stage', 'thread', 'part', 'parts'];
  const code = new Code({ params: params.map(() => 'i32'), results: ['i32'] });
  const [region, stage, thread, part, parts] = [0, 1, 2, 3, 4];
  const share = stages && { thread, part, parts };
  const effects: EffectStep[] = [];
  const status = code.local('i32');
  const around: Surroundings = { code, layout, region, status, share, imports, effects, functionOf };
  if (stages === null) emitSteps(program.steps, around);
  else
    stages.forEach(({ steps }, index) => {
      code.get(stage);
      code.i32(index);
      code.op('i32.eq');
      code.branch(() => emitSteps(steps, around));
    });
  code.i32(0);
  const run = functions.add({ ...code.finish(), names: { name: exportName, params } });
  const bytes = encodeModule(functions.list, run, {
    shared: isShared(),
    imports,
    asserts: functions.messages.length > 0,
  });
  return { bytes, layout, messages: functions.messages, staged, effects };
}

const noOperands: readonly (Elements | null)[] = [];

/** How a program is run. */
export interface Running {
  /** Is told of mark steps. */
  readonly mark?: Mark;
  /** Is told of kernels that several threads ran. */
  readonly watch?: Watch;
  /** Operations of a call, as far as they are known: they decide how much care the engine takes before the first. */
  readonly flops?: number;
  readonly threading?: Threading | null;
  /** False for scalar instructions alone: the same bits, four times as slow, to compare with. */
  readonly vectors?: boolean;
  /** Inputs whose arrays never change: one that came at the last call too is not copied again. */
  readonly lasting?: readonly number[];
}

/**
 * A function that runs the program on the elements of its inputs, then of its outputs by index. Inputs up to 4 KB may be parts of arrays, inputs of one element numbers. Where
 * an output that `comesPacked` is null its elements take that place.
 */
export function compileWasm(
  program: Program,
  precision: Precision = 'strict',
  { mark = unmarked, watch, flops = 0, threading = null, vectors = true, lasting = [] }: Running = {},
): (operands: (Elements | null)[]) => void {
  const { bytes, layout, messages, staged, effects } = emitModule(
    program,
    precision,
    isShared() ? threading : null,
    vectors,
  );
  const located = locate(program);
  const effect = (number: number, region: number): void => {
    const step = effects[number]!;
    step.effect.run(shownSlots(step).map((slot) => elementsOf(slot, layout, located, region)));
  };
  const module = compileModule(bytes, flops);
  const { exports } = new WebAssembly.Instance(module, {
    [memoryImport.module]: {
      [memoryImport.name]: wasmMemory(),
      [markImport.name]: mark,
      [effectImport.name]: effect,
    },
  });
  const exported = exports[exportName] as StageCall;
  const got = exports[gotExport.name] as WebAssembly.Global | undefined;
  const call: (region: number) => number =
    staged === null
      ? exported
      : inThreads(exported, {
          code: { module, bytes },
          staged,
          threads: threading!.threads,
          takeAway: (output, from, to) => args.takeAway(current, inputs + output, from, to),
          watch,
          scalarAt: (slot, region) => scalarOf(slot, layout, located, region),
        });
  const inputs = program.inputs.length;
  // Of the call that runs.
  let current = noOperands;
  const run = (operands: (Elements | null)[]): void => {
    const region = args.enter(operands) | 0;
    current = operands;
    const status = call(region);
    current = noOperands;
    if (status < 0) effect(-1 - status, region);
    if (status !== 0) throw new ArgumentError(`${messages[status - 1]}: got ${got?.value}`);
    args.leave(operands);
  };
  const args = new Arguments(program, layout, run, lasting);
  return run;
}

/** What a slot holds now. */
function elementsOf(slot: number, layout: Layout, located: Slots, region: number): TypedArray {
  const { dtype, shape } = located.get(slot)!.slot.type;
  const first = addressOf(slot, layout, region) / bytesPer[dtype];
  // Copied: it may be kept, and the memory goes on.
  return wasmViews()[dtype].slice(first, first + sizeOf(shape));
}

/** Its one element. */
export function scalarOf(slot: number, layout: Layout, located: Slots, region: number): number {
  const { dtype } = located.get(slot)!.slot.type;
  return wasmViews()[dtype][addressOf(slot, layout, region) / bytesPer[dtype]]!;
}

type Slots = ReadonlyMap<number, Located>;

function addressOf(slot: number, layout: Layout, region: number): number {
  const where = layout.whereIs(slot);
  const address =
    where.kind === 'region' ? region + where.offset : wasmViews().int32[(region >>> 2) + where.entry]!;
  return address >>> 0;
}
