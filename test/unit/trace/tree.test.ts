// Pytrees: round trips, paths, and everything that is no tree.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TreeError, tensor, variable } from '../../../src/index.ts';
import { flatten, mapLeaves, unflatten } from '../../../src/trace/tree.ts';
import { sameList } from '../../../src/util/seq.ts';

describe('pytrees', () => {
  it('gives leaves in order, with paths', () => {
    const [a, b] = [tensor(1), tensor(2)];
    const { leaves, paths } = flatten([{ x: a, 'a b': [1, true], n: null }, b], 'args');
    expect(sameList(leaves, [a, 1, true, b])).toBe(true);
    expect(paths).toEqual(['args[0].x', 'args[0]["a b"][0]', 'args[0]["a b"][1]', 'args[1]']);
  });

  it('keeps null, undefined and strings as structure, and variables as leaves', () => {
    const v = variable(tensor([1]));
    const { leaves, tree } = flatten({ a: null, b: undefined, c: 'text', d: v }, 'args');
    expect(sameList(leaves, [v])).toBe(true);
    expect(unflatten(tree, [7])).toEqual({ a: null, b: undefined, c: 'text', d: 7 });
  });

  it('survives the round trip for any nested value', () => {
    const key = fc.string().filter((k) => k !== '__proto__');
    const { tree: any } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.double(),
        fc.boolean(),
        fc.string(),
        fc.constant(null),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(any, (value) => {
        const { tree, leaves } = flatten(value, 'x');
        expect(unflatten(tree, leaves)).toEqual(value);
      }),
    );
  });

  it('keeps the order of keys, which a function can see', () => {
    const { tree, leaves } = flatten({ b: 1, a: 2 }, 'x');
    expect(Object.keys(unflatten(tree, leaves) as object)).toEqual(['b', 'a']);
  });

  it('takes objects without a prototype', () => {
    const bare = Object.assign(Object.create(null) as object, { x: 3 });
    expect(flatten(bare, 'x').leaves).toEqual([3]);
  });

  it('leaves static parts alone, whatever they are', () => {
    const map = new Map();
    const { tree, leaves } = flatten([1, map], 'args', (k, depth) => depth === 0 && k === 1);
    expect(leaves).toEqual([1]);
    expect(unflatten(tree, [2])).toEqual([2, map]);
  });

  it('replaces leaves by other trees', () => {
    const { tree } = flatten([1, [2]], 'x');
    const replaced = mapLeaves(tree, (i) =>
      i === 0 ? { kind: 'static', value: 'zero' } : { kind: 'leaf', index: 0 },
    );
    expect(unflatten(replaced, ['one'])).toEqual(['zero', ['one']]);
  });
});

describe('what is no pytree', () => {
  const refusal = (value: unknown): string => {
    try {
      flatten(value, 'args');
    } catch (error) {
      if (error instanceof TreeError) return error.summary;
      throw error;
    }
    return 'accepted';
  };
  const way =
    'a tree is made of plain objects, arrays, tensors, numbers, booleans, strings and null; anything else can be a static argument: jit(f, { static: [position] })';

  it('is named with its path', () => {
    expect(refusal([{ x: new Map() }])).toBe(
      `args[0].x: an instance of Map cannot be part of a tree; ${way}`,
    );
    expect(refusal([() => 1])).toBe(`args[0]: a function cannot be part of a tree; ${way}`);
    expect(refusal([function named() {}])).toBe(
      `args[0]: a function (named) cannot be part of a tree; ${way}`,
    );
    expect(refusal([10n])).toBe(`args[0]: a bigint cannot be part of a tree; ${way}`);
    expect(refusal([Symbol('s')])).toBe(`args[0]: a symbol cannot be part of a tree; ${way}`);
    expect(refusal([new (class Point {})()])).toBe(
      `args[0]: an instance of Point cannot be part of a tree; ${way}`,
    );
    expect(refusal([Object.create({ inherited: 1 })])).toContain('args[0]: an instance of Object cannot');
  });

  it('says how a typed array becomes a tensor', () => {
    expect(refusal({ w: new Float32Array(2) })).toBe(
      'args.w: an instance of Float32Array cannot be part of a tree; make it a tensor: tensor(array, { shape })',
    );
  });

  it('includes promises, with the reason', () => {
    expect(refusal(Promise.resolve(1))).toBe(
      'args: an instance of Promise cannot be part of a tree; an async function runs past its trace: make it synchronous',
    );
  });

  it('includes keys that could change a prototype', () => {
    const evil = JSON.parse('{"a": {"__proto__": {"polluted": 1}}}') as unknown;
    expect(refusal([evil])).toBe('args[0].a: an own key named "__proto__" is refused; rename it');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(flatten({ constructor: 1, toString: 2 }, 'x').leaves).toEqual([1, 2]);
  });

  it('includes symbol keys and cycles', () => {
    expect(refusal({ [Symbol('s')]: 1 })).toBe('args: keys that are symbols are refused; use strings');
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(refusal(cycle)).toMatch(
      /^args(\.self)+: nested more than 100 levels deep; does the object contain itself\?$/,
    );
  });
});
