// The fuse pass on random programs and their gradients: every region keeps the contract of ops/fusion.ts, and no bit changes.
import { grad, type Tensor } from 'tracejit';
import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/ir/parse.ts';
import { print } from '../../../src/ir/print.ts';
import type { TensorType } from '../../../src/ir/types.ts';
import { currentInterpreter, within } from '../../../src/ops/dispatch.ts';
import { evaluate } from '../../../src/ops/evaluate.ts';
import { registry } from '../../../src/ops/index.ts';
import { firstDifference } from '../../../src/passes/check.ts';
import { fuse } from '../../../src/passes/fuse.ts';
import { runPasses } from '../../../src/passes/pass.ts';
import { optimize } from '../../../src/passes/pipeline.ts';
import { Trace, type TracedFunction } from '../../../src/trace/tracer.ts';
import { generate } from '../../fuzz/generate.ts';
import { run } from '../../fuzz/program.ts';
import { contractBreach } from './fusion-contract.ts';

const programs = Number(process.env.FUZZ_PROGRAMS ?? 200);

// Random programs compute scalar conditions that nothing reads, which users may not.
function traceAnything(
  f: (inputs: readonly Tensor[]) => readonly Tensor[],
  types: readonly TensorType[],
): TracedFunction {
  const trace = new Trace('random', currentInterpreter());
  const inputs = types.map((t, i) => trace.parameter(t, `input ${i}`));
  return within(trace, () => trace.finish(f(inputs)));
}

describe('random programs', () => {
  it('fuse into regions that lowering expects', () => {
    for (let seed = 0; seed < programs; seed++) {
      const c = generate(seed, 4 + (seed % 12));
      const floats = c.program.inputs.flatMap((t, i) => (t.dtype === 'float32' ? [i] : []));
      const loss = (...inputs: Tensor[]): Tensor =>
        run(c.program, inputs)
          .filter((t) => t.dtype === 'float32')
          .reduce((sum, t) => sum.add(t.sum()), inputs[floats[0]!]!.sum());
      const modes = [(inputs: readonly Tensor[]) => run(c.program, inputs)];
      if (floats.length > 0) modes.push((inputs) => grad(loss, floats)(...inputs) as unknown as Tensor[]);
      for (const f of modes) {
        const types = c.inputs.map((t) => t.type);
        const traced = traceAnything(f, types);
        const captured = traced.captures.map((x) => {
          if (x.kind !== 'tensor') throw new Error('a program without variables captured one');
          return x.tensor;
        });
        const args = [...c.inputs, ...captured].map((t) => t.requireView());
        const { func } = optimize(traced.func, { check: true, shuffle: seed, samples: [args] });
        expect(contractBreach(func), `seed ${seed}\n${print(traced.func)}\n${print(func)}`).toBeUndefined();
      }
    }
  });
});

describe('without fuel', () => {
  it('every instruction still stands in a fusion of its own', () => {
    const func = parse(
      `func @f(%0: f32[4]) {
        %1 = neg %0 : f32[4]
        %2 = exp %1 : f32[4]
        return %2
      }`,
      registry,
    );
    const { func: fused } = runPasses(func, [fuse], { fuel: 0 });
    expect(fused.body.map((i) => i.op.name)).toEqual(['fusion', 'fusion']);
    const x = {
      dtype: 'float32',
      shape: [4],
      data: new Float32Array([0, 1, -2, 9]),
      strides: [1],
      offset: 0,
    } as const;
    expect(firstDifference(evaluate(func, [x])[0]!, evaluate(fused, [x])[0]!)).toBeUndefined();
  });
});

describe('the check of the contract', () => {
  const breaches: Readonly<Record<string, string>> = {
    'neg stands outside of fusions': '%1 = neg %0 : f32[4]\n return %1',
    'map: a reduction or contraction in a map': `%1 = fusion %0 {kind="map"} : f32[] {
      func (%0: f32[4]) {
        %1 = sum %0 {axes=[0]} : f32[]
        return %1
      }
    }
    return %1`,
    'reduce: a result before the reduction or contraction': `%1 = fusion %0 {kind="reduce"} : f32[4] {
      func (%0: f32[4]) {
        %1 = neg %0 : f32[4]
        %2 = sum %1 {axes=[0]} : f32[]
        return %1
      }
    }
    return %1`,
    'map: broadcast repeats computed values': `%1 = fusion %0 {kind="map"} : f32[3,4] {
      func (%0: f32[4]) {
        %1 = exp %0 : f32[4]
        %2 = broadcast %1 {shape=[3, 4], axes=[1]} : f32[3,4]
        return %2
      }
    }
    return %1`,
  };
  for (const [name, body] of Object.entries(breaches)) {
    it(`finds: ${name}`, () => {
      const found = contractBreach(parse(`func @f(%0: f32[4]) {\n${body}\n}`, registry));
      expect(found).toBe(name);
    });
  }
});
