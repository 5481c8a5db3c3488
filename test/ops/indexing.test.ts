// Functions of index tensors: what NumPy and JAX give, and bounds that eager mode and kernels check alike.
import { describe, expect, it } from 'vitest';
import { flatData } from '../../src/array/nd.ts';
import type { TensorType } from '../../src/ir/types.ts';
import type { Expr } from '../../src/loop/kernel.ts';
import * as k from '../../src/loop/make.ts';
import { dynamicSlice, dynamicUpdateSlice } from '../../src/ops/dynamic.ts';
import { gather } from '../../src/ops/gather.ts';
import { iota } from '../../src/ops/iota.ts';
import type { OpDef } from '../../src/ops/opdef.ts';
import { scatterAdd, scatterAddAlongAxis } from '../../src/ops/scatter.ts';
import { takeAlongAxis } from '../../src/ops/take-along-axis.ts';
import { oneHot, tril, triu } from '../../src/tensor/composites/indexing.ts';
import { tensor } from '../../src/tensor/create.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import {
  ArgumentError,
  AxisError,
  DTypeError,
  ShapeError,
  type TracejitError,
} from '../../src/util/errors.ts';
import { Machine } from './float64-machine.ts';

const int = (data: number | readonly number[]): Tensor => tensor(data, { dtype: 'int32' });
const matrix = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const line = tensor([10, 20, 30]);

describe('indexing functions', () => {
  it('gather is NumPy’s take', () => {
    expect(gather(line, int([2, 0, -1])).toArray()).toEqual([30, 10, 30]);
    expect(gather(matrix, 1).toArray()).toEqual([4, 5, 6]);
    expect(gather(matrix, int([2, 2]), -1).toArray()).toEqual([
      [3, 3],
      [6, 6],
    ]);
  });

  it('takeAlongAxis broadcasts the other axes', () => {
    expect(takeAlongAxis(matrix, matrix.argmax(1).expandDims(1), 1).toArray()).toEqual([[3], [6]]);
    expect(takeAlongAxis(matrix, tensor([[0, -1]], { dtype: 'int32' }), 1).toArray()).toEqual([
      [1, 3],
      [4, 6],
    ]);
  });

  it('scatterAdd adds in index order, and broadcasts updates', () => {
    expect(scatterAdd(tensor([0, 0, 0]), int([0, 2, 0]), tensor([1, 2, 3])).toArray()).toEqual([4, 0, 2]);
    expect(scatterAdd(matrix, int([-1]), 10).toArray()).toEqual([
      [1, 2, 3],
      [14, 15, 16],
    ]);
    // 1e8 takes no 1 alone, but takes 8 of them at once.
    const ones = new Array<number>(8).fill(1);
    expect(scatterAdd(tensor([1e8]), int(ones.map(() => 0)), tensor(ones)).toArray()).toEqual([1e8]);
    expect(scatterAdd(iota([2]), int([1]), 2).dtype).toBe('int32');
  });

  it('dynamicSlice takes starts as a list or as one tensor', () => {
    expect(dynamicSlice(matrix, [0, int(1)], [2, 2]).toArray()).toEqual([
      [2, 3],
      [5, 6],
    ]);
    expect(dynamicSlice(matrix, int([1, 0]), [1, 2]).toArray()).toEqual([[4, 5]]);
    expect(dynamicSlice(line, [9], [2]).toArray()).toEqual([20, 30]);
    expect(dynamicSlice(line, [-1], [1]).toArray()).toEqual([30]);
  });

  it('dynamicUpdateSlice replaces a block', () => {
    expect(dynamicUpdateSlice(line, tensor([1, 2]), [9]).toArray()).toEqual([10, 1, 2]);
    expect(dynamicUpdateSlice(matrix, int([7]).reshape([1, 1]), int([0, 1])).toArray()).toEqual([
      [1, 7, 3],
      [4, 5, 6],
    ]);
  });

  it('oneHot has rows of zeros for indices outside', () => {
    expect(oneHot(int([0, 2, 3, -1]), 3).toArray()).toEqual([
      [1, 0, 0],
      [0, 0, 1],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(oneHot(1, 2).toArray()).toEqual([0, 1]);
  });

  it('triu and tril keep a triangle, infinities elsewhere or not', () => {
    const x = tensor([
      [1, 2, Infinity],
      [4, 5, 6],
    ]);
    expect(triu(x).toArray()).toEqual([
      [1, 2, Infinity],
      [0, 5, 6],
    ]);
    expect(tril(x).toArray()).toEqual([
      [1, 0, 0],
      [4, 5, 0],
    ]);
    expect(triu(x, 1).toArray()).toEqual([
      [0, 2, Infinity],
      [0, 0, 6],
    ]);
    expect(tril(tensor([[true, true]]), -1).toArray()).toEqual([[false, false]]);
    expect(tril(x.broadcastTo([2, 2, 3]), 1).shape).toEqual([2, 2, 3]);
  });
});

describe('bounds', () => {
  const inside = (axis: number, size: number) =>
    `an index is out of bounds for axis ${axis} of size ${size}, where indices go from ${-size} to ${size - 1} (negative ones count from the end)`;
  const column = tensor([[0], [7]], { dtype: 'int32' });
  const cases: readonly (readonly [string, OpDef, readonly Tensor[], number, () => unknown, string])[] = [
    [
      'gather',
      gather.def,
      [line, int([1, 3])],
      0,
      () => gather(line, int([1, 3])),
      `gather: ${inside(0, 3)}`,
    ],
    [
      'gather before the beginning',
      gather.def,
      [matrix, int([-4])],
      1,
      () => gather(matrix, int([-4]), 1),
      `gather: ${inside(1, 3)}`,
    ],
    [
      'takeAlongAxis',
      takeAlongAxis.def,
      [matrix, column],
      1,
      () => takeAlongAxis(matrix, column, 1),
      `takeAlongAxis: ${inside(1, 3)}`,
    ],
    [
      'scatterAdd',
      scatterAdd.def,
      [line, int([3]), tensor([1])],
      0,
      () => scatterAdd(line, int([3]), 1),
      `scatterAdd: ${inside(0, 3)}`,
    ],
    [
      'scatterAddAlongAxis',
      scatterAddAlongAxis.def,
      [matrix, column, tensor([[1], [1]])],
      1,
      () => scatterAddAlongAxis(matrix, column, 1, 1),
      `scatterAddAlongAxis: ${inside(1, 3)}`,
    ],
    [
      'gather from nothing',
      gather.def,
      [iota([0]), int([0])],
      0,
      () => gather(iota([0]), 0),
      'gather: an index is out of bounds for axis 0 of size 0, which has no elements',
    ],
  ];
  for (const [about, def, args, axis, call, message] of cases)
    it(`${about}: an ArgumentError in eager mode, the same message in a kernel`, () => {
      expect(call).toThrow(ArgumentError);
      expect(summaryOf(call)).toMatch(new RegExp(`^${message.replace(/[()]/g, '\\$&')}: got -?\\d+$`));
      expect(lowered(def, args, { axis })).toEqual([message]);
    });

  it('kernels pass indices that are inside', () => {
    expect(lowered(gather.def, [line, int([0, -3, 2])], { axis: 0 })).toEqual([]);
    expect(lowered(takeAlongAxis.def, [line, int([0, -3, 2])], { axis: 0 })).toEqual([]);
  });
});

describe('indexing functions refuse', () => {
  type ErrorClass = typeof ShapeError;
  const wrong: readonly (readonly [string, () => unknown, ErrorClass, string])[] = [
    [
      'float32 indices',
      () => gather(line, tensor([1])),
      DTypeError,
      "gather: indices must be int32, got f32[1]; make them so with tensor([…], { dtype: 'int32' }) or x.cast('int32')",
    ],
    [
      'an array of indices',
      () => gather(line, [0, 1] as never),
      ArgumentError,
      "gather: indices must be an int32 tensor, got an array; wrap it: tensor([…], { dtype: 'int32' })",
    ],
    [
      'a fraction as an index',
      () => gather(line, 0.5),
      DTypeError,
      'gather: an int32 tensor meets the number 0.5',
    ],
    ['a missing axis', () => gather(line, 0, 1), AxisError, 'gather: axis 1 does not exist in rank 1'],
    [
      'indices of another rank',
      () => takeAlongAxis(matrix, int([0]), 1),
      ShapeError,
      'takeAlongAxis: x [2,3] and indices [1] must have equally many axes, whose sizes agree (or are 1) except along axis 1',
    ],
    [
      'updates of another shape',
      () => scatterAdd(matrix, int([0]), tensor([1, 2])),
      ShapeError,
      'scatterAdd: updates: shape [2] does not broadcast to [1,3]',
    ],
    [
      'a fraction added to int32',
      () => scatterAdd(iota([2]), 0, 0.5),
      DTypeError,
      'scatterAdd: an int32 tensor meets the number 0.5',
    ],
    [
      'a block that is too large',
      () => dynamicSlice(line, [0], [4]),
      ShapeError,
      'dynamicSlice: a block of shape [4] does not lie in [3]',
    ],
    [
      'too few starts',
      () => dynamicSlice(matrix, [0], [1, 1]),
      ArgumentError,
      'dynamicSlice: 1 starts for [2,3]; there must be one for each of its 2 axes',
    ],
    [
      'starts of another shape',
      () => dynamicSlice(matrix, int([0]), [1, 1]),
      ArgumentError,
      'dynamicSlice: starts must be a list of 2 scalars or a tensor of shape [2] for [2,3], got i32[1]',
    ],
    [
      'a start that is no scalar',
      () => dynamicSlice(line, [int([0])], [1]),
      ShapeError,
      'dynamicSlice: the start of axis 0 must be a scalar, got i32[1]',
    ],
    [
      'a float32 start',
      () => dynamicSlice(line, [tensor(1)], [1]),
      DTypeError,
      'dynamicSlice, start of axis 0: indices must be int32, got f32[]',
    ],
    [
      'an update that loses its fraction',
      () => dynamicUpdateSlice(iota([3]), tensor([0.5]), [0]),
      DTypeError,
      'dynamicUpdateSlice: x and update must have one dtype, got i32[3] and f32[1]',
    ],
    ['oneHot of float32', () => oneHot(line, 3), DTypeError, 'oneHot: indices must be int32, got f32[3]'],
    ['a negative depth', () => oneHot(0, -1), ArgumentError, 'oneHot: depth must be an integer >= 0, got -1'],
    ['triu of a vector', () => triu(line), ShapeError, 'triu: expected at least two axes, got f32[3]'],
    [
      'a fractional diagonal',
      () => tril(matrix, 0.5),
      ArgumentError,
      'tril: the diagonal k must be an integer, got 0.5',
    ],
  ];
  for (const [about, call, kind, message] of wrong)
    it(about, () => {
      expect(call).toThrow(kind);
      expect(call).toThrow(message);
    });
});

function summaryOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as TracejitError).summary;
  }
  throw new Error('nothing was thrown');
}

/** The distinct messages of the conditions that fail when the op runs as a kernel says. */
function lowered({ lower, infer }: OpDef, args: readonly Tensor[], attrs: unknown): string[] {
  const machine = new Machine();
  const views = args.map((a) => a.requireView());
  const [type] = infer(views, attrs, []) as [TensorType];
  views.forEach((x, i) => machine.buffers.set(`a${i}`, Float64Array.from(flatData(x))));
  machine.buffers.set('y0', new Float64Array(type.shape.reduce((n, d) => n * d, 1)));
  if (lower.kind === 'kernel') {
    try {
      machine.run(lower.build(views, attrs, [type]).body);
    } catch (error) {
      return [(error as Error).message];
    }
    return [];
  }
  if (lower.kind !== 'index' || !lower.asserts) throw new Error('the op has no conditions');
  const load = (operand: number, at: readonly Expr[]): Expr =>
    k.load('i32', `a${operand}`, k.linearIndex(at, views[operand]!.shape));
  const failed = new Set<string>();
  for (let i = 0; i < type.shape.reduce((n, d) => n * d, 1); i++) {
    const out = k.delinearize(k.i32(i), type.shape);
    for (const { cond, message } of lower.asserts(out, load, attrs, views))
      if (!machine.value(cond)) failed.add(message);
  }
  return [...failed];
}
