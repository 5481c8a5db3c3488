// Every rewrite rule is a test case: instantiated with special and random values in every dtype it takes, both sides compared as bits.
import { describe, expect, it } from 'vitest';
import '../../src/tensor/eager.ts';
import { allocate, flatData, type NdView, ndView } from '../../src/array/nd.ts';
import { Builder } from '../../src/ir/build.ts';
import type { Func, Value } from '../../src/ir/func.ts';
import { type DType, dtypes, type TensorType } from '../../src/ir/types.ts';
import { constant } from '../../src/ops/constant.ts';
import { evaluate } from '../../src/ops/evaluate.ts';
import { firstDifference } from '../../src/passes/check.ts';
import { dce } from '../../src/passes/dce.ts';
import { makeFuel, runPasses } from '../../src/passes/pass.ts';
import {
  buildTerm,
  conditionHolds,
  matchRule,
  parseRule,
  type Rule,
  type Term,
} from '../../src/passes/pattern.ts';
import { rules } from '../../src/passes/rules.ts';
import { simplify } from '../../src/passes/simplify.ts';
import { InternalError } from '../../src/util/errors.ts';
import { seeded } from '../../src/util/rng.ts';

const f32 = Math.fround;
// The squares of 4097 … lie exactly between two float32, the reciprocals of the last two nearly: what is off by 2^-50 rounds them wrongly.
const special: Readonly<Record<DType, readonly number[]>> = {
  float32: [
    ...[0, -0, 1, -1, 2, -2, 0.5, 3.5, -2.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ...[f32(3.4028234e38), f32(-3.4028234e38), 2 ** -126, -(2 ** -126), 2 ** -149, -(2 ** -149), f32(1e-40)],
    ...[f32(0.1), f32(1e20), f32(-1e-20), 16777217, 4097, 4099, 5791, -4101],
    ...[1.0303780372335086e34, 2.851769825282598e28].map(f32),
  ],
  int32: [0, 1, -1, 2, -2, 7, -13, 65537, 46341, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1],
  bool: [0, 1],
};
const constants: Readonly<Record<DType, readonly number[]>> = {
  float32: [
    2,
    -2,
    0.5,
    1,
    -1,
    3,
    f32(0.1),
    2 ** 126,
    2 ** -126,
    2 ** 127,
    2 ** -149,
    0,
    -0,
    Number.POSITIVE_INFINITY,
  ],
  int32: [2, -2, 3, -1, 0, 2 ** 31 - 1, -(2 ** 31)],
  bool: [0, 1],
};

const valueNames = (t: Term): string[] =>
  t.kind === 'value' ? [t.name] : t.kind === 'apply' ? t.args.flatMap(valueNames) : [];
const constantNames = (t: Term): string[] =>
  t.kind === 'constant' ? [t.name] : t.kind === 'apply' ? t.args.flatMap(constantNames) : [];

function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((head) => list.map((x) => [...head, x])), [[]]);
}

/** One way to give the names of a rule a dtype and its constants a number, with both sides as functions of the values. */
interface Instance {
  readonly types: readonly DType[];
  readonly left: Func;
  readonly right: Func;
}

function instances(rule: Rule, size: number): Instance[] {
  const names = [...new Set(valueNames(rule.pattern))];
  const constantsOfRule = [...new Set(constantNames(rule.pattern))];
  const found: Instance[] = [];
  for (const types of combinations(names.map(() => dtypes))) {
    const xType = types[names.indexOf('x')];
    if (rule.dtype !== undefined && xType !== rule.dtype) continue;
    const choices = constants[xType ?? 'bool'];
    for (const numbers of combinations(constantsOfRule.map(() => choices))) {
      const byName = new Map(constantsOfRule.map((n, i) => [n, numbers[i]!]));
      if (!conditionHolds(rule, byName)) continue;
      const made = instance(rule, names, types, byName, size);
      if (made) found.push(made);
    }
  }
  return found;
}

function instance(
  rule: Rule,
  names: readonly string[],
  types: readonly DType[],
  numbers: ReadonlyMap<string, number>,
  size: number,
): Instance | undefined {
  const side = (write: (builder: Builder, values: ReadonlyMap<string, Value>) => Value): Func => {
    const builder = new Builder();
    const values = new Map(names.map((n, i) => [n, builder.param({ dtype: types[i]!, shape: [size] })]));
    const result = write(builder, values);
    return builder.finish('side', [result]);
  };
  const splat = (builder: Builder, value: number, { dtype, shape }: TensorType): Value =>
    builder.emit(constant.def, [], { data: [value], dtype, shape })[0]!;
  const build = (t: Term, builder: Builder, values: ReadonlyMap<string, Value>, like: TensorType): Value => {
    if (t.kind === 'value') return values.get(t.name)!;
    if (t.kind === 'constant') return splat(builder, numbers.get(t.name)!, like);
    if (t.kind === 'number') return splat(builder, t.value, like);
    if (t.kind === 'computed') throw new Error('computed constants have no place in a pattern');
    const known = t.args.map((a) =>
      a.kind === 'value' || a.kind === 'apply' ? build(a, builder, values, like) : undefined,
    );
    // A literal condition of `select` is bool, any other constant has the type of its neighbour.
    const args = t.args.map((a, i) => {
      const neighbour = known.find((v) => v !== undefined)?.type ?? like;
      const own: TensorType = t.op.name === 'select' && i === 0 ? { ...neighbour, dtype: 'bool' } : neighbour;
      return known[i] ?? build(a, builder, values, own);
    });
    return builder.emit(t.op, args, {})[0]!;
  };
  const like: TensorType = { dtype: types[0] ?? 'float32', shape: [size] };
  try {
    const left = side((b, values) => build(rule.pattern, b, values, like));
    const right = side((b, values) => {
      const root = build(rule.pattern, b, values, like);
      const match = matchRule(rule, root.def!.op, root.def!.args);
      if (match === null) throw new Error(`the rule does not match what it was built from: ${rule.text}`);
      return buildTerm(
        rule.replacement,
        match,
        root.type,
        (op, operands, attrs) => b.emit(op, operands, attrs)[0]!,
      );
    });
    return { types, left, right: runPasses(right, [dce]).func };
  } catch (error) {
    // The ops refuse this combination of dtypes.
    if (error instanceof Error && /DTypeError|ShapeError/.test(error.name)) return undefined;
    throw error;
  }
}

const random = seeded(1);
function randomValue(dtype: DType): number {
  if (dtype === 'bool') return random() < 0.5 ? 0 : 1;
  if (dtype === 'int32') return (random() * 2 ** 32) | 0;
  return f32((random() - 0.5) * 2 ** Math.floor(random() * 60 - 30));
}

const size = 1024;
function samples(types: readonly DType[]): NdView[] {
  const columns = types.map((dtype) => allocate(dtype, size));
  const pairs = combinations(types.slice(0, 2).map((t) => special[t]));
  for (let i = 0; i < size; i++) {
    columns.forEach((column, k) => {
      const chosen = pairs[i]?.[k];
      const list = special[types[k]!];
      column[i] =
        chosen ?? (i < pairs.length ? list[Math.floor(random() * list.length)]! : randomValue(types[k]!));
    });
  }
  return columns.map((column, k) => ndView(types[k]!, [size], column));
}

// Positive and moderate: what relaxed rules promise nothing about is left out.
function moderate(types: readonly DType[]): NdView[] {
  return types.map((dtype) =>
    ndView(
      dtype,
      [size],
      allocate(dtype, size).map(() => 0.1 + 10 * random()),
    ),
  );
}

describe('exact rules keep every bit', () => {
  for (const rule of rules.filter((r) => r.tier === 'exact')) {
    it(rule.text, () => {
      const all = instances(rule, size);
      expect(all.length).toBeGreaterThan(0);
      for (const { types, left, right } of all) {
        const args = samples(types);
        const [want, got] = [evaluate(left, args)[0]!, evaluate(right, args)[0]!];
        expect(got.dtype).toBe(want.dtype);
        expect(firstDifference(want, got), types.join()).toBeUndefined();
        const simplified = runPasses(left, [simplify], { precision: 'strict' });
        expect(simplified.stages.at(-1)!.rewrites, `${types.join()}: the pass finds it`).toBeGreaterThan(0);
        expect(firstDifference(want, evaluate(simplified.func, args)[0]!)).toBeUndefined();
      }
    });
  }
});

describe('relaxed rules stay within a few units in the last place', () => {
  for (const rule of rules.filter((r) => r.tier === 'relaxed')) {
    it(rule.text, () => {
      const all = instances(rule, size).filter(({ left }) =>
        left.body.every((i) =>
          ((i.attrs as { data?: number[] }).data ?? [1]).every(
            (c) => Math.abs(Math.log2(Math.abs(c))) < 8 || c === 0,
          ),
        ),
      );
      expect(all.length).toBeGreaterThan(0);
      for (const { types, left, right } of all) {
        const args = moderate(types);
        const [want, got] = [flatData(evaluate(left, args)[0]!), flatData(evaluate(right, args)[0]!)];
        want.forEach((w, i) => expect(Math.abs(w - got[i]!)).toBeLessThanOrEqual(4 * 2 ** -23 * Math.abs(w)));
        expect(runPasses(left, [simplify], { precision: 'fast' }).stages.at(-1)!.rewrites).toBeGreaterThan(0);
      }
    });
  }
  it('are off in strict mode', () => {
    const rule = parseRule('relaxed float32: add(x, 0) => x');
    const [{ left }] = instances(rule, 4) as [Instance];
    expect(runPasses(left, [simplify]).stages.at(-1)!.rewrites).toBe(0);
  });
});

describe('the rule language', () => {
  it('refuses what is no rule', () => {
    for (const text of [
      'neg(x) => x',
      'exact: x => neg(x)',
      'exact: nothing(x) => x',
      'exact float16: neg(x) => x',
      'exact: neg(x => x',
      'exact: div(x, C) => x if lucky(C)',
    ])
      expect(() => parseRule(text), text).toThrow(InternalError);
  });
  it('tells 0 from -0 and NaN from nothing', () => {
    const rule = parseRule('exact float32: add(x, -0) => x');
    const builder = new Builder();
    const x = builder.param({ dtype: 'float32', shape: [] });
    const zero = (value: number): Value =>
      builder.emit(constant.def, [], { data: [value], dtype: 'float32', shape: [] })[0]!;
    expect(matchRule(rule, rule.pattern.op, [x, zero(-0)])).not.toBeNull();
    expect(matchRule(rule, rule.pattern.op, [x, zero(0)])).toBeNull();
  });
  it('stops without fuel', () => {
    const [{ left }] = instances(parseRule('exact: neg(neg(x)) => x'), 2) as [Instance];
    const context = { precision: 'strict', fuel: makeFuel(0), note: () => {} } as const;
    expect(simplify.run(left, context)).toBe(left);
  });
});
