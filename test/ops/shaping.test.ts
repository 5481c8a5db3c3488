// Shape functions: what NumPy gives, and what they refuse.
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/ops/concat.ts';
import { iota } from '../../src/ops/iota.ts';
import { pad } from '../../src/ops/pad.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { flip } from '../../src/ops/reverse.ts';
import { transpose } from '../../src/ops/transpose.ts';
import {
  broadcastTo,
  expandDims,
  flatten,
  repeat,
  roll,
  split,
  squeeze,
  stack,
  tile,
  unstack,
} from '../../src/tensor/composites/shaping.ts';
import { tensor } from '../../src/tensor/create.ts';
import { ArgumentError, AxisError, DTypeError, ShapeError } from '../../src/util/errors.ts';

const matrix = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const line = tensor([1, 2, 3, 4]);

describe('shape functions', () => {
  it('reshape fills in a -1', () => {
    expect(reshape(matrix, [-1, 2]).shape).toEqual([3, 2]);
    expect(reshape(matrix, [6, -1]).shape).toEqual([6, 1]);
    expect(reshape(iota([0, 3]), [-1, 3]).shape).toEqual([0, 3]);
    expect(reshape(5, [1, 1]).toArray()).toEqual([[5]]);
  });

  it('transpose takes negative axes, and without axes turns all about', () => {
    expect(transpose(matrix).toArray()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(transpose(iota([2, 3, 4]), [0, -1, 1]).shape).toEqual([2, 4, 3]);
  });

  it('keeps a shape that the user changes later', () => {
    const shape = [3, 2];
    const x = reshape(matrix, shape);
    const y = broadcastTo(tensor([1, 2]), shape);
    shape[0] = 7;
    expect(x.shape).toEqual([3, 2]);
    expect(y.shape).toEqual([3, 2]);
  });

  it('flip turns about one axis, several, or all', () => {
    expect(flip(matrix, -1).toArray()).toEqual([
      [3, 2, 1],
      [6, 5, 4],
    ]);
    expect(flip(matrix).toArray()).toEqual(flip(matrix, [1, 0]).toArray());
  });

  it('pad surrounds and spreads', () => {
    expect(pad(tensor([1, 2]), [[1, 2]]).toArray()).toEqual([0, 1, 2, 0, 0]);
    expect(pad(tensor([1, 2, 3]), [[0, 1, 2]], 9).toArray()).toEqual([1, 9, 9, 2, 9, 9, 3, 9]);
    expect(pad(tensor([true]), [[1, 0]], true).toArray()).toEqual([true, true]);
  });

  it('concat promotes dtypes', () => {
    const joined = concat([tensor([1], { dtype: 'int32' }), tensor([0.5])]);
    expect(joined.dtype).toBe('float32');
    expect(joined.toArray()).toEqual([1, 0.5]);
  });

  it('stack and unstack add an axis and take it away', () => {
    expect(stack([line, line.neg()], 1).shape).toEqual([4, 2]);
    expect(stack([line, line.neg()], -1).toArray()).toEqual(stack([line, line.neg()], 1).toArray());
    expect(unstack(matrix).map((x) => x.toArray())).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(unstack(matrix, -1).map((x) => x.toArray())).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(stack([1, 2]).toArray()).toEqual([1, 2]);
  });

  it('stack gives numbers the dtype of the tensors', () => {
    const joined = stack([tensor(3, { dtype: 'int32' }), 5]);
    expect(joined.dtype).toBe('int32');
    expect(joined.toArray()).toEqual([3, 5]);
  });

  it('split makes equal parts, or parts at positions', () => {
    const parts = (list: ReturnType<typeof split>) => list.map((x) => x.toArray());
    expect(parts(split(line, 2))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(parts(split(line, [1, 3]))).toEqual([[1], [2, 3], [4]]);
    expect(parts(split(line, [3, 9]))).toEqual([[1, 2, 3], [4], []]);
    expect(split(matrix, 3, -1).map((x) => x.shape)).toEqual([
      [2, 1],
      [2, 1],
      [2, 1],
    ]);
  });

  it('tile and repeat', () => {
    expect(tile(tensor([1, 2]), 2).toArray()).toEqual([1, 2, 1, 2]);
    expect(tile(tensor([1, 2]), [2, 1]).toArray()).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(tile(matrix, 2).shape).toEqual([2, 6]);
    expect(tile(matrix, [2, 1, 1]).shape).toEqual([2, 2, 3]);
    expect(tile(line, 0).shape).toEqual([0]);
    expect(repeat(tensor([1, 2]), 2, 0).toArray()).toEqual([1, 1, 2, 2]);
    expect(repeat(matrix, 2).toArray()).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
    expect(repeat(matrix, 2, -1).slice(0).toArray()).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it('roll shifts cyclically', () => {
    expect(roll(line, 1).toArray()).toEqual([4, 1, 2, 3]);
    expect(roll(line, -5).toArray()).toEqual([2, 3, 4, 1]);
    expect(roll(matrix, 1).toArray()).toEqual([
      [6, 1, 2],
      [3, 4, 5],
    ]);
    expect(roll(matrix, 1, 1).toArray()).toEqual([
      [3, 1, 2],
      [6, 4, 5],
    ]);
    expect(roll(matrix, [1, -1], [0, 1]).toArray()).toEqual([
      [5, 6, 4],
      [2, 3, 1],
    ]);
    expect(roll(matrix, 1, [0, 1]).toArray()).toEqual([
      [6, 4, 5],
      [3, 1, 2],
    ]);
    expect(roll(iota([0]), 3).shape).toEqual([0]);
  });

  it('expandDims, squeeze, flatten, broadcastTo', () => {
    expect(expandDims(line, 0).shape).toEqual([1, 4]);
    expect(expandDims(matrix, [0, -1]).shape).toEqual([1, 2, 3, 1]);
    expect(expandDims(matrix, -2).shape).toEqual([2, 1, 3]);
    expect(squeeze(iota([1, 3, 1])).shape).toEqual([3]);
    expect(squeeze(iota([1, 3, 1]), -1).shape).toEqual([1, 3]);
    expect(flatten(matrix).toArray()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(broadcastTo(tensor([1, 2]), [2, 2]).toArray()).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});

describe('shape functions refuse', () => {
  type ErrorClass = typeof ShapeError;
  const wrong: readonly (readonly [string, () => unknown, ErrorClass, string])[] = [
    [
      'reshape to another size',
      () => reshape(matrix, [4, 2]),
      ShapeError,
      'reshape: [2,3] has 6 elements, which do not fit [4,2]; the sizes must be equal, and one dimension may be -1',
    ],
    [
      'reshape with two unknowns',
      () => reshape(matrix, [-1, -1]),
      ShapeError,
      'reshape: only one dimension may be -1, got [-1,-1]',
    ],
    [
      'reshape with a remainder',
      () => reshape(matrix, [4, -1]),
      ShapeError,
      'reshape: [2,3] has 6 elements, which do not fit [4,-1]',
    ],
    [
      'reshape to a fraction',
      () => reshape(matrix, [1.5, 4]),
      ShapeError,
      'reshape: a dimension must be an integer >= 0, got 1.5 in shape [1.5,4]',
    ],
    [
      'reshape to a number',
      () => reshape(matrix, 6 as never),
      ShapeError,
      'reshape: expected a shape such as [2, 3], got 6',
    ],
    [
      'flip of an axis that is none',
      () => flip(matrix, 'rows' as never),
      AxisError,
      'flip: expected an axis or a list of axes, got rows',
    ],
    [
      'transpose of too few axes',
      () => transpose(matrix, [0]),
      AxisError,
      'transpose: perm [0] must name each of the 2 axes of [2,3] once',
    ],
    [
      'transpose of one axis twice',
      () => transpose(matrix, [1, -1]),
      AxisError,
      'transpose: axis 1 is named twice in [1,1]',
    ],
    [
      'transpose of a missing axis',
      () => transpose(matrix, [0, 2]),
      AxisError,
      'transpose: axis 2 does not exist in rank 2; axes are integers from -2 to 1',
    ],
    ['flip of a scalar', () => flip(5, 0), AxisError, 'flip: axis 0 of a scalar, which has no axes'],
    [
      'pad for too few axes',
      () => pad(matrix, [[1, 1]]),
      ShapeError,
      'pad: 1 pairs [lo, hi] for [2,3]; there must be one for each of its 2 axes',
    ],
    [
      'pad by less than nothing',
      () => pad(line, [[-1, 0]]),
      ShapeError,
      'pad: counts of added elements must be integers >= 0, got -1 along axis 0 of [4]; to remove elements use slice',
    ],
    [
      'pad without pairs',
      () => pad(line, [1, 1] as never),
      ShapeError,
      'pad: expected one [lo, hi] for each axis of [4], as in pad(x, [[1, 1], [0, 2]])',
    ],
    [
      'pad int32 with a fraction',
      () => pad(iota([2]), [[1, 1]], 0.5),
      DTypeError,
      'pad: the value 0.5 is no int32; cast the tensor first',
    ],
    [
      'concat of nothing',
      () => concat([]),
      ArgumentError,
      'concat: expected a list of at least one tensor, as in concat([a, b], axis)',
    ],
    [
      'concat of other sizes',
      () => concat([matrix, line]),
      ShapeError,
      'concat: shapes [2,3] and, at 1, [4] may differ along axis 0 only',
    ],
    ['concat of scalars', () => concat([1, 2]), AxisError, 'concat: axis 0 of a scalar, which has no axes'],
    [
      'concat of no tensor',
      () => concat([line, 'x' as never]),
      ArgumentError,
      'concat: expected a tensor or a number, got the string "x"',
    ],
    [
      'stack of other shapes',
      () => stack([matrix, line]),
      ShapeError,
      'stack: shapes [2,3] and, at 1, [4] differ; all must have one shape (concat joins along an axis that exists)',
    ],
    ['stack of nothing', () => stack([]), ArgumentError, 'stack: expected a list of at least one tensor'],
    [
      'a split with a rest',
      () => split(line, 3),
      ShapeError,
      'split: axis 0 of [4] does not divide into 3 equal parts; give a divisor of 4, or a list of positions',
    ],
    [
      'tile by a fraction',
      () => tile(line, 1.5),
      ArgumentError,
      'tile: the number of copies must be an integer >= 0, got 1.5',
    ],
    [
      'repeat less than never',
      () => repeat(line, -1),
      ArgumentError,
      'repeat: the number of copies must be an integer >= 0, got -1',
    ],
    ['roll by a fraction', () => roll(line, 0.5), ArgumentError, 'roll: a shift must be an integer, got 0.5'],
    [
      'roll with too many shifts',
      () => roll(matrix, [1, 2], 0),
      ArgumentError,
      'roll: 2 shifts for 1 axes; give one for each axis, or one for all',
    ],
    [
      'roll by several shifts without axes',
      () => roll(matrix, [1, 2]),
      ArgumentError,
      'roll: 2 shifts without axes; name an axis for each',
    ],
    [
      'squeeze of a longer axis',
      () => squeeze(matrix, 1),
      ShapeError,
      'squeeze: axis 1 of [2,3] has size 3; only axes of size 1 can go',
    ],
    [
      'expandDims twice at one place',
      () => expandDims(line, [0, -3]),
      AxisError,
      'expandDims: axis 0 is named twice in [0,0]',
    ],
    [
      'broadcastTo of sizes that do not match',
      () => broadcastTo(line, [3]),
      ShapeError,
      'broadcastTo: shape [4] does not broadcast to [3]',
    ],
    [
      'iota along a missing axis',
      () => iota([2], 1),
      AxisError,
      'iota: axis 1 does not exist in rank 1; axes are integers from -1 to 0',
    ],
    [
      'iota of bool',
      () => iota([2], 0, 'bool'),
      DTypeError,
      'iota: positions are int32 or float32, not bool',
    ],
  ];
  for (const [about, call, kind, message] of wrong)
    it(about, () => {
      expect(call).toThrow(kind);
      expect(call).toThrow(message);
    });
});
