// From shared memory to a Program: places for every piece of it, a slot for every shape it is seen in, steps bound to slots.
import type { Value } from '../ir/func.ts';
import { bytesOf, type Shape, type TensorType } from '../ir/types.ts';
import { allocateOffsets } from './arena.ts';
import type { Block, Node, Plan } from './blocks.ts';
import type { Unit } from './kernels.ts';
import type { Decisions, Storage } from './memory.ts';
import type { Place, Program, Slot, Step } from './program.ts';

export function layOut({ name, params, block }: Plan, decisions: Decisions): Program {
  const { results } = block;
  const { placeOf, arenaBytes } = placing(
    decisions.made,
    results.map((r) => decisions.storageOf(r)),
  );
  const slots: Slot[] = [];
  const addSlot = (type: TensorType, place: Place): number => {
    slots.push({ id: slots.length, type, place });
    return slots.length - 1;
  };
  // The first shape that memory is seen in owns it; another shape is an alias.
  const shapes = new Map<Storage, Map<string, number>>();
  const slotIn = (storage: Storage, shape: Shape): number => {
    const known = shapes.get(storage) ?? new Map<string, number>();
    shapes.set(storage, known);
    const key = shape.join();
    const [owner] = known.values();
    const type = { dtype: storage.dtype, shape };
    const id =
      known.get(key) ?? addSlot(type, owner === undefined ? placeOf(storage) : { kind: 'alias', of: owner });
    known.set(key, id);
    return id;
  };
  const slotOf = (value: Value): number => slotIn(decisions.storageOf(value), value.type.shape);
  const ofMemory = (storage: Storage): number => {
    const [any] = shapes.get(storage)?.values() ?? [];
    return any ?? slotIn(storage, storage.values[0]?.type.shape ?? [storage.size]);
  };
  const copies = (place: Unit | Node | Block): Step[] =>
    decisions
      .copiesAt(place)
      .map(({ from, to }): Step => ({ kind: 'copy', from: ofMemory(from), to: ofMemory(to) }));
  const stepsOf = (b: Block): Step[] => [...b.nodes.flatMap(step), ...copies(b)];
  const step = (node: Node): readonly Step[] => {
    switch (node.kind) {
      case 'unit':
        return [...copies(node.unit), runStep(node.unit)];
      case 'effect':
        return [{ kind: 'effect', effect: node.effect, slots: node.args.map(slotOf) }];
      case 'if':
        return [{ kind: 'if', selector: slotOf(node.selector), branches: node.branches.map(stepsOf) }];
      case 'while': {
        const first = copies(node);
        const before = stepsOf(node.cond);
        return [
          ...first,
          { kind: 'while', before, cond: slotOf(node.cond.results[0]!), body: stepsOf(node.body) },
        ];
      }
    }
  };
  const runStep = (unit: Unit): Step => {
    const kernel = decisions.kernelOf(unit);
    const values = [...unit.args, ...unit.results];
    const heldIn = new Map(values.map((value, i) => [unit.kernel.buffers[i]!.name, value]));
    const bound = kernel.buffers.flatMap((b) => heldIn.get(b.name) ?? []);
    return { kind: 'run', kernel, slots: bound.map(slotOf) };
  };
  const inputs = params.map(slotOf);
  const steps = stepsOf(block);
  // Constant data belongs to the program: a result is a copy of it.
  const outputs = results.map((value, index) => {
    const from = slotOf(value);
    if (decisions.storageOf(value).constant === undefined) return from;
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
