// A program whose kernels are shared out between threads: stage by stage, each by as many as are awake and worth it.
import { type Division, rangeOf } from '../../loop/divide.ts';
import {
  forgetProgram,
  type Job,
  type SharedCode,
  type StageCall,
  type TakeAway,
  threadPool,
  type Watch,
} from './pool.ts';
import { follow, type Leaving, type Staged } from './stages.ts';
import { mostParts } from './worker-source.ts';

export interface ThreadedProgram {
  readonly code: SharedCode;
  readonly staged: Staged;
  readonly threads: number;
  /** The one element of a slot. */
  scalarAt(slot: number, region: number): number;
  /** Takes elements of an output from one to another to the caller's array, while others are still made. */
  takeAway?(output: number, from: number, to: number): void;
  /** Is told of each stage that several threads ran. */
  readonly watch?: Watch | undefined;
}

// Nanoseconds. Threads that sleep are woken up for a program with so much to share out, and waited for by a single kernel of so much.
const worthWaking = 50_000;
const worthSleepers = 100_000;
// A part should take so long, and a kernel is cut into a few for each thread, so that one that comes late or is interrupted leaves them to the others.
const partCost = 2000;
const partsPerThread = 4;
// Where this thread takes away what is made, it has less time for parts, and takes away what is still in a near cache.
const partsPerThreadLeaving = 16;

/** A stage that is shared out: how long one thread takes, into how many parts it can be cut, and whether each of them has something to do besides. */
interface Work extends Pick<Division, 'extent' | 'repeats' | 'inOrder'> {
  readonly cost: number;
  readonly leaving: readonly Leaving[];
}

let programs = 0;

const dropped = new FinalizationRegistry<number>(forgetProgram);

/** A function that runs all stages of a program. */
export function inThreads(
  call: StageCall,
  { code, staged, threads, scalarAt, takeAway, watch }: ThreadedProgram,
): StageCall {
  const program = ++programs;
  const { stages, plan } = staged;
  const jobs = stages.map((_, stage): Job => ({ program, code, stage }));
  // The stages hold the kernels, which are not needed any more.
  const works = stages.map(({ division, cost, leaving }): Work | null => {
    if (division === null) return null;
    const { extent, repeats, inOrder } = division;
    return { cost, extent, repeats, inOrder, leaving: takeAway === undefined ? [] : leaving };
  });
  const shareable = works.reduce((sum, work) => sum + (work?.cost ?? 0), 0);

  // Of the call that runs: there is one at a time.
  let region = 0;
  const takerOf = ({ inOrder, leaving }: Work, parts: number): TakeAway => {
    return (part) => {
      for (const { output, elements } of leaving) {
        const [from, to] = rangeOf(inOrder!, part, parts, elements);
        takeAway!(output, from, to);
      }
    };
  };
  const share = (stage: number, work: Work): number => {
    const pool = threadPool();
    const { ready } = pool;
    const there = Math.min(threads, ready + 1);
    const isWorth = work.cost >= worthSleepers || pool.sleeping < ready;
    const leaves = work.leaving.length > 0;
    const parts = work.repeats
      ? Math.min(there, work.extent)
      : Math.min(
          there * (leaves ? partsPerThreadLeaving : partsPerThread),
          work.extent,
          Math.ceil(work.cost / partCost),
          mostParts,
        );
    if (there < 2 || parts < 2 || !isWorth) return call(region, stage, 0, 0, 1);
    const take = leaves ? takerOf(work, parts) : undefined;
    return pool.share(jobs[stage]!, call, region, there, parts, take, watch);
  };
  const runStage = (stage: number): number => {
    const work = works[stage]!;
    return work === null ? call(region, stage, 0, 0, 1) : share(stage, work);
  };
  const valueNow = (slot: number): number => scalarAt(slot, region);
  const run: StageCall = (at) => {
    const pool = threadPool();
    pool.grow(threads);
    if (shareable >= worthWaking) pool.wake();
    region = at;
    return follow(plan, runStage, valueNow);
  };
  dropped.register(run, program);
  return run;
}
