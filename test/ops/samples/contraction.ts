// Samples of dot_general: matrix products, batches, and every other way to pair axes.
import type { NdView } from '../../../src/array/nd.ts';
import type { ContractionAxes } from '../../../src/ops/opdef.ts';
import {
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

const none: ContractionAxes = { leftBatch: [], rightBatch: [], leftContract: [], rightContract: [] };
const matrices: ContractionAxes = { ...none, leftContract: [1], rightContract: [0] };

function sample(
  about: string,
  left: NdView,
  right: NdView,
  axes: Partial<ContractionAxes> = matrices,
): Sample {
  return { about, args: [left, right], attrs: { ...none, ...axes } };
}
const smooth = (...of: Parameters<typeof sample>): Sample => ({ ...sample(...of), smooth: true });

const a = floats([3, 4], 31);
const b = floats([4, 5], 32);

export const contraction: SampleTable = {
  dot_general: [
    smooth('a matrix product', a, b),
    smooth('with the transpose of the right', a, floats([5, 4], 33), {
      leftContract: [1],
      rightContract: [1],
    }),
    smooth('with the transpose of the left', floats([4, 3], 34), b, {
      leftContract: [0],
      rightContract: [0],
    }),
    smooth('matrix and vector', a, floats([4], 35)),
    smooth('vector and matrix', floats([4], 36), b, { leftContract: [0], rightContract: [0] }),
    smooth('an inner product', floats([6], 37), floats([6], 38), { leftContract: [0], rightContract: [0] }),
    smooth('an outer product', floats([2], 39), floats([3], 40), {}),
    smooth('scalars', f32([], [2]), f32([], [3]), {}),
    smooth('batches', floats([2, 3, 4], 41), floats([2, 4, 2], 42), {
      leftBatch: [0],
      rightBatch: [0],
      leftContract: [2],
      rightContract: [1],
    }),
    smooth('a batch axis that is not the first', floats([3, 2, 4], 43), floats([4, 5, 2], 44), {
      leftBatch: [1],
      rightBatch: [2],
      leftContract: [2],
      rightContract: [0],
    }),
    smooth('two batch axes, crossed', floats([2, 3, 4], 45), floats([3, 4, 2], 46), {
      leftBatch: [0, 1],
      rightBatch: [2, 0],
      leftContract: [2],
      rightContract: [1],
    }),
    smooth('two contracted axes, crossed', floats([2, 3, 4], 47), floats([4, 5, 2], 48), {
      leftContract: [0, 2],
      rightContract: [2, 0],
    }),
    smooth('products element by element', floats([2, 3], 49), floats([2, 3], 50), {
      leftBatch: [0, 1],
      rightBatch: [0, 1],
    }),
    // Where tiles of any size have edges.
    sample('odd sizes', floats([17, 33], 51), floats([33, 19], 52)),
    sample('a long contraction', floats([2, 2500], 53), floats([2500, 3], 54)),
    sample('special values', f32([7, 7], specialFloats), f32([7, 7], [...specialFloats].reverse())),
    sample('negative zeros', f32([2, 1], [-0]), f32([1, 2], [1, 0])),
    sample('integers', ints([3, 4], 55), ints([4, 2], 56)),
    sample('integers that wrap', i32([4, 4], specialInts), i32([4, 4], [...specialInts].reverse())),
    sample('nothing to sum', f32([2, 0], [1]), f32([0, 3], [1])),
    sample('no rows', f32([0, 2], [1]), floats([2, 3], 57)),
    sample('a repeated operand', a, repeated('float32', [4, 5], 0.3)),
    ...layouts(a).map(({ layout, x }) => sample(`left with ${layout}`, x, b)),
    ...layouts(b).map(({ layout, x }) => sample(`right with ${layout}`, a, x)),
  ],
};
