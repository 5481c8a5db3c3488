// What a program does with the memory of its parameters and results.
import type { Program } from '../lower/program.ts';
import { invariant } from '../util/errors.ts';

/** Arrays are counted as a program takes them: those of the parameters, then one per result. */
export interface MemoryUse {
  /** Per parameter: is its array written? */
  readonly overwritten: readonly boolean[];
  /** Per result: the array it lies in. */
  readonly arrayOfOutput: readonly number[];
}

export function memoryUse({ name, slots, inputs, outputs, steps }: Program): MemoryUse {
  const byId = new Map(slots.map((slot) => [slot.id, slot]));
  // The array a slot lies in; null for memory of the program's own.
  const arrayOf = (id: number): number | null => {
    const { place } = byId.get(id)!;
    switch (place.kind) {
      case 'alias':
        return arrayOf(place.of);
      case 'input':
        return place.index;
      case 'output':
        return inputs.length + place.index;
      case 'arena':
      case 'constant':
        return null;
    }
  };
  const written = new Set<number | null>();
  for (const step of steps) {
    switch (step.kind) {
      case 'run':
        step.slots.forEach((id, i) => {
          if (step.kernel.buffers[i]!.role !== 'in') written.add(arrayOf(id));
        });
        break;
      case 'copy':
        written.add(arrayOf(step.to));
        break;
    }
  }
  return {
    overwritten: inputs.map((_, i) => written.has(i)),
    arrayOfOutput: outputs.map((id, k) => {
      const array = arrayOf(id);
      invariant(array !== null, `result ${k} of program ${name} lies in memory of the program's own`);
      return array;
    }),
  };
}
