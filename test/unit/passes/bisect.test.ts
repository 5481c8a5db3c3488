// findGuilty against rewrites that are wrong by declaration.
import { describe, expect, it } from 'vitest';
import '../../../src/tensor/eager.ts';
import type { Func } from '../../../src/ir/func.ts';
import { parse } from '../../../src/ir/parse.ts';
import { print } from '../../../src/ir/print.ts';
import { registry } from '../../../src/ops/index.ts';
import { findGuilty } from '../../../src/passes/bisect.ts';
import { pipeline } from '../../../src/passes/pipeline.ts';

const func = parse(
  `func @f(%0: f32[4], %1: f32[4]) {
    %2 = neg %0 : f32[4]
    %3 = neg %2 : f32[4]
    %4 = exp %3 : f32[4]
    %5 = exp %3 : f32[4]
    %6 = neg %5 : f32[4]
    %7 = add %4, %6 : f32[4]
    %8 = mul %7, %1 : f32[4]
    return %8
  }`,
  registry,
);
const holds =
  (name: string) =>
  (f: Func): boolean =>
    new RegExp(`= ${name}\\b`).test(print(f));

describe('findGuilty', () => {
  it('names the rewrite and the pass, and shows the change', () => {
    const guilty = findGuilty(func, pipeline, holds('sub'));
    expect(guilty).toMatchObject({ rewrite: 'exact: add(x, neg(y)) => sub(x, y)', pass: 'simplify' });
    expect((guilty as { change: string }).change).toMatch(/\+ .*sub/);
  });
  it('says so when nothing is broken, or nothing is needed to break it', () => {
    expect(findGuilty(func, pipeline, () => false)).toBeUndefined();
    expect(findGuilty(func, pipeline, holds('exp'))).toBe('unoptimized');
  });
});
