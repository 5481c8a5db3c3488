// A whole program as one module: a function per kernel, one that runs the steps, and the memory they work on.
import type { TypedArray } from '../../array/nd.ts';
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

/** A module, and where it finds things. */
export interface WasmModule {
  readonly bytes: Uint8Array;
  readonly layout: Layout;
  /** Of assertions: the exported function returns 0, or one more than the index of the message. */
  readonly messages: readonly string[];
}

const oneCharacterPerByte = new TextDecoder('latin1');

/** `fast` rounds a product and its sum once where the engine can. */
export type Precision = 'strict' | 'fast';

/** The module of a program. */
export function emitModule(program: Program, precision: Precision = 'strict'): WasmModule {
  const located = locate(program);
  const layout = layOut(program, located);
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
      case 'copy':
        address(layout.whereIs(step.to));
        address(layout.whereIs(step.from));
        code.i32(layout.bytesOf(step.to) | 0);
        code.memoryCopy();
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
      default:
        unreachable(step);
    }
  };
  for (const step of program.steps) emitStep(step);
  code.i32(0);
  const run = functions.add({ ...code.finish(), names: { name: exportName, params: ['region'] } });
  return {
    bytes: encodeModule(functions.list, run, isShared()),
    layout,
    messages: functions.messages,
  };
}

/** A function that runs the program on the arrays of its inputs, then of its outputs by index. */
export function compileWasm(
  program: Program,
  precision: Precision = 'strict',
): (arrays: readonly TypedArray[]) => void {
  const { bytes, layout, messages } = emitModule(program, precision);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes as BufferSource), {
    [memoryImport.module]: { [memoryImport.name]: wasmMemory() },
  });
  const call = exports[exportName] as (region: number) => number;
  const run = (arrays: readonly TypedArray[]): void => {
    const status = call(args.enter(arrays) | 0);
    if (status !== 0) throw new ArgumentError(messages[status - 1] ?? `failure ${status}`);
    args.leave(arrays);
  };
  const args = new Arguments(program, layout, run);
  return run;
}
