// A functional model from its making to another process: two inputs, two outputs with two losses, a layer used twice, a sequential model inside; trained by
// `fit` with everything that it knows, saved as weights and structure, and loaded where nothing else of it is known.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Tensor, type TracejitError, tensor } from 'tracejit';
import {
  BatchNorm,
  Concatenate,
  checkpoint,
  Dense,
  Dropout,
  earlyStopping,
  functional,
  type History,
  input,
  learningRateSchedule,
  type Model,
  sequential,
  setRandomSeed,
} from 'tracejit/nn';
import { Adam } from 'tracejit/optim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const examples = 80;
const wave = (shape: readonly number[], by: number): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i * by)),
    { shape: [...shape] },
  );
const left = wave([examples, 6], 0.7);
const right = wave([examples, 6], 1.3);
const data = [left, right];
const nearer = left.square().sum(-1).less(right.square().sum(-1)).cast('int32');
const distance = left.sub(right).square().mean(-1, true);

function twins(): Model {
  setRandomSeed(4);
  const [a, b] = [input([6], { name: 'left' }), input([6], { name: 'right' })];
  const shared = new Dense(8, { activation: 'tanh', name: 'shared' });
  const tower = sequential([new Dense(8, { activation: 'relu' }), new BatchNorm(), new Dropout(0.1)], {
    name: 'tower',
  });
  const met = tower(new Concatenate()([shared(a), shared(b)]) as Tensor) as Tensor;
  const which = new Dense(2, { activation: 'softmax', name: 'which' })(met);
  const far = new Dense(1, { name: 'far' })(met.add(shared(a).sub(shared(b)).abs()));
  return functional([a, b], [which, far], { name: 'twins' });
}

const compileOptions = {
  loss: ['sparseCategoricalCrossentropy', 'meanSquaredError'],
  lossWeights: [1, 0.5],
  metrics: [['accuracy'], ['mae']],
};

// What a program does that has only the two files: it prints the bits of both outputs.
const loader = `
  import { readFileSync } from 'node:fs';
  const { tensor } = await import('./src/index.ts');
  const { modelFromJSON } = await import('./src/nn.ts');
  const [structure, weights, given] = JSON.parse(process.argv[1]);
  const model = modelFromJSON(readFileSync(structure, 'utf8')).loadSafetensors(readFileSync(weights));
  const inputs = JSON.parse(readFileSync(given, 'utf8')).map((rows) => tensor(rows));
  const bits = (t) => Buffer.from(new Uint8Array(t.data().buffer)).toString('hex');
  console.log(JSON.stringify([model.predict(inputs).map(bits), model(inputs).map(bits)]));`;

const bits = (t: Tensor): string => Buffer.from(new Uint8Array(t.data().buffer)).toString('hex');

describe('two inputs, two outputs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tracejit-keras-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string): string => join(folder, name);
  const rates: number[] = [];
  let model: Model;
  let run: History;

  beforeAll(async () => {
    model = twins().compile({ ...compileOptions, optimizer: new Adam({ lr: 0.02 }) });
    run = await model.fit(data, [nearer, distance], {
      epochs: 40,
      batchSize: 16,
      validationSplit: 0.2,
      verbose: 'silent',
      callbacks: [
        earlyStopping({ patience: 4, restoreBestWeights: true }),
        checkpoint({ to: file('best.safetensors'), saveBestOnly: true }),
        learningRateSchedule((epoch, rate) => (epoch > 0 && epoch % 3 === 0 ? rate * 0.5 : rate)),
        { onEpochEnd: (_epoch, _logs, { optimizer }) => rates.push(optimizer.lr) },
      ],
    });
  });

  it('have a summary', () => {
    const lines: string[] = [];
    model.summary((text) => lines.push(text));
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "Model 'twins'
      layer                      result  weights  from
      -------------------------  ------  -------  --------------
      left                       [?,6]         0
      right                      [?,6]         0
      shared (Dense)             [?,8]        56  left
      shared (Dense)             [?,8]    shared  right
      concatenate (Concatenate)  [?,16]        0  shared, shared
      tower (Model)              [?,8]       168  concatenate
      which (Dense)              [?,2]        18  tower
      shared (Dense)             [?,8]    shared  left
      shared (Dense)             [?,8]    shared  right
      sub()                      [?,8]         0  shared, shared
      abs()                      [?,8]         0  sub()
      add()                      [?,8]         0  tower, abs()
      far (Dense)                [?,1]         9  add()
      -------------------------  ------  -------  --------------
      251 weights, 235 of them trained"
    `);
  });

  it('train until nothing improves, each epoch in the history', () => {
    const { epochs, history } = run;
    expect(Object.keys(history)).toMatchInlineSnapshot(`
      [
        "loss",
        "which.loss",
        "which.accuracy",
        "far.loss",
        "far.mae",
        "valLoss",
        "valWhich.loss",
        "valWhich.accuracy",
        "valFar.loss",
        "valFar.mae",
      ]
    `);
    for (const [name, values] of Object.entries(history)) {
      expect(values.length, name).toBe(epochs.length);
      expect(values.every(Number.isFinite), name).toBe(true);
    }
    const best = history.valLoss!.indexOf(Math.min(...history.valLoss!));
    expect(epochs.length).toBeLessThan(40);
    expect(epochs.length - 1 - best).toBe(4);
    expect(history.loss!.at(-1)!).toBeLessThan(history.loss![0]!);
    expect(rates).toEqual(epochs.map((epoch) => Math.fround(0.02) * 0.5 ** Math.floor(epoch / 3)));
    // The loss is that of both outputs, weighted.
    history.loss!.forEach((loss, i) => {
      expect(loss).toBeCloseTo(history['which.loss']![i]! + 0.5 * history['far.loss']![i]!, 5);
    });
  });

  it('end with the weights of the best epoch, which are those of the checkpoint', () => {
    const held = [left.slice([64, 80]), right.slice([64, 80])];
    const truth = [nearer.slice([64, 80]), distance.slice([64, 80])];
    const least = Math.min(...run.history.valLoss!);
    expect(model.evaluate(held, truth, { batchSize: 16 }).loss).toBe(least);
    const other = twins()
      .compile({ ...compileOptions, optimizer: 'sgd' })
      .loadSafetensors(readFileSync(file('best.safetensors')));
    expect(other.evaluate(held, truth, { batchSize: 16 }).loss).toBe(least);
  });

  it('have the bits of eager training', async () => {
    const losses: unknown[] = [];
    for (const jit of [true, false]) {
      const twin = twins().compile({ ...compileOptions, optimizer: new Adam({ lr: 0.02 }), jit });
      const { history } = await twin.fit(data, [nearer, distance], {
        epochs: 2,
        seed: 9,
        validationSplit: 0.2,
        verbose: 'silent',
      });
      losses.push([history, twin.weights.map(bits)]);
    }
    expect(losses[0]).toEqual(losses[1]);
  });

  it('are saved as structure and weights, and predict the same bits in another process', () => {
    writeFileSync(file('model.json'), JSON.stringify(model));
    writeFileSync(file('model.safetensors'), model.toSafetensors());
    writeFileSync(file('inputs.json'), JSON.stringify(data.map((t) => t.toArray())));
    const files = ['model.json', 'model.safetensors', 'inputs.json'].map(file);
    const output = execFileSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', loader, JSON.stringify(files)],
      { encoding: 'utf8' },
    );
    const here = (model.predict(data) as Tensor[]).map(bits);
    expect(JSON.parse(output)).toEqual([here, (model(data) as unknown as Tensor[]).map(bits)]);
    expect(here.map((text) => text.length)).toEqual([examples * 2 * 8, examples * 8]);
  });

  it('are told of weights of another model, and keep their own', () => {
    const before = model.weights.map(bits);
    const state = model.stateDict();
    const message = (f: () => unknown): unknown => {
      try {
        return f();
      } catch (error) {
        return (error as TracejitError).summary;
      }
    };
    expect(message(() => model.loadStateDict({ ...state, 'far.kernel': tensor([[1], [2]]) }))).toBe(
      "Model.loadStateDict: 'far.kernel' has shape [2,1], the network needs [8,1]; make its layers of the sizes of the saved ones, or load weights of its own",
    );
    const { 'far.bias': _bias, ...less } = state;
    expect(message(() => model.loadStateDict({ ...less, 'near.bias': tensor([0]) }))).toBe(
      'Model.loadStateDict: the names do not match: missing far.bias; not expected near.bias; load what a network of the same layers and names has saved',
    );
    expect(model.weights.map(bits)).toEqual(before);
  });
});
