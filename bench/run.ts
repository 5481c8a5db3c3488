// `npm run bench [suite …] [-- --smoke]`: measures with tinybench, prints tables, writes out/bench.json and the change since the last run. Figures are medians
// of what was measured while nobody else used the core (bench/canary.ts).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Bench } from 'tinybench';
import { calm, median, type Sample, sample, trusted } from './canary.ts';
import type { Case, Suite, Variant } from './suite.ts';
import { autograph } from './suites/autograph.ts';
import { compile } from './suites/compile.ts';
import { control } from './suites/control.ts';
import { dispatch } from './suites/dispatch.ts';
import { kernels } from './suites/kernels.ts';
import { results as resultsSuite } from './suites/results.ts';
import { train } from './suites/train.ts';

const suites: readonly Suite[] = [autograph, dispatch, compile, kernels, control, resultsSuite, train];
const file = 'out/bench.json';

/** Median milliseconds of one piece of work, by suite, case and variant. */
type Results = Record<string, Record<string, Record<string, number>>>;

const words = process.argv.slice(2);
const smoke = words.includes('--smoke');
const wanted = words.filter((w) => !w.startsWith('--'));
for (const w of wanted) {
  if (!suites.some((s) => s.name === w)) {
    console.error(`no suite ${w}; there are ${suites.map((s) => s.name).join(', ')}`);
    process.exit(1);
  }
}

function showTime(ms: number): string {
  if (ms >= 1) return `${ms.toFixed(ms >= 100 ? 0 : 2)} ms`;
  if (ms >= 1e-3) return `${(ms * 1e3).toFixed(2)} µs`;
  return `${(ms * 1e6).toFixed(0)} ns`;
}

function previous(): Results {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Results;
  } catch {
    return {};
  }
}

// The difference to the last run, where it is more than the noise of these machines.
function change(now: number, before: number | undefined): string {
  if (before === undefined) return '';
  const ratio = now / before;
  return Math.abs(ratio - 1) < 0.1 ? '' : `${ratio > 1 ? '+' : ''}${((ratio - 1) * 100).toFixed(0)} %`;
}

function show(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)));
  for (const row of rows) {
    console.log(
      `  ${row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('   ')}`,
    );
  }
}

/** Medians of slices of about `sliceMs`, until each variant has this many calm ones, or has had the most. */
const effort = smoke ? { sliceMs: 0, calm: 0, most: 1 } : { sliceMs: 100, calm: 7, most: 25 };

// The least that a canary took since the process began.
let best = Number.POSITIVE_INFINITY;

/** The median of one slice, in milliseconds. */
function slice({ name, run }: Variant, warmUp: boolean): number {
  const bench = new Bench({
    time: effort.sliceMs,
    iterations: 1,
    warmup: warmUp,
    warmupTime: 200,
    warmupIterations: 3,
  });
  bench.add(name, run);
  bench.runSync();
  const { result } = bench.tasks[0]!;
  if (result.state === 'errored') throw result.error;
  if (result.state !== 'completed') throw new Error(`${name}: ${result.state}`);
  return result.latency.p50;
}

/** Slices of all variants in turn, so that what slows the machine down slows all of them. */
function slicesOf(variants: readonly Variant[]): readonly (readonly Sample<number>[])[] {
  const slices: Sample<number>[][] = variants.map(() => []);
  for (let round = 0; round < effort.most; round++) {
    variants.forEach((variant, v) => {
      if (round > 0 && calm(slices[v]!, best).length >= effort.calm) return;
      const taken = sample(() => slice(variant, round === 0 && !smoke));
      slices[v]!.push(taken);
      best = Math.min(best, taken.canary);
    });
  }
  return slices;
}

function measure(
  { name, variants, repeat = 1, flops, firstCall, stages }: Case,
  before: Record<string, number> = {},
): Record<string, number> {
  console.log(`\n${name}${firstCall === undefined ? '' : `   (first compiled call ${showTime(firstCall)})`}`);
  const result: Record<string, number> = { ...stages };
  if (stages)
    show(Object.entries(stages).map(([stage, ms]) => [stage, showTime(ms), change(ms, before[stage])]));
  if (variants.length === 0) return result;
  let reference: number | undefined;
  const rows = slicesOf(variants).map((slices, v): string[] => {
    const { name } = variants[v]!;
    const ms = median(trusted(slices, best).map((s) => s.value))! / repeat;
    reference ??= ms;
    result[name] = ms;
    const quiet = calm(slices, best).length;
    return [
      name,
      showTime(ms),
      v === 0 ? '' : `${(reference / ms).toFixed(1)}x`,
      flops === undefined ? '' : `${(flops / ms / 1e6).toFixed(2)} GFLOP/s`,
      change(ms, before[name]),
      smoke || quiet >= effort.calm ? '' : quiet === 0 ? 'disturbed' : `${quiet} calm`,
    ];
  });
  show(rows);
  return result;
}

const old = previous();
const results: Results = { ...old };
for (const suite of suites) {
  if (wanted.length > 0 && !wanted.includes(suite.name)) continue;
  console.log(`\n== ${suite.name}`);
  const cases: Record<string, Record<string, number>> = {};
  for (const c of suite.cases()) cases[c.name] = measure(c, old[suite.name]?.[c.name]);
  results[suite.name] = cases;
}
if (!smoke) {
  mkdirSync('out', { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`\nwrote ${file} (medians, milliseconds)`);
}
