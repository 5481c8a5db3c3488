// TensorFlow 1's way: graphs, sessions, placeholders of open size, variables, gradients as nodes, control flow.

import {
  add,
  concat,
  grad,
  jit,
  random,
  softmax,
  type Tensor,
  tensor,
  valueAndGrad,
  variable,
  zeros,
} from 'tracejit';
import { Graph, Session } from 'tracejit/graph';
import { describe, expect, it } from 'vitest';

const bits = (x: Tensor): number[] => [...new Int32Array(x.data().buffer)];

describe('a graph', () => {
  it('is written first and run later', () => {
    const g = new Graph();
    const x = g.placeholder('float32', [], 'x');
    const f = x.pow(2);
    const [df] = g.gradients(f, [x]);
    const session = new Session(g);
    expect(session.run(df!, new Map([[x, 5]])).item()).toBe(10);
    expect(session.run([f, df!], [[x, 3]]).map((t) => t.item())).toEqual([9, 6]);
  });

  it('takes functions as well as methods, and tensors of its surroundings', () => {
    const g = new Graph();
    const x = g.placeholder('float32', [3], 'x');
    const big = random.normal(random.key(1), [40, 3]);
    const y = add(softmax(x), tensor([1, 2, 3])).mul(2);
    const z = big.matmul(x);
    const w = concat([x, y], 0);
    const at = tensor([0.5, -1, 2]);
    const session = new Session(g);
    const eager = add(softmax(at), tensor([1, 2, 3])).mul(2);
    const [py, pz, pw] = session.run([y, z, w], new Map([[x, at]]));
    expect([py, pz, pw].map(bits)).toEqual([eager, big.matmul(at), concat([at, eager], 0)].map(bits));
  });

  it('is compiled for each size it is fed', () => {
    const g = new Graph();
    const x = g.placeholder('float32', [null, 3], 'x');
    const y = g.placeholder('float32', [null, 2], 'y');
    const w = random.normal(random.key(2), [3, 2]);
    const model = (a: Tensor, b: Tensor, k: Tensor): Tensor => {
      const h = a.matmul(k).softmax().sub(b);
      const flat = h.reshape([-1]);
      return flat
        .square()
        .mean()
        .add(h.variance(0).sum())
        .add(h.slice(-1).sum())
        .add(a.tile([2, 1]).std());
    };
    const loss = model(x, y, w);
    const [dx] = g.gradients(loss, [x]);
    const session = new Session(g);
    for (const n of [1, 2, 5, 32]) {
      const [a, b] = [random.normal(random.key(n), [n, 3]), random.normal(random.key(n + 1), [n, 2])];
      const [l, d] = session.run(
        [loss, dx!],
        [
          [x, a],
          [y, b],
        ],
      );
      const [el, ed] = valueAndGrad((t: Tensor) => model(t, b, w))(a);
      expect([bits(l), bits(d)]).toEqual([bits(el), bits(ed)]);
    }
  });

  it('may have several open sizes', () => {
    const g = new Graph();
    const a = g.placeholder('float32', ['rows', 'inner'], 'a');
    const b = g.placeholder('float32', ['inner', 'columns'], 'b');
    const c = a.matmul(b).mean(0);
    const session = new Session(g);
    const run = (m: number, k: number, n: number): void => {
      const [p, q] = [random.normal(random.key(m), [m, k]), random.normal(random.key(n), [k, n])];
      expect(
        bits(
          session.run(c, [
            [a, p],
            [b, q],
          ]),
        ),
      ).toEqual(bits(p.matmul(q).mean(0)));
    };
    run(2, 3, 4);
    run(7, 1, 2);
  });

  it('computes only what is asked for', () => {
    const g = new Graph();
    const [x, y] = [g.placeholder('float32', [], 'x'), g.placeholder('float32', [], 'y')];
    const [f, h] = [x.mul(2), y.mul(3)];
    const session = new Session(g);
    expect(session.run(f, [[x, 1]]).item()).toBe(2);
    expect(session.run(h, [[y, 1]]).item()).toBe(3);
  });

  it('calls compiled functions, and holds what grad makes in it', () => {
    const g = new Graph();
    const x = g.placeholder('float32', [2], 'x');
    const square = jit((t: Tensor) => t.mul(t).sum());
    const [d1] = g.gradients(square(x), [x]);
    const d2 = g.asDefault(() => grad((t: Tensor) => t.mul(t).mul(t).sum())(x));
    const [d3] = g.gradients(d2.sum(), [x]);
    const session = new Session(g);
    const found = session.run([d1!, d2, d3!], [[x, [1, 2]]]);
    expect(found.map((t) => t.toArray())).toEqual([
      [2, 4],
      [3, 12],
      [6, 12],
    ]);
  });

  it('gives null for gradients where nothing is connected, and goes through nodes in the middle', () => {
    const g = new Graph();
    const [x, y] = [g.placeholder('float32', [], 'x'), g.placeholder('float32', [], 'y')];
    const h = x.mul(3);
    const [dh, dy, dx, dx2] = g.gradients(h.mul(h), [h, y, x, x]);
    expect(dy).toBe(null);
    expect(new Session(g).run([dh!, dx!, dx2!], [[x, 2]]).map((t) => t.item())).toEqual([12, 36, 36]);
  });

  it('follows ordinary variables by reference', () => {
    const v = variable(tensor(2), { trainable: false });
    const g = new Graph();
    const x = g.placeholder('float32', [], 'x');
    const y = x.mul(v);
    const session = new Session(g);
    expect(session.run(y, [[x, 3]]).item()).toBe(6);
    v.assign(10);
    expect(session.run(y, [[x, 3]]).item()).toBe(30);
  });
});

describe('variables', () => {
  it('belong to the session, and are assigned by nodes that are run', () => {
    const g = new Graph();
    const w = g.variable(tensor([1, 2]), 'w');
    const up = w.assignAdd(tensor([10, 20]));
    const [a, b] = [new Session(g), new Session(g)];
    a.run(g.initializer);
    b.run(w.initializer);
    expect(a.run(up).toArray()).toEqual([11, 22]);
    const [before, after] = a.run([w, up]);
    expect([before.toArray(), after.toArray()]).toEqual([
      [11, 22],
      [21, 42],
    ]);
    expect([a.run(w).toArray(), b.run(w).toArray()]).toEqual([
      [21, 42],
      [1, 2],
    ]);
    a.run(g.initializer);
    expect(a.run(w).toArray()).toEqual([1, 2]);
    expect(g.variables.length).toBe(1);
  });

  it('may be set before they are initialised, and start from functions', () => {
    const g = new Graph();
    const w = g.variable(() => zeros([2]), { name: 'w', shape: [2] });
    const session = new Session(g);
    session.run(w.assign([5, 6].length === 2 ? tensor([5, 6]) : 0));
    expect(session.run(w).toArray()).toEqual([5, 6]);
    session.run(g.initializer);
    expect(session.run(w).toArray()).toEqual([0, 0]);
  });

  it('are assigned where a node depends on the assignment', () => {
    const g = new Graph();
    const w = g.variable(1, 'w');
    const doubled = w.assign(w.mul(2));
    const after = doubled.add(100);
    const session = new Session(g);
    session.run(g.initializer);
    expect(session.run(after).item()).toBe(102);
    expect(session.run(after).item()).toBe(104);
    expect(session.run(w).item()).toBe(4);
  });

  it('train to the bits of the eager step', () => {
    const start = random.normal(random.key(3), [4, 2]);
    const [xs, ys] = [random.normal(random.key(4), [8, 4]), random.normal(random.key(5), [8, 2])];
    const lossOf = (w: Tensor, a: Tensor, b: Tensor): Tensor => a.matmul(w).tanh().sub(b).square().mean();
    const g = new Graph();
    const x = g.placeholder('float32', [null, 4], 'x');
    const y = g.placeholder('float32', [null, 2], 'y');
    const w = g.variable(start, 'w');
    const loss = lossOf(w, x, y);
    const [dw] = g.gradients(loss, [w]);
    const train = w.assignSub(dw!.mul(0.1));
    const session = new Session(g);
    session.run(g.initializer);
    let eager: Tensor = start;
    for (let i = 0; i < 3; i++) {
      const [l] = session.run(
        [loss, train],
        [
          [x, xs],
          [y, ys],
        ],
      );
      const [el, eg] = valueAndGrad((t: Tensor) => lossOf(t, xs, ys))(eager);
      eager = eager.sub(eg.mul(0.1));
      expect(bits(l)).toEqual(bits(el));
    }
    expect(bits(session.run(w))).toEqual(bits(eager));
  });
});
