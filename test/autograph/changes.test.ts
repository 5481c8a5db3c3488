// Whatever way a staged branch changes something made outside, it is refused: both sides are traced, so that the change would happen on either.
import { describe, expect, it } from 'vitest';
import { converted, plain } from './evaluate.ts';
import { oracle } from './staged.ts';

const list = 'const a = [3, 1, 2];';
const map = "const k = {}; const a = new Map([['k', 1]]);";
const object = 'const a = { v: 1 };';

// What is there, and how the branch changes it.
const changes: readonly (readonly [there: string, change: string])[] = [
  ...[
    'a.reverse()[0]',
    'a.sort()[0]',
    'a.splice(0, 1)[0]',
    'a.unshift(7)',
    'a.fill(7)[1]',
    "a['push'](7)",
  ].map((change) => [list, `r = ${change}`] as const),
  [list, 'a?.push(7)'],
  [list, 'Array.prototype.push.call(a, 7)'],
  [list, 'a.push.apply(a, [7, 8])'],
  [list, '[7].forEach((v) => a.push(v))'],
  [list, 'a.push?.(7)'],
  [list, 'r = a?.slice?.().length + a?.push?.(7)'],
  [`${list} const k = 'push';`, 'a[k](7)'],
  [`${list} const k = 'push';`, 'a[k]?.(7)'],
  [`${list} const { push } = a;`, 'push.call(a, 7)'],
  [`${list} const push = a.push.bind(a);`, 'push(7)'],
  [list, 'Reflect.apply(a.push, a, [7])'],
  ['const a = [1, 2].values();', 'r = a.next().value'],
  ['const a = new Date(0);', 'r = a.setTime(5)'],
  ['const a = /b/g;', "r = a.test('bb') ? a.lastIndex : 0"],
  ['const a = new DataView(new ArrayBuffer(4));', 'a.setInt8(0, 1)'],
  [map, "r = a.set('k', 2).size"],
  [map, "r = a.delete('k') ? 1 : 0"],
  ['const a = new Set([1]);', '[2].forEach((v) => a.add(v))'],
  ['const k = {}; const a = new WeakMap([[k, 1]]);', 'a.set(k, 2)'],
  ['const a = new Float32Array(2);', 'a.set([1, 2])'],
  [object, "Object.defineProperty(a, 'v', { value: 5 })"],
  [object, 'Object.freeze(a)'],
  [object, 'Object.setPrototypeOf(a, { w: 1 })'],
  [object, "Reflect.deleteProperty(a, 'v')"],
];

const program = (there: string, change: string): string =>
  `export function f(x) { ${there} let r = 0; if (x > 0) { ${change}; } return x + r; }`;

describe.each(changes)('%s if (t) %s', (there, change) => {
  it('is refused where it is staged', () => {
    expect(() => oracle(converted(program(there, change)), [3])).toThrow(
      / made outside is changed by \S+\(\) in a staged branch or loop; a tensor decides how often that happens/,
    );
  });

  it('is the change that was written, on numbers and where it is made in the branch', () => {
    expect(converted(program(there, change))(3)).toBe(plain(program(there, change))(3));
    expect(converted(program(there, change))(-3)).toBe(-3);
    const inside = program('', `${there} ${change}`);
    expect(oracle(converted(inside), [3]).item()).toBe(plain(inside)(3));
    expect(oracle(converted(inside), [-3]).item()).toBe(-3);
  });
});

const elements: readonly (readonly [there: string, change: string, how: string])[] = [
  [list, 'a.length = 0', 'an array made outside is changed by setting its length'],
  [list, 'a[3] = 7', 'an array made outside is changed by a new element'],
  [
    'const a = new Float32Array(2);',
    'a[0] = 7',
    'a Float32Array made outside is changed by setting an element',
  ],
];

it.each(elements)('%s if (t) %s is refused, too', (there, change, how) => {
  expect(() => oracle(converted(program(there, change)), [3])).toThrow(how);
  expect(converted(program(there, change))(3)).toBe(3);
  const inside = program('', `${there} ${change}`);
  expect(oracle(converted(inside), [3]).item()).toBe(3);
});

it('of something inside something else, behind a question mark, is refused', () => {
  const refused = program(`${list} const p = { a };`, 'p?.a.push(7)');
  expect(() => oracle(converted(refused), [3])).toThrow('an array made outside is changed by push()');
  expect(converted(refused)(3)).toBe(3);
});

it('of what a call that may be missing gives is refused', () => {
  const refused = program(`${list} const get = () => a;`, 'get?.().push(7)');
  expect(() => oracle(converted(refused), [3])).toThrow('an array made outside is changed by push()');
  expect(converted(refused)(3)).toBe(3);
});

it('loops over what a call gives, in a branch, go over it on either side', () => {
  const source = program(
    'const a = new Map([[1, 2], [3, 4]]);',
    'for (const [k, v] of a.entries()) r += k * v',
  );
  expect(oracle(converted(source), [3]).item()).toBe(17);
  const two = `export function f(x) { let r = 0; const a = () => [1, 2].values(); if (x > 0) { for (const v of a()) r += v; } else { for (const v of a()) r -= v; } return r; }`;
  for (const x of [2, -2]) expect(oracle(converted(two), [x]).item()).toBe(plain(two)(x));
});

it('Object.assign is JavaScript’s outside of branches', () => {
  expect(() => converted('export function f() { return Object.assign(null, {}); }')()).toThrow(TypeError);
  expect(typeof converted("export function f() { return Object.assign('ab', {}); }")()).toBe('object');
});

it('Object.is and filter(Boolean) do not answer for tensors', () => {
  expect(() => oracle(converted('export function f(x) { return Object.is(x, 3) ? 1 : 2; }'), [3])).toThrow(
    'Object.is() of a tensor and a number is always false. Compare by element: x === y in converted code, or x.equal(y)',
  );
  const kept = 'export function f(x) { return [x > 0, x > 5].filter(Boolean).length; }';
  expect(converted(kept)(3)).toBe(1);
  expect(() => oracle(converted(kept), [3])).toThrow(
    'filter() asks its function whether it takes an element',
  );
});
