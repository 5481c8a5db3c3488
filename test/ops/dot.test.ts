// What is peculiar to dot_general: the order of accumulation, and its errors.
import { describe, expect, it } from 'vitest';
import { grad } from '../../src/autodiff/grad.ts';
import { type Tensor, tensor, zeros } from '../../src/index.ts';
import { dotGeneral } from '../../src/ops/dot.ts';
import { messageOf } from '../errors/message.ts';
import { floats } from './samples/sample.ts';

const contraction = { leftContract: [1], rightContract: [0] };

describe('dotGeneral', () => {
  it('accumulates every element in order of the contracted index, rounding products and sums', () => {
    const depth = 3000;
    const [a, b] = [floats([depth], 71).data, floats([depth], 72).data];
    let expected = 0;
    for (let i = 0; i < depth; i++) expected = Math.fround(expected + Math.fround(a[i]! * b[i]!));
    const left = tensor(a as Float32Array, { shape: [1, depth] });
    const right = tensor(b as Float32Array, { shape: [depth, 1] });
    expect(dotGeneral(left, right, contraction).item()).toBe(expected);
  });

  it('gives +0 of nothing and of products that are -0', () => {
    expect(dotGeneral(zeros([1, 0]), zeros([0, 1]), contraction).item()).toBe(0);
    expect(dotGeneral(tensor([[-0]]), tensor([[1]]), contraction).item()).toBe(0);
  });

  it('takes negative axes and promotes', () => {
    const a = tensor([[1, 2]], { dtype: 'int32' });
    const product = dotGeneral(a, tensor([[true], [true]]), { leftContract: [-1], rightContract: [-2] });
    expect([product.dtype, product.item()]).toEqual(['int32', 3]);
    expect(dotGeneral(a, tensor([[0.5], [0.5]]), contraction).item()).toBe(1.5);
  });

  it('has second gradients', () => {
    const f = (x: Tensor) => dotGeneral(x, x, { leftContract: [1], rightContract: [1] }).sum();
    const second = grad((x: Tensor) => grad(f)(x).square().sum());
    // f = |Σ rows|², its gradient 2Σ rows in every row; for one row x the second is 8x.
    expect(second(tensor([[1, 2]])).toArray()).toEqual([[8, 16]]);
  });

  it('says which axes do not fit', () => {
    const [a, b] = [zeros([2, 3]), zeros([4, 5])];
    expect(messageOf(() => dotGeneral(a, b, contraction))).toBe(
      'ShapeError: dot_general of f32[2,3] and f32[4,5]: contracted axes differ in size: 3 (axis 1 of [2,3]) and 4 (axis 0 of [4,5])',
    );
    expect(messageOf(() => dotGeneral(a, b, { leftContract: [0] }))).toBe(
      'AxisError: dot_general of f32[2,3] and f32[4,5]: 1 contracted axes [0] meet 0 []',
    );
    expect(messageOf(() => dotGeneral(a, b, { leftContract: [2], rightContract: [0] }))).toMatch(
      /^AxisError: dotGeneral, left operand f32\[2,3\]: axis 2 does not exist/,
    );
    expect(
      messageOf(() =>
        dotGeneral(a, a, { leftBatch: [0], rightBatch: [0], leftContract: [0], rightContract: [1] }),
      ),
    ).toMatch(/^AxisError: dot_general of f32\[2,3\] and f32\[2,3\], left operand: axis 0 is named twice/);
  });
});
