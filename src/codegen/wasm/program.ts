// A whole program as one module: a function per kernel, one that runs the steps, and the memory they work on.
import type { TypedArray } from '../../array/nd.ts';
import { sizeOf } from '../../ir/types.ts';
import type { Kernel } from '../../loop/kernel.ts';
import { allSteps, type Program, type Step } from '../../lower/program.ts';
import { ArgumentError, unreachable } from '../../util/errors.ts';
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
import { type Argument, bytesPer, type Layout, layOut } from './layout.ts';
import { Functions } from './library.ts';
import { isShared, wasmMemory, wasmViews } from './memory.ts';
import { effectImport, encodeModule, exportName, markImport, memoryImport } from './module.ts';
import { hasFusedMultiplyAdd } from './support.ts';

/** A module, and where it finds things. */
export interface WasmModule {
  readonly bytes: Uint8Array;
  readonly layout: Layout;
  /** Of assertions: the exported function returns 0, or one more than the index of the message. */
  readonly messages: readonly string[];
  /** Of what it does besides computing: the exported function returns -1 - the index of one that failed; the others it asks the host for by index. */
  readonly effects: readonly EffectStep[];
}

const copiedOneByOne = 4;

const oneCharacterPerByte = new TextDecoder('latin1');

/** `fast` rounds a product and its sum once where the engine can. */
export type Precision = 'strict' | 'fast';

/** The module of a program. */
export function emitModule(program: Program, precision: Precision = 'strict'): WasmModule {
  const located = locate(program);
  const layout = layOut(program, located);
  const all = allSteps(program.steps);
  const imports = [
    ...(all.some((s) => s.kind === 'mark') ? [markImport] : []),
    ...(all.some((s) => s.kind === 'effect' && !s.effect.fails) ? [effectImport] : []),
  ];
  const functions = new Functions(precision === 'fast' && hasFusedMultiplyAdd(), imports.length);
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
  const emittedFunction = (kernel: Kernel): number => {
    const f = emitKernel(kernel, functions);
    // Kernels of one code are one function.
    const key = `${f.params.length} ${f.locals} ${oneCharacterPerByte.decode(f.body)}`;
    const same = known.get(key);
    if (same !== undefined) return same;
    const names = { name: kernel.name, params: kernel.buffers.map((b) => b.name) };
    const index = functions.add({ ...f, names });
    known.set(key, index);
    return index;
  };
  const effects: EffectStep[] = [];
  const code = new Code({ params: ['i32'], results: ['i32'] });
  const [region, status] = [0, code.local('i32')];
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
      case 'effect': {
        const number = effects.push(step);
        if (step.effect.fails) {
          // The host looks at the memory afterwards.
          loadScalar(step.slots[0]!);
          code.op('i32.eqz');
          code.branch(() => {
            code.i32(-number);
            code.op('return');
          });
        } else {
          code.i32(number - 1);
          code.get(region);
          code.call(imports.indexOf(effectImport));
        }
        break;
      }
      case 'copy':
        emitCopy(step.from, step.to);
        break;
      case 'mark':
        code.i32(step.id);
        code.call(imports.indexOf(markImport));
        break;
      case 'run':
        checkBinding(step.kernel, step.slots, located);
        for (const slot of step.slots) address(layout.whereIs(slot));
        for (const offset of layout.scratchOf(step.kernel)) address({ kind: 'region', offset });
        code.call(functionOf(step.kernel));
        code.tee(status);
        code.branch(() => {
          code.get(status);
          code.op('return');
        });
        break;
      case 'if':
        emitBranches(step.selector, step.branches, 0);
        break;
      case 'while':
        code.whileLoop(
          () => {
            step.before.forEach(emitStep);
            loadScalar(step.cond);
          },
          () => step.body.forEach(emitStep),
        );
        break;
      default:
        unreachable(step);
    }
  };
  const loadScalar = (slot: number): void => {
    address(layout.whereIs(slot));
    code.memory(layout.bytesOf(slot) === 1 ? 'i32.load8_u' : 'i32.load', 0);
  };
  const emitBranches = (selector: number, branches: readonly (readonly Step[])[], first: number): void => {
    const emit = (): void => branches[first]!.forEach(emitStep);
    if (first === branches.length - 1) {
      emit();
      return;
    }
    loadScalar(selector);
    if (layout.bytesOf(selector) > 1) {
      code.i32(first);
      code.op('i32.le_s');
    }
    code.branch(emit, () => {
      emitBranches(selector, branches, first + 1);
    });
  };
  const emitCopy = (from: number, to: number): void => {
    const bytes = layout.bytesOf(to);
    // A call of memory.copy costs more than a few elements.
    const word = bytes % 4 === 0 ? 4 : 1;
    const places = [layout.whereIs(to), layout.whereIs(from)];
    if (bytes / word > copiedOneByOne) {
      places.forEach(address);
      code.i32(bytes | 0);
      code.memoryCopy();
      return;
    }
    for (let at = 0; at < bytes; at += word) {
      places.forEach(address);
      code.memory(word === 4 ? 'i32.load' : 'i32.load8_u', at);
      code.memory(word === 4 ? 'i32.store' : 'i32.store8', at);
    }
  };
  for (const step of program.steps) emitStep(step);
  code.i32(0);
  const run = functions.add({ ...code.finish(), names: { name: exportName, params: ['region'] } });
  return {
    bytes: encodeModule(functions.list, run, { shared: isShared(), imports }),
    layout,
    messages: functions.messages,
    effects,
  };
}

/**
 * A function that runs the program on the arrays of its inputs, then of its outputs by index. `mark` is told of mark steps. `flops` are the operations of
 * a call, as far as they are known: they decide how much care the engine takes before the first.
 */
export function compileWasm(
  program: Program,
  precision: Precision = 'strict',
  mark: Mark = unmarked,
  flops = 0,
): (arrays: readonly TypedArray[]) => void {
  const { bytes, layout, messages, effects } = emitModule(program, precision);
  const located = locate(program);
  const effect = (number: number, region: number): void => {
    const step = effects[number]!;
    step.effect.run(shownSlots(step).map((slot) => elementsOf(slot, layout, located, region)));
  };
  const { exports } = new WebAssembly.Instance(compileModule(bytes, flops), {
    [memoryImport.module]: {
      [memoryImport.name]: wasmMemory(),
      [markImport.name]: mark,
      [effectImport.name]: effect,
    },
  });
  const call = exports[exportName] as (region: number) => number;
  const run = (arrays: readonly TypedArray[]): void => {
    const region = args.enter(arrays) | 0;
    const status = call(region);
    if (status < 0) effect(-1 - status, region);
    if (status !== 0) throw new ArgumentError(messages[status - 1] ?? `failure ${status}`);
    args.leave(arrays);
  };
  const args = new Arguments(program, layout, run);
  return run;
}

/** What a slot holds now. */
function elementsOf(
  slot: number,
  layout: Layout,
  located: ReadonlyMap<number, Located>,
  region: number,
): TypedArray {
  const { dtype, shape } = located.get(slot)!.slot.type;
  const views = wasmViews();
  const where = layout.whereIs(slot);
  const address =
    where.kind === 'region' ? region + where.offset : views.int32[region / bytesPer.int32 + where.entry]!;
  const first = (address >>> 0) / bytesPer[dtype];
  // Copied: it may be kept, and the memory goes on.
  return views[dtype].slice(first, first + sizeOf(shape));
}
