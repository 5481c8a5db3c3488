// The public slice: Python's ranges, exhaustively on small sizes; dropped axes; its errors.
import { describe, expect, it } from 'vitest';
import { iota } from '../../src/ops/iota.ts';
import { slice } from '../../src/tensor/composites/indexing.ts';
import '../../src/tensor/eager.ts';
import type { SliceIndex } from '../../src/tensor/tensor.ts';
import { ArgumentError } from '../../src/util/errors.ts';
import { range } from '../../src/util/seq.ts';

/** The positions of Python's `range(n)[start:stop:step]`, by walking from element to element. */
function walk(size: number, start: number | null, stop: number | null, step: number): number[] {
  const resolve = (at: number) => (at < 0 ? at + size : at);
  const out: number[] = [];
  if (step > 0) {
    const end = stop === null ? size : Math.min(resolve(stop), size);
    for (let i = start === null ? 0 : Math.max(resolve(start), 0); i < end; i += step) out.push(i);
  } else {
    const end = stop === null ? -1 : Math.max(resolve(stop), -1);
    for (let i = start === null ? size - 1 : Math.min(resolve(start), size - 1); i > end; i += step)
      out.push(i);
  }
  return out;
}

const table = (): ReturnType<typeof iota> =>
  iota([2, 3, 4], 0)
    .mul(100)
    .add(iota([2, 3, 4], 1).mul(10))
    .add(iota([2, 3, 4], 2));

describe('slice', () => {
  it('takes the ranges of Python', () => {
    for (const size of range(5)) {
      const x = iota([size]);
      const bounds = [null, ...range(-size - 2, size + 3)];
      for (const start of bounds)
        for (const stop of bounds)
          for (const step of [-3, -2, -1, 1, 2, 3])
            expect(slice(x, [start, stop, step]).toArray(), `${size}: [${start}, ${stop}, ${step}]`).toEqual(
              walk(size, start, stop, step),
            );
    }
  });

  it('has a step of 1 where none is given', () => {
    expect(slice(iota([5]), [1, -1]).toArray()).toEqual([1, 2, 3]);
  });

  it('drops the axis of a number, and keeps axes without an index', () => {
    expect(slice(table(), 1, 2).toArray()).toEqual([120, 121, 122, 123]);
    expect(slice(table(), null, -1, [0, 2]).toArray()).toEqual([
      [20, 21],
      [120, 121],
    ]);
    expect(slice(table(), -1, [null, null, -2], 3).toArray()).toEqual([123, 103]);
    expect(slice(table(), 0, 0, 0).item()).toBe(0);
    expect(slice(table()).toArray()).toEqual(table().toArray());
  });

  const wrong: readonly (readonly [string, readonly unknown[], string])[] = [
    [
      'a position after the end',
      [2],
      'slice: an index is out of bounds for axis 0 of size 2, where indices go from -2 to 1 (negative ones count from the end): got 2',
    ],
    [
      'a position before the beginning',
      [null, -4],
      'slice: an index is out of bounds for axis 1 of size 3, where indices go from -3 to 2 (negative ones count from the end): got -4',
    ],
    ['a fraction', [0.5], 'slice: positions along axis 0 must be integers, got 0.5'],
    ['a fraction in a range', [[0, Number.NaN]], 'slice: positions along axis 0 must be integers, got NaN'],
    ['a step of 0', [[0, 1, 0]], 'slice: the step along axis 0 is 0'],
    ['too many indices', [0, 0, 0, 0], 'slice: 4 indices for [2,3,4], which has 3 axes'],
    [
      'a range of one number',
      [[1]],
      'slice: the index of axis 0 must be a number, null, [start, stop] or [start, stop, step], got [1]',
    ],
    [
      'a string',
      [null, '1:2'],
      'slice: the index of axis 1 must be a number, null, [start, stop] or [start, stop, step], got "1:2"',
    ],
    [
      'a tensor',
      [null, iota([2])],
      'slice: the index of axis 1 is a tensor; slice takes numbers: use gather(x, index, 1), or dynamicSlice for a block',
    ],
  ];
  for (const [about, index, message] of wrong)
    it(`refuses ${about}`, () => {
      const call = () => slice(table(), ...(index as readonly SliceIndex[]));
      expect(call).toThrow(ArgumentError);
      expect(call).toThrow(message);
    });
});
