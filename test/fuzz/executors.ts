// Runs one random program in every way there is, and says which first disagrees with eager mode in a bit.
import { grad, type Tensor } from 'tracejit';
import { flatData, type NdView, ndView, type TypedArray } from '../../src/array/nd.ts';
import type { Func } from '../../src/ir/func.ts';
import { parse } from '../../src/ir/parse.ts';
import { print } from '../../src/ir/print.ts';
import { showType } from '../../src/ir/types.ts';
import type { Target } from '../../src/lower/schedule.ts';
import { currentInterpreter } from '../../src/ops/dispatch.ts';
import { evaluate } from '../../src/ops/evaluate.ts';
import { registry } from '../../src/ops/index.ts';
import { optimize } from '../../src/passes/pipeline.ts';
import { traceFunction } from '../../src/trace/tracer.ts';
import { type Engine, engines, execute, inTwoThreads, lowered } from '../unit/lower/run.ts';
import type { Case } from './generate.ts';
import { run } from './program.ts';

/** What a program computes: its results, or with `gradient` also the cotangents of its float inputs. */
export type Mode = 'forward' | 'gradient';

export interface Disagreement {
  /** The executor that differs from eager mode. */
  readonly executor: string;
  readonly what: string;
  readonly func: Func;
}

/** The function of a case: a list of tensors to a list of tensors, for eager mode and for tracing alike. */
function functionOf(c: Case, mode: Mode): (inputs: readonly Tensor[]) => readonly Tensor[] {
  const forward = (inputs: readonly Tensor[]): Tensor[] => run(c.program, inputs);
  const floats = c.program.inputs.flatMap((t, i) => (t.dtype === 'float32' ? [i] : []));
  if (mode === 'forward' || floats.length === 0) return forward;
  // The sum of all float results is a scalar with a gradient.
  const loss = (...inputs: Tensor[]): Tensor =>
    forward(inputs)
      .filter((t) => t.dtype === 'float32')
      .reduce((sum, t) => sum.add(t.sum()), inputs[floats[0]!]!.sum().mul(0));
  return (inputs) => grad(loss, floats)(...inputs) as Tensor[];
}

/** By how many executors: `quick` by the main ones; `thorough` also verifies and runs the function after every single pass, interprets the kernels, and compiles without passes; `threads` by real ones alone,
 * which have been started. */
export type Care = 'quick' | 'thorough' | 'threads';

/** The first executor whose results differ from those of eager mode, or undefined. Errors count as differences of the executor that throws. */
export function disagreement(c: Case, mode: Mode, care: Care = 'thorough'): Disagreement | undefined {
  const f = functionOf(c, mode);
  const expected = f(c.inputs).map(viewOf);
  const types = c.inputs.map((t) => t.type);
  const args = c.inputs.map(viewOf);
  const traced = traceFunction(f, types, { name: 'fuzz', parent: currentInterpreter() });
  const captured = traced.captures.map((capture) => {
    if (capture.kind !== 'tensor') throw new Error('a program without variables captured one');
    return viewOf(capture.tensor);
  });
  const all = [...args, ...captured];
  let optimized: Func | undefined;
  const fused = (): Func => {
    // With samples, the pass manager runs the function before and after each pass and names the guilty one.
    const options = care === 'thorough' ? { check: true, shuffle: 1, samples: [all] } : { check: false };
    optimized ??= optimize(traced.func, options).func;
    return optimized;
  };
  type Executors = readonly (readonly [string, () => readonly NdView[]])[];
  const quick: Executors = [
    ['trace', () => evaluate(traced.func, all)],
    ['text', () => evaluate(reread(traced.func), all)],
    ['passes', () => evaluate(fused(), all)],
    ['program, compiled', () => runProgram(fused(), all, engines.compiled!)],
    ['program, wasm', () => runProgram(fused(), all, engines['compiled, wasm']!, 'wasm')],
  ];
  const thorough: Executors = [
    ...quick,
    ['program, interpreted', () => runProgram(fused(), all, engines.interpreted!)],
    ['program without passes, compiled', () => runProgram(traced.func, all, engines.compiled!)],
    ['program without passes, wasm', () => runProgram(traced.func, all, engines['compiled, wasm']!, 'wasm')],
    ['program, wasm in parts', () => runProgram(fused(), all, engines['compiled, wasm in 3 parts']!, 'wasm')],
    ['program, wasm without lanes', () => runProgram(fused(), all, engines['compiled, wasm']!)],
    [
      'program, wasm without vectors',
      () => runProgram(fused(), all, engines['compiled, wasm without vectors']!, 'wasm'),
    ],
  ];
  const threads: Executors = [
    ['program, wasm in 2 threads', () => runProgram(fused(), all, inTwoThreads, 'wasm')],
    ['program without passes, wasm in 2 threads', () => runProgram(traced.func, all, inTwoThreads, 'wasm')],
  ];
  for (const [executor, results] of { quick, thorough, threads }[care]) {
    let what: string | undefined;
    try {
      what = difference(expected, results());
    } catch (error) {
      what = String(error instanceof Error ? error.stack : error);
    }
    if (what !== undefined) return { executor, what, func: traced.func };
  }
  return undefined;
}

function viewOf(t: Tensor): NdView {
  return t.requireView();
}

function reread(func: Func): Func {
  const text = print(func);
  const again = parse(text, registry);
  if (print(again) !== text) throw new Error(`print, parse, print is not the identity:\n${text}`);
  return again;
}

function runProgram(
  func: Func,
  args: readonly NdView[],
  engine: Engine,
  target: Target = 'js',
): readonly NdView[] {
  const inputs: TypedArray[] = args.map((a) => flatData(a).slice());
  const before = inputs.map((a) => a.slice());
  const arrays = execute(lowered(func, [], target), engine, inputs);
  inputs.forEach((a, i) => {
    if (!sameBits(a, before[i]!)) throw new Error(`input ${i} was overwritten`);
  });
  return func.results.map((r, i) => ndView(r.type.dtype, r.type.shape, arrays[i]!));
}

/** Where two lists of results differ, or undefined. NaN equals NaN, 0 does not equal -0. */
export function difference(expected: readonly NdView[], actual: readonly NdView[]): string | undefined {
  if (expected.length !== actual.length) return `${actual.length} results instead of ${expected.length}`;
  for (const [i, a] of expected.entries()) {
    const b = actual[i]!;
    if (showType(a) !== showType(b)) return `result ${i} is ${showType(b)} instead of ${showType(a)}`;
    const [x, y] = [flatData(a), flatData(b)];
    for (let j = 0; j < x.length; j++) {
      if (!Object.is(x[j], y[j]))
        return `result ${i}, element ${j}: ${String(y[j])} instead of ${String(x[j])}`;
    }
  }
  return undefined;
}

function sameBits(a: TypedArray, b: TypedArray): boolean {
  return a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
}
