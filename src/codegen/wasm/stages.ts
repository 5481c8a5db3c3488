// What of a program is shared out between threads: it is cut into stages, kernels that several run and steps between them that one runs, and a plan says when each is due.
import { type Division, divisionOf } from '../../loop/divide.ts';
import type { Kernel } from '../../loop/kernel.ts';
import { allSteps, type Program, type Step } from '../../lower/program.ts';
import { locate } from '../memory.ts';

/** What is to be shared out between threads. */
export interface Threading {
  /** How many threads there can be. */
  readonly threads: number;
  /** Nanoseconds that one thread takes for a kernel. */
  costOf(kernel: Kernel): number;
}

export interface Stage {
  readonly steps: readonly Step[];
  /** Of its one kernel; null where the steps are not shared out. */
  readonly division: Division | null;
  /** Nanoseconds that one thread takes for it where it is shared out, as estimated. */
  readonly cost: number;
  /** The outputs of the program that its parts write in order and nothing writes afterwards: what a part has written can be taken away. */
  readonly leaving: readonly Leaving[];
}

export interface Leaving {
  readonly output: number;
  readonly elements: number;
}

/** The order of stages, by their numbers. Branches and loops that have something to share out are followed by the host; others are steps of a stage. */
export type Plan = readonly Planned[];
export type Planned =
  | { readonly kind: 'stage'; readonly stage: number }
  /** The selector is a bool, or the position of a branch; see Step. */
  | {
      readonly kind: 'if';
      readonly selector: number;
      readonly isBool: boolean;
      readonly branches: readonly Plan[];
    }
  | { readonly kind: 'while'; readonly before: Plan; readonly cond: number; readonly body: Plan };

export interface Staged {
  readonly stages: readonly Stage[];
  readonly plan: Plan;
}

// Waking another core up for less takes longer than the work.
const leastCost = 4000;
// Outputs of fewer elements are not worth the trouble.
const leastLeaving = 2 ** 14;
// A round of a loop, or a branch, with less to share out is better off inside of the module, where it goes from step to step at no cost.
const leastCostInside = 20_000;

/** The program in stages, or null where nothing is worth sharing out. */
export function stagesOf(program: Program, { threads, costOf }: Threading): Staged | null {
  const { steps, slots } = program;
  const stages: (Stage & { readonly steps: Step[] })[] = [];
  // Kernels that repeat share their body.
  const divisions = new Map<Kernel['body'], Division | null>();
  const shareOf = (step: Step): { readonly cost: number; readonly division: Division } | null => {
    if (step.kind !== 'run') return null;
    const { kernel } = step;
    const cost = costOf(kernel);
    if (cost < leastCost) return null;
    if (!divisions.has(kernel.body)) divisions.set(kernel.body, divisionOf(kernel, threads));
    const division = divisions.get(kernel.body)!;
    return division && { cost, division };
  };
  const located = locate(program);
  const outputOf = (slot: number): number | null => {
    const { memory } = located.get(slot)!;
    return memory.kind === 'output' ? memory.index : null;
  };
  // Of a step that is in no loop or branch.
  const leavingOf = (step: Step, { inOrder }: Division): readonly Leaving[] => {
    if (step.kind !== 'run' || inOrder === null) return [];
    const later = allSteps(steps.slice(steps.indexOf(step) + 1));
    return step.kernel.buffers.flatMap(({ role, size }, i) => {
      const output = role === 'out' ? outputOf(step.slots[i]!) : null;
      if (output === null || size < leastLeaving) return [];
      const isWritten = later.some((s) => writes(s).some((slot) => outputOf(slot) === output));
      return isWritten ? [] : [{ output, elements: size }];
    });
  };
  const isOpened = (step: Step): boolean =>
    (step.kind === 'if' || step.kind === 'while') &&
    allSteps([step]).reduce((sum, inner) => sum + (shareOf(inner)?.cost ?? 0), 0) >= leastCostInside;

  const planOf = (list: readonly Step[]): Plan => {
    const plan: Planned[] = [];
    // The stage that further steps join.
    let open: Step[] | null = null;
    const append = (stage: Stage & { readonly steps: Step[] }): Step[] => {
      plan.push({ kind: 'stage', stage: stages.push(stage) - 1 });
      return stage.steps;
    };
    for (const step of list) {
      const share = shareOf(step);
      if (share !== null) {
        append({ steps: [step], ...share, leaving: list === steps ? leavingOf(step, share.division) : [] });
        open = null;
      } else if (step.kind === 'if' && isOpened(step)) {
        const { selector, branches } = step;
        const isBool = slots.find((s) => s.id === selector)?.type.dtype === 'bool';
        plan.push({ kind: 'if', selector, isBool, branches: branches.map(planOf) });
        open = null;
      } else if (step.kind === 'while' && isOpened(step)) {
        const [before, body] = [planOf(step.before), planOf(step.body)];
        plan.push({ kind: 'while', before, cond: step.cond, body });
        open = null;
      } else {
        open ??= append({ steps: [], division: null, cost: 0, leaving: [] });
        open.push(step);
      }
    }
    return plan;
  };
  const plan = planOf(steps);
  return stages.some((s) => s.division !== null) ? { stages, plan } : null;
}

/** The slots that a step itself writes. */
function writes(step: Step): readonly number[] {
  if (step.kind === 'copy') return [step.to];
  if (step.kind !== 'run') return [];
  return step.slots.filter((_, i) => step.kernel.buffers[i]!.role !== 'in');
}

/** Runs stages as planned, until one returns a status that is not 0: returns that, or 0. `scalarAt` a slot is its one element. */
export function follow(
  plan: Plan,
  run: (stage: number) => number,
  scalarAt: (slot: number) => number,
): number {
  for (const planned of plan) {
    let status = 0;
    switch (planned.kind) {
      case 'stage':
        status = run(planned.stage);
        break;
      case 'if': {
        const { selector, isBool, branches } = planned;
        const value = scalarAt(selector);
        const chosen = isBool ? Number(value === 0) : Math.max(0, Math.min(value, branches.length - 1));
        status = follow(branches[chosen]!, run, scalarAt);
        break;
      }
      case 'while':
        status = follow(planned.before, run, scalarAt);
        while (status === 0 && scalarAt(planned.cond) !== 0)
          status = follow(planned.body, run, scalarAt) || follow(planned.before, run, scalarAt);
        break;
    }
    if (status !== 0) return status;
  }
  return 0;
}
