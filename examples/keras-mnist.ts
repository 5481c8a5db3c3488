// MNIST in Keras's way: a small convolutional network (or with --dense a plain one) made of layers, trained by `fit`, saved and loaded again.
// --smoke trains on a few images only.
import { type Tensor, tensor } from 'tracejit';
import {
  Conv2D,
  Dense,
  Flatten,
  input,
  type LayerOptions,
  learningRateSchedule,
  MaxPool2D,
  type Model,
  modelFromJSON,
  sequential,
  setRandomSeed,
} from 'tracejit/nn';
import { Adam } from 'tracejit/optim';
import { DataError, type Dataset, loadMnist } from './mnist/data.ts';

const [smoke, dense] = ['--smoke', '--dense'].map((flag) => process.argv.includes(flag));
const epochs = smoke ? 1 : 4;
const goal = dense ? 0.97 : 0.985;

function tensors({ images, labels }: Dataset, count: number): readonly [Tensor, Tensor] {
  return [
    tensor(images.subarray(0, count * 784), { shape: [count, 28, 28, 1] }),
    tensor(labels.subarray(0, count)),
  ];
}

const named = (name: string): LayerOptions => ({ name });

function plain(): Model {
  return sequential([
    input([28, 28, 1]),
    new Flatten(),
    new Dense(128, { activation: 'relu' }),
    new Dense(10, { activation: 'softmax', ...named('digits') }),
  ]);
}

function convolutional(): Model {
  const relu = { padding: 'same', activation: 'relu' } as const;
  return sequential([
    input([28, 28, 1]),
    new Conv2D(16, 3, relu),
    new MaxPool2D(),
    new Conv2D(32, 3, relu),
    new MaxPool2D(),
    new Flatten(),
    new Dense(10, { activation: 'softmax', ...named('digits') }),
  ]);
}

async function main(): Promise<void> {
  const train = loadMnist('train');
  const test = loadMnist('t10k');
  const [x, y] = tensors(train, smoke ? 2048 : train.count);
  const [xTest, yTest] = tensors(test, smoke ? 512 : test.count);

  setRandomSeed(1);
  const model = dense ? plain() : convolutional();
  model.summary();
  model.compile({
    optimizer: new Adam({ lr: 2e-3 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  const { history } = await model.fit(x, y, {
    epochs,
    batchSize: 64,
    validationData: [xTest, yTest],
    callbacks: [learningRateSchedule((epoch) => 2e-3 / (1 + epoch))],
  });

  const copy = modelFromJSON(JSON.stringify(model)).loadSafetensors(model.toSafetensors());
  const digits = (copy.predict(xTest.slice([0, 10]) as Tensor) as Tensor).argmax(-1);
  console.log(`a copy sees   ${String(digits)}\nthe truth is  ${String(yTest.slice([0, 10]))}`);

  const reached = history.valAccuracy!.at(-1)!;
  console.log(`test accuracy ${(100 * reached).toFixed(2)} %`);
  if (!smoke && reached < goal) throw new Error(`the goal is ${100 * goal} %`);
}

main().catch((error: unknown) => {
  console.error(error instanceof DataError ? `error: ${error.message}` : error);
  process.exitCode = 1;
});
