// Where the slots of a program live: aliases followed to their memory, views made on the arena.
import { bytesOf, type DType, sizeOf } from '../ir/types.ts';
import type { Kernel, Scalar } from '../loop/kernel.ts';
import type { Place, Program, Slot, Step } from '../lower/program.ts';
import { invariant } from '../util/errors.ts';

export type Memory = Exclude<Place, { readonly kind: 'alias' }>;
export type View = Float32Array | Int32Array | Uint8Array;

/** What the elements of a slot lie in. */
export const arrayClasses: {
  readonly float32: typeof Float32Array;
  readonly int32: typeof Int32Array;
  readonly bool: typeof Uint8Array;
} = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** Told by mark steps that the program has come to the mark `id`. */
export type Mark = (id: number) => void;

export const unmarked: Mark = () => {};

/** A slot with the place its memory really is at. */
export interface Located {
  readonly slot: Slot;
  readonly memory: Memory;
}

/** Every slot by its id. Checks what the emitters rely on: aliases end somewhere and keep dtype and size, arena views lie in the arena. */
export function locate(program: Program): ReadonlyMap<number, Located> {
  const slots = new Map(program.slots.map((s) => [s.id, s]));
  const located = new Map<number, Located>();
  for (const slot of program.slots) {
    let base = slot;
    for (let hops = 0; base.place.kind === 'alias'; hops++) {
      const next = slots.get(base.place.of);
      invariant(next !== undefined && hops < slots.size, `slot ${slot.id} is an alias of no memory`);
      base = next;
    }
    const memory = base.place as Memory;
    invariant(
      base.type.dtype === slot.type.dtype && sizeOf(base.type.shape) === sizeOf(slot.type.shape),
      `slot ${slot.id} is an alias of slot ${base.id}, which has another dtype or size`,
    );
    if (memory.kind === 'arena') {
      const bytes = sizeOf(slot.type.shape) * bytesOf(slot.type.dtype);
      invariant(
        memory.offset >= 0 && memory.offset % 4 === 0 && memory.offset + bytes <= program.arenaBytes,
        `slot ${slot.id} lies outside the arena`,
      );
    }
    located.set(slot.id, { slot, memory });
  }
  return located;
}

/** Where a slot is among the arrays of one call: inputs first, then outputs by index. Undefined for memory of the program's own. */
export function argumentIndex(memory: Memory, program: Program): number | undefined {
  if (memory.kind === 'input') return memory.index;
  if (memory.kind === 'output') return program.inputs.length + memory.index;
  return undefined;
}

/** A fresh array with the elements of a constant slot. */
export function constantArray(dtype: DType, data: readonly number[]): View {
  return arrayClasses[dtype].from(data);
}

/** The constant arrays of a program, in the order of its slots. */
export function constantsOf(program: Program): View[] {
  return program.slots.flatMap(({ type, place }) =>
    place.kind === 'constant' ? [constantArray(type.dtype, place.data)] : [],
  );
}

const scalarOf: Readonly<Record<DType, Scalar>> = { float32: 'f32', int32: 'i32', bool: 'bool' };

export type EffectStep = Extract<Step, { readonly kind: 'effect' }>;

/** The slots an effect sees: not the condition of one that fails. */
export function shownSlots({ effect, slots }: EffectStep): readonly number[] {
  return effect.fails ? slots.slice(1) : slots;
}

/** Checks that a kernel's buffers, scratch aside, are bound to slots of their type and size. */
export function checkBinding(
  kernel: Kernel,
  slots: readonly number[],
  located: ReadonlyMap<number, Located>,
): void {
  const bound = kernel.buffers.filter((b) => b.role !== 'scratch');
  invariant(
    bound.length === slots.length,
    `kernel ${kernel.name} has ${bound.length} buffers, but ${slots.length} slots`,
  );
  bound.forEach((buffer, i) => {
    const slot = located.get(slots[i]!)?.slot;
    invariant(
      slot !== undefined &&
        scalarOf[slot.type.dtype] === buffer.type &&
        sizeOf(slot.type.shape) === buffer.size,
      `buffer ${buffer.name} of kernel ${kernel.name} does not fit slot ${slots[i]}`,
    );
  });
}
