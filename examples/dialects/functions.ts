// Functions of functions, as in JAX: grad and jit of programs that change nothing.
import { grad, jit, type Tensor, tensor, valueAndGrad, whileLoop } from 'tracejit';
import { type Dialect, logLoss, network, regression } from './problem.ts';

export const functions: Dialect = {
  name: 'grad and jit',

  derivative() {
    return jit(grad((x: Tensor) => x.pow(2)))(tensor(5));
  },

  predict() {
    const [w1, b1, w2, b2] = network.weights;
    return jit((x: Tensor) => x.matmul(w1).add(b1).matmul(w2).add(b2))(network.inputs);
  },

  train() {
    const lossOf = ({ w, b }: { w: Tensor; b: Tensor }, x: Tensor, y: Tensor): Tensor =>
      logLoss(y, x.matmul(w).add(b));
    const step = jit((params: { w: Tensor; b: Tensor }, x: Tensor, y: Tensor) => {
      const [loss, d] = valueAndGrad(lossOf)(params, x, y);
      const next = {
        w: params.w.sub(d.w.mul(regression.rate)),
        b: params.b.sub(d.b.mul(regression.rate)),
      };
      return { loss, next };
    });
    let params: { w: Tensor; b: Tensor } = { w: regression.start, b: tensor(0) };
    return Array.from({ length: regression.steps }, () => {
      const { loss, next } = step(params, regression.features, regression.labels);
      params = next;
      return loss;
    });
  },

  loop(start) {
    const run = jit((x: Tensor) =>
      whileLoop(
        ({ y, broken }) => y.sum().greater(1).logicalAnd(broken.logicalNot()),
        ({ y }) => {
          const broken = y.max().greater(10);
          return { y: broken.where(y, y.mul(0.7)), broken };
        },
        { y: x, broken: false },
      ),
    );
    return run(start).y;
  },
};
