// Samples of ops that go along axes: reductions, argmax and argmin, running sums and products.
import type { NdView } from '../../../src/array/nd.ts';
import {
  bool,
  f32,
  floats,
  i32,
  ints,
  layouts,
  repeated,
  type Sample,
  type SampleTable,
  specialFloats,
  specialInts,
} from './sample.ts';

const sample = <A>(about: string, x: NdView, attrs: A): Sample => ({ about, args: [x], attrs });
const smooth = <A>(about: string, x: NdView, attrs: A): Sample => ({ about, args: [x], attrs, smooth: true });

const x = floats([2, 3, 4], 21, 0.5, 1.5);

/** Samples of float32 that suit every reduction; `empty` where no elements are allowed. */
function floatReduction(empty: boolean): Sample[] {
  return [
    smooth('all axes', x, { axes: [0, 1, 2] }),
    smooth('the first axis', x, { axes: [0] }),
    smooth('the middle axis', x, { axes: [1] }),
    smooth('the last axis', x, { axes: [2] }),
    smooth('outer and inner axis', x, { axes: [0, 2] }),
    // Where the order of combination shows: partial lanes, whole lanes, partial and whole blocks.
    ...[7, 8, 9, 15, 17, 1023, 1024, 1025, 3000].map((n) =>
      sample(`${n} elements`, floats([n], n, -1, 1), { axes: [0] }),
    ),
    sample('rows longer than a block', floats([2, 1500], 22, -1, 1), { axes: [1] }),
    sample('columns longer than a block', floats([1500, 2], 23, -1, 1), { axes: [0] }),
    sample('blocks across two axes', floats([3, 30, 40], 24, -1, 1), { axes: [1, 2] }),
    sample('special values', f32([specialFloats.length], specialFloats), { axes: [0] }),
    sample(
      'special values but NaN',
      f32(
        [6, 7],
        specialFloats.filter((v) => !Number.isNaN(v)),
      ),
      { axes: [0] },
    ),
    sample('zeros of both signs', f32([2, 2], [0, -0, -0, 0]), { axes: [1] }),
    sample('negative zeros', f32([2, 9], [-0]), { axes: [1] }),
    sample('one element', f32([1], [-0]), { axes: [0] }),
    sample('an empty result', f32([0, 3], [1]), { axes: [1] }),
    sample('repeated by zero strides', repeated('float32', [3, 5], 0.1), { axes: [1] }),
    ...layouts(x).map(({ layout, x }) => sample(layout, x, { axes: [0, 2] })),
    ...(empty
      ? [
          sample('no elements', f32([0], [1]), { axes: [0] }),
          sample('rows without elements', f32([2, 0, 3], [1]), { axes: [1] }),
        ]
      : []),
  ];
}

function numericReduction({ empty }: { empty: boolean }): Sample[] {
  return [
    ...floatReduction(empty),
    sample('special integers', i32([specialInts.length], specialInts), { axes: [0] }),
    sample('integer columns', i32([4, 4], specialInts), { axes: [0] }),
    sample('many integers', ints([2, 1100], 25, -(2 ** 30), 2 ** 30), { axes: [1] }),
  ];
}

const boolReduction: readonly Sample[] = [
  sample('rows', bool([4, 2], [0, 0, 0, 1, 1, 0, 1, 1]), { axes: [1] }),
  sample('columns', bool([2, 4], [0, 0, 0, 1, 1, 0, 1, 1]), { axes: [0] }),
  sample('all axes', bool([3, 3], [0, 0, 0, 0, 1]), { axes: [0, 1] }),
  sample('all true', bool([2000], [1]), { axes: [0] }),
  sample('all false', bool([2000], [0]), { axes: [0] }),
  sample('no elements', bool([2, 0], [0]), { axes: [1] }),
  sample('repeated by zero strides', repeated('bool', [2, 3], 1), { axes: [0] }),
  ...layouts(bool([2, 3], [1, 0, 0, 1, 1])).map(({ layout, x }) => sample(layout, x, { axes: [1] })),
];

const ties = f32([3, 4], [2, 1, 2, 2, 5, 5, 5, 5, 0, -0, -0, 0]);

const argReduction: readonly Sample[] = [
  ...[0, 1, 2].map((axis) => sample(`axis ${axis}`, x, { axis })),
  sample('ties', ties, { axis: 1 }),
  sample('ties in columns', ties, { axis: 0 }),
  sample('NaN', f32([3, 3], [1, Number.NaN, 2, Number.NaN, 9, Number.NaN, -9, 0, 9]), { axis: 1 }),
  sample('infinities', f32([2, 2], [-Infinity, -Infinity, Infinity, Infinity]), { axis: 1 }),
  sample('special values', f32([specialFloats.length], specialFloats), { axis: 0 }),
  sample('special integers', i32([4, 4], specialInts), { axis: 1 }),
  sample('one element', f32([2, 1], [3]), { axis: 1 }),
  sample('an empty result', f32([0, 2], [3]), { axis: 1 }),
  sample('repeated by zero strides', repeated('float32', [3, 5], 2), { axis: 1 }),
  ...layouts(x).map(({ layout, x }) => sample(layout, x, { axis: 1 })),
];

const directions = [
  { exclusive: false, reverse: false },
  { exclusive: true, reverse: false },
  { exclusive: false, reverse: true },
  { exclusive: true, reverse: true },
];

const cumulation: readonly Sample[] = [
  ...directions.flatMap(({ exclusive, reverse }) => {
    const way = `${exclusive ? 'exclusive' : 'inclusive'}, ${reverse ? 'backwards' : 'forwards'}`;
    return [
      ...[0, 1, 2].map((axis) => smooth(`axis ${axis}, ${way}`, x, { axis, exclusive, reverse })),
      sample(`special integers, ${way}`, i32([4, 4], specialInts), { axis: 0, exclusive, reverse }),
      sample(`no elements, ${way}`, f32([2, 0], [1]), { axis: 1, exclusive, reverse }),
      sample(`special values, ${way}`, f32([specialFloats.length], specialFloats), {
        axis: 0,
        exclusive,
        reverse,
      }),
    ];
  }),
  smooth('an extent that is no power of two', floats([11], 26, 0.5, 1.5), { axis: 0, ...directions[0] }),
  smooth('one element', f32([2, 1], [0.7, 1.3]), { axis: 1, ...directions[0] }),
  smooth('zeros', f32([2, 5], [2, 0, 3, 0, 4, 0, 1, 2, 3, 5]), { axis: 1, ...directions[0] }),
  ...layouts(x).map(({ layout, x }) => sample(layout, x, { axis: 2, ...directions[0] })),
];

const argsort: readonly Sample[] = [false, true].flatMap((descending) => [
  ...[0, 1, 2].map((axis) => sample(`axis ${axis}, descending ${descending}`, x, { axis, descending })),
  sample(`ties, descending ${descending}`, i32([3, 9], [2, 1, 2, 0, 1, 1, 2, 0]), { axis: 1, descending }),
  sample(`special values, descending ${descending}`, f32([2, specialFloats.length], specialFloats), {
    axis: 1,
    descending,
  }),
  sample(`special integers, descending ${descending}`, i32([17], specialInts), { axis: 0, descending }),
  sample(`one element, descending ${descending}`, f32([1], [3]), { axis: 0, descending }),
  sample(`two elements, descending ${descending}`, f32([2], [3, NaN]), { axis: 0, descending }),
  sample(`no elements, descending ${descending}`, f32([0, 3], [1]), { axis: 0, descending }),
  sample(`many, descending ${descending}`, floats([130], 31), { axis: 0, descending }),
  ...layouts(x).map(({ layout, x }) => sample(layout, x, { axis: 1, descending })),
]);

export const reductions: SampleTable = {
  sum: numericReduction({ empty: true }),
  prod: [
    ...numericReduction({ empty: true }),
    smooth('one zero', f32([2, 4], [2, 0, 3, 4, 5, 6, 7, 8]), { axes: [1] }),
    smooth('two zeros', f32([2, 2, 2], [2, 0, 3, 0, 5, 6, 7, 8]), { axes: [1, 2] }),
  ],
  max: [...numericReduction({ empty: false }), sample('ties', ties, { axes: [1] })],
  min: [...numericReduction({ empty: false }), sample('ties', ties, { axes: [1] })],
  any: boolReduction,
  all: boolReduction,
  argmax: argReduction,
  argmin: argReduction,
  argsort,
  cumsum: cumulation,
  cumprod: cumulation,
};
