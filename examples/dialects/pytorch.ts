// PyTorch: things are executed as you type them, and backward() goes back through what was executed.
import { noGrad, type Tensor, tensor, variable } from 'tracejit';
import { Dense, Module } from 'tracejit/nn';
import { SGD } from 'tracejit/optim';
import { type Dialect, logLoss, network, regression } from './problem.ts';

class MyModel extends Module {
  layer1 = new Dense(50);
  layer2 = new Dense(10);

  forward(x: Tensor): Tensor {
    return this.layer2(this.layer1(x));
  }
}

export const pytorch: Dialect = {
  name: 'PyTorch',

  derivative() {
    const x = tensor(5, { requiresGrad: true });
    const f = x.pow(2); // forward pass
    f.backward();
    return x.grad!;
  },

  predict() {
    const net = new MyModel();
    net(network.inputs); // layers make their weights at the first call
    net.parameters().forEach((p, i) => {
      p.assign(network.weights[i]!);
    });
    return noGrad(() => net(network.inputs));
  },

  train() {
    const [w, b] = [variable(regression.start, { name: 'w' }), variable(0, { name: 'b' })];
    const optimizer = new SGD({ lr: regression.rate }, [w, b]);
    return Array.from({ length: regression.steps }, () => {
      optimizer.zeroGrad();
      const loss = logLoss(regression.labels, regression.features.matmul(w).add(b));
      loss.backward();
      optimizer.step();
      return loss.detach();
    });
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
