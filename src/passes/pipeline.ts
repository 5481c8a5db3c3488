// The order of the passes, which reads like a sentence, and the reasons for it.
import type { Func } from '../ir/func.ts';
import { control } from './control.ts';
import { convolutions } from './convolutions.ts';
import { cse } from './cse.ts';
import { dce } from './dce.ts';
import { expand } from './expand.ts';
import { fold } from './fold.ts';
import { fuse } from './fuse.ts';
import { hoist } from './hoist.ts';
import { inline } from './inline.ts';
import { type Optimized, type OrderConstraint, type Pass, type RunOptions, runPasses } from './pass.ts';
import { simplify } from './simplify.ts';

export const pipeline: readonly Pass[] = [
  inline, // calls first, so that everything below sees one function
  expand, // scans become loops, so that everything below knows `if` and `while` only
  convolutions, // products of windows, which the passes below know what to do with
  dce, // what no gradient asked for is not worth simplifying
  fold, // constants, and broadcasts of constants, become one constant
  cse,
  simplify, // algebra and the ops' own rules
  cse, // what became equal
  control, // what branches and loops hand around without need
  hoist, // what is the same in every round of a loop
  dce,
  fuse, // the last decision about tensors: which instructions share a kernel
];

export const order: readonly OrderConstraint[] = [
  ['inline', 'fold', 'constants flow into and out of calls'],
  ['inline', 'convolutions', 'convolutions stand in calls too'],
  ['convolutions', 'simplify', 'what they are made of is simplified like everything else'],
  ['inline', 'cse', 'equal work is found across calls'],
  ['inline', 'expand', 'a call may hold a scan'],
  ['expand', 'simplify', 'reading rows has rules of its own'],
  ['expand', 'control', 'stacks that nothing reads are carries that nothing reads'],
  ['simplify', 'control', 'a condition may turn out to be constant'],
  ['fold', 'simplify', 'rules look for constants, not for expressions of constants'],
  ['cse', 'simplify', 'a rule that names a value twice needs it to be one value'],
  ['simplify', 'fuse', 'a fusion is closed: rules do not look inside'],
  ['control', 'hoist', 'what never changes is found among the constants of a loop'],
  ['hoist', 'fuse', 'a fusion moves as a whole or not at all'],
  ['cse', 'fuse', 'equal work in different fusions is not found again'],
  ['dce', 'fuse', 'dead readers would keep values in memory'],
];

/** The whole optimisation of a traced function. */
export function optimize(func: Func, options: RunOptions = {}): Optimized {
  return runPasses(func, pipeline, { order, ...options });
}
