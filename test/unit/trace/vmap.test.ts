// vmap: functions of one example on many, eager and compiled.
import { describe, expect, it } from 'vitest';
import { grad, jit, type Tensor, tensor, vmap } from '../../../src/index.ts';
import { messageOf } from '../../errors/message.ts';

const rows = tensor([
  [1, 2],
  [3, 4],
  [5, 6],
]);

describe('vmap', () => {
  it('applies a function to every example', () => {
    const dot = (x: Tensor, w: Tensor): Tensor => x.dot(w);
    const w = tensor([10, 1]);
    for (const f of [vmap(dot, [0, null]), jit(vmap(dot, [0, null]))])
      expect(f(rows, w).toArray()).toEqual([12, 34, 56]);
    expect(vmap(dot, [1, null])(rows, tensor([1, 1, 1])).toArray()).toEqual([9, 12]);
    expect(vmap(dot)(rows, rows).toArray()).toEqual([5, 25, 61]);
  });

  it('takes and gives trees, and puts the examples where they are wanted', () => {
    const f = vmap(({ x }: { x: Tensor }) => ({ twice: x.mul(2), sum: [x.sum()] }));
    const { twice, sum } = f({ x: rows });
    expect([twice.shape, sum[0]!.toArray()]).toEqual([
      [3, 2],
      [3, 7, 11],
    ]);
    const columns = vmap((x: Tensor) => x.mul(1), 0, -1)(rows);
    expect(columns.toArray()).toEqual([
      [1, 3, 5],
      [2, 4, 6],
    ]);
  });

  it('gives gradients per example, and of sums over examples', () => {
    const g = vmap(grad((x: Tensor) => x.square().sum()));
    expect(g(rows).toArray()).toEqual(rows.mul(2).toArray());
    expect(jit(g)(rows).toArray()).toEqual(rows.mul(2).toArray());
    const total = grad((x: Tensor) => vmap((r: Tensor) => r.prod())(x).sum());
    for (const f of [total, jit(total)])
      expect(f(rows).toArray()).toEqual([
        [2, 1],
        [4, 3],
        [6, 5],
      ]);
  });

  it('nests', () => {
    const outer = vmap((a: Tensor) => vmap((b: Tensor) => a.mul(b))(tensor([1, 10])));
    expect(outer(tensor([1, 2, 3])).toArray()).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
  });

  it('says what does not fit', () => {
    const add = (a: Tensor, b: Tensor): Tensor => a.add(b);
    expect(messageOf(() => vmap(add)(rows, tensor([1, 2])))).toBe(
      'ShapeError: vmap: the arguments have 3 and 2 examples; there must be equally many of each',
    );
    expect(messageOf(() => vmap(add, [2, null])(rows, rows))).toBe(
      'AxisError: vmap: args[0] of shape [3,2] has no axis 2',
    );
    expect(messageOf(() => vmap(add, null)(rows, rows))).toBe(
      'ArgumentError: vmap: no argument has an axis of examples; give one in inAxes',
    );
    expect(messageOf(() => vmap(add, [0])(rows, rows))).toBe(
      'ArgumentError: vmap: inAxes names 1 arguments, the call has 2',
    );
    expect(messageOf(() => vmap((x: Tensor) => x.sum(), 0, 1)(rows))).toBe(
      'AxisError: vmap: a result of shape [3] has no axis 1 for the examples',
    );
  });
});
