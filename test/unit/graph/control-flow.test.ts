// Control flow in graphs: branches and loops are nodes, of open sizes too; scan as in Theano.

import { onesLike, type Tensor, tensor } from 'tracejit';
import { compileFunction, Graph, gradients, Session, scan, sizeOf, symbol } from 'tracejit/graph';
import { describe, expect, it } from 'vitest';

describe('control flow', () => {
  it('runs one branch, and loops as long as the data say', () => {
    const g = new Graph();
    const [a, b] = [g.placeholder('float32', [], 'a'), g.placeholder('float32', [], 'b')];
    const r = g.cond(
      a.less(b),
      () => a.add(1),
      () => b.sub(1),
    );
    const [, s] = g.whileLoop(
      ([i]) => i!.less(a),
      ([i, sum]) => [i!.add(1), sum!.add(i!)],
      [tensor(0), tensor(0)],
    ) as Tensor[];
    const session = new Session(g);
    expect(
      session
        .run(
          [r, s!],
          [
            [a, 2],
            [b, 5],
          ],
        )
        .map((t) => t.item()),
    ).toEqual([3, 1]);
    expect(
      session
        .run(
          [r, s!],
          [
            [a, 10],
            [b, 5],
          ],
        )
        .map((t) => t.item()),
    ).toEqual([4, 45]);
    const [dr] = g.gradients(
      g.cond(
        a.less(b),
        () => a.mul(a),
        () => a.mul(3),
      ),
      [a],
    );
    expect(
      [2, 10].map((v) =>
        session
          .run(dr!, [
            [a, v],
            [b, 5],
          ])
          .item(),
      ),
    ).toEqual([4, 3]);
  });

  it('works on open sizes', () => {
    const g = new Graph();
    const x = g.placeholder('float32', [null], 'x');
    const y = g.cond(
      x.sum().greater(0),
      () => x.mul(2),
      () => x.div(sizeOf(x, 0)),
    );
    const session = new Session(g);
    expect(session.run(y, [[x, [1, 2]]]).toArray()).toEqual([2, 4]);
    expect(session.run(y, [[x, [-3, -6, -9]]]).toArray()).toEqual([-1, -2, -3]);
  });
});

describe('scan', () => {
  it('returns all steps', () => {
    const a = symbol('a', [null]);
    const [powers, updates] = scan((prev, base) => prev!.mul(base!), {
      outputsInfo: [onesLike(a)],
      nonSequences: [a],
      nSteps: 3,
    });
    expect(updates).toEqual([]);
    const power = compileFunction([a], [powers as never, (powers as typeof a).slice(-1)]);
    const [all, last] = power([2, 3]);
    expect(all!.toArray()).toEqual([
      [2, 3],
      [4, 9],
      [8, 27],
    ]);
    expect(last!.toArray()).toEqual([8, 27]);
  });

  it('walks sequences, with gradients', () => {
    const [xs, w] = [symbol('xs', [4]), symbol('w')];
    const [sums] = scan((x, prev, k) => prev!.add(x!.mul(k!)), {
      sequences: [xs],
      outputsInfo: [tensor(0)],
      nonSequences: [w],
    });
    const last = (sums as typeof xs).slice(-1);
    const [dw] = gradients(last, [w]);
    const f = compileFunction([xs, w], [last, dw!]);
    expect(f([1, 2, 3, 4], 2).map((t) => t.item())).toEqual([20, 10]);
  });
});
