// Makes a failing program smaller while it still fails: fewer results, fewer steps, steps replaced by their operands, fewer inputs.
import type { Tensor } from 'tracejit';
import type { Case } from './generate.ts';
import type { Program } from './program.ts';

/** The smallest program found for which `fails` holds. `fails` must hold for the given one. */
export function shrink(found: Case, fails: (candidate: Case) => boolean): Case {
  let best = found;
  for (let improved = true; improved; ) {
    improved = false;
    for (const candidate of smaller(best)) {
      if (!holds(candidate, fails)) continue;
      best = candidate;
      improved = true;
      break;
    }
  }
  return best;
}

// A candidate may be ill-typed; then it is no example.
function holds(candidate: Case, fails: (c: Case) => boolean): boolean {
  try {
    return fails(candidate);
  } catch {
    return false;
  }
}

function* smaller(c: Case): Generator<Case> {
  const { program } = c;
  const first = program.inputs.length;
  for (const r of program.results) {
    if (program.results.length > 1) yield prune({ ...c, program: { ...program, results: [r] } });
  }
  for (let i = program.steps.length - 1; i >= 0; i--) {
    // The step disappears, and who used it uses one of its operands.
    for (const operand of new Set(program.steps[i]!.args)) {
      yield prune({ ...c, program: replace(program, first + i, operand) });
    }
  }
  for (let i = 0; i < program.steps.length - 1; i++) {
    yield prune({ ...c, program: { ...program, results: [first + i] } });
  }
}

function replace(program: Program, at: number, by: number): Program {
  const swap = (i: number): number => (i === at ? by : i);
  return {
    ...program,
    steps: program.steps.map((s) => ({ ...s, args: s.args.map(swap) })),
    results: program.results.map(swap),
  };
}

/** Without the steps and inputs that no result needs. */
function prune(c: Case): Case {
  const { program, inputs } = c;
  const first = program.inputs.length;
  const needed = new Set<number>();
  const visit = (i: number): void => {
    if (needed.has(i)) return;
    needed.add(i);
    if (i >= first) program.steps[i - first]!.args.forEach(visit);
  };
  program.results.forEach(visit);
  const renamed = new Map([...needed].sort((a, b) => a - b).map((old, i) => [old, i]));
  const keepInput = (_: unknown, i: number): boolean => needed.has(i);
  return {
    seed: c.seed,
    inputs: inputs.filter(keepInput) as Tensor[],
    program: {
      inputs: program.inputs.filter(keepInput),
      steps: program.steps
        .filter((_, i) => needed.has(first + i))
        .map((s) => ({ ...s, args: s.args.map((i) => renamed.get(i)!) })),
      results: program.results.map((i) => renamed.get(i)!),
    },
  };
}
