// Runs a Program by the interpreter of kernels: the oracle of every emitter, and what is left where code must not be generated.
import type { TypedArray } from '../array/nd.ts';
import { sizeOf } from '../ir/types.ts';
import { interpret } from '../loop/interpret.ts';
import type { Program, Step } from '../lower/program.ts';
import { InternalError, invariant } from '../util/errors.ts';
import {
  argumentIndex,
  arrayClasses,
  checkBinding,
  constantArray,
  type Located,
  locate,
  type Mark,
  shownSlots,
  unmarked,
  type View,
} from './memory.ts';

/** A function that runs the program on the arrays of its inputs, then of its outputs by index. `mark` is told of mark steps. */
export function interpreterOf(
  program: Program,
  mark: Mark = unmarked,
): (arrays: readonly TypedArray[]) => void {
  const located = locate(program);
  const arena = new ArrayBuffer(program.arenaBytes);
  const own = new Map<number, View>();
  for (const [id, place] of located) {
    const view = ownView(place, arena);
    if (view !== undefined) own.set(id, view);
  }
  return (arrays) => {
    const arrayOf = (id: number): View => {
      const place = located.get(id);
      invariant(place !== undefined, `step on slot ${id}, which does not exist`);
      const argument = argumentIndex(place.memory, program);
      const array = argument === undefined ? own.get(id) : arrays[argument];
      if (array === undefined) throw new InternalError(`slot ${id} was given no array`);
      return array;
    };
    const run = (steps: readonly Step[]): void => {
      for (const step of steps) {
        switch (step.kind) {
          case 'run':
            checkBinding(step.kernel, step.slots, located);
            interpret(step.kernel, step.slots.map(arrayOf));
            break;
          case 'effect':
            if (!step.effect.fails || arrayOf(step.slots[0]!)[0] === 0)
              step.effect.run(shownSlots(step).map(arrayOf));
            break;
          case 'copy':
            arrayOf(step.to).set(arrayOf(step.from));
            break;
          case 'mark':
            mark(step.id);
            break;
          case 'if': {
            const selector = arrayOf(step.selector)[0]!;
            const isBool = located.get(step.selector)?.slot.type.dtype === 'bool';
            const last = step.branches.length - 1;
            run(step.branches[isBool ? Number(selector === 0) : Math.max(0, Math.min(selector, last))]!);
            break;
          }
          case 'while':
            for (run(step.before); arrayOf(step.cond)[0] !== 0; run(step.before)) run(step.body);
            break;
        }
      }
    };
    run(program.steps);
  };
}

/** The memory that a slot has for itself between calls. */
function ownView({ slot, memory }: Located, arena: ArrayBuffer): View | undefined {
  if (memory.kind === 'constant') return constantArray(slot.type.dtype, memory.data);
  if (memory.kind !== 'arena') return undefined;
  return new arrayClasses[slot.type.dtype](arena, memory.offset, sizeOf(slot.type.shape));
}
