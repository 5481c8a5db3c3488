// Names the rewrite that breaks a program, by halving the fuel.
import type { Func } from '../ir/func.ts';
import { difference } from './check.ts';
import { type Pass, type RunOptions, runPasses } from './pass.ts';

/** The first rewrite with which a program is broken. */
export interface Guilty {
  readonly rewrite: string;
  readonly pass: string;
  /** The program is right with one rewrite fewer. */
  readonly fuel: number;
  /** What the rewrite changed in the final text. */
  readonly change: string;
}

/**
 * Runs the passes with less and less fuel until one rewrite decides whether `broken` holds. Undefined where the program is not broken with
 * all of them; `unoptimized` where it is broken with none, so that no rewrite is to blame.
 */
export function findGuilty(
  func: Func,
  passes: readonly Pass[],
  broken: (optimized: Func) => boolean,
  options: RunOptions = {},
): Guilty | 'unoptimized' | undefined {
  const run = (fuel: number) => runPasses(func, passes, { ...options, fuel });
  const all = run(Number.POSITIVE_INFINITY);
  if (!broken(all.func)) return undefined;
  let right = 0;
  if (broken(run(right).func)) return 'unoptimized';
  let wrong = all.stages.reduce((sum, stage) => sum + stage.rewrites, 0);
  while (wrong - right > 1) {
    const middle = Math.floor((right + wrong) / 2);
    if (broken(run(middle).func)) wrong = middle;
    else right = middle;
  }
  const [before, after] = [run(right), run(wrong)];
  const changed = after.stages.findIndex((stage, i) => stage.rewrites !== before.stages[i]!.rewrites);
  return {
    rewrite: after.lastRewrite!,
    pass: after.stages[changed]!.pass,
    fuel: wrong,
    change: difference(before.stages.at(-1)!.text, after.stages.at(-1)!.text),
  };
}
