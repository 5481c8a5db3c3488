// Samples of the ops with regions that run once, not at all, or again and again: if, while, while_scan, scan.
import type { Func } from '../../../src/ir/func.ts';
import { parse } from '../../../src/ir/parse.ts';
import { registry } from '../../../src/ops/index.ts';
import { bool, f32, floats, i32, ints, layouts, type Sample, type SampleTable } from './sample.ts';

/** A region from the lines of its body; parameters and results are spelled as in IR text. */
function region(params: string, body: readonly string[], results: string): Func {
  return parse(`func (${params}) {\n${body.join('\n')}\nreturn ${results}\n}`, registry);
}

const x = floats([2, 3], 401);
const y = floats([2, 3], 402);

const difference = region('%0: f32[2,3], %1: f32[2,3]', ['%2 = sub %0, %1 : f32[2,3]'], '%2, %0');
const swapped = region('%0: f32[2,3], %1: f32[2,3]', [], '%1, %0');
const product = region(
  '%0: f32[2,3], %1: f32[2,3]',
  ['%2 = mul %0, %1 : f32[2,3]', '%3 = exp %1 : f32[2,3]'],
  '%2, %3',
);

const branches: readonly Sample[] = [
  ...[0, 1].map((answer) => ({
    about: `a condition that is ${answer === 1}`,
    args: [bool([], [answer]), x, y],
    attrs: {},
    regions: [difference, swapped],
  })),
  ...[-3, 0, 1, 2, 7].map((index) => ({
    about: `position ${index}`,
    args: [i32([], [index]), x, y],
    attrs: {},
    regions: [difference, swapped, product],
  })),
  ...layouts(x).map(({ layout, x }) => ({
    about: layout,
    args: [bool([], [1]), x, y],
    attrs: {},
    regions: [product, swapped],
  })),
  { about: 'one region', args: [i32([], [5]), x, y], attrs: {}, regions: [product] },
  {
    about: 'nothing to give',
    args: [bool([], [1])],
    attrs: {},
    regions: [region('', [], ''), region('', [], '')],
  },
];

// Halves and swaps the matrices as often as the counter says.
const counts = region(
  '%0: i32[], %1: f32[2,3], %2: f32[2,3], %3: i32[]',
  ['%4 = less %0, %3 : bool[]'],
  '%4',
);
const swaps = region(
  '%0: i32[], %1: f32[2,3], %2: f32[2,3], %3: i32[]',
  [
    '%4 = constant {data=[1], dtype=i32, shape=[]} : i32[]',
    '%5 = add %0, %4 : i32[]',
    '%6 = sin %2 : f32[2,3]',
  ],
  '%5, %6, %1',
);
const never = region('%0: i32[]', ['%1 = less %0, %0 : bool[]'], '%1');
const same = region('%0: i32[]', [], '%0');

const loops: readonly Sample[] = [
  ...[0, 1, 2, 5].map((rounds) => ({
    about: `${rounds} rounds`,
    args: [i32([], [0]), x, y, i32([], [rounds])],
    attrs: {},
    regions: [counts, swaps],
  })),
  ...layouts(x).map(({ layout, x }) => ({
    about: layout,
    args: [i32([], [0]), x, y, i32([], [3])],
    attrs: {},
    regions: [counts, swaps],
  })),
  { about: 'nothing changes', args: [i32([], [3])], attrs: {}, regions: [never, same] },
];

const keeps = region(
  '%0: i32[], %1: f32[2,3], %2: f32[2,3], %3: i32[]',
  [
    '%4 = constant {data=[1], dtype=i32, shape=[]} : i32[]',
    '%5 = add %0, %4 : i32[]',
    '%6 = sin %2 : f32[2,3]',
    '%7 = sum %6 {axes=[1]} : f32[2]',
  ],
  '%5, %6, %1, %7, %0, %1',
);

const kept: readonly Sample[] = [0, 1, 4].map((rounds) => ({
  about: `${rounds} of 4 rounds`,
  args: [i32([], [0]), x, y, i32([], [rounds])],
  attrs: { carries: 3, capacity: 4, loop: 'sample.ts:1:1' },
  regions: [counts, keeps],
}));

const rows = floats([4, 3], 403);
const accumulates = region(
  '%0: f32[3], %1: i32[], %2: f32[3], %3: i32[], %4: f32[3]',
  [
    '%5 = mul %0, %4 : f32[3]',
    '%6 = add %5, %2 : f32[3]',
    '%7 = add %1, %3 : i32[]',
    '%8 = sum %6 {axes=[0]} : f32[]',
  ],
  '%6, %7, %8, %2, %1',
);
const start = [floats([3], 404), i32([], [2])];
const plain = { carries: 2, rows: 2, length: 4, reverse: false, counted: false };

const scans: readonly Sample[] = [
  ...[false, true].map((reverse) => ({
    about: reverse ? 'from the last' : 'from the first',
    args: [...start, rows, ints([4], 405), floats([3], 406)],
    attrs: { ...plain, reverse },
    regions: [accumulates],
  })),
  ...[-1, 0, 1, 3, 4, 9].flatMap((count) =>
    [false, true].map((reverse) => ({
      about: `${count} of 4${reverse ? ' from the last' : ''}`,
      args: [i32([], [count]), ...start, rows, ints([4], 405), floats([3], 406)],
      attrs: { ...plain, reverse, counted: true },
      regions: [accumulates],
    })),
  ),
  ...layouts(rows).map(({ layout, x }) => ({
    about: layout,
    args: [...start, x, ints([4], 405), floats([3], 406)],
    attrs: plain,
    regions: [accumulates],
  })),
  {
    about: 'no rows',
    args: [...start, f32([0, 3], [1]), i32([0], [1]), floats([3], 406)],
    attrs: { ...plain, length: 0 },
    regions: [accumulates],
  },
  {
    about: 'nothing read',
    args: [i32([], [1])],
    attrs: { carries: 1, rows: 0, length: 5, reverse: false, counted: false },
    regions: [region('%0: i32[]', ['%1 = add %0, %0 : i32[]'], '%1, %0')],
  },
];

const message = JSON.stringify(['x is ', ', y is ', '']);
const holding: readonly Sample[] = [
  { about: 'a check that holds', args: [bool([], [1]), x, i32([], [3])], attrs: { message } },
  { about: 'a check of nothing else', args: [bool([], [1])], attrs: { message: '["holds"]' } },
];
const fitting: readonly Sample[] = [
  { about: 'rounds that fit', args: [bool([], [1]), i32([], [3])], attrs: { loop: 'sample.ts:1:1' } },
];
const printing: readonly Sample[] = [
  { about: 'two values', args: [x, i32([], [3])], attrs: { message } },
  { about: 'no values', args: [], attrs: { message: '["here"]' } },
];

export const control: SampleTable = {
  if: branches,
  while: loops,
  while_scan: kept,
  scan: scans,
  check: holding,
  fits: fitting,
  print: printing,
};
