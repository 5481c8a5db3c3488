// The pass manager: stages, ordering, fuel, and what it does with a pass that breaks a function.
import { describe, expect, it } from 'vitest';
import '../../../src/tensor/eager.ts';
import { ndView } from '../../../src/array/nd.ts';
import { rebuild } from '../../../src/ir/build.ts';
import { type Func, instr, is, param } from '../../../src/ir/func.ts';
import { parse } from '../../../src/ir/parse.ts';
import { add } from '../../../src/ops/binary.ts';
import { registry } from '../../../src/ops/index.ts';
import { neg, sin } from '../../../src/ops/unary.ts';
import { cse } from '../../../src/passes/cse.ts';
import { dce } from '../../../src/passes/dce.ts';
import { type OrderConstraint, type Pass, type RunOptions, runPasses } from '../../../src/passes/pass.ts';
import { optimize, order, pipeline } from '../../../src/passes/pipeline.ts';
import { simplify } from '../../../src/passes/simplify.ts';
import { OptionError, PassError } from '../../../src/util/errors.ts';

const func = parse(
  `func @f(%0: f32[2], %1: f32[2]) {
    %2 = neg %0 : f32[2]
    %3 = neg %2 : f32[2]
    %4 = add %3, %1 : f32[2]
    %5 = sin %1 : f32[2]
    return %4
  }`,
  registry,
);

const pass = (name: string, run: Pass['run']): Pass => ({ name, doc: 'For this test.', run });

function failure(broken: Pass, options: RunOptions = {}): string {
  try {
    runPasses(func, [broken], { check: true, ...options });
  } catch (error) {
    if (error instanceof PassError) return error.summary;
    throw error;
  }
  throw new Error('nothing was found');
}

describe('stages', () => {
  it('hold the function before and after each pass, its text and its rewrites', () => {
    const { func: result, stages } = runPasses(func, [simplify, dce]);
    expect(stages.map((s) => s.pass)).toEqual(['trace', 'simplify', 'dce']);
    expect(stages[0]!.func).toBe(func);
    expect(stages.at(-1)!.func).toBe(result);
    expect(stages[1]!.rewrites).toBe(1);
    expect(stages[1]!.text).toContain('add %0, %1');
    expect(stages.every((s) => s.ms >= 0)).toBe(true);
  });
  it('a pass with nothing to do returns its input', () => {
    const once = runPasses(func, [simplify, cse, dce]).func;
    for (const p of [simplify, dce]) expect(runPasses(once, [p]).func).toBe(once);
  });
});

describe('ordering constraints', () => {
  it('hold for the pipeline, and each names passes that exist', () => {
    const names = pipeline.map((p) => p.name);
    for (const [before, after, because] of order) {
      expect(names).toContain(before);
      expect(names).toContain(after);
      expect(because).not.toBe('');
    }
    expect(() => optimize(func)).not.toThrow();
  });
  it('are errors that give the reason', () => {
    const constraint: OrderConstraint = ['simplify', 'dce', 'rewrites leave dead code'];
    expect(() => runPasses(func, [dce, simplify], { order: [constraint] })).toThrow(OptionError);
    expect(() => runPasses(func, [dce, simplify], { order: [constraint] })).toThrow(
      /simplify must run before dce, because rewrites leave dead code/,
    );
    expect(() => runPasses(func, [simplify, dce], { order: [constraint] })).not.toThrow();
  });
});

describe('fuel', () => {
  it('counts rewrites over all passes and stops at the limit', () => {
    const rewrites = (fuel: number): number[] =>
      runPasses(func, [dce, simplify], { fuel }).stages.map((s) => s.rewrites);
    expect(rewrites(0)).toEqual([0, 0, 0]);
    expect(rewrites(1)).toEqual([0, 1, 0]);
    expect(rewrites(9)).toEqual([0, 1, 1]);
  });
});

describe('a broken pass is named, with what it changed', () => {
  it('when the function does not verify', () => {
    const stray = pass('stray', (f) => ({
      ...f,
      results: [param({ dtype: 'float32', shape: [2] })],
    }));
    expect(failure(stray)).toMatch(/pass stray: V7 broken/);
  });
  it('when it changes the signature', () => {
    expect(failure(pass('drop', (f) => ({ ...f, results: [] })))).toMatch(/results have other types/);
  });
  it('when it changes a bit, with the difference of the texts', () => {
    const swap = pass('swap', (f) =>
      rebuild(f, (old, args, builder) => (is(old, neg) ? builder.append(instr(sin.def, args, {})) : null)),
    );
    const samples = [[1, 2].map((x) => ndView('float32', [2], new Float32Array([x, -x])))];
    const text = failure(swap, { samples });
    expect(text).toMatch(/pass swap: on sample 0 result 0 differs: element 0 was 3, is/);
    expect(text).toContain('-   %2 = neg %0 : f32[2]');
    expect(text).toContain('+   %2 = sin %0 : f32[2]');
    expect(() => runPasses(func, [swap], { check: true })).not.toThrow();
  });
  it('when it relies on the order of instructions, with the seed', () => {
    const relies = pass('relies', (f: Func) => {
      if (!is(f.body[2]!, add)) throw new PassError('the third instruction is no sum');
      return f;
    });
    expect(() => runPasses(func, [relies], { check: true })).not.toThrow();
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    const found = seeds.filter((shuffle) => {
      try {
        runPasses(func, [relies], { check: true, shuffle });
        return false;
      } catch (error) {
        expect(String(error)).toMatch(
          new RegExp(`pass relies \\(instructions shuffled with seed ${shuffle}\\)`),
        );
        return true;
      }
    });
    expect(found.length).toBeGreaterThan(0);
  });
});
