// Cache keys: values that differ never share one, equal ones always do, and every difference is named.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jit, tensor, variable } from '../../../src/index.ts';
import { type ArgumentKey, describeArguments, differences, matches, showKey } from '../../../src/jit/key.ts';

const isStatic = (key: string | number, depth: number): boolean => depth === 0 && key === 0;
const keyOf = (...args: unknown[]): ArgumentKey => describeArguments(args, isStatic).key;
const hits = (key: ArgumentKey, ...args: unknown[]): boolean => matches(key.tree, args, key.leaves, []);
// A deep copy that keeps what `structuredClone` would lose: functions and instances stay who they are.
const copy = (x: unknown): unknown =>
  Array.isArray(x)
    ? x.map(copy)
    : typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype
      ? Object.fromEntries(Object.entries(x).map(([k, v]) => [k, copy(v)]))
      : x;

const atoms = [
  0,
  -0,
  1,
  Number.NaN,
  Infinity,
  '',
  '0',
  'null',
  null,
  undefined,
  true,
  false,
  1n,
  Symbol.iterator,
];
const identities = [
  new Map(),
  new Map(),
  new Set(),
  () => 1,
  () => 1,
  new Date(0),
  new Date(0),
  /x/,
  new Float32Array(1),
];
const { value: anyStatic } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...atoms, ...identities),
    fc.double(),
    fc.string(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { noNullPrototype: true }),
  ),
}));

// The independent definition: same kind, same content, instances and functions by identity, keys in order.
function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => same(x, b[i]));
  const plain = (x: unknown): x is object =>
    typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype;
  if (!plain(a) || !plain(b)) return Object.is(a, b);
  const [p, q] = [Object.entries(a), Object.entries(b)];
  return p.length === q.length && p.every(([k, v], i) => k === q[i]![0] && same(v, q[i]![1]));
}

describe('static values', () => {
  it('share a key exactly when they are equal', () => {
    fc.assert(
      fc.property(anyStatic, anyStatic, (a, b) => {
        expect(hits(keyOf(a), b)).toBe(same(a, b));
        expect(differences(keyOf(a), keyOf(b)).length === 0).toBe(same(a, b));
      }),
      { numRuns: 2000 },
    );
  });

  it('always hit when they are equal', () => {
    fc.assert(fc.property(anyStatic, (a) => hits(keyOf(a), copy(a))));
  });

  it('never collide: all pairs of the difficult ones', () => {
    const all = [...atoms, ...identities, [], {}, [[]], [{}], { a: undefined }, [undefined], [null]];
    all.forEach((a, i) => {
      all.forEach((b, j) => {
        expect(hits(keyOf(a), b)).toBe(i === j);
      });
    });
  });

  it('are kept as they were: a later change is another key', () => {
    const options = { n: 1, list: [1] };
    const key = keyOf(options);
    options.list.push(2);
    expect(hits(key, options)).toBe(false);
    let runs = 0;
    const f = jit((o: typeof options) => tensor(o.list.length + ++runs * 0), { static: [0] });
    expect(f(options).item()).toBe(2);
    options.list.push(3);
    expect(f(options).item()).toBe(3);
  });
});

describe('arguments', () => {
  const v = variable(tensor(1), { name: 'v' });
  const w = variable(tensor(1), { name: 'w' });
  const kinds: unknown[] = [
    tensor(1),
    tensor([1]),
    tensor([[1]]),
    tensor([1, 2]),
    tensor(1, { dtype: 'int32' }),
    true,
    null,
    undefined,
    'text',
    '',
    v,
    w,
    [],
    {},
    [tensor(1)],
    [[tensor(1)]],
    { x: tensor(1) },
    { y: tensor(1) },
    { x: tensor(1), y: tensor(1) },
    { y: tensor(1), x: tensor(1) },
    [tensor(1), null],
    [null, tensor(1)],
  ];

  it('of different structure, shape or dtype never share a key', () => {
    kinds.forEach((a, i) => {
      kinds.forEach((b, j) => {
        expect(hits(keyOf(0, a), 0, b)).toBe(i === j);
      });
    });
    expect(hits(keyOf(0, tensor(1)), 0, tensor(1), tensor(1))).toBe(false);
  });

  it('that are numbers are float32 scalars, whatever their value', () => {
    const key = keyOf(0, 5);
    for (const x of [0, -0, Number.NaN, 1e30, tensor(3)]) expect(hits(key, 0, x)).toBe(true);
    expect(hits(key, 0, true)).toBe(false);
  });

  it('hand out their leaves in order', () => {
    const [a, b] = [tensor(1), tensor([2])];
    const key = keyOf(0, { x: a, list: [b, 3] });
    const out: unknown[] = [];
    expect(matches(key.tree, [0, { x: a, list: [b, 4] }], key.leaves, out)).toBe(true);
    expect(out[0]).toBe(a);
    expect(out[1]).toBe(b);
    expect(out[2]).toBe(4);
  });

  it('are described in short', () => {
    expect(showKey(keyOf('mode', { w: tensor([1, 2]), b: [3, true] }, null, v))).toBe(
      '("mode", {w: f32[2], b: [f32[], true]}, null, variable \'v\')',
    );
  });

  it('say where they differ', () => {
    const change = (a: unknown[], b: unknown[]): readonly string[] => differences(keyOf(...a), keyOf(...b));
    expect(change([0, { x: tensor([1]) }], [0, { x: tensor([1, 2]) }])).toEqual([
      'args[1].x shape [1] -> [2]',
    ]);
    expect(change([0, tensor(1)], [0, true])).toEqual(['args[1] f32[] -> true']);
    expect(change([0, tensor([1])], [0, tensor(1, { dtype: 'int32' })])).toEqual(['args[1] f32[1] -> i32[]']);
    expect(change([0, null], [0, tensor(1)])).toEqual(['args[1] null -> f32[]']);
    expect(change([0, { a: 1 }], [0, { b: 1 }])).toEqual(['args[1] keys {a} -> {b}']);
    expect(change([0, [1]], [0, [1, 2]])).toEqual(['args[1] length 1 -> 2']);
    expect(change([0], [0, 1])).toEqual(['args count 1 -> 2']);
    expect(change([0, [1]], [0, { a: 1 }])).toEqual(['args[1] an array of length 1 -> an object {a}']);
    expect(change([0, v], [0, w])).toEqual(["args[1] variable 'v' -> variable 'w'"]);
    expect(change([0, v], [0, tensor(1)])).toEqual(["args[1] variable 'v' -> f32[]"]);
    expect(change([0, tensor(1), 'a'], [-0, tensor([1]), 'b'])).toEqual([
      'args[0] 0 -> -0',
      'args[1] shape [] -> [1]',
      'args[2] "a" -> "b"',
    ]);
    expect(change([() => 1], [() => 2])).toEqual(['args[0] another function (anonymous)']);
    expect(change([new Map()], [new Set()])).toEqual(['args[0] an instance of Map -> an instance of Set']);
    expect(change([{ deep: [1, 'x'] }], [{ deep: [2] }])).toEqual([
      'args[0] {deep: [1, "x"]} -> {deep: [2]}',
    ]);
  });
});
