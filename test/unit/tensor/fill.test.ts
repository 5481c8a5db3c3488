// Tensors made of a rule.
import { describe, expect, it } from 'vitest';
import {
  arange,
  eye,
  full,
  linspace,
  ones,
  onesLike,
  type Shape,
  tensor,
  zeros,
  zerosLike,
} from '../../../src/index.ts';
import { messageOf } from '../../errors/message.ts';

describe('constants', () => {
  it('fill a shape', () => {
    expect(zeros([2, 1]).toArray()).toEqual([[0], [0]]);
    expect(ones([2], 'bool').toArray()).toEqual([true, true]);
    expect(full([2], 0.5).toArray()).toEqual([0.5, 0.5]);
    expect(full([2], true).dtype).toBe('bool');
    expect(full([2], 3, 'int32').dtype).toBe('int32');
    expect(full([2, 2], tensor([1, 2])).toArray()).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(zeros([]).item()).toBe(0);
    expect(zeros([0, 3]).toArray()).toEqual([]);
  });
  it('take shape and dtype of another tensor', () => {
    const x = tensor([[1, 2]], { dtype: 'int32' });
    expect(zerosLike(x).type).toEqual({ dtype: 'int32', shape: [1, 2] });
    expect(onesLike(x).toArray()).toEqual([[1, 1]]);
  });
  it('refuse shapes that are none', () => {
    expect(messageOf(() => zeros([2.5]))).toBe(
      'ShapeError: zeros: a dimension must be an integer >= 0, got 2.5 in shape [2.5]',
    );
    expect(messageOf(() => ones(3 as never as Shape))).toBe(
      'ShapeError: ones: expected a shape such as [2, 3], got 3',
    );
    expect(messageOf(() => full([Number.NaN], 1))).toBe(
      'ShapeError: full: a dimension must be an integer >= 0, got NaN in shape [NaN]',
    );
    expect(messageOf(() => zeros([1], 'f32' as never))).toBe(
      'DTypeError: zeros: unknown dtype "f32"; there are float32, int32, bool',
    );
    expect(messageOf(() => full([1], 0.5, 'int32'))).toBe(
      "DTypeError: full: an int32 tensor meets the number 0.5, which int32 cannot hold; cast the tensor first: x.cast('float32')",
    );
    expect(full([1], tensor(0.5), 'int32').toArray()).toEqual([0]);
    expect(messageOf(() => full([2], tensor([1, 2, 3])))).toBe(
      'ShapeError: full: shape [3] does not broadcast to [2]',
    );
  });
});

describe('eye', () => {
  it('is the identity, also where it is not square', () => {
    expect(eye(2).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(eye(2, 3, 'int32').toArray()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(eye(0).shape).toEqual([0, 0]);
  });
});

describe('arange', () => {
  it('is int32 for integers, float32 otherwise', () => {
    expect(arange(3).type).toEqual({ dtype: 'int32', shape: [3] });
    expect(arange(2, 8, 3).toArray()).toEqual([2, 5]);
    expect(arange(3, 0, -1).toArray()).toEqual([3, 2, 1]);
    expect(arange(3, 0).shape).toEqual([0]);
    expect(arange(0, 1, 0.25).toArray()).toEqual([0, 0.25, 0.5, 0.75]);
    expect(arange(3, undefined, 1, 'float32').dtype).toBe('float32');
  });
  it('refuses what has no length', () => {
    expect(messageOf(() => arange(Infinity))).toBe(
      'ArgumentError: arange: takes finite numbers, got Infinity',
    );
    expect(messageOf(() => arange(tensor(3) as never))).toBe(
      'ArgumentError: arange: takes finite numbers, got a tensor; its length must be known, read it with item() outside jit',
    );
    expect(messageOf(() => arange(0, 3, 0))).toBe('ArgumentError: arange: step must not be 0');
    expect(messageOf(() => arange(3, undefined, 1, 'bool'))).toBe(
      'DTypeError: arange: positions are int32 or float32, not bool',
    );
  });
});

describe('linspace', () => {
  it('has exact ends', () => {
    const x = linspace(0.1, 0.7, 7).toArray() as number[];
    expect(x[0]).toBe(Math.fround(0.1));
    expect(x[6]).toBe(Math.fround(0.7));
    // Between them three roundings of 2^-24.
    x.forEach((value, i) => expect(value).toBeCloseTo(0.1 + 0.1 * i, 6));
    expect(linspace(2, 3, 1).toArray()).toEqual([2]);
    expect(linspace(2, 3, 0).toArray()).toEqual([]);
  });
  it('refuses vectors', () => {
    expect(messageOf(() => linspace(tensor([1, 2]), 3, 4))).toBe(
      'ArgumentError: linspace: start and stop must be scalars, got shapes [2] and []',
    );
  });
});
