// A pass under suspicion: its result is verified, re-parsed and, if samples are given, compared as bits with what it was made from.
import { flatData, type NdView } from '../array/nd.ts';
import { shuffle } from '../ir/build.ts';
import type { Func } from '../ir/func.ts';
import { parse } from '../ir/parse.ts';
import { print } from '../ir/print.ts';
import { verify } from '../ir/verify.ts';
import { evaluate } from '../ops/evaluate.ts';
import { registry } from '../ops/index.ts';
import { PassError, TracejitError } from '../util/errors.ts';
import { seeded } from '../util/rng.ts';
import type { Pass, PassContext, RunOptions } from './pass.ts';
import { everywhere } from './regions.ts';

/** Runs one pass and convicts it of what it breaks: a PassError with the pass, the difference of both texts and the seed. */
export function checkPass(pass: Pass, input: Func, context: PassContext, options: RunOptions): Func {
  const seed = options.shuffle;
  const before = seed === undefined ? input : shuffle(input, seeded(seed));
  let after: Func;
  try {
    after = everywhere(before, (f) => pass.run(f, context));
  } catch (error) {
    if (error instanceof TracejitError) throw guilty(pass, error.summary, before, undefined, seed);
    throw error;
  }
  const problem =
    findBroken(after) ??
    findSignatureChange(before, after) ??
    findTextChange(after) ??
    findDifference(before, after, options);
  if (problem !== undefined) throw guilty(pass, problem, before, after, seed);
  return after;
}

function findBroken(after: Func): string | undefined {
  try {
    verify(after);
    return undefined;
  } catch (error) {
    if (error instanceof TracejitError) return error.summary.split('\n').slice(0, 2).join('\n');
    throw error;
  }
}

function findSignatureChange(before: Func, after: Func): string | undefined {
  const signature = (f: Func): string =>
    JSON.stringify([f.params.map((p) => p.type), f.results.map((r) => ({ ...r.type }))]);
  return signature(before) === signature(after)
    ? undefined
    : 'the parameters or results have other types than before';
}

function findTextChange(after: Func): string | undefined {
  const text = print(after);
  const again = print(parse(text, registry));
  return again === text ? undefined : `the text does not survive parsing:\n${difference(text, again)}`;
}

// Rewrites of `fast` change bits on purpose; there the fuzzer's bound in ulps judges.
function findDifference(
  before: Func,
  after: Func,
  { samples = [], precision }: RunOptions,
): string | undefined {
  if (precision === 'fast') return undefined;
  for (const [i, sample] of samples.entries()) {
    const [expected, actual] = [attempt(before, sample), attempt(after, sample)];
    if (typeof expected === 'string') continue;
    if (typeof actual === 'string') return `on sample ${i} it fails: ${actual}`;
    for (const [r, want] of expected.entries()) {
      const at = firstDifference(want, actual[r]!);
      if (at !== undefined) return `on sample ${i} result ${r} differs: ${at}`;
    }
  }
  return undefined;
}

// A program may refuse a sample (an index out of bounds): then it has no result that a pass could change.
function attempt(func: Func, sample: readonly NdView[]): readonly NdView[] | string {
  try {
    return evaluate(func, sample);
  } catch (error) {
    if (error instanceof TracejitError) return error.summary;
    throw error;
  }
}

/** Where two arrays differ as bits (NaN equals NaN), or undefined. */
export function firstDifference(want: NdView, got: NdView): string | undefined {
  const [a, b] = [flatData(want), flatData(got)];
  if (a.length !== b.length) return `${a.length} elements became ${b.length}`;
  for (let i = 0; i < a.length; i++) {
    if (!Object.is(a[i], b[i])) return `element ${i} was ${show(a[i]!)}, is ${show(b[i]!)}`;
  }
  return undefined;
}

const show = (x: number): string => (Object.is(x, -0) ? '-0' : String(x));

function guilty(
  pass: Pass,
  what: string,
  before: Func,
  after: Func | undefined,
  seed: number | undefined,
): PassError {
  const shown = after === undefined ? print(before) : difference(print(before), print(after));
  const shaken = seed === undefined ? '' : ` (instructions shuffled with seed ${seed})`;
  return new PassError(`pass ${pass.name}${shaken}: ${what}\n${shown}`);
}

/** The lines that differ, `-` before and `+` after, with the lines around them. */
export function difference(before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail++;
  const around = 2;
  const mark = (sign: string, lines: readonly string[]): string[] => lines.map((line) => `${sign} ${line}`);
  return [
    ...mark(' ', a.slice(Math.max(0, head - around), head)),
    ...mark('-', a.slice(head, a.length - tail)),
    ...mark('+', b.slice(head, b.length - tail)),
    ...mark(' ', a.slice(a.length - tail, a.length - tail + around)),
  ].join('\n');
}
