// The steps of a program as instructions of the function that runs it: calls of kernels on addresses, copies, branches and loops.
import type { Kernel } from '../../loop/kernel.ts';
import type { Step } from '../../lower/program.ts';
import { unreachable } from '../../util/errors.ts';
import type { EffectStep } from '../memory.ts';
import type { Code } from './code.ts';
import { type Argument, bytesPer, type Layout } from './layout.ts';
import { effectImport, type ImportedFunction, markImport } from './module.ts';

/** The function around: numbers of its locals, and what it knows of kernels. */
export interface Surroundings {
  readonly code: Code;
  readonly layout: Layout;
  readonly region: number;
  readonly status: number;
  /** Where several threads run the program: which one this is, which part of the work it does, and of how many. */
  readonly share: { readonly thread: number; readonly part: number; readonly parts: number } | null;
  /** What the module imports, in order. */
  readonly imports: readonly ImportedFunction[];
  /** Receives the effects, in the order of their numbers. */
  readonly effects: EffectStep[];
  /** The function of a kernel, and whether it takes a part. */
  functionOf(kernel: Kernel): { readonly index: number; readonly divided: boolean };
}

const copiedOneByOne = 4;

/** Returns early with the status of a kernel that is not 0. */
export function emitSteps(steps: readonly Step[], around: Surroundings): void {
  const { code, layout, region, status, share, imports, effects, functionOf } = around;
  const address = (where: Argument['where']): void => {
    code.get(region);
    if (where.kind === 'table') {
      code.memory('i32.load', where.entry * bytesPer.int32);
      return;
    }
    code.i32(where.offset | 0);
    code.op('i32.add');
  };
  const emitStep = (step: Step): void => {
    switch (step.kind) {
      case 'effect':
        emitEffect(step);
        break;
      case 'copy':
        emitCopy(step.from, step.to);
        break;
      case 'mark':
        code.i32(step.id);
        code.call(imports.indexOf(markImport));
        break;
      case 'run':
        emitRun(step.kernel, step.slots);
        break;
      case 'if':
        emitBranches(step.selector, step.branches, 0);
        break;
      case 'while':
        code.whileLoop(
          () => {
            step.before.forEach(emitStep);
            loadScalar(step.cond);
          },
          () => step.body.forEach(emitStep),
        );
        break;
      default:
        unreachable(step);
    }
  };
  const emitEffect = (step: EffectStep): void => {
    const number = effects.push(step);
    if (step.effect.fails) {
      // The host looks at the memory afterwards.
      loadScalar(step.slots[0]!);
      code.op('i32.eqz');
      code.branch(() => {
        code.i32(-number);
        code.op('return');
      });
      return;
    }
    code.i32(number - 1);
    code.get(region);
    code.call(imports.indexOf(effectImport));
  };
  const emitRun = (kernel: Kernel, slots: readonly number[]): void => {
    for (const slot of slots) address(layout.whereIs(slot));
    for (const offset of layout.scratchOf(kernel)) {
      address({ kind: 'region', offset });
      if (share === null) continue;
      code.get(share.thread);
      code.i32(layout.scratchBytes);
      code.op('i32.mul', 'i32.add');
    }
    const { index, divided } = functionOf(kernel);
    if (share !== null && divided) {
      code.get(share.part);
      code.get(share.parts);
    }
    code.call(index);
    code.tee(status);
    code.branch(() => {
      code.get(status);
      code.op('return');
    });
  };
  const loadScalar = (slot: number): void => {
    address(layout.whereIs(slot));
    code.memory(layout.bytesOf(slot) === 1 ? 'i32.load8_u' : 'i32.load', 0);
  };
  const emitBranches = (selector: number, branches: readonly (readonly Step[])[], first: number): void => {
    const emit = (): void => branches[first]!.forEach(emitStep);
    if (first === branches.length - 1) {
      emit();
      return;
    }
    loadScalar(selector);
    if (layout.bytesOf(selector) > 1) {
      code.i32(first);
      code.op('i32.le_s');
    }
    code.branch(emit, () => {
      emitBranches(selector, branches, first + 1);
    });
  };
  const emitCopy = (from: number, to: number): void => {
    const bytes = layout.bytesOf(to);
    // A call of memory.copy costs more than a few elements.
    const word = bytes % 4 === 0 ? 4 : 1;
    const places = [layout.whereIs(to), layout.whereIs(from)];
    if (bytes / word > copiedOneByOne) {
      places.forEach(address);
      code.i32(bytes | 0);
      code.memoryCopy();
      return;
    }
    for (let at = 0; at < bytes; at += word) {
      places.forEach(address);
      code.memory(word === 4 ? 'i32.load' : 'i32.load8_u', at);
      code.memory(word === 4 ? 'i32.store' : 'i32.store8', at);
    }
  };
  steps.forEach(emitStep);
}
