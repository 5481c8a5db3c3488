// Networks of layers on real images and real text: they learn, and a compiled step has the bits of eager mode.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { arange, jit, type Tensor, tensor } from 'tracejit';
import { DataLoader } from 'tracejit/data';
import * as nn from 'tracejit/nn';
import { Adam, AdamW, SGD } from 'tracejit/optim';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadMnist } from '../../examples/mnist/data.ts';

const { images, labels } = loadMnist('train');
const imagesOf = (from: number, count: number): Tensor =>
  tensor(images.subarray(from * 784, (from + count) * 784), { shape: [count, 28, 28, 1] });
const labelsOf = (from: number, count: number): Tensor => tensor(labels.subarray(from, from + count));

beforeEach(() => nn.setRandomSeed(1));

const convolutional = (): nn.Model => {
  const same = { padding: 'same', activation: 'relu' } as const;
  return nn.sequential([
    nn.input([28, 28, 1]),
    new nn.Conv2D(8, 3, same),
    new nn.MaxPool2D(),
    new nn.Conv2D(16, 3, same),
    new nn.MaxPool2D(),
    new nn.Flatten(),
    new nn.Dropout(0.1),
    new nn.Dense(10, { activation: 'softmax' }),
  ]);
};

describe('a convolutional model', () => {
  it('learns digits by fit', async () => {
    const model = convolutional().compile({
      optimizer: new Adam({ lr: 3e-3 }),
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    });
    await model.fit(imagesOf(0, 2000), labelsOf(0, 2000), { epochs: 2, batchSize: 50, verbose: 'silent' });
    expect(model.evaluate(imagesOf(5000, 500), labelsOf(5000, 500)).accuracy).toBeGreaterThan(0.85);
  });

  it('has the bits of eager mode: losses and weights', async () => {
    const run = async (jitted: boolean): Promise<unknown> => {
      nn.setRandomSeed(1);
      const model = convolutional().compile({
        optimizer: 'adam',
        loss: 'sparseCategoricalCrossentropy',
        jit: jitted,
      });
      const { history } = await model.fit(imagesOf(0, 8), labelsOf(0, 8), {
        batchSize: 4,
        verbose: 'silent',
      });
      return [history, model.weights.map((w) => w.toArray())];
    };
    expect(await run(true)).toEqual(await run(false));
  });
});

describe('a module', () => {
  it('learns digits by backward and step', () => {
    class Net extends nn.Module {
      hidden = new nn.Dense(64, { activation: 'relu' });
      digits = new nn.Dense(10);
      forward(x: Tensor): Tensor {
        return this.digits(this.hidden(x.reshape([x.shape[0]!, 784])));
      }
    }
    const net = new Net();
    const optimizer = new SGD({ lr: 0.1, momentum: 0.9 }, net);
    const step = jit((x: Tensor, y: Tensor) => {
      optimizer.zeroGrad();
      const loss = nn.softmaxCrossEntropy(y, net(x));
      loss.backward();
      optimizer.step();
      return loss;
    });
    const loader = new DataLoader([imagesOf(0, 2000), labelsOf(0, 2000)] as [Tensor, Tensor], {
      batchSize: 50,
      shuffle: true,
    });
    for (let epoch = 0; epoch < 3; epoch++) for (const [x, y] of loader) step(x, y);
    net.eval();
    const seen = net(imagesOf(5000, 500));
    expect(nn.accuracy(labelsOf(5000, 500), seen).item()).toBeGreaterThan(0.85);
    // The first trace began without gradients, the second with those of the call before.
    expect(step.traces.length).toBe(2);
  });
});

describe('a recurrent model', () => {
  it('learns a sine, with the bits of eager mode', async () => {
    const series = Float32Array.from({ length: 240 }, (_, t) => Math.sin(t / 4));
    const windows = Float32Array.from({ length: 200 * 12 }, (_, i) => series[Math.floor(i / 12) + (i % 12)]!);
    const x = tensor(windows, { shape: [200, 12, 1] });
    const y = tensor(series.subarray(12, 212), { shape: [200, 1] });
    const run = async (jitted: boolean, epochs: number, rows: number): Promise<readonly number[]> => {
      nn.setRandomSeed(1);
      const model = nn.sequential([nn.input([12, 1]), new nn.LSTM(8), new nn.Dense(1)]);
      model.compile({ optimizer: new Adam({ lr: 1e-2 }), loss: 'mse', jit: jitted });
      const { history } = await model.fit(x.slice([0, rows]), y.slice([0, rows]), {
        epochs,
        batchSize: 20,
        verbose: 'silent',
      });
      return history.loss!;
    };
    expect(await run(true, 2, 40)).toEqual(await run(false, 2, 40));
    expect((await run(true, 30, 200)).at(-1)).toBeLessThan(0.01);
  });
});

describe('a transformer', () => {
  const text = readFileSync(
    join(dirname(createRequire(import.meta.url).resolve('terser/package.json')), 'README.md'),
    'utf8',
  ).slice(0, 20_000);
  const alphabet = [...new Set(text)].sort();
  const codes = Int32Array.from(text, (c) => alphabet.indexOf(c));
  const [context, width] = [16, 16];

  class Net extends nn.Module {
    characters = new nn.Embedding(alphabet.length, width);
    places = new nn.Embedding(context, width);
    norm = new nn.LayerNorm();
    attention = new nn.MultiHeadAttention({ heads: 2, keySize: 8 });
    scores = new nn.Dense(alphabet.length);
    forward(ids: Tensor): Tensor {
      const x = this.characters(ids).add(this.places(arange(context)));
      const normal = this.norm(x);
      return this.scores(x.add(this.attention(normal, normal, { causal: true })));
    }
  }

  it('learns text, with the bits of eager mode', () => {
    const run = (steps: number, wrap: (f: typeof nn.accuracy.sums) => typeof nn.accuracy.sums): number[] => {
      nn.setRandomSeed(1);
      const net = new Net();
      const optimizer = new AdamW({ lr: 1e-2 }, net);
      const step = wrap((ids, next) => {
        optimizer.zeroGrad();
        const loss = nn.softmaxCrossEntropy(next, net(ids));
        loss.backward();
        optimizer.step();
        return [loss];
      });
      return Array.from({ length: steps }, (_, i) => {
        const rows = (shift: number): Tensor => {
          const at = (i * 8 * context) % 18_000;
          return tensor(codes.subarray(at + shift, at + shift + 8 * context), { shape: [8, context] });
        };
        return step(rows(0), rows(1))[0]!.item();
      });
    };
    const compiled = run(150, (f) => jit(f));
    expect(run(3, (f) => f)).toEqual(compiled.slice(0, 3));
    const last = compiled.slice(-10).reduce((a, b) => a + b) / 10;
    expect(last).toBeLessThan(0.8 * compiled[0]!);
  });
});
