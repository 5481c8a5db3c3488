// Numbers that a staged loop turned into tensors: int32 as long as they count, and whatever they meet where they meet a fraction.
import { expect, it } from 'vitest';
import { converted } from './evaluate.ts';
import { oracle } from './staged.ts';

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
