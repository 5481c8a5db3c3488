// Replaying and shuffling keep a function's meaning.
import { describe, expect, it } from 'vitest';
import { rebuild, shuffle } from '../../../src/ir/build.ts';
import { parse } from '../../../src/ir/parse.ts';
import { print } from '../../../src/ir/print.ts';
import { verify } from '../../../src/ir/verify.ts';
import { liveInstrs, sameFunc, useCounts, users } from '../../../src/ir/walk.ts';
import { registry } from '../../../src/ops/index.ts';
import { neg } from '../../../src/ops/unary.ts';
import { seeded } from '../../../src/util/rng.ts';

const func = parse(
  `func @f(%0: f32[2], %1: f32[2]) {
  %2 = neg %0 : f32[2]
  %3 = neg %1 : f32[2]
  %4 = add %2, %3 : f32[2]
  %5 = mul %4, %4 : f32[2]
  return %4
}`,
  registry,
);

describe('rebuild', () => {
  it('keeps what is not visited', () => {
    const same = rebuild(func, () => null);
    expect(same.body.every((instr, i) => instr === func.body[i])).toBe(true);
  });

  it('maps what a visit replaces', () => {
    const without = rebuild(func, (instr, args) => (instr.op === neg.def ? [args[0]!] : null));
    verify(without);
    expect(print(without)).toBe(
      'func @f(%0: f32[2], %1: f32[2]) {\n  %2 = add %0, %1 : f32[2]\n  %3 = mul %2, %2 : f32[2]\n  return %2\n}\n',
    );
  });
});

describe('shuffle', () => {
  it('gives every order that the operands allow, and only those', () => {
    const texts = new Set<string>();
    const random = seeded(1);
    for (let i = 0; i < 50; i++) {
      const shuffled = shuffle(func, random);
      verify(shuffled);
      texts.add(shuffled.body.map((x) => func.body.indexOf(x)).join(''));
    }
    expect([...texts].sort()).toEqual(['0123', '1023']);
  });
});

describe('walk', () => {
  it('counts uses by operand and result, users by instruction', () => {
    const sum = func.body[2]!.results[0]!;
    expect(useCounts(func).get(sum)).toBe(3);
    expect(users(func).get(sum)).toEqual([func.body[3]]);
  });

  it('finds what the results need', () => {
    expect([...liveInstrs(func)].map((i) => func.body.indexOf(i)).sort()).toEqual([0, 1, 2]);
  });

  it('compares up to the identity of values', () => {
    expect(sameFunc(func, parse(print(func), registry))).toBe(true);
    expect(sameFunc(func, { ...func, results: [] })).toBe(false);
  });
});
