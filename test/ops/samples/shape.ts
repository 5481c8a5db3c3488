// Samples of shape ops: reshape, transpose, slice, reverse, pad, concat, broadcast.
import type { NdView } from '../../../src/array/nd.ts';
import type { Shape } from '../../../src/ir/types.ts';
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
} from './sample.ts';

const sample = (about: string, attrs: unknown, ...args: readonly NdView[]): Sample => ({
  about,
  args,
  attrs,
});
const smooth = (about: string, attrs: unknown, ...args: readonly NdView[]): Sample => ({
  about,
  args,
  attrs,
  smooth: true,
});

/** One op on an operand in every layout and of every dtype: shape ops move elements, whatever they are. */
function everyOperand(about: string, attrs: unknown, shape: Shape): Sample[] {
  return [
    smooth(about, attrs, floats(shape, 1)),
    sample(`${about}, special values`, attrs, f32(shape, specialFloats)),
    sample(`${about}, int32`, attrs, ints(shape, 2)),
    sample(`${about}, bool`, attrs, bool(shape, [0, 1, 1])),
    sample(`${about}, zero strides`, attrs, repeated('float32', shape, 2)),
    ...layouts(floats(shape, 3)).map(({ layout, x }) => sample(`${about}, ${layout}`, attrs, x)),
  ];
}

const reshape: readonly Sample[] = [
  ...everyOperand('runs of axes apart', { shape: [6, 2, 2] }, [2, 3, 4]),
  sample('axes joined', { shape: [6, 4] }, floats([2, 3, 4], 1)),
  sample('an axis taken apart', { shape: [2, 2, 3] }, floats([2, 6], 1)),
  sample('nothing in common', { shape: [3, 8] }, floats([4, 6], 1)),
  sample('ones come and go', { shape: [1, 2, 1, 3, 1] }, floats([2, 1, 1, 3], 1)),
  sample('the same shape', { shape: [2, 3] }, floats([2, 3], 1)),
  smooth('to a scalar', { shape: [] }, floats([1, 1], 1)),
  sample('from a scalar', { shape: [1, 1] }, f32([], [7])),
  sample('no elements', { shape: [3, 0] }, f32([0, 5, 2], [0])),
];

const transpose: readonly Sample[] = [
  ...everyOperand('a cycle of axes', { perm: [2, 0, 1] }, [2, 3, 4]),
  sample('a matrix', { perm: [1, 0] }, floats([5, 3], 1)),
  sample('no change', { perm: [0, 1] }, floats([5, 3], 1)),
  sample('only ones move', { perm: [1, 2, 0] }, floats([1, 5, 3], 1)),
  sample('a scalar', { perm: [] }, f32([], [7])),
  sample('no elements', { perm: [1, 0] }, f32([0, 3], [0])),
];

const slice: readonly Sample[] = [
  ...everyOperand('a part of two axes', { start: [0, 1, 1], limit: [2, 3, 4], stride: [1, 1, 2] }, [2, 3, 4]),
  sample('a stride that does not divide', { start: [1], limit: [10], stride: [4] }, floats([11], 1)),
  smooth('a stride and a rest', { start: [0], limit: [4], stride: [3] }, floats([6], 1)),
  sample('everything', { start: [0, 0], limit: [2, 3], stride: [1, 1] }, floats([2, 3], 1)),
  sample('one element', { start: [1, 2], limit: [2, 3], stride: [1, 1] }, floats([2, 3], 1)),
  smooth('nothing', { start: [2, 1], limit: [2, 3], stride: [2, 1] }, floats([2, 3], 1)),
  sample('a scalar', { start: [], limit: [], stride: [] }, f32([], [7])),
];

const reverse: readonly Sample[] = [
  ...everyOperand('two axes', { axes: [0, 2] }, [2, 3, 4]),
  sample('one axis', { axes: [0] }, floats([5], 1)),
  sample('no axis', { axes: [] }, floats([5], 1)),
  sample('an axis of size 1', { axes: [0] }, floats([1, 5], 1)),
  sample('an axis without elements', { axes: [0] }, f32([0, 5], [0])),
];

const zeros = [0, 0, 0];
const pad: readonly Sample[] = [
  ...everyOperand('all around', { lo: [1, 0, 2], hi: [0, 2, 1], interior: zeros, value: 1 }, [2, 3, 4]),
  ...everyOperand('in between', { lo: [0, 1, 0], hi: [1, 0, 0], interior: [1, 0, 2], value: 0 }, [2, 1, 3]),
  sample('with -0', { lo: [1], hi: [1], interior: [0], value: -0 }, floats([3], 1)),
  sample('with NaN', { lo: [0], hi: [1], interior: [0], value: Number.NaN }, floats([3], 1)),
  sample('with -inf', { lo: [2], hi: [0], interior: [1], value: -Infinity }, floats([3], 1)),
  sample(
    'with a number that has no short decimal',
    { lo: [1], hi: [0], interior: [0], value: Math.fround(0.1) },
    floats([3], 1),
  ),
  sample(
    'with an extreme int32',
    { lo: [1], hi: [2], interior: [0], value: -(2 ** 31) },
    i32([3], [1, 2, 3]),
  ),
  sample('with nothing', { lo: [0, 0], hi: [0, 0], interior: [0, 0], value: 5 }, floats([2, 3], 1)),
  smooth(
    'something without elements',
    { lo: [1, 2], hi: [1, 0], interior: [3, 0], value: 5 },
    f32([0, 3], [0]),
  ),
  sample('a scalar', { lo: [], hi: [], interior: [], value: 5 }, f32([], [7])),
];

const concat: readonly Sample[] = [
  smooth(
    'three parts of the first axis',
    { axis: 0 },
    floats([2, 3], 1),
    floats([1, 3], 2),
    floats([4, 3], 3),
  ),
  smooth('the last axis', { axis: 2 }, floats([2, 2, 1], 1), floats([2, 2, 3], 2)),
  smooth('an axis in the middle', { axis: 1 }, floats([2, 1, 3], 1), floats([2, 2, 3], 2)),
  sample('one part', { axis: 0 }, floats([3], 1)),
  sample('parts without elements', { axis: 0 }, f32([0], [0]), floats([3], 1), f32([0], [0]), floats([2], 2)),
  sample('only parts without elements', { axis: 1 }, f32([2, 0], [0]), f32([2, 0], [0])),
  sample('many parts', { axis: 0 }, ...[1, 2, 3, 1, 2, 3, 1].map((n, i) => floats([n, 2], i))),
  sample('special values', { axis: 0 }, f32([specialFloats.length], specialFloats), floats([3], 1)),
  sample('int32', { axis: 1 }, ints([2, 3], 1), ints([2, 2], 2)),
  sample('bool', { axis: 0 }, bool([2], [0, 1]), bool([3], [1, 0])),
  ...layouts(floats([2, 3], 1)).map(({ layout, x }) => sample(layout, { axis: 1 }, x, floats([2, 2], 2), x)),
];

const broadcast: readonly Sample[] = [
  ...everyOperand('ones and new axes', { shape: [2, 3, 4, 5], axes: [0, 2, 3] }, [2, 1, 5]),
  ...everyOperand('new axes after', { shape: [2, 3, 2], axes: [0, 1] }, [2, 3]),
  smooth('a scalar', { shape: [2, 3], axes: [] }, f32([], [7])),
  sample('no change', { shape: [2, 3], axes: [0, 1] }, floats([2, 3], 1)),
  smooth('to no elements', { shape: [2, 0], axes: [0, 1] }, floats([2, 1], 1)),
];

export const shape: SampleTable = { reshape, transpose, slice, reverse, pad, concat, broadcast };
