// Data sets: what comes out, in which order, and the same again for the same seed.
import { type Tensor, tensor } from 'tracejit';
import { DataLoader, dataset } from 'tracejit/data';
import { describe, expect, it } from 'vitest';

const numbers = tensor([0, 1, 2, 3, 4, 5, 6], { dtype: 'int32' });
const list = (data: Iterable<Tensor>): unknown[] => [...data].map((t) => t.toArray());

describe('dataset', () => {
  it('gives rows of trees, of every dtype', () => {
    const data = dataset({
      x: tensor([
        [1, 2],
        [3, 4],
      ]),
      y: [tensor([true, false])],
    });
    expect(data.length).toBe(2);
    expect([...data].map(({ x, y }) => [x.toArray(), y[0]!.toArray(), y[0]!.dtype])).toEqual([
      [[1, 2], true, 'bool'],
      [[3, 4], false, 'bool'],
    ]);
  });

  it('batches, with and without the rest', () => {
    expect(list(dataset(numbers).batch(3))).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(list(dataset(numbers).batch(3, { dropRemainder: true }))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(list(dataset(numbers).batch(2).batch(2).take(1))).toEqual([
      [
        [0, 1],
        [2, 3],
      ],
    ]);
  });

  it('takes, skips, repeats and maps', () => {
    const data = dataset(numbers);
    expect(list(data.take(2))).toEqual([0, 1]);
    expect(list(data.skip(5))).toEqual([5, 6]);
    expect(
      list(
        data
          .skip(5)
          .repeat(2)
          .map((x) => x.mul(10))
          .batch(3),
      ),
    ).toEqual([[50, 60, 50], [60]]);
    expect([data.take(9).length, data.skip(9).length, data.repeat(3).length]).toEqual([7, 0, 21]);
  });

  it('shuffles otherwise at every epoch, and the same for the same seed', () => {
    const data = dataset(numbers).shuffle({ seed: 3 });
    const [first, second] = [list(data), list(data)];
    expect(first).not.toEqual(second);
    expect([...first].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const again = dataset(numbers).shuffle({ seed: 3 });
    expect([list(again), list(again)]).toEqual([first, second]);
    expect(list(dataset(numbers).shuffle({ seed: 3 }).batch(7))).toEqual([first]);
    expect(list(dataset(numbers).shuffle({ seed: 3 }).skip(4))).toEqual(first.slice(4));
    expect(list(dataset(numbers).shuffle({ seed: 3 }).repeat(2))).toEqual([...first, ...second]);
    expect(list(dataset(numbers).batch(7).shuffle({ seed: 3 }))).toEqual([[0, 1, 2, 3, 4, 5, 6]]);
  });

  it('makes every order of three equally often', () => {
    const data = dataset(tensor([0, 1, 2])).shuffle({ seed: 1 });
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = list(data).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const n of counts.values()) expect(Math.abs(n - 1000)).toBeLessThan(150);
  });

  it('keeps a copy of nothing that changes: the rows are those of the moment it was made', () => {
    const loader = new DataLoader([numbers, numbers.mul(2)], { batchSize: 4, shuffle: true, seed: 2 });
    expect(loader.length).toBe(2);
    for (const [a, b] of loader as Iterable<[Tensor, Tensor]>)
      expect(b.toArray()).toEqual(a.mul(2).toArray());
    expect([...new DataLoader(numbers, { batchSize: 4, dropLast: true })].length).toBe(1);
    expect(list(new DataLoader(dataset(numbers), { batchSize: 4 }))).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6],
    ]);
  });
});
