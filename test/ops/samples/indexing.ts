// Samples of indexing ops: iota, gather, take_along_axis, the scatters, dynamic_slice and dynamic_update_slice. All indices are in bounds; the errors have tests of their own.
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
const scalar = (n: number): NdView => i32([], [n]);

const iota: readonly Sample[] = [
  sample('one axis', { shape: [5], axis: 0, dtype: 'int32' }),
  sample('an axis in the middle', { shape: [2, 3, 4], axis: 1, dtype: 'int32' }),
  sample('float32', { shape: [4, 3], axis: 0, dtype: 'float32' }),
  sample('no elements', { shape: [3, 0], axis: 0, dtype: 'int32' }),
];

const gather: readonly Sample[] = [
  smooth('rows, some twice, some from the end', { axis: 0 }, floats([4, 3], 1), i32([5], [3, 0, -1, 3, -4])),
  smooth(
    'a matrix of indices along the last axis',
    { axis: 1 },
    floats([2, 5], 1),
    i32([2, 3], [4, 0, 2, 2, -5]),
  ),
  smooth('an axis in the middle', { axis: 1 }, floats([2, 3, 2], 1), i32([4], [2, 2, 0, 1])),
  smooth('a scalar index', { axis: 0 }, floats([4, 3], 1), scalar(-2)),
  smooth('no indices', { axis: 0 }, floats([4, 3], 1), i32([0], [0])),
  sample('no elements', { axis: 0 }, f32([4, 0], [0]), i32([2], [1, 3])),
  sample('special values', { axis: 0 }, f32([specialFloats.length], specialFloats), ints([9], 1, 0, 30)),
  sample('int32', { axis: 0 }, ints([4, 2], 1), i32([3], [1, 1, 0])),
  sample('bool', { axis: 0 }, bool([4], [0, 1, 1, 0]), i32([2], [2, 3])),
  sample('one index repeated', { axis: 0 }, floats([4, 3], 1), repeated('int32', [3], 2)),
  ...layouts(floats([3, 4], 1)).map(({ layout, x }) => sample(layout, { axis: 1 }, x, i32([2], [3, 1]))),
  ...layouts(ints([2, 3], 1, 0, 3)).map(({ layout, x }) =>
    sample(`indices with ${layout}`, { axis: 0 }, floats([4, 2], 1), x),
  ),
];

const takeAlongAxis: readonly Sample[] = [
  smooth('one per row', { axis: 1 }, floats([3, 4], 1), i32([3, 1], [2, 0, -1])),
  smooth('some twice', { axis: 0 }, floats([3, 2], 1), i32([4, 2], [2, 0, 2, 1, -3, 0, 1, 1])),
  smooth('an axis in the middle', { axis: 1 }, floats([2, 3, 2], 1), ints([2, 2, 2], 1, -3, 2)),
  smooth('no indices', { axis: 0 }, floats([3, 2], 1), i32([0, 2], [0])),
  sample('int32', { axis: 0 }, ints([4], 1), i32([3], [1, 1, 0])),
  sample('bool', { axis: 0 }, bool([4], [0, 1, 1, 0]), i32([2], [2, 3])),
  ...layouts(floats([3, 4], 1)).map(({ layout, x }) => sample(layout, { axis: 1 }, x, ints([3, 2], 1, 0, 3))),
  ...layouts(ints([3, 2], 1, 0, 3)).map(({ layout, x }) =>
    sample(`indices with ${layout}`, { axis: 1 }, floats([3, 4], 1), x),
  ),
];

const scatterAdd: readonly Sample[] = [
  smooth('rows, some twice', { axis: 0 }, floats([4, 3], 1), i32([5], [3, 0, -1, 3, -4]), floats([5, 3], 2)),
  smooth('the last axis', { axis: 1 }, floats([2, 4], 1), i32([2, 2], [3, 0, 3, -2]), floats([2, 2, 2], 2)),
  smooth('an axis in the middle', { axis: 1 }, floats([2, 3, 2], 1), i32([2], [2, 2]), floats([2, 2, 2], 2)),
  smooth('a scalar index', { axis: 0 }, floats([4, 3], 1), scalar(-2), floats([3], 2)),
  smooth('one index', { axis: 1 }, floats([2, 4, 2], 1), i32([1], [-1]), floats([2, 1, 2], 2)),
  smooth('an axis of size 1', { axis: 0 }, floats([1, 3], 1), i32([2], [0, -1]), floats([2, 3], 2)),
  smooth('no updates', { axis: 0 }, floats([4, 3], 1), i32([0], [0]), f32([0, 3], [0])),
  sample('no elements', { axis: 0 }, f32([4, 0], [0]), i32([2], [1, 3]), f32([2, 0], [0])),
  sample(
    'sums that round in order',
    { axis: 0 },
    f32([1], [1e8]),
    repeated('int32', [50], 0),
    floats([50], 1, -9, 9),
  ),
  sample('special values', { axis: 0 }, floats([5], 1), ints([60], 2, -5, 4), f32([60], specialFloats)),
  sample('int32 wraps', { axis: 0 }, i32([2], [2 ** 31 - 1, -5]), i32([3], [0, 1, 0]), i32([3], [7, 2, 9])),
  ...layouts(floats([3, 2], 1)).map(({ layout, x }) =>
    sample(layout, { axis: 0 }, x, i32([3], [2, 0, 2]), x),
  ),
];

const scatterAddAlongAxis: readonly Sample[] = [
  smooth('one per row', { axis: 1 }, floats([3, 4], 1), i32([3, 1], [2, 0, -1]), floats([3, 1], 2)),
  smooth(
    'some twice',
    { axis: 0 },
    floats([3, 2], 1),
    i32([4, 2], [2, 0, 2, 1, -3, 0, 1, 1]),
    floats([4, 2], 2),
  ),
  smooth(
    'an axis in the middle',
    { axis: 1 },
    floats([2, 3, 2], 1),
    ints([2, 4, 2], 1, -3, 2),
    floats([2, 4, 2], 2),
  ),
  smooth('no updates', { axis: 0 }, floats([3, 2], 1), i32([0, 2], [0]), f32([0, 2], [0])),
  sample('int32 wraps', { axis: 0 }, i32([2], [2 ** 31 - 1, -5]), i32([3], [0, 1, 0]), i32([3], [7, 2, 9])),
  ...layouts(floats([3, 2], 1)).map(({ layout, x }) =>
    sample(layout, { axis: 0 }, x, ints([3, 2], 3, 0, 2), x),
  ),
];

const dynamicSlice: readonly Sample[] = [
  smooth('inside', { sizes: [2, 2] }, floats([4, 5], 1), scalar(1), scalar(2)),
  smooth('clamped at the end', { sizes: [3] }, floats([5], 1), scalar(4)),
  smooth('from the end', { sizes: [2] }, floats([5], 1), scalar(-3)),
  smooth('clamped at the beginning', { sizes: [2] }, floats([5], 1), scalar(-9)),
  sample('far outside', { sizes: [2, 1] }, floats([5, 3], 1), scalar(2 ** 31 - 1), scalar(-(2 ** 31))),
  sample('everything', { sizes: [2, 3] }, floats([2, 3], 1), scalar(1), scalar(1)),
  sample('nothing', { sizes: [0, 3] }, floats([2, 3], 1), scalar(5), scalar(0)),
  sample('a scalar', { sizes: [] }, f32([], [7])),
  sample('bool', { sizes: [2] }, bool([4], [0, 1, 1, 0]), scalar(1)),
  ...layouts(floats([3, 4], 1)).map(({ layout, x }) =>
    sample(layout, { sizes: [2, 2] }, x, scalar(1), scalar(1)),
  ),
];

const dynamicUpdateSlice: readonly Sample[] = [
  smooth('inside', {}, floats([4, 5], 1), floats([2, 2], 2), scalar(1), scalar(2)),
  smooth('clamped at the end', {}, floats([5], 1), floats([3], 2), scalar(4)),
  smooth('from the end', {}, floats([5], 1), floats([2], 2), scalar(-3)),
  sample('far outside', {}, floats([5, 3], 1), floats([2, 1], 2), scalar(2 ** 31 - 1), scalar(-(2 ** 31))),
  sample('everything', {}, floats([2, 3], 1), floats([2, 3], 2), scalar(1), scalar(1)),
  smooth('nothing', {}, floats([2, 3], 1), f32([0, 3], [0]), scalar(1), scalar(0)),
  sample('a scalar', {}, f32([], [7]), f32([], [8])),
  sample('int32', {}, ints([4], 1), ints([2], 2), scalar(1)),
  ...layouts(floats([3, 4], 1)).map(({ layout, x }) =>
    sample(layout, {}, x, floats([2, 2], 2), scalar(1), scalar(1)),
  ),
];

export const indexing: SampleTable = {
  iota,
  gather,
  take_along_axis: takeAlongAxis,
  scatter_add: scatterAdd,
  scatter_add_along_axis: scatterAddAlongAxis,
  dynamic_slice: dynamicSlice,
  dynamic_update_slice: dynamicUpdateSlice,
};
