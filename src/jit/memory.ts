// What a program does with the memory of its parameters and results.
import { argumentIndex, locate } from '../codegen/memory.ts';
import { allSteps, type Program } from '../lower/program.ts';
import { invariant } from '../util/errors.ts';

/** Arrays are counted as a program takes them: those of the parameters, then one per result. */
export interface MemoryUse {
  /** Per parameter: is its array written? */
  readonly overwritten: readonly boolean[];
  /** Per result: the array it lies in. */
  readonly arrayOfOutput: readonly number[];
}

export function memoryUse(program: Program): MemoryUse {
  const located = locate(program);
  // The array a slot lies in; undefined for memory of the program's own.
  const arrayOf = (id: number): number | undefined => argumentIndex(located.get(id)!.memory, program);
  const written = new Set<number | undefined>();
  for (const step of allSteps(program.steps)) {
    switch (step.kind) {
      case 'run':
        step.slots.forEach((id, i) => {
          if (step.kernel.buffers[i]!.role !== 'in') written.add(arrayOf(id));
        });
        break;
      case 'copy':
        written.add(arrayOf(step.to));
        break;
      case 'effect':
      case 'mark':
      case 'if':
      case 'while':
        break;
    }
  }
  return {
    overwritten: program.inputs.map((_, i) => written.has(i)),
    arrayOfOutput: program.outputs.map((id, k) => {
      const array = arrayOf(id);
      invariant(
        array !== undefined,
        `result ${k} of program ${program.name} lies in memory of the program's own`,
      );
      return array;
    }),
  };
}
