// The fuse pass on random programs and their gradients: every region keeps the contract of ops/fusion.ts, and no bit changes.
import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/ir/parse.ts';
import { print } from '../../../src/ir/print.ts';
import { evaluate } from '../../../src/ops/evaluate.ts';
import { registry } from '../../../src/ops/index.ts';
import { firstDifference } from '../../../src/passes/check.ts';
import { fuse } from '../../../src/passes/fuse.ts';
import { runPasses } from '../../../src/passes/pass.ts';
import { optimize } from '../../../src/passes/pipeline.ts';
import { contractBreach } from './fusion-contract.ts';
import { programs, randomFuncs } from './random-funcs.ts';

describe('random programs', () => {
  it('fuse into regions that lowering expects', () => {
    for (const { seed, func, args } of randomFuncs(programs)) {
      const { func: fused } = optimize(func, { check: true, shuffle: seed, samples: [args] });
      expect(contractBreach(fused), `seed ${seed}\n${print(func)}\n${print(fused)}`).toBeUndefined();
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
