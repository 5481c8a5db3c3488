// Where the arrays of a program are: in its region, or where the table at the region's head says at each call.
import { type DType, sizeOf } from '../../ir/types.ts';
import type { Kernel, Scalar } from '../../loop/kernel.ts';
import { kernelsOf, type Program, type Step } from '../../lower/program.ts';
import { InternalError, invariant } from '../../util/errors.ts';
import { argumentIndex, type Located } from '../memory.ts';
import { roundUp } from './heap.ts';

/** An array in the region. */
export interface Place {
  readonly dtype: DType;
  /** Bytes from the beginning of the region. */
  readonly offset: number;
}

/** An array of a call. */
export interface Argument {
  readonly dtype: DType;
  /** Elements. */
  readonly size: number;
  /** Does the program read what the caller's array holds, and does it write it? */
  readonly comesIn: boolean;
  readonly goesOut: boolean;
  /** A place in the region, or an entry of the table of addresses at its head. */
  readonly where:
    | { readonly kind: 'region'; readonly offset: number }
    | { readonly kind: 'table'; readonly entry: number };
}

export interface Layout {
  /** The inputs, then the outputs; null for an output that has no array of its own. */
  readonly arguments: readonly (Argument | null)[];
  /** In the order of the constant slots. */
  readonly constants: readonly Place[];
  readonly bytes: number;
  whereIs(slot: number): Argument['where'];
  bytesOf(slot: number): number;
  /** Of the scratch buffers of a kernel: the n-th of a type is the same memory in all kernels. */
  scratchOf(kernel: Kernel): readonly number[];
  /** From the scratch memory of one thread to that of the next. */
  readonly scratchBytes: number;
}

// Until all that is before it is laid out.
const nowhere: Argument['where'] = { kind: 'region', offset: -1 };

const scalarBytes: Readonly<Record<Scalar, number>> = { f32: 4, f64: 8, i32: 4, bool: 1 };
export const bytesPer: Readonly<Record<DType, number>> = { float32: 4, int32: 4, bool: 1 };

const vectorBytes = 16;

// Up to this size an array is copied at each call: remembering where it is would take as long, in the call or in the collector.
export const smallBytes: number = 2 ** 14;
// Up to this size a result is a part of a block until somebody asks for an array.
const packedBytes = 4096;

/** Results that lie in the region, and of which the program makes numbers and parts of blocks if it is given no arrays for them. */
export function comesPacked(dtype: DType, size: number): boolean {
  return size === 1 || isPacked(dtype, size);
}

/** Do the elements lie next to those of its like? Then arguments that are the results of one call, in the same order, are copied at once. */
export function isPacked(dtype: DType, size: number): boolean {
  return dtype === 'float32' && size > 1 && size * bytesPer[dtype] <= packedBytes;
}

/** The table first, then constants, small inputs and outputs, the arena and the scratch memory of each thread. */
export function layOut(program: Program, located: ReadonlyMap<number, Located>, threads = 1): Layout {
  let bytes = 0;
  const take = (size: number): number => {
    const offset = roundUp(bytes);
    bytes = roundUp(offset + size);
    return offset;
  };
  const takeNext = (size: number): number => {
    const offset = Math.ceil(bytes / vectorBytes) * vectorBytes;
    bytes = offset + size;
    return offset;
  };
  const traffic = trafficOf(program, located);
  let entries = 0;
  const argument = (slot: number, index: number): Argument => {
    const { dtype, shape } = located.get(slot)!.slot.type;
    const size = sizeOf(shape);
    const { goesOut, ...before } = traffic(index);
    // Nothing is in the array of a result yet, whatever the order in which loops and branches seem to read and write it.
    const comesIn = before.comesIn && index < program.inputs.length;
    // What is updated in place is mostly state, which lies in the memory.
    const found = (comesIn && goesOut) || size * bytesPer[dtype] > smallBytes;
    return { dtype, size, comesIn, goesOut, where: found ? { kind: 'table', entry: entries++ } : nowhere };
  };
  const unplaced = [
    ...program.inputs.map(argument),
    ...program.outputs.map((slot, index) => {
      const { memory } = located.get(slot)!;
      const own = memory.kind === 'output' && memory.index === index;
      return own ? argument(slot, program.inputs.length + index) : null;
    }),
  ];
  take(entries * bytesPer.int32);
  const constantSlots = program.slots.filter((s) => s.place.kind === 'constant');
  const constants = constantSlots.map(({ type }): Place => {
    const { dtype, shape } = type;
    return { dtype, offset: take(sizeOf(shape) * bytesPer[dtype]) };
  });
  const constantOffsets = new Map(constantSlots.map((s, i) => [s.place, constants[i]!.offset]));
  const places = [...unplaced];
  const small = places.flatMap((a, i) => (a?.where === nowhere ? [{ a, i }] : []));
  const isInput = ({ i }: { readonly i: number }): boolean => i < program.inputs.length;
  for (const group of [small.filter(isInput), small.filter((x) => !isInput(x))]) {
    const next = group.filter(({ a }) => isPacked(a.dtype, a.size));
    const others = group.filter(({ a }) => !isPacked(a.dtype, a.size));
    for (const { a, i } of [...next, ...others])
      places[i] = { ...a, where: { kind: 'region', offset: takeNext(a.size * bytesPer[a.dtype]) } };
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
  for (const kernel of kernelsOf(program)) scratchNames(kernel);
  const scratchStart = bytes;
  const scratchOffsets = new Map(
    [...scratch].map(([name, { type, size }]) => [name, take(size * scalarBytes[type])]),
  );
  const scratchBytes = bytes - scratchStart;
  const inRegion = (offset: number): Argument['where'] => ({ kind: 'region', offset });
  return {
    arguments: places,
    constants,
    bytes: bytes + (threads - 1) * scratchBytes,
    scratchBytes,
    whereIs(slot) {
      const found = located.get(slot);
      invariant(found !== undefined, `step on slot ${slot}, which does not exist`);
      const { memory } = found;
      if (memory.kind === 'arena') return inRegion(arena + memory.offset);
      if (memory.kind === 'constant') return inRegion(constantOffsets.get(memory)!);
      const place = places[argumentIndex(memory, program)!];
      if (!place) throw new InternalError(`slot ${slot} lies in an output that has no array`);
      return place.where;
    },
    bytesOf(slot) {
      const { dtype, shape } = located.get(slot)!.slot.type;
      return sizeOf(shape) * bytesPer[dtype];
    },
    scratchOf: (kernel) => scratchNames(kernel).map((name) => scratchOffsets.get(name)!),
  };
}

/** By the number of an argument: is its array read before it is written, and is it written? */
function trafficOf(
  program: Program,
  located: ReadonlyMap<number, Located>,
): (argument: number) => Pick<Argument, 'comesIn' | 'goesOut'> {
  const read = new Set<number>();
  const written = new Set<number>();
  const argumentOf = (slot: number): number | undefined => {
    const memory = located.get(slot)?.memory;
    return memory && argumentIndex(memory, program);
  };
  // What is written only in some runs keeps in others what it held. In the array of a result that was nothing: a kernel that updates it has written it.
  const touch = (slot: number, reads: boolean, writes: boolean, always: boolean): void => {
    const argument = argumentOf(slot);
    if (argument === undefined) return;
    const held = argument < program.inputs.length && !written.has(argument);
    if (held && (reads || !always)) read.add(argument);
    if (writes) written.add(argument);
  };
  const walk = (steps: readonly Step[], always: boolean): void => {
    for (const step of steps) {
      switch (step.kind) {
        case 'effect':
          for (const slot of step.slots) touch(slot, true, false, always);
          break;
        case 'copy':
          touch(step.from, true, false, always);
          touch(step.to, false, true, always);
          break;
        case 'run':
          step.slots.forEach((slot, i) => {
            const role = step.kernel.buffers[i]?.role;
            touch(slot, role !== 'out', role !== 'in', always);
          });
          break;
        case 'mark':
          break;
        case 'if':
          touch(step.selector, true, false, always);
          for (const branch of step.branches) walk(branch, false);
          break;
        case 'while':
          walk(step.before, always);
          touch(step.cond, true, false, always);
          walk(step.body, false);
          break;
      }
    }
  };
  walk(program.steps, true);
  return (argument) => ({ comesIn: read.has(argument), goesOut: written.has(argument) });
}
