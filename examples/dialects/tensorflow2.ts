// TensorFlow 2: eager, with tapes for gradients, Keras for models, and a decorator that compiles the step.
import { GradientTape, jit, type Tensor, tensor, variable } from 'tracejit';
import { Dense, functional, input, type Model, meanSquaredError } from 'tracejit/nn';
import { SGD } from 'tracejit/optim';
import { type Dialect, logLoss, network, regression } from './problem.ts';

/** The write-up's model, with the weights of the comparison. */
export function makeModel(): Model {
  const inputs = input([100]);
  let x = new Dense(50)(inputs);
  x = new Dense(10)(x);
  const model = functional(inputs, x);
  model.trainableWeights.forEach((w, i) => {
    w.assign(network.weights[i]!);
  });
  return model;
}

/** The write-up's training step: forward pass on a tape, backward pass, update. */
export function makeStep(): (x: Tensor, y: Tensor) => Tensor {
  const model = makeModel();
  const optimizer = new SGD({ lr: 0.01 });
  return (X, Y) => {
    using tape = new GradientTape();
    const Yhat = model(X, { training: true }); // forward pass
    const loss = meanSquaredError(Y, Yhat);
    const g = tape.gradient(loss, model.trainableWeights); // backward pass
    optimizer.applyGradients(g.map((gradient, i) => [gradient, model.trainableWeights[i]!]));
    return loss;
  };
}

export const tensorflow2: Dialect = {
  name: 'TensorFlow 2',

  derivative() {
    const x = tensor(5);
    using tape = new GradientTape();
    tape.watch(x);
    const f = x.pow(2);
    return tape.gradient(f, x)!;
  },

  predict() {
    return makeModel()(network.inputs);
  },

  train() {
    return run((step) => step);
  },

  loop(start) {
    let x = start;
    while (x.sum().item() > 1) {
      if (x.max().item() > 10) break;
      x = x.mul(0.7);
    }
    return x;
  },
};

/** The same step, compiled. */
export const tensorflow2Compiled: Dialect = {
  name: 'TensorFlow 2, jit',

  derivative() {
    return jit(() => tensorflow2.derivative())();
  },
  predict() {
    const model = makeModel();
    return jit((x: Tensor) => model(x))(network.inputs);
  },
  train() {
    return run((step) => jit(step));
  },
  loop(start) {
    // Ordinary JavaScript on tensors: AutoGraph, which the register hook calls in, makes a loop of it that runs inside the compiled program.
    const decay = jit((x: Tensor) => {
      while (x.sum().greater(1)) {
        if (x.max().greater(10)) break;
        x = x.mul(0.7);
      }
      return x;
    });
    return decay(start);
  },
};

type Step = (x: Tensor, y: Tensor) => Tensor;

function run(wrap: (step: Step) => Step): readonly Tensor[] {
  const [w, b] = [variable(regression.start, { name: 'w' }), variable(0, { name: 'b' })];
  const step = wrap((x, y) => {
    using tape = new GradientTape();
    const loss = logLoss(y, x.matmul(w).add(b));
    const [dw, db] = tape.gradient(loss, [w, b]);
    w.assignSub(dw!.mul(regression.rate));
    b.assignSub(db!.mul(regression.rate));
    return loss;
  });
  return Array.from({ length: regression.steps }, () => step(regression.features, regression.labels));
}
