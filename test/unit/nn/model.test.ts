// Keras models: made of symbolic inputs, trained, evaluated, written down and made again.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, jit, random, type Tensor, tensor } from 'tracejit';
import { dataset } from 'tracejit/data';
import * as nn from 'tracejit/nn';
import {
  BatchNorm,
  Dense,
  Dropout,
  Embedding,
  functional,
  input,
  sequential,
  setRandomSeed,
} from 'tracejit/nn';
import { Adam, SGD } from 'tracejit/optim';
import { beforeEach, describe, expect, it, vi } from 'vitest';

beforeEach(() => setRandomSeed(0));

// Two classes by the sign of a sum, with noise-free labels.
const x = random.normal(random.key(1), [200, 4]);
const labels = x.sum(-1).greater(0).cast('int32');

const small = (): nn.Model => {
  const inputs = input([4]);
  return functional(
    inputs,
    new Dense(2, { activation: 'softmax' })(new Dense(8, { activation: 'relu' })(inputs)),
  );
};

describe('functional models', () => {
  it('are layers applied to symbolic inputs', () => {
    const inputs = input([100]);
    const [first, second] = [new Dense(50), new Dense(10)];
    const outputs = second(first(inputs));
    expect([inputs.shape, outputs.shape, outputs.toString()]).toEqual([
      [-1, 100],
      [-1, 10],
      'Symbolic float32[?,10]',
    ]);
    const model = functional(inputs, outputs);
    const data = random.normal(random.key(0), [3, 100]);
    expect(model(data).toArray()).toEqual(second(first(data)).toArray());
    expect(jit(model)(data).toArray()).toEqual(model(data).toArray());
    expect(model.trainableWeights.map((w) => `${w.name} [${w.shape}]`)).toEqual([
      'dense.kernel [100,50]',
      'dense.bias [50]',
      'dense.kernel [50,10]',
      'dense.bias [10]',
    ]);
    expect(Object.keys(model.stateDict())).toEqual([
      'dense.kernel',
      'dense.bias',
      'dense1.kernel',
      'dense1.bias',
    ]);
  });

  it('merge by methods, by layers and by functions', () => {
    const [a, b] = [input([3]), input([3], { name: 'b' })];
    const residual = new Dense(3)(a).add(a);
    const joined = residual.concat([b.mul(2)], -1);
    const same = new nn.Concatenate()([residual, b.mul(2)]);
    const again = new nn.Lambda((p: Tensor, q: Tensor) => concat([p, q.mul(2)], -1))(residual, b);
    const model = functional({ a, b }, [joined, same, again, new nn.Add()([joined, same])]);
    const given = { a: tensor([[1, 2, 3]]), b: tensor([[4, 5, 6]]) };
    const [p, q, r, s] = (model(given) as Tensor[]).map((t) => t.toArray());
    expect(p).toEqual(q);
    expect(p).toEqual(r);
    expect(s).toEqual(
      tensor(p as number[][])
        .mul(2)
        .toArray(),
    );
  });

  it('share the weights of a layer used twice, and may be layers of others', () => {
    const shared = new Dense(2);
    const [a, b] = [input([3]), input([3])];
    const twins = functional([a, b], shared(a).sub(shared(b)));
    expect(twins.trainableWeights.length).toBe(2);
    const z = input([3]);
    const outer = functional(z, twins([z, z.mul(2)]));
    const data = tensor([[1, 2, 3]]);
    expect(outer(data).toArray()).toEqual(
      shared(data)
        .sub(shared(data.mul(2)))
        .toArray(),
    );
    expect(Object.keys(outer.stateDict())).toEqual(['model.dense.kernel', 'model.dense.bias']);
  });

  it('keep sizes that are not known open', () => {
    const ids = input([null], { dtype: 'int32' });
    const y = new Embedding(10, 4)(ids);
    expect([y.shape, y.sum(1).shape, y.reshape([-1, 4]).shape]).toEqual([
      [-1, -1, 4],
      [-1, 4],
      [-1, 4],
    ]);
    const model = functional(ids, y.mean(1));
    for (const length of [2, 7])
      expect(model(tensor(new Int32Array(3 * length), { shape: [3, length] })).shape).toEqual([3, 4]);
    const [left, right] = input([6]).split(2, 1);
    expect([left!.shape, right!.shape]).toEqual([
      [-1, 3],
      [-1, 3],
    ]);
  });

  it('predict unless they are called for training', () => {
    const inputs = input([4]);
    const model = functional(inputs, new BatchNorm()(new Dropout(0.5)(inputs)));
    const still = model(x).toArray();
    expect(model(x).toArray()).toEqual(still);
    expect(model(x, { training: true }).toArray()).not.toEqual(still);
    expect(model.nonTrainableWeights.map((v) => v.name)).toEqual([
      'batchNorm.movingMean',
      'batchNorm.movingVariance',
    ]);
    class Net extends nn.Module {
      body = model;
      forward(t: Tensor): Tensor {
        return this.body(t) as Tensor;
      }
    }
    const net = new Net();
    net.train();
    expect(net(x).toArray()).not.toEqual(net(x).toArray());
    net.eval();
    expect(net(x).toArray()).toEqual(net(x).toArray());
  });

  it('say what they are', () => {
    const inputs = input([4], { name: 'features' });
    const hidden = new Dense(8, { activation: 'relu', name: 'hidden' })(inputs);
    const shared = new Dense(8);
    const model = functional(inputs, new Dense(2)(shared(hidden).add(shared(hidden.mul(2)))), {
      name: 'net',
    });
    const lines: string[] = [];
    model.summary((text) => lines.push(text));
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "Model 'net'
      layer           result  weights  from
      --------------  ------  -------  ------------
      features        [?,4]         0
      hidden (Dense)  [?,8]        40  features
      dense (Dense)   [?,8]        72  hidden
      mul()           [?,8]         0  hidden
      dense (Dense)   [?,8]    shared  mul()
      add()           [?,8]         0  dense, dense
      dense1 (Dense)  [?,2]        18  add()
      --------------  ------  -------  ------------
      130 weights, 130 of them trained"
    `);
  });

  it('are as a list of layers, with an input or without', () => {
    const layers = (): nn.Dense[] => [new Dense(8, { activation: 'relu' }), new Dense(2)];
    const begun = sequential([input([4]), ...layers()]);
    setRandomSeed(0);
    const open = sequential(layers());
    expect(open(x).toArray()).toEqual(begun(x).toArray());
    expect(open.layer('dense1')).toBe(open.layers[1]);
    setRandomSeed(0);
    const inside = sequential(layers());
    expect(jit((t: Tensor) => inside(t) as Tensor)(x).toArray()).toEqual(begun(x).toArray());
  });
});

const options = (): nn.CompileOptions => ({
  optimizer: new Adam({ lr: 0.02 }),
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
});

describe('fit', () => {
  it('learns, and has the same bits eager and compiled', async () => {
    const train = async (jitted: boolean): Promise<nn.History['history']> => {
      setRandomSeed(0);
      const model = sequential([
        input([4]),
        new Dense(8, { activation: 'relu' }),
        new Dropout(0.1),
        new Dense(2, { activation: 'softmax' }),
      ]);
      model.compile({ ...options(), jit: jitted });
      const { history } = await model.fit(x, labels, {
        epochs: 4,
        batchSize: 16,
        validationSplit: 0.2,
        verbose: 'silent',
      });
      return history;
    };
    const eager = await train(false);
    expect(await train(true)).toEqual(eager);
    expect(Object.keys(eager)).toEqual(['loss', 'accuracy', 'valLoss', 'valAccuracy']);
    expect(eager.loss!.length).toBe(4);
    expect(eager.loss![3]).toBeLessThan(eager.loss![0]! / 1.5);
    expect(eager.valAccuracy![3]).toBeGreaterThan(0.85);
  });

  it('takes data sets, and evaluates and predicts what it was given', async () => {
    const model = small().compile(options());
    const batches = dataset([x, labels]).shuffle({ seed: 1 }).batch(50);
    await model.fit(batches, { epochs: 2, verbose: 'silent', validationData: [x, labels] });
    const logs = model.evaluate(x, labels, { batchSize: 64 });
    const predicted = model.predict(x, { batchSize: 64 }) as Tensor;
    expect(predicted.toArray()).toEqual((model(x) as Tensor).toArray());
    expect(logs.accuracy).toBe(nn.accuracy(labels, predicted).item());
    expect(logs.loss).toBeCloseTo(nn.sparseCategoricalCrossentropy(labels, predicted).item(), 6);
    expect(model.evaluate(batches)).toEqual({
      loss: expect.closeTo(logs.loss!, 6) as number,
      accuracy: logs.accuracy,
    });
  });

  it('trains several outputs from several inputs', async () => {
    const [a, b] = [input([4]), input([1])];
    const body = new Dense(8, { activation: 'tanh' })(a.concat([b], -1));
    const model = functional(
      [a, b],
      [new Dense(2, { name: 'class', activation: 'softmax' })(body), new Dense(1, { name: 'sum' })(body)],
    );
    model.compile({
      optimizer: 'adam',
      loss: ['sparseCategoricalCrossentropy', 'mse'],
      metrics: [['accuracy'], ['mae']],
      lossWeights: [1, 0.5],
    });
    const sums = x.sum(-1, true);
    const { history } = await model.fit([x, sums.mul(0)], [labels, sums], { epochs: 3, verbose: 'silent' });
    expect(Object.keys(history)).toEqual(['loss', 'class.loss', 'class.accuracy', 'sum.loss', 'sum.mae']);
    for (const [i, loss] of history.loss!.entries())
      expect(loss).toBeCloseTo(history['class.loss']![i]! + 0.5 * history['sum.loss']![i]!, 6);
    expect(history.loss![2]).toBeLessThan(history.loss![0]!);
    expect((model.predict([x, sums]) as Tensor[]).map((t) => t.shape)).toEqual([
      [200, 2],
      [200, 1],
    ]);
  });

  it('takes truth and weights by the names of the outputs, in any order', async () => {
    const run = async (
      outputs: (a: Tensor, b: Tensor) => Tensor | readonly Tensor[] | Record<string, Tensor>,
      y: nn.Data,
      sampleWeight: nn.Data,
    ): Promise<unknown> => {
      nn.setRandomSeed(2);
      const i = nn.input([4]);
      const [a, b] = [new nn.Dense(1, { name: 'a' })(i), new nn.Dense(1, { name: 'b' })(i)];
      const model = nn.functional(i, outputs(a, b)).compile({ optimizer: 'sgd', loss: ['mse', 'mae'] });
      const { history } = await model.fit(x, y, { sampleWeight, seed: 1, verbose: 'silent' });
      return [history, model.weights];
    };
    const [p, q] = [x.slice(null, [0, 1]), x.slice(null, [1, 2]).mul(2)];
    const [u, v] = [x.slice(null, 0).abs(), x.slice(null, 1).abs()];
    const expected = JSON.stringify(await run((a, b) => [a, b], [p, q], [u, v]));
    const byName = [
      { b: q, a: p },
      { b: v, a: u },
    ] as const;
    expect(JSON.stringify(await run((a, b) => [a, b], ...byName))).toBe(expected);
    expect(JSON.stringify(await run((a, b) => ({ a, b }), ...byName))).toBe(expected);
    for (const outputs of [(a: Tensor, b: Tensor) => [a, b], (a: Tensor, b: Tensor) => ({ a, b })])
      await expect(run(outputs, { b: q, c: p }, [u, v])).rejects.toThrow(
        'Model: the truth must be an object of a, b, as the outputs are called, or a list in their order; got an object of b, c',
      );
  });

  it('builds a model of layers alone, from the first batch', async () => {
    const run = async (jitted: boolean): Promise<unknown> => {
      setRandomSeed(0);
      const model = sequential([new Dense(8, { activation: 'relu' }), new BatchNorm(), new Dense(2)]);
      model.compile({ optimizer: 'adamw', loss: nn.softmaxCrossEntropy, metrics: ['accuracy'], jit: jitted });
      const { history } = await model.fit(x, labels, { epochs: 2, batchSize: 64, verbose: 'silent' });
      expect(model.trainableWeights.length).toBe(6);
      return [history, model.weights.map((w) => w.toArray())];
    };
    expect(await run(true)).toEqual(await run(false));
  });

  it('freezes what is not trainable', async () => {
    const model = small();
    model.layers[0]!.trainable = false;
    model.compile(options());
    const before = model.layers[0]!.stateDict();
    await model.fit(x, labels, { verbose: 'silent' });
    expect(model.layers[0]!.stateDict().kernel!.toArray()).toEqual(before.kernel!.toArray());
    expect(model.trainableWeights.length).toBe(2);
  });

  it('prints a line per epoch where there is no terminal', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      await small().compile(options()).fit(x, labels, { epochs: 2, verbose: 'lines' });
      expect(log.mock.calls.map(([line]) => String(line).replace(/\d+\.\d+/g, 'N'))).toEqual([
        'epoch 1/2  N s  loss N  accuracy N',
        'epoch 2/2  N s  loss N  accuracy N',
      ]);
    } finally {
      log.mockRestore();
    }
  });
});

describe('the bar of fit', () => {
  it.each([true, false])('fills to the last batch of every epoch, on a terminal %s', async (terminal) => {
    const { isTTY } = process.stdout;
    const written: string[] = [];
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    process.stdout.isTTY = terminal;
    try {
      await small().compile(options()).fit(x, labels, { epochs: 2, batchSize: 32, verbose: 'bar' });
    } finally {
      process.stdout.isTTY = isTTY;
      write.mockRestore();
    }
    const text = written.join('');
    const batches = Math.ceil(labels.size / 32);
    for (const epoch of [1, 2]) {
      expect(text).toContain(`epoch ${epoch}/2 ${'-'.repeat(24)} 0/${batches}`);
      expect(text).toMatch(
        new RegExp(
          `epoch ${epoch}/2 ={24} ${batches}/${batches}  \\S+  loss \\d\\.\\d{4}  accuracy \\d\\.\\d{4}`,
        ),
      );
    }
  });
});

describe('callbacks', () => {
  const trained = (model: nn.Model, epochs: number, ...callbacks: nn.Callback[]): Promise<nn.History> =>
    model.fit(x, labels, { epochs, callbacks, verbose: 'silent', validationSplit: 0.25 });

  it('stop early, and go back to the best weights', async () => {
    const model = small().compile({ ...options(), optimizer: new SGD({ lr: 0.3 }) });
    const seen: { loss: number; weights: unknown }[] = [];
    const watch: nn.Callback = {
      onEpochEnd: (_, logs) =>
        void seen.push({ loss: logs.valLoss!, weights: JSON.stringify(model.weights) }),
    };
    // A rate that grows makes the loss grow at last.
    const faster = nn.learningRateSchedule((epoch) => (epoch < 3 ? 0.1 : 50));
    const { epochs } = await trained(
      model,
      20,
      faster,
      nn.earlyStopping({ patience: 2, restoreBestWeights: true }),
      watch,
    );
    const best = seen.reduce((a, b) => (b.loss < a.loss ? b : a));
    expect(epochs.length).toBe(seen.indexOf(best) + 3);
    expect(JSON.stringify(model.weights)).toBe(best.weights);
  });

  it('save weights, all or the best', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'model-'));
    try {
      const model = small().compile(options());
      const best: number[] = [];
      await trained(
        model,
        2,
        nn.checkpoint({ to: join(folder, 'weights-{epoch}.safetensors') }),
        nn.checkpoint({ to: (_, epoch) => best.push(epoch), monitor: 'loss', saveBestOnly: true }),
      );
      const copy = small().loadSafetensors(readFileSync(join(folder, 'weights-2.safetensors')));
      expect((copy(x) as Tensor).toArray()).toEqual((model(x) as Tensor).toArray());
      expect(best).toEqual([0, 1]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('set the learning rate of the compiled step', async () => {
    const model = small();
    const optimizer = new SGD({ lr: 0.5 });
    model.compile({ ...options(), optimizer });
    const rates: number[] = [];
    await trained(
      model,
      3,
      nn.learningRateSchedule((_, rate) => rate / 2),
      { onEpochEnd: () => void rates.push(optimizer.lr) },
    );
    expect(rates).toEqual([0.25, 0.125, 0.0625]);
  });
});

describe('JSON', () => {
  it('gives the same structure, and with the weights the same model', () => {
    const [ids, extra] = [input([null], { dtype: 'int32', name: 'ids' }), input([2])];
    const embedded = new Embedding(7, 4)(ids);
    const attended = new nn.MultiHeadAttention({ heads: 2, keySize: 3 })(embedded, embedded, {
      causal: true,
    });
    const [part] = attended.add(embedded).split(2, -1) as [Tensor];
    const inner = sequential([input([2]), new Dense(2, { activation: 'relu' }), new nn.LayerNorm()], {
      name: 'inner',
    });
    const joined = part.mean(1).concat([inner(extra), extra.mul(tensor([2, 3]))], -1);
    const shaped = new nn.Reshape([3, 2])(joined);
    const model = functional(
      { ids, extra },
      {
        y: new Dense(1, { useBias: false })(
          new nn.Flatten()(new nn.Activation('gelu')(new BatchNorm()(shaped))),
        ),
        z: shaped,
      },
      { name: 'all' },
    );
    const copy = nn.modelFromJSON(JSON.stringify(model)).loadSafetensors(model.toSafetensors());
    expect(JSON.stringify(copy)).toBe(JSON.stringify(model));
    const given = { ids: tensor([[1, 2, 6]], { dtype: 'int32' }), extra: tensor([[0.5, -1]]) };
    expect(JSON.stringify(copy(given))).toBe(JSON.stringify(model(given)));
  });

  it('takes makers for layers of the program’s own', () => {
    class Scale extends nn.Layer {
      readonly factor: number;
      constructor(factor: number) {
        super({}, [], { factor });
        this.factor = factor;
      }
      protected override build(): void {}
      override forward(t: Tensor): Tensor {
        return t.mul(this.factor);
      }
    }
    const inputs = input([2]);
    const json = JSON.stringify(functional(inputs, new Scale(3)(inputs)));
    const copy = nn.modelFromJSON(json, { classes: { Scale: ({ factor }) => new Scale(factor as number) } });
    expect((copy(tensor([[1, 2]])) as Tensor).toArray()).toEqual([[3, 6]]);
  });
});
