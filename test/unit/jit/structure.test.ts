// Code for structures: the same answers as the walk it stands for, whatever the structure.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configure, jit, type Tensor, tensor, variable } from '../../../src/index.ts';
import { describeArguments, matches } from '../../../src/jit/key.ts';
import { compileStructure } from '../../../src/jit/structure.ts';
import { flatten, unflatten } from '../../../src/trace/tree.ts';

const v = variable(tensor([1, 2]));
const shared = tensor([1, 2]);
const leaf = fc.oneof(
  fc.constantFrom<unknown>(shared, v, 3, -0, Number.NaN, null, undefined, true, false, 'text', ''),
  fc.constantFrom([2], [3], [2, 1], []).map((shape) => {
    const size = shape.reduce((p: number, d) => p * d, 1);
    return tensor(new Float32Array(size), { shape });
  }),
  fc.constant(null).map(() => tensor([1, 2], { dtype: 'int32' })),
);
const name = fc.constantFrom(
  'w',
  'b',
  'a b',
  'constructor',
  'toString',
  '0',
  '7',
  "x'];",
  '\\',
  'length',
  'type',
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(name, tie('tree'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const args = fc.array(tree, { maxLength: 3 });
const notStatic = (): boolean => false;

describe('the code of a structure', () => {
  it('accepts what the walk accepts, and finds the same leaves', () => {
    fc.assert(
      fc.property(args, fc.array(args, { maxLength: 4 }), (own, others) => {
        const { key, flat } = describeArguments(own, notStatic);
        const structure = compileStructure(key, flat.tree)!;
        for (const given of [own, ...others]) {
          const [walked, found]: [unknown[], unknown[]] = [[], []];
          const expected = matches(key.tree, given, key.leaves, walked);
          expect(structure.accepts(given, found)).toBe(expected);
          if (expected) expect(found.every((x, i) => Object.is(x, walked[i]))).toBe(true);
        }
        expect(structure.accepts(own, [])).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('rebuilds what unflattening does, keys in order', () => {
    fc.assert(
      fc.property(args, (value) => {
        const { tree, leaves } = flatten(value, 'value');
        const { key } = describeArguments([], notStatic);
        const results = leaves.map((_, i) => `result ${i}`);
        const rebuilt = compileStructure(key, tree)!.rebuild(results);
        const expected = unflatten(tree, results);
        expect(isDeepStrictEqual(rebuilt, expected)).toBe(true);
        expect(JSON.stringify(rebuilt)).toBe(JSON.stringify(expected));
      }),
      { numRuns: 300 },
    );
  });

  it('does not take an object for a tensor because it has a type', () => {
    const { key } = describeArguments([shared], notStatic);
    const structure = compileStructure(key, { kind: 'list', items: [] })!;
    expect(structure.accepts([{ type: shared.type }], [])).toBe(false);
    expect(structure.accepts([v], [])).toBe(false);
  });

  it('is not made for what is too long to be optimised', () => {
    const long = Array.from({ length: 600 }, () => shared);
    const { key, flat } = describeArguments([long], notStatic);
    expect(compileStructure(key, flat.tree)).toBeNull();
  });

  it('takes over in functions that are called often, which still tell other arguments', () => {
    const f = jit(({ a, b }: { a: Tensor; b: Tensor | null }, k: number | string) => {
      const y = b === null ? a : a.add(b);
      return { y: typeof k === 'string' ? y : y.mul(k), how: typeof k === 'string' ? k : 'factor' };
    });
    const before = configure({ retraceWarnings: false });
    const [a, b] = [tensor([1, 2]), tensor([10, 20])];
    for (let i = 0; i < 1200; i++) {
      const { y, how } = f({ a, b }, i);
      if (i % 100 === 0) expect([y.toArray(), how]).toEqual([[11 * i, 22 * i], 'factor']);
    }
    expect(f({ a, b: null }, 2).y.toArray()).toEqual([2, 4]);
    expect(f({ a, b }, 'x').how).toBe('x');
    expect(f({ a: tensor([1, 2, 3]), b: tensor(1) }, 2).y.toArray()).toEqual([4, 6, 8]);
    expect(f({ b, a }, 2).y.toArray()).toEqual([22, 44]);
    expect(f.traces.length).toBe(5);
    expect(f({ a, b }, 2).y.toArray()).toEqual([22, 44]);
    expect(f.traces.length).toBe(5);
    configure(before);
  });
});
