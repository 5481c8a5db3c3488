// Training steps in Keras's way: the small convolutional network of the MNIST example, and a perceptron, which is there as a functional step too.
import { GradientTape, type JitOptions, jit, type Tensor, tensor, valueAndGrad } from 'tracejit';
import {
  Conv2D,
  Dense,
  Flatten,
  input,
  MaxPool2D,
  type Model,
  sequential,
  setRandomSeed,
  softmaxCrossEntropy,
} from 'tracejit/nn';
import { Adam } from 'tracejit/optim';
import { values } from '../suite.ts';

const classes = 10;

function labels(count: number): Tensor {
  return tensor(Int32Array.from({ length: count }, (_, i) => i % classes));
}

/** One step of a model with Adam: forward, gradients by a tape, update. */
function stepOf(model: Model, x: Tensor, options: JitOptions): () => void {
  const optimizer = new Adam();
  const y = labels(x.shape[0]!);
  const step = jit((images: Tensor, truth: Tensor) => {
    using tape = new GradientTape();
    const loss = softmaxCrossEntropy(truth, model(images, { training: true }) as Tensor);
    const gradients = tape.gradient(loss, model.trainableWeights);
    optimizer.applyGradients(model.trainableWeights.map((w, i) => [gradients[i]!, w] as const));
    return loss;
  }, options);
  return () => void step(x, y);
}

const images = 32;
const [first, second] = [16, 32];

/** Products and sums of the convolutions, forward and back; nothing flows back to the images. */
export const convolutionFlops: number = 2 * images * 9 * (2 * 784 * first + 3 * 196 * first * second);

/** conv 3x3x16, pool, conv 3x3x32, pool, dense 10, on 32 images of 28x28. */
export function convolutionalStep(options: JitOptions): () => void {
  setRandomSeed(1);
  const same = { padding: 'same', activation: 'relu' } as const;
  const model = sequential([
    input([28, 28, 1]),
    new Conv2D(first, 3, same),
    new MaxPool2D(),
    new Conv2D(second, 3, same),
    new MaxPool2D(),
    new Flatten(),
    new Dense(classes),
  ]);
  return stepOf(model, tensor(values(images * 784).map(Math.abs), { shape: [images, 28, 28, 1] }), options);
}

const batch = 128;
const perceptronInput = (): Tensor => tensor(values(batch * 784).map(Math.abs), { shape: [batch, 784] });
const perceptron = (): Model => {
  setRandomSeed(1);
  return sequential([input([784]), new Dense(128, { activation: 'relu' }), new Dense(classes)]);
};

export const perceptronFlops: number = 2 * batch * (2 * 784 * 128 + 3 * 128 * classes);

export function perceptronStep(options: JitOptions): () => void {
  return stepOf(perceptron(), perceptronInput(), options);
}

/** The same step as a function of parameters and state: it takes the same batch and gives the same loss. */
export function functionalStep(options: JitOptions): () => void {
  const optimizer = new Adam();
  const [x, y] = [perceptronInput(), labels(batch)];
  let params = perceptron().trainableWeights.map((w): Tensor => w.value());
  let state = optimizer.init(params);
  const loss = ([w1, b1, w2, b2]: readonly Tensor[], images: Tensor, truth: Tensor): Tensor =>
    softmaxCrossEntropy(truth, images.matmul(w1!).add(b1!).relu().matmul(w2!).add(b2!));
  const step = jit(
    (p: Tensor[], s: typeof state, images: Tensor, truth: Tensor) => {
      const [value, gradients] = valueAndGrad(loss)(p, images, truth);
      return [value, ...optimizer.update(gradients, s, p)] as const;
    },
    { ...options, donate: [0, 1] },
  );
  return () => {
    [, params, state] = step(params, state, x, y);
  };
}
