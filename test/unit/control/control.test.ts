// What cond, switchCase, whileLoop, forLoop and scan mean, in every way to run them.
import { describe, expect, it } from 'vitest';
import {
  cond,
  forLoop,
  scan,
  switchCase,
  type Tensor,
  tensor,
  variable,
  whileLoop,
  zeros,
} from '../../../src/index.ts';
import { valuesOf } from './ways.ts';

const integer = (x: number): Tensor => tensor(x, { dtype: 'int32' });

describe('cond', () => {
  const root = (x: Tensor): Tensor[] => [
    cond(
      x.greater(0),
      () => x.sqrt(),
      () => x.neg(),
    ),
  ];

  it('takes the first function where the condition holds, else the second', () => {
    expect(valuesOf(root, 9)).toEqual([3]);
    expect(valuesOf(root, -9)).toEqual([9]);
    expect(valuesOf(root, Number.NaN)).toEqual([Number.NaN]);
  });

  it('runs only one of them', () => {
    // An index out of bounds is an error where it is read.
    const guarded = (x: Tensor): Tensor[] => [
      cond(
        x.less(3),
        () => tensor([1, 2, 3]).gather(x.cast('int32')),
        () => tensor(-1),
      ),
    ];
    expect(valuesOf(guarded, 1)).toEqual([2]);
    expect(valuesOf(guarded, 7)).toEqual([-1]);
  });

  it('takes trees, and numbers and booleans in them', () => {
    const both = (x: Tensor): Tensor[] => {
      const { a, b } = cond(
        x.greater(0),
        () => ({ a: [x, 1], b: true }),
        () => ({ a: [x.neg(), 2], b: false }),
      );
      return [a[0]!, a[1]!, b];
    };
    expect(valuesOf(both, 5)).toEqual([5, 1, true]);
    expect(valuesOf(both, -5)).toEqual([5, 2, false]);
  });

  it('decides at once where the condition is a JavaScript boolean', () => {
    const calls: string[] = [];
    const f = (x: Tensor): Tensor[] => [
      cond(
        true,
        () => {
          calls.push('then');
          return x;
        },
        () => {
          calls.push('otherwise');
          return x;
        },
      ),
    ];
    expect(valuesOf(f, 4)).toEqual([4]);
    expect(new Set(calls)).toEqual(new Set(['then']));
  });

  it('nests', () => {
    const sign = (x: Tensor): Tensor[] => [
      cond(
        x.greater(0),
        () => tensor(1),
        () =>
          cond(
            x.less(0),
            () => tensor(-1),
            () => x,
          ),
      ),
    ];
    expect([3, -3, 0].map((x) => valuesOf(sign, x)[0])).toEqual([1, -1, 0]);
  });
});

describe('switchCase', () => {
  const f = (i: Tensor, x: Tensor): Tensor[] => [
    switchCase(i.cast('int32'), [() => x, () => x.mul(10), () => x.mul(100)]),
  ];

  it('takes the function at the index, clamped', () => {
    expect([-1, 0, 1, 2, 3].map((i) => valuesOf(f, i, 7)[0])).toEqual([7, 7, 70, 700, 700]);
  });

  it('decides at once where the index is a JavaScript number', () => {
    expect(valuesOf((x) => [switchCase(1, [() => x, () => x.neg()])], 7)).toEqual([-7]);
  });
});

describe('whileLoop', () => {
  it('repeats while the condition holds', () => {
    const collatz = (n: Tensor): Tensor[] => {
      const { rounds } = whileLoop(
        (s) => s.n.notEqual(1),
        (s) => ({
          n: cond(
            s.n.mod(2).equal(0),
            () => s.n.div(2),
            () => s.n.mul(3).add(1),
          ),
          rounds: s.rounds.add(1),
        }),
        { n, rounds: integer(0) },
      );
      return [rounds];
    };
    expect([1, 2, 6, 27].map((n) => valuesOf(collatz, n)[0])).toEqual([0, 1, 8, 111]);
  });

  it('swaps what it carries', () => {
    const fibonacci = (n: Tensor): Tensor[] => {
      const [, a] = whileLoop(
        ([i]) => i.less(n),
        ([i, a, b]) => [i.add(1), b, a.add(b)],
        [0, 0, 1],
      );
      return [a];
    };
    expect([0, 1, 2, 10].map((n) => valuesOf(fibonacci, n)[0])).toEqual([0, 1, 1, 55]);
  });

  it('rotates arrays that it carries', () => {
    const rotate = (n: Tensor, x: Tensor, y: Tensor, z: Tensor): Tensor[] => {
      const { v } = whileLoop(
        ({ i }) => i.less(n),
        ({ i, v: [a, b, c] }) => ({ i: i.add(1), v: [b, c, a] }),
        { i: 0, v: [x, y, z] },
      );
      return [...v];
    };
    const args = [tensor([1, 2]), tensor([3, 4]), tensor([5, 6])];
    expect(valuesOf(rotate, 4, ...args)).toEqual([
      [3, 4],
      [5, 6],
      [1, 2],
    ]);
  });

  it('nests', () => {
    const triangle = (n: Tensor): Tensor[] => {
      const { sum } = whileLoop(
        (s) => s.i.less(n),
        (s) => ({
          i: s.i.add(1),
          sum: whileLoop(
            (t) => t.j.less(s.i),
            (t) => ({ j: t.j.add(1), sum: t.sum.add(t.j) }),
            { j: 0, sum: s.sum },
          ).sum,
        }),
        { i: 0, sum: 0 },
      );
      return [sum];
    };
    expect(valuesOf(triangle, 5)).toEqual([10]);
  });

  it('may take no round', () => {
    expect(
      valuesOf(
        (x) => [
          whileLoop(
            (s) => s.less(0),
            (s) => s.sub(1),
            x,
          ),
        ],
        3,
      ),
    ).toEqual([3]);
    expect(
      valuesOf(
        (x) => [
          whileLoop(
            () => false,
            (s) => s.sub(1),
            x,
          ),
        ],
        3,
      ),
    ).toEqual([3]);
  });
});

describe('forLoop', () => {
  it('counts up to and without the upper bound', () => {
    const sum = (x: Tensor): Tensor[] => [forLoop(2, 6, (i, s) => s.add(i), x)];
    expect(valuesOf(sum, 100)).toEqual([114]);
    expect(valuesOf((x) => [forLoop(3, 3, (i, s) => s.add(i), x)], 1)).toEqual([1]);
  });

  it('takes bounds that are data', () => {
    const sum = (lo: Tensor, hi: Tensor): Tensor[] => [
      forLoop(lo.cast('int32'), hi.cast('int32'), (i, s) => s.add(i.mul(i)), integer(0)),
    ];
    expect(valuesOf(sum, 1, 4)).toEqual([14]);
    expect(valuesOf(sum, 4, 1)).toEqual([0]);
  });

  it('updates an array element by element', () => {
    const squares = (): Tensor[] => [
      forLoop(0, 5, (i, x) => x.dynamicUpdateSlice(i.mul(i).cast('float32').reshape([1]), [i]), zeros([5])),
    ];
    expect(valuesOf(squares)).toEqual([[0, 1, 4, 9, 16]]);
  });
});

describe('scan', () => {
  it('stacks what each round gives', () => {
    const sums = (xs: Tensor): Tensor[] => {
      const [last, { sum, x }] = scan((c, x) => [c.add(x), { sum: c.add(x), x }], tensor([0, 10]), xs);
      return [last, sum, x];
    };
    const xs = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(valuesOf(sums, xs)).toEqual([
      [9, 22],
      [
        [1, 12],
        [4, 16],
        [9, 22],
      ],
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ]);
  });

  it('goes backwards where it is asked to', () => {
    const sums = (xs: Tensor): Tensor[] => {
      const [last, ys] = scan((c, x) => [c.add(x), c], 0, xs, { reverse: true });
      return [last, ys];
    };
    expect(valuesOf(sums, tensor([1, 2, 3]))).toEqual([6, [5, 3, 0]]);
  });

  it('needs no rows where a length is given', () => {
    const doubles = (x: Tensor): Tensor[] => {
      const [last, ys] = scan((c) => [c.mul(2), c], x, null, { length: 4 });
      return [last, ys];
    };
    expect(valuesOf(doubles, 3)).toEqual([48, [3, 6, 12, 24]]);
  });

  it('takes several arrays, and none to stack', () => {
    const dot = (x: Tensor, y: Tensor): Tensor[] => {
      const [sum, nothing] = scan((c, { a, b }) => [c.add(a.mul(b)), null], 0, { a: x, b: y });
      expect(nothing).toBe(null);
      return [sum];
    };
    expect(valuesOf(dot, tensor([1, 2, 3]), tensor([4, 5, 6]))).toEqual([32]);
  });

  it('gives empty stacks for no rows', () => {
    const f = (xs: Tensor): Tensor[] => {
      const [c, ys] = scan((c, x) => [c.add(x), [c, x.greater(0)]], 7, xs);
      return [c, ys[0]!, ys[1]!];
    };
    expect(valuesOf(f, zeros([0]))).toEqual([7, [], []]);
  });
});

describe('what is around', () => {
  it('is read from every function', () => {
    const [a, b] = [tensor([1, 2]), tensor([10, 20])];
    const f = (x: Tensor): Tensor[] => {
      const y = x.mul(2);
      return [
        whileLoop(
          (s) => s.sum().less(y),
          (s) =>
            cond(
              y.greater(10),
              () => s.add(a),
              () => s.add(b),
            ),
          a,
        ),
      ];
    };
    expect(valuesOf(f, 2)).toEqual([[11, 22]]);
    expect(valuesOf(f, 6)).toEqual([[4, 8]]);
  });

  it('includes variables', () => {
    const v = variable(5);
    const f = (x: Tensor): Tensor[] => [
      cond(
        x.greater(v),
        () => x.sub(v),
        () => v.value(),
      ),
    ];
    expect(valuesOf(f, 8)).toEqual([3]);
    expect(valuesOf(f, 1)).toEqual([5]);
  });
});
