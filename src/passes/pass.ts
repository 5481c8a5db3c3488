// What a pass is, and the manager that runs a list of them: stages, ordering constraints, fuel, checks between passes.
import type { NdView } from '../array/nd.ts';
import type { Func } from '../ir/func.ts';
import { print } from '../ir/print.ts';
import type { Precision } from '../loop/relax.ts';
import { OptionError } from '../util/errors.ts';
import { checkPass } from './check.ts';
import { everywhere } from './regions.ts';

export type { Precision };

/** Counts rewrites over a whole compilation, so that a limit names the one that breaks a program (see tools/bisect.ts). */
export interface Fuel {
  /** Asked before every rewrite, with its name. False: the limit is reached, leave the program as it is. */
  take(rewrite: string): boolean;
  /** Rewrites granted so far. */
  readonly used: number;
  /** The last one granted. */
  readonly last: string | undefined;
}

export interface PassContext {
  readonly precision: Precision;
  readonly fuel: Fuel;
  /** A remark for the stage's record: what was decided and why. */
  note(text: string): void;
}

/** Func to Func; the regions of control flow are functions too, and come first. Without fuel a pass returns its input, unless it is `required`: what follows relies on its work. */
export interface Pass {
  readonly name: string;
  /** What it does, in a sentence, and why it pays. */
  readonly doc: string;
  readonly required?: true;
  run(func: Func, context: PassContext): Func;
}

/** `before` must come before `after` in a list that holds both. */
export type OrderConstraint = readonly [before: string, after: string, because: string];

/** The function after a pass, and what the pass took. */
export interface Stage {
  readonly pass: string;
  readonly func: Func;
  /** Printed when it is asked for. */
  readonly text: string;
  readonly ms: number;
  readonly rewrites: number;
  readonly notes: readonly string[];
}

export interface RunOptions {
  readonly precision?: Precision;
  /** Verify and re-parse after every pass. By default under vitest and where the environment variable TRACEJIT_CHECK is set. */
  readonly check?: boolean;
  /** The number of rewrites allowed, all passes together. */
  readonly fuel?: number;
  /** Under check: shuffle independent instructions with this seed before each pass, so that hidden order dependence shows itself. */
  readonly shuffle?: number;
  /** Under check: run the function before and after each pass on these arguments and compare the results as bits. */
  readonly samples?: readonly (readonly NdView[])[];
  readonly order?: readonly OrderConstraint[];
}

export interface Optimized {
  readonly func: Func;
  /** One for each pass, after the first, `trace`, which holds the function as it came. */
  readonly stages: readonly Stage[];
  /** The last rewrite that fuel was granted for. */
  readonly lastRewrite: string | undefined;
}

/** Runs the passes in order. Throws a PassError that names the pass where, under check, one breaks the function. */
export function runPasses(func: Func, passes: readonly Pass[], options: RunOptions = {}): Optimized {
  checkOrder(passes, options.order ?? []);
  const { precision = 'strict', check = checkedByDefault() } = options;
  const fuel = makeFuel(options.fuel ?? Number.POSITIVE_INFINITY);
  const stages: Stage[] = [stage('trace', func, 0, 0, [])];
  let current = func;
  for (const pass of passes) {
    const notes: string[] = [];
    const context: PassContext = { precision, fuel, note: (text) => void notes.push(text) };
    const usedBefore = fuel.used;
    const start = performance.now();
    current = check
      ? checkPass(pass, current, context, options)
      : everywhere(current, (f) => pass.run(f, context));
    stages.push(stage(pass.name, current, performance.now() - start, fuel.used - usedBefore, notes));
  }
  return { func: current, stages, lastRewrite: fuel.last };
}

function stage(pass: string, func: Func, ms: number, rewrites: number, notes: readonly string[]): Stage {
  let text: string | undefined;
  return {
    pass,
    func,
    get text() {
      text ??= print(func);
      return text;
    },
    ms,
    rewrites,
    notes,
  };
}

export function makeFuel(limit: number): Fuel {
  let used = 0;
  let last: string | undefined;
  return {
    take(rewrite) {
      if (used >= limit) return false;
      used++;
      last = rewrite;
      return true;
    },
    get used() {
      return used;
    },
    get last() {
      return last;
    },
  };
}

/** Throws an OptionError for a list of passes that breaks an ordering constraint, with the reason. */
function checkOrder(passes: readonly Pass[], order: readonly OrderConstraint[]): void {
  const names = passes.map((p) => p.name);
  for (const [before, after, because] of order) {
    const [first, second] = [names.indexOf(before), names.indexOf(after)];
    if (first >= 0 && second >= 0 && first > second)
      throw new OptionError(`passes: ${before} must run before ${after}, because ${because}`);
  }
}

/** Are the artifacts of a compilation verified where no option says so? */
export function checkedByDefault(): boolean {
  if (typeof process !== 'object') return false;
  const { VITEST, TRACEJIT_CHECK } = process.env;
  return VITEST !== undefined || (TRACEJIT_CHECK !== undefined && TRACEJIT_CHECK !== '0');
}
