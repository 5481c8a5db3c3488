// Variables: assignment, its checks, and who may write the storage.
import { describe, expect, it } from 'vitest';
import { ones, tensor, variable, zeros } from '../../../src/index.ts';
import { messageOf } from '../../errors/message.ts';

describe('a variable', () => {
  it('is a tensor', () => {
    const v = variable(tensor([1, 2]), { name: 'v' });
    expect(v.add(1).toArray()).toEqual([2, 3]);
    expect(tensor([1, 1]).sub(v).toArray()).toEqual([0, -1]);
    expect(v.shape).toEqual([2]);
    expect(v.trainable).toBe(true);
    expect(variable(5, { trainable: false }).item()).toBe(5);
    expect(v.cast('int32').dtype).toBe('int32');
  });
  it('is assigned, and values read before stay what they were', () => {
    const v = variable(tensor([1, 2]));
    const before = v.value();
    v.assign(tensor([3, 4]))
      .assignAdd(1)
      .assignSub(tensor([0, 10]));
    expect(v.toArray()).toEqual([4, -5]);
    expect(before.toArray()).toEqual([1, 2]);
  });
  it('gives the same tensor until it changes', () => {
    const v = variable(1);
    const first = v.value();
    expect(v.value() === first).toBe(true);
    v.assign(1);
    expect(v.value() === first).toBe(false);
  });
  it('keeps dtype and shape', () => {
    const v = variable(zeros([2]), { name: 'bias' });
    expect(messageOf(() => v.assign(zeros([3])))).toBe(
      "ShapeError: variable 'bias'.assign: the variable holds f32[2], got f32[3]; reshape or broadcast the value first",
    );
    expect(messageOf(() => v.assignAdd(zeros([3, 2])))).toBe(
      "ShapeError: variable 'bias'.assignAdd: the variable holds f32[2], got f32[3,2]; reshape or broadcast the value first",
    );
    expect(messageOf(() => v.assign(zeros([2], 'int32')))).toBe(
      "DTypeError: variable 'bias'.assign: the variable holds f32[2], got i32[2]; cast the value first: x.cast('float32')",
    );
    const n = variable(zeros([], 'int32'), { name: 'n' });
    n.assign(3);
    expect(n.type).toEqual({ dtype: 'int32', shape: [] });
    expect(messageOf(() => n.assign(0.5))).toBe(
      "DTypeError: variable 'n'.assign: an int32 tensor meets the number 0.5, which int32 cannot hold; cast the tensor first: x.cast('float32')",
    );
    expect(v.toArray()).toEqual([0, 0]);
  });
  it('refuses unknown options', () => {
    expect(messageOf(() => variable(1, { trainabel: true } as never))).toBe(
      "OptionError: variable: unknown option 'trainabel'; there are name, trainable",
    );
    expect(messageOf(() => variable('1' as never))).toBe(
      'ArgumentError: variable: expected a tensor or a number, got the string "1"',
    );
  });
});

describe('ownership', () => {
  it('copies a storage that others see before it may be written', () => {
    const initial = tensor(new Float32Array(100));
    const v = variable(initial);
    expect(v.owned).toBe(false);
    v.takeForUpdate().fill(7);
    expect(v.owned).toBe(true);
    expect(initial.sum().item()).toBe(0);
    expect(v.sum().item()).toBe(700);
  });
  it('writes the same array again while nobody else sees it', () => {
    const v = variable(ones([3]));
    const array = v.takeForUpdate();
    expect(v.data()).not.toBe(array);
    expect([v.toArray(), String(v)]).toEqual([[1, 1, 1], '[1. 1. 1.]']);
    expect(v.takeForUpdate()).toBe(array);
  });
  it('shares what it hands out, and then copies', () => {
    const v = variable(ones([3]));
    v.takeForUpdate();
    const seen = v.value();
    const summand = v.add(0);
    expect(v.owned).toBe(false);
    v.takeForUpdate().fill(5);
    expect(seen.toArray()).toEqual([1, 1, 1]);
    expect(summand.toArray()).toEqual([1, 1, 1]);
    expect(v.toArray()).toEqual([5, 5, 5]);
  });
  it('does not own what was assigned', () => {
    const v = variable(zeros([3]));
    v.takeForUpdate();
    const next = tensor([1, 2, 3]);
    v.assign(next);
    v.takeForUpdate().fill(9);
    expect(next.toArray()).toEqual([1, 2, 3]);
  });
  it('adopts an array without a copy', () => {
    const v = variable(zeros([2]));
    const array = new Float32Array([1, 2]);
    v.adopt(array);
    expect(v.takeForUpdate()).toBe(array);
  });
  it('gathers a strided state', () => {
    const v = variable(
      tensor([
        [1, 2],
        [3, 4],
      ]).transpose(),
    );
    expect([...v.takeForUpdate()]).toEqual([1, 3, 2, 4]);
  });
});
