// MNIST in PyTorch's way: a Module with layers as attributes, a DataLoader, and a step of zeroGrad, backward and step, compiled by jit.
// --smoke trains on a few images only.
import { jit, type Tensor, tensor } from 'tracejit';
import { DataLoader } from 'tracejit/data';
import { Dense, Dropout, Module, setRandomSeed, softmaxCrossEntropy } from 'tracejit/nn';
import { SGD } from 'tracejit/optim';
import { DataError, type Dataset, loadMnist, pixels } from './mnist/data.ts';

const smoke = process.argv.includes('--smoke');
const epochs = smoke ? 1 : 5;
const goal = 0.975;

class Net extends Module {
  hidden = new Dense(256, { activation: 'relu' });
  dropout = new Dropout(0.2);
  digits = new Dense(10);
  forward(x: Tensor): Tensor {
    return this.digits(this.dropout(this.hidden(x)));
  }
}

function tensors({ images, labels, count }: Dataset, limit: number): [Tensor, Tensor] {
  const n = Math.min(count, limit);
  return [tensor(images.subarray(0, n * pixels), { shape: [n, pixels] }), tensor(labels.subarray(0, n))];
}

function main(): void {
  const loader = new DataLoader(tensors(loadMnist('train'), smoke ? 2048 : 60_000), {
    batchSize: 64,
    shuffle: true,
    dropLast: true,
  });
  const test = new DataLoader(tensors(loadMnist('t10k'), smoke ? 512 : 10_000), { batchSize: 512 });

  setRandomSeed(1);
  const net = new Net();
  const optimizer = new SGD({ lr: 0.1, momentum: 0.9 }, net);

  const step = jit((x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = softmaxCrossEntropy(y, net(x));
    loss.backward();
    optimizer.step();
    return loss;
  });
  const correct = jit((x: Tensor, y: Tensor) => net(x).argmax(-1).equal(y).sum());

  let reached = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    net.train();
    const start = performance.now();
    let sum = 0;
    for (const [x, y] of loader) sum += step(x, y).item();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    optimizer.lr = optimizer.lr / 2;

    net.eval();
    let right = 0;
    let count = 0;
    for (const [x, y] of test) {
      right += correct(x, y).item();
      count += y.size;
    }
    reached = right / count;
    console.log(
      `epoch ${epoch + 1}/${epochs}  ${seconds} s  loss ${(sum / loader.length).toFixed(4)}  test accuracy ${(100 * reached).toFixed(2)} %`,
    );
  }
  console.log(String(net));
  if (!smoke && reached < goal) throw new Error(`the goal is ${100 * goal} %`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof DataError)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
