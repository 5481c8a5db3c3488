// Theano: functions compiled from expressions, with shared variables that are updated after the outputs.
import { type Tensor, where } from 'tracejit';
import { compileFunction, gradients, scan, shared, symbol } from 'tracejit/graph';
import { type Dialect, logLoss, network, regression } from './problem.ts';

export const theano: Dialect = {
  name: 'Theano',

  derivative() {
    const x = symbol('x');
    const [df] = gradients(x.pow(2), [x]);
    return compileFunction([x], df!)(5);
  },

  predict() {
    const x = symbol('x', [null, 100]);
    const [w1, b1, w2, b2] = network.weights.map((w, i) => shared(w, `weight${i}`));
    const y = x.matmul(w1!).add(b1!).matmul(w2!).add(b2!);
    return compileFunction([x], y)(network.inputs);
  },

  train() {
    const [x, y] = [symbol('x', [null, 8]), symbol('y', [null, 1])];
    const [w, b] = [shared(regression.start, 'w'), shared(0, 'b')];
    const loss = logLoss(y, x.matmul(w).add(b));
    const [dw, db] = gradients(loss, [w, b]);
    const step = compileFunction([x, y], loss, {
      updates: [
        [w, w.sub(dw!.mul(regression.rate))],
        [b, b.sub(db!.mul(regression.rate))],
      ],
    });
    return Array.from({ length: regression.steps }, () => step(regression.features, regression.labels));
  },

  loop(start) {
    const x = symbol('x', [null]);
    // As many rounds as it can take, and a switch that keeps what is done.
    const [steps] = scan(
      (y) => {
        const goesOn = y!.sum().greater(1).logicalAnd(y!.max().lessEqual(10));
        return where(goesOn, y!.mul(0.7), y!);
      },
      { outputsInfo: [x], nSteps: 100 },
    );
    return compileFunction([x], (steps as Tensor).slice(-1))(start);
  },
};
