// Numbers that a staged loop turned into tensors: int32 as long as they count, and whatever they meet where they meet a fraction.
import { expect, it } from 'vitest';
import { converted } from './evaluate.ts';
import { compiled, oracle } from './staged.ts';

it.each([
  ...[
    'i / 2',
    'i ** 2',
    'i % 2.5',
    '-i',
    '~i',
    'i === 1.5 ? 1 : 2',
    'i * i * 100000 * 3000 > 2 ** 31 ? 1 : 0',
  ],
  ...[
    'Math.max(i, 1.5)',
    'Math.min(i, 2.5, i)',
    'Math.pow(i, 0.5)',
    'Math.pow(0.5, i)',
    'Math.hypot(i, 0.5)',
  ],
  ...[
    'Math.atan2(i, 0.5)',
    'Math.cbrt(i)',
    'Math.asinh(i)',
    'Math.acosh(i)',
    'Math.atanh(i / 4)',
    'Math.fround(i / 3)',
    'Math.imul(i, 1103515245) >> 20',
    'i - 2 ? 1 : 2',
    '!(i - 2) ? 1 : 2',
    'i / 0 - i / 0 ? 1 : 2',
    'Math.sqrt(i)',
    'Math.sin(i)',
    'Math.exp(-i)',
    'Math.log2(i + 1)',
    'Math.sign(i)',
  ],
  ...['Math.floor(i)', 'Math.round(i)', 'Math.round(i / 2)', 'Math.trunc(i)', 'Math.ceil(i)', 'Math.abs(i)'],
  ...['Number.isInteger(i) ? 1.5 : 2', 'Number.isNaN(i) ? 1 : 2', 'Number(i > 1)', '+(i > 2)'],
])('a counter in %s', (expression) => {
  const f = converted(
    `export function f(x) { let s = 0.25, i = 0; while (i < x) { i++; s += ${expression}; } return s; }`,
  );
  expect(oracle(f, [3]).item()).toBeCloseTo(f(3) as number, 5);
});

// What a number was is asked as numbers are: 0 and NaN are false.
it('a loop that a counter ends', () => {
  const f = converted(
    'export function f(x) { let n = 0, k = 0; while (k < x) { k += 1; } while (k) { k--; n += 2; } return n; }',
  );
  for (const x of [0, 3, 6]) expect(oracle(f, [x]).item()).toBe(f(x));
});

it('between && and || numbers are no truth values', () => {
  const f = converted('export function f(x) { let k = 0; while (k < x) k++; return k && x > 1 ? 1 : 2; }');
  expect(() => oracle(f, [2])).toThrow(
    'the left side of && at input.js:1:72 must be a boolean or a bool scalar, because it is traced; got i32[]. Compare it, x !== 0, or choose between values with ?:',
  );
});

const leaving: readonly (readonly [body: string, last: number, first: number, said: string])[] = [
  ['while (i < x) { s += i; i++; }', 60_000, 70_000, '2147450880 + 65536'],
  ['while (i < x) { s -= i; i++; }', 60_000, 70_000, '-2147450880 - 65536'],
  ['s = 1; while (i < x) { s += s; i++; }', 30, 31, '1073741824 + 1073741824'],
  ['while (i < x) { if (i > 2) s += 1e9; i++; }', 5, 6, '2000000000 + 1000000000'],
];

it.each(leaving)('%s is what it is on numbers, until int32 has no room for it', (body, last, first, said) => {
  const f = converted(`export function f(x) { let s = 0, i = 0; ${body} return s; }`);
  expect(compiled(f, [last]).item()).toBe(f(last));
  expect(() => compiled(f, [first])).toThrow(
    `a whole number became an int32, and left its range (let it start as a float32, tensor(0)): ${said}`,
  );
});
