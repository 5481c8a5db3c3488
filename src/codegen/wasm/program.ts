// A whole program as one module: a function per kernel, one that runs the steps, and the memory they work on.
import type { TypedArray } from '../../array/nd.ts';
import type { DType } from '../../ir/types.ts';
import type { Kernel } from '../../loop/kernel.ts';
import type { Program } from '../../lower/program.ts';
import { ArgumentError } from '../../util/errors.ts';
import { checkBinding, constantsOf, locate } from '../memory.ts';
import { Code } from './code.ts';
import { emitKernel } from './kernel.ts';
import { bytesPer, type Layout, layOut } from './layout.ts';
import { Functions } from './library.ts';
import { giveBackWith, takeRegion, wasmMemory, wasmViews } from './memory.ts';
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
    const index = functions.add(f);
    known.set(key, index);
    return index;
  };
  const code = new Code({ params: ['i32'], results: ['i32'] });
  const [region, status] = [0, code.local('i32')];
  const address = (offset: number): void => {
    code.get(region);
    code.i32(offset | 0);
    code.op('i32.add');
  };
  for (const step of program.steps) {
    if (step.kind === 'copy') {
      address(layout.offsetOf(step.to));
      address(layout.offsetOf(step.from));
      code.i32(layout.bytesOf(step.to) | 0);
      code.memoryCopy();
      continue;
    }
    checkBinding(step.kernel, step.slots, located);
    for (const offset of [...step.slots.map(layout.offsetOf), ...layout.scratchOf(step.kernel)])
      address(offset);
    code.call(functionOf(step.kernel));
    code.tee(status);
    code.branch(() => {
      code.get(status);
      code.op('return');
    });
  }
  code.i32(0);
  const run = functions.add(code.finish());
  return {
    bytes: encodeModule(functions.list, run),
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
  // Until the first call, when they go where they stay.
  let constants = constantsOf(program);
  const into = layout.arguments.flatMap((place, at) => (place?.comesIn ? [{ ...place, at }] : []));
  const out = layout.arguments.flatMap((place, at) => (place?.goesOut ? [{ ...place, at }] : []));
  let region: number | undefined;
  // Views of what goes out, for the memory as it was when they were made.
  let results: TypedArray[] = [];
  let buffer: ArrayBufferLike | undefined;

  const start = (): number => {
    const address = takeRegion(layout.bytes, program.name);
    giveBackWith(run, address);
    const views = wasmViews();
    layout.constants.forEach(({ dtype, offset }, i) => {
      copyIn(views[dtype], constants[i]!, address + offset, dtype);
    });
    constants = [];
    return address;
  };
  const run = (arrays: readonly TypedArray[]): void => {
    region ??= start();
    const views = wasmViews();
    for (const { at, dtype, offset } of into) copyIn(views[dtype], arrays[at]!, region + offset, dtype);
    const status = call(region | 0);
    if (status !== 0) throw new ArgumentError(messages[status - 1] ?? `failure ${status}`);
    if (views.bool.buffer !== buffer) {
      buffer = views.bool.buffer;
      const from = region;
      results = out.map(({ dtype, offset, size }) => {
        const first = (from + offset) / bytesPer[dtype];
        return views[dtype].subarray(first, first + size);
      });
    }
    for (let i = 0; i < out.length; i++) arrays[out[i]!.at]!.set(results[i]!);
  };
  return run;
}

function copyIn(view: TypedArray, array: TypedArray, address: number, dtype: DType): void {
  view.set(array, address / bytesPer[dtype]);
}
