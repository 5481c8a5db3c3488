// TensorFlow 1: a symbolic part, and a numerical part.
import { Graph, Session } from 'tracejit/graph';
import { type Dialect, logLoss, network, regression } from './problem.ts';

export const tensorflow1: Dialect = {
  name: 'TensorFlow 1',

  derivative() {
    // symbolic part
    const g = new Graph();
    const x = g.placeholder('float32', [], 'x');
    const f = x.pow(2);
    const [df] = g.gradients(f, [x]);

    // numerical part
    const session = new Session(g);
    session.run(g.initializer);
    return session.run(df!, new Map([[x, 5]]));
  },

  predict() {
    const g = new Graph();
    const x = g.placeholder('float32', [null, 100], 'x');
    const [w1, b1, w2, b2] = network.weights.map((w, i) => g.variable(w, `weight${i}`));
    const y = x.matmul(w1!).add(b1!).matmul(w2!).add(b2!);

    const session = new Session(g);
    session.run(g.initializer);
    return session.run(y, [[x, network.inputs]]);
  },

  train() {
    const g = new Graph();
    const x = g.placeholder('float32', [null, 8], 'x');
    const y = g.placeholder('float32', [null, 1], 'y');
    const w = g.variable(regression.start, 'w');
    const b = g.variable(0, 'b');
    const loss = logLoss(y, x.matmul(w).add(b));
    const [dw, db] = g.gradients(loss, [w, b]);
    const step = [w.assignSub(dw!.mul(regression.rate)), b.assignSub(db!.mul(regression.rate))] as const;

    const session = new Session(g);
    session.run(g.initializer);
    return Array.from({ length: regression.steps }, () => {
      const [l] = session.run(
        [loss, ...step],
        [
          [x, regression.features],
          [y, regression.labels],
        ],
      );
      return l;
    });
  },

  loop(start) {
    const g = new Graph();
    const x = g.placeholder('float32', [null], 'x');
    // A graph has no break: a flag in the state says that it came.
    const [end] = g.whileLoop(
      ([y, broken]) => y.sum().greater(1).logicalAnd(broken.logicalNot()),
      ([y]) => {
        const large = y.max().greater(10);
        return [
          g.cond(
            large,
            () => y,
            () => y.mul(0.7),
          ),
          large,
        ];
      },
      [x, false],
    );
    return new Session(g).run(end, [[x, start]]);
  },
};
