// What of a program is shared out between threads: it is cut into stages, kernels that several run and steps between them that one runs.
import { type Division, divisionOf } from '../../loop/divide.ts';
import type { Kernel } from '../../loop/kernel.ts';
import type { Program, Step } from '../../lower/program.ts';

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
}

// Waking another core up for less takes longer than the work.
const leastCost = 4000;

/** The program in stages, or null where nothing is worth sharing out. Steps inside of branches and loops stay with one thread. */
export function stagesOf({ steps }: Program, { threads, costOf }: Threading): readonly Stage[] | null {
  const stages: (Stage & { readonly steps: Step[] })[] = [];
  for (const step of steps) {
    const cost = step.kind === 'run' ? costOf(step.kernel) : 0;
    const division = step.kind !== 'run' || cost < leastCost ? null : divisionOf(step.kernel, threads);
    const last = stages.at(-1);
    if (division === null && last?.division === null) last.steps.push(step);
    else stages.push({ steps: [step], division, cost: division === null ? 0 : cost });
  }
  return stages.some((s) => s.division !== null) ? stages : null;
}
