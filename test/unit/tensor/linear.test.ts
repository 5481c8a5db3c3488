// matmul, dot and outer: NumPy's rules about ranks, on small integers where sums are exact.
import { describe, expect, it } from 'vitest';
import { arange, dot, matmul, outer, type Tensor, tensor } from '../../../src/index.ts';
import { messageOf } from '../../errors/message.ts';

const block = (...shape: number[]): Tensor =>
  arange(shape.reduce((a, b) => a * b, 1))
    .cast('float32')
    .reshape(shape);

describe('matmul', () => {
  it('multiplies matrices', () => {
    expect(matmul(block(2, 3), block(3, 2)).toArray()).toEqual([
      [10, 13],
      [28, 40],
    ]);
  });
  it('takes vectors as rows on the left and columns on the right', () => {
    const v = tensor([1, 10, 100]);
    expect(matmul(v, v).toArray()).toBe(10101);
    expect(matmul(v, block(3, 2)).toArray()).toEqual([420, 531]);
    expect(matmul(block(2, 3), v).toArray()).toEqual([210, 543]);
    expect(matmul(v, block(2, 3, 2)).toArray()).toEqual([
      [420, 531],
      [1086, 1197],
    ]);
    expect(matmul(block(2, 2, 3), v).shape).toEqual([2, 2]);
  });
  it.each([
    [
      [4, 2, 3],
      [3, 5],
      [4, 2, 5],
    ],
    [
      [2, 3],
      [4, 3, 5],
      [4, 2, 5],
    ],
    [
      [4, 2, 3],
      [4, 3, 5],
      [4, 2, 5],
    ],
    [
      [7, 1, 2, 3],
      [4, 3, 5],
      [7, 4, 2, 5],
    ],
    [
      [1, 4, 2, 3],
      [7, 1, 3, 5],
      [7, 4, 2, 5],
    ],
    [
      [0, 2, 3],
      [3, 5],
      [0, 2, 5],
    ],
    [
      [2, 0],
      [0, 3],
      [2, 3],
    ],
  ])('broadcasts batches: %j and %j give %j', (left, right, shape) => {
    const [a, b] = [block(...left), block(...right)];
    const result = matmul(a, b);
    expect(result.shape).toEqual(shape);
    // Each matrix of the batch by the sum of products, with broadcasting done by the elementwise ops.
    const products = a.expandDims(-1).mul(b.expandDims(-3));
    expect(result.toArray()).toEqual(products.sum(-2).toArray());
  });
  it('keeps int32 and promotes', () => {
    const i = tensor([[1, 2]], { dtype: 'int32' });
    expect(matmul(i, i.transpose()).dtype).toBe('int32');
    expect(matmul(i, block(2, 1)).dtype).toBe('float32');
    expect(matmul(tensor([[true, true]]), tensor([[true], [true]])).toArray()).toEqual([[2]]);
  });
  it.each<[() => Tensor, string]>([
    [
      () => matmul(block(2, 3), block(2, 3)),
      'ShapeError: matmul of f32[2,3] and f32[2,3]: inner sizes differ: the last axis of the left operand has 3, the last but one axis of the right operand 2; they must be equal: transpose or reshape an operand',
    ],
    [
      () => matmul(block(2, 3), block(2)),
      'ShapeError: matmul of f32[2,3] and f32[2]: inner sizes differ: the last axis of the left operand has 3, the only axis of the right operand 2; they must be equal: transpose or reshape an operand',
    ],
    [
      () => matmul(block(2, 3), 2),
      'ShapeError: matmul of f32[2,3] and f32[]: a scalar is no matrix; multiply by it with mul',
    ],
    [
      () => matmul(block(2, 1, 3), block(5, 3, 1)),
      'ShapeError: matmul of f32[2,1,3] and f32[5,3,1]: the batches [2] and [5] do not broadcast',
    ],
  ])('refuses what does not fit (%#)', (f, message) => {
    expect(messageOf(f)).toBe(message);
  });
});

describe('dot', () => {
  it('contracts the last axis with the last but one and keeps all others', () => {
    const [a, b] = [block(2, 3), block(4, 3, 5)];
    const result = dot(a, b);
    expect(result.shape).toEqual([2, 4, 5]);
    expect(result.slice(1, 2).toArray()).toEqual(matmul(a.slice(1), b.slice(2)).toArray());
    expect(dot(tensor([1, 2]), tensor([3, 4])).item()).toBe(11);
    expect(dot(tensor([1, 2]), 3).toArray()).toEqual([3, 6]);
    expect(messageOf(() => dot(block(2), block(3)))).toBe(
      'ShapeError: dot of f32[2] and f32[3]: inner sizes differ: the last axis of the left operand has 2, the only axis of the right operand 3; they must be equal: transpose or reshape an operand',
    );
  });
});

describe('outer', () => {
  it('flattens its operands', () => {
    expect(outer(tensor([1, 2]), tensor([[3], [4]])).toArray()).toEqual([
      [3, 4],
      [6, 8],
    ]);
    expect(outer(2, tensor([1, 2])).toArray()).toEqual([[2, 4]]);
  });
});
