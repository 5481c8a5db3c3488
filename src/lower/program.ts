// The Program: what runs, in which order, on which memory. Nothing after it decides anything; the emitters spell it.
import type { TypedArray } from '../array/nd.ts';
import type { TensorType } from '../ir/types.ts';
import type { Kernel } from '../loop/kernel.ts';

/** A buffer of the program, row-major. */
export interface Slot {
  readonly id: number;
  readonly type: TensorType;
  readonly place: Place;
}

export type Place =
  /** The caller's array for parameter `index`; read-only unless the parameter is donated or a variable's own state. */
  | { readonly kind: 'input'; readonly index: number }
  /** A fresh array for result `index`, handed to the caller. */
  | { readonly kind: 'output'; readonly index: number }
  /** `offset` bytes into the arena, 64-byte aligned. */
  | { readonly kind: 'arena'; readonly offset: number }
  /** Constant data that kernels read (large constants; scalars are spelled into the code). */
  | { readonly kind: 'constant'; readonly data: readonly number[] }
  /** The same memory as another slot under another type (reshape), or an in-place update of it. */
  | { readonly kind: 'alias'; readonly of: number };

export type Step =
  /** Runs a kernel; `slots[i]` is the memory of `kernel.buffers[i]`. Scratch buffers, which come last, have no slot. */
  | { readonly kind: 'run'; readonly kernel: Kernel; readonly slots: readonly number[] }
  /** Calls the host with the contents of slots. Where it `fails`, only if the first slot, a bool, is false, and then the program ends. */
  | { readonly kind: 'effect'; readonly effect: Effect; readonly slots: readonly number[] }
  /** Copies all elements of one slot to another of the same size and dtype. */
  | { readonly kind: 'copy'; readonly from: number; readonly to: number }
  /** Tells the host that the program has come this far. Lowering writes none: a profile puts them between steps. */
  | { readonly kind: 'mark'; readonly id: number }
  /** Runs one branch. A bool slot chooses the first where it is true, else the second; an int32 slot chooses by position, clamped to those there are. */
  | { readonly kind: 'if'; readonly selector: number; readonly branches: readonly (readonly Step[])[] }
  /** Runs `before`; as long as the bool slot `cond` is true, `body` and `before` again. */
  | {
      readonly kind: 'while';
      readonly before: readonly Step[];
      readonly cond: number;
      readonly body: readonly Step[];
    };

/** What the host does. */
export interface Effect {
  readonly name: string;
  readonly fails: boolean;
  /** On the arrays of the slots, without the condition of one that fails. They are to be looked at only while it runs. */
  run(arrays: readonly TypedArray[]): void;
}

export interface Program {
  readonly name: string;
  readonly slots: readonly Slot[];
  /** Slot of each parameter, and of each result. A result slot may be (an alias of) an input: then the caller gets that input's data. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly steps: readonly Step[];
  readonly arenaBytes: number;
}

/** All steps, those inside of branches and loops included, in program order. */
export function allSteps(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step) => {
    switch (step.kind) {
      case 'run':
      case 'copy':
      case 'effect':
      case 'mark':
        return [step];
      case 'if':
        return [step, ...step.branches.flatMap(allSteps)];
      case 'while':
        return [step, ...allSteps(step.before), ...allSteps(step.body)];
    }
  });
}

/** The kernels, in the order in which steps name them. */
export function kernelsOf({ steps }: Pick<Program, 'steps'>): readonly Kernel[] {
  return allSteps(steps).flatMap((step) => (step.kind === 'run' ? [step.kernel] : []));
}
