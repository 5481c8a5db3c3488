// From shared memory to a Program: places for every piece of it, a slot for every shape it is seen in, steps bound to slots.
import type { Value } from '../ir/func.ts';
import { bytesOf, type TensorType } from '../ir/types.ts';
import type { Kernel } from '../loop/kernel.ts';
import { allocateOffsets } from './arena.ts';
import type { Plan, Storage } from './memory.ts';
import type { Place, Program, Slot, Step } from './program.ts';

export function layOut(
  { name, params, results, units }: Plan,
  kernels: readonly Kernel[],
  storageOf: (value: Value) => Storage,
): Program {
  const { placeOf, arenaBytes } = placing(
    units.flatMap((u) => u.results).map(storageOf),
    results.map(storageOf),
  );
  const slots: Slot[] = [];
  const addSlot = (type: TensorType, place: Place): number => {
    slots.push({ id: slots.length, type, place });
    return slots.length - 1;
  };
  // The first shape that memory is seen in owns it; another shape is an alias.
  const shapes = new Map<Storage, Map<string, number>>();
  const slotOf = (value: Value): number => {
    const storage = storageOf(value);
    const known = shapes.get(storage) ?? new Map<string, number>();
    shapes.set(storage, known);
    const key = value.type.shape.join();
    const [owner] = known.values();
    const id =
      known.get(key) ??
      addSlot(value.type, owner === undefined ? placeOf(storage) : { kind: 'alias', of: owner });
    known.set(key, id);
    return id;
  };
  const inputs = params.map(slotOf);
  const steps = kernels.map((kernel, step): Step => {
    const { kernel: planned, args, results: made } = units[step]!;
    const values = [...args, ...made];
    const heldIn = new Map(values.map((value, i) => [planned.buffers[i]!.name, value]));
    const bound = kernel.buffers.flatMap((b) => heldIn.get(b.name) ?? []);
    return { kind: 'run', kernel, slots: bound.map(slotOf) };
  });
  // Constant data belongs to the program: a result is a copy of it.
  const outputs = results.map((value, index) => {
    const from = slotOf(value);
    if (storageOf(value).constant === undefined) return from;
    const to = addSlot(value.type, { kind: 'output', index });
    steps.push({ kind: 'copy', from, to });
    return to;
  });
  return { name, slots, inputs, outputs, steps, arenaBytes };
}

// What is returned lies in an array of the caller's, all that is made on the way in the arena.
function placing(
  made: readonly Storage[],
  returned: readonly Storage[],
): { readonly placeOf: (s: Storage) => Place; readonly arenaBytes: number } {
  const outputs = new Set(returned);
  const inArena = [...new Set(made)].filter(
    (s) => s.param === undefined && s.constant === undefined && !outputs.has(s),
  );
  const { offsets, bytes } = allocateOffsets(
    inArena.map(({ first, last, size, dtype }) => ({ first, last, bytes: size * bytesOf(dtype) })),
  );
  const offsetOf = new Map(inArena.map((s, i) => [s, offsets[i]!]));
  const placeOf = (s: Storage): Place => {
    if (s.param !== undefined) return { kind: 'input', index: s.param };
    if (s.constant !== undefined) return { kind: 'constant', data: s.constant };
    const offset = offsetOf.get(s);
    return offset === undefined ? { kind: 'output', index: returned.indexOf(s) } : { kind: 'arena', offset };
  };
  return { placeOf, arenaBytes: bytes };
}
