// A whole program as one module: a function per kernel, one that runs the steps, and the memory they work on.
import type { TypedArray } from '../../array/nd.ts';
import { type DType, sizeOf } from '../../ir/types.ts';
import type { Kernel, Scalar } from '../../loop/kernel.ts';
import type { Program } from '../../lower/program.ts';
import { ArgumentError, InternalError, invariant } from '../../util/errors.ts';
import { argumentIndex, checkBinding, constantsOf, type Located, locate } from '../memory.ts';
import { Code } from './code.ts';
import { roundUp } from './heap.ts';
import { emitKernel } from './kernel.ts';
import { Functions } from './library.ts';
import { giveBackWith, takeRegion, wasmMemory, wasmViews } from './memory.ts';
import { encodeModule, exportName, memoryImport } from './module.ts';

/** A module and where it finds things, in bytes from the beginning of the program's region. */
export interface WasmModule {
  readonly bytes: Uint8Array;
  /** Of the arrays of the inputs, then of the outputs; null for an output that has no array of its own. */
  readonly arguments: readonly (Place | null)[];
  /** In the order of the constant slots. */
  readonly constants: readonly Place[];
  readonly regionBytes: number;
  /** Of assertions: the exported function returns 0, or one more than the index of the message. */
  readonly messages: readonly string[];
}

interface Place {
  readonly dtype: DType;
  readonly offset: number;
  readonly size: number;
  /** Is it read before it is written, and is it written? */
  readonly comesIn: boolean;
  readonly goesOut: boolean;
}

/** The module of a program. */
export function emitModule(program: Program): WasmModule {
  const located = locate(program);
  const layout = layOut(program, located);
  const functions = new Functions();
  const known = new Map<string, number>();
  const kernelFunction = (kernel: Kernel): number => {
    const f = emitKernel(kernel, functions);
    // Kernels of one text are one function.
    const key = `${f.params.length} ${f.locals} ${String.fromCharCode(...f.body.subarray(0, 4096))} ${f.body.length}`;
    const same = f.body.length <= 4096 ? known.get(key) : undefined;
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
    code.call(kernelFunction(step.kernel));
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
    arguments: layout.arguments,
    constants: layout.constants,
    regionBytes: layout.bytes,
    messages: functions.messages,
  };
}

interface Layout extends Pick<WasmModule, 'arguments' | 'constants'> {
  readonly bytes: number;
  offsetOf(slot: number): number;
  bytesOf(slot: number): number;
  /** Of the scratch buffers of a kernel: the n-th of a type is the same memory in all kernels. */
  scratchOf(kernel: Kernel): readonly number[];
}

const scalarBytes: Readonly<Record<Scalar, number>> = { f32: 4, f64: 8, i32: 4, bool: 1 };
const bytesPer: Readonly<Record<DType, number>> = { float32: 4, int32: 4, bool: 1 };

/** Constants first, then inputs, outputs, the arena and scratch memory. */
function layOut(program: Program, located: ReadonlyMap<number, Located>): Layout {
  let bytes = 0;
  const take = (size: number): number => {
    const offset = bytes;
    bytes += roundUp(size);
    return offset;
  };
  const written = writtenSlots(program);
  const place = (slot: number, comesIn: boolean, goesOut: boolean): Place => {
    const { dtype, shape } = located.get(slot)!.slot.type;
    const size = sizeOf(shape);
    return { dtype, size, offset: take(size * bytesPer[dtype]), comesIn, goesOut };
  };
  const constantSlots = program.slots.filter((s) => s.place.kind === 'constant');
  const constants = constantSlots.map((s) => place(s.id, true, false));
  const constantOffsets = new Map(constantSlots.map((s, i) => [s.place, constants[i]!.offset]));
  const places: (Place | null)[] = program.inputs.map((slot, index) => place(slot, true, written.has(index)));
  for (const [index, slot] of program.outputs.entries()) {
    const { memory } = located.get(slot)!;
    const own = memory.kind === 'output' && memory.index === index;
    places.push(own ? place(slot, false, true) : null);
  }
  const arena = take(program.arenaBytes);
  const scratch = new Map<string, { readonly type: Scalar; size: number }>();
  const scratchNames = ({ buffers }: Kernel): string[] => {
    const counts = new Map<Scalar, number>();
    return buffers.flatMap(({ role, type, size }) => {
      if (role !== 'scratch') return [];
      const n = counts.get(type) ?? 0;
      counts.set(type, n + 1);
      const name = `${type} ${n}`;
      scratch.set(name, { type, size: Math.max(size, scratch.get(name)?.size ?? 0) });
      return [name];
    });
  };
  for (const step of program.steps) if (step.kind === 'run') scratchNames(step.kernel);
  const scratchOffsets = new Map(
    [...scratch].map(([name, { type, size }]) => [name, take(size * scalarBytes[type])]),
  );
  const offsetOf = (slot: number): number => {
    const found = located.get(slot);
    invariant(found !== undefined, `step on slot ${slot}, which does not exist`);
    const { memory } = found;
    if (memory.kind === 'arena') return arena + memory.offset;
    if (memory.kind === 'constant') return constantOffsets.get(memory)!;
    const argument = places[argumentIndex(memory, program)!];
    if (!argument) throw new InternalError(`slot ${slot} lies in an output that has no array`);
    return argument.offset;
  };
  return {
    arguments: places,
    constants,
    bytes,
    offsetOf,
    bytesOf(slot) {
      const { dtype, shape } = located.get(slot)!.slot.type;
      return sizeOf(shape) * bytesPer[dtype];
    },
    scratchOf: (kernel) => scratchNames(kernel).map((name) => scratchOffsets.get(name)!),
  };

  function writtenSlots({ steps }: Program): ReadonlySet<number> {
    const found = new Set<number>();
    const write = (slot: number): void => {
      const memory = located.get(slot)?.memory;
      if (memory?.kind === 'input') found.add(memory.index);
    };
    for (const step of steps) {
      if (step.kind === 'copy') write(step.to);
      else step.slots.forEach((slot, i) => step.kernel.buffers[i]?.role !== 'in' && write(slot));
    }
    return found;
  }
}

/** A function that runs the program on the arrays of its inputs, then of its outputs by index. */
export function compileWasm(program: Program): (arrays: readonly TypedArray[]) => void {
  const module = emitModule(program);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes as BufferSource), {
    [memoryImport.module]: { [memoryImport.name]: wasmMemory() },
  });
  const call = exports[exportName] as (region: number) => number;
  const constants = constantsOf(program);
  const into = module.arguments.flatMap((place, at) => (place?.comesIn ? [{ ...place, at }] : []));
  const out = module.arguments.flatMap((place, at) => (place?.goesOut ? [{ ...place, at }] : []));
  let region: number | undefined;
  // Views of what goes out, for the memory as it was when they were made.
  let results: TypedArray[] = [];
  let buffer: ArrayBufferLike | undefined;

  const start = (): number => {
    const address = takeRegion(module.regionBytes, program.name);
    giveBackWith(run, address);
    const views = wasmViews();
    module.constants.forEach(({ dtype, offset }, i) => {
      copyIn(views[dtype], constants[i]!, address + offset, dtype);
    });
    return address;
  };
  const run = (arrays: readonly TypedArray[]): void => {
    region ??= start();
    const views = wasmViews();
    for (const { at, dtype, offset } of into) copyIn(views[dtype], arrays[at]!, region + offset, dtype);
    const status = call(region | 0);
    if (status !== 0) throw new ArgumentError(module.messages[status - 1] ?? `failure ${status}`);
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
