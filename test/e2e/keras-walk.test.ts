// A functional model as its user goes through it, from end to end: two inputs, two outputs, a shared layer and a model inside, trained, saved, and used by another process.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Tensor, type TracejitError, tensor } from '../../src/index.ts';
import * as nn from '../../src/nn.ts';
import { Adam } from '../../src/optim.ts';

const folder = mkdtempSync(join(tmpdir(), 'keras-walk-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const count = 96;
/** Always the same numbers in -1 … 1. */
const numbers = (size: number, seed: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin((i + 1) * 12.9898 + seed * 78.233));

const left = tensor(numbers(count * 4, 1), { shape: [count, 4] });
const right = tensor(numbers(count * 4, 2), { shape: [count, 4] });
const difference = left.sub(right).sum(1, true);
const isGreater = left.sum(1).greater(right.sum(1)).cast('int32');

function build(): nn.Model {
  nn.setRandomSeed(7);
  const a = nn.input([4], { name: 'left' });
  const b = nn.input([4], { name: 'right' });
  const shared = new nn.Dense(8, { activation: 'tanh', name: 'shared' });
  const joined = new nn.Concatenate()([shared(a), shared(b)] as never) as Tensor;
  const trunk = nn.sequential(
    [nn.input([16]), new nn.Dense(12, { activation: 'relu' }), new nn.Dropout(0.1)],
    {
      name: 'trunk',
    },
  );
  const features = trunk(joined);
  const amount = new nn.Dense(1, { name: 'amount' })(features);
  const side = new nn.Dense(2, { activation: 'softmax', name: 'side' })(features);
  return nn.functional([a, b], [amount, side], { name: 'walk' });
}

let model: nn.Model;
let history: nn.History;
const rates: number[] = [];

beforeAll(async () => {
  model = build();
  model.compile({
    optimizer: new Adam({ lr: 0.02 }),
    loss: ['meanSquaredError', 'sparseCategoricalCrossentropy'],
    metrics: [['mae'], ['accuracy']],
  });
  history = await model.fit([left, right], [difference, isGreater], {
    epochs: 60,
    batchSize: 16,
    validationSplit: 0.25,
    verbose: 'silent',
    callbacks: [
      nn.learningRateSchedule((epoch, rate) => {
        rates.push(rate);
        return epoch < 10 ? rate : rate * 0.9;
      }),
      nn.earlyStopping({ monitor: 'valLoss', patience: 3, restoreBestWeights: true }),
      nn.checkpoint({
        to: join(folder, 'epoch-{epoch}.safetensors'),
        monitor: 'valLoss',
        saveBestOnly: true,
      }),
    ],
  });
});

it('learns, by epochs that the history tells', () => {
  const { epochs, history: logs } = history;
  expect(Object.keys(logs).sort()).toMatchInlineSnapshot(`
    [
      "amount.loss",
      "amount.mae",
      "loss",
      "side.accuracy",
      "side.loss",
      "valAmount.loss",
      "valAmount.mae",
      "valLoss",
      "valSide.accuracy",
      "valSide.loss",
    ]
  `);
  for (const log of Object.values(logs)) expect(log).toHaveLength(epochs.length);
  expect(logs.loss!.at(-1)!).toBeLessThan(logs.loss![0]! / 4);
  expect(Math.max(...logs['side.accuracy']!)).toBeGreaterThan(0.9);
  // The rate is a variable, and so a float32.
  expect(new Set(rates.slice(0, 10))).toEqual(new Set([Math.fround(0.02)]));
});

it('keeps the weights of its best epochs, and goes back to the best', () => {
  const losses = history.history.valLoss!;
  // Files count epochs from 1.
  const best = 1 + losses.indexOf(Math.min(...losses));
  const saved = readdirSync(folder).filter((file) => file.startsWith('epoch-'));
  expect(saved).toContain(`epoch-${best}.safetensors`);
  const again = build();
  again.loadStateDict(nn.readSafetensors(readFileSync(join(folder, `epoch-${best}.safetensors`))));
  const [amount, side] = again.predict([left, right]);
  const [amountNow, sideNow] = model.predict([left, right]);
  expect(amount.data()).toEqual(amountNow.data());
  expect(side.data()).toEqual(sideNow.data());
});

it('shows what it is', () => {
  let text = '';
  model.summary((line) => {
    text += line;
  });
  expect(text).toMatchInlineSnapshot(`
    "Model 'walk'
    layer                      result  weights  from
    -------------------------  ------  -------  --------------
    left                       [?,4]         0
    right                      [?,4]         0
    shared (Dense)             [?,8]        40  left
    shared (Dense)             [?,8]    shared  right
    concatenate (Concatenate)  [?,16]        0  shared, shared
    trunk (Model)              [?,12]      204  concatenate
    amount (Dense)             [?,1]        13  trunk
    side (Dense)               [?,2]        26  trunk
    -------------------------  ------  -------  --------------
    283 weights, 283 of them trained"
  `);
});

it('predicts the same bits in another process, from its JSON and its weights', () => {
  writeFileSync(join(folder, 'model.json'), JSON.stringify(model));
  writeFileSync(join(folder, 'weights.safetensors'), nn.writeSafetensors(model.stateDict()));
  const program = join(folder, 'use.mts');
  const source = (name: string): string =>
    JSON.stringify(new URL(`../../src/${name}.ts`, import.meta.url).href);
  writeFileSync(
    program,
    `import { readFileSync } from 'node:fs';
import { tensor } from ${source('index')};
import { modelFromJSON, readSafetensors } from ${source('nn')};
const numbers = (size, seed) => Float32Array.from({ length: size }, (_, i) => Math.sin((i + 1) * 12.9898 + seed * 78.233));
const model = modelFromJSON(JSON.parse(readFileSync(${JSON.stringify(join(folder, 'model.json'))}, 'utf8')));
model.loadStateDict(readSafetensors(readFileSync(${JSON.stringify(join(folder, 'weights.safetensors'))})));
const inputs = [1, 2].map((seed) => tensor(numbers(${count * 4}, seed), { shape: [${count}, 4] }));
process.stdout.write(JSON.stringify(model.predict(inputs).map((y) => [...new Uint32Array(y.data().slice().buffer)])));
`,
  );
  const printed = execFileSync(process.execPath, ['--import', 'tsx', program], {
    encoding: 'utf8',
    cwd: new URL('../..', import.meta.url),
  });
  const bits = (y: Tensor): number[] => [...new Uint32Array(y.data().slice().buffer)];
  expect(JSON.parse(printed)).toEqual(model.predict([left, right]).map(bits));
});

it('is told of weights of another model', () => {
  const state = model.stateDict();
  const name = Object.keys(state)[0]!;
  const said = (f: () => unknown): string | undefined => {
    try {
      f();
    } catch (error) {
      return (error as TracejitError).summary;
    }
    return undefined;
  };
  const other = nn.sequential([nn.input([4]), new nn.Dense(8)]);
  expect(said(() => other.loadStateDict(state))).toBe(
    'Model.loadStateDict: the names do not match: missing dense.kernel, dense.bias; not expected shared.kernel, shared.bias, trunk.dense.kernel, trunk.dense.bias, amount.kernel, amount.bias, side.kernel, side.bias',
  );
  expect(said(() => model.loadStateDict({ ...state, [name]: tensor([1, 2, 3]) }))).toBe(
    "Model.loadStateDict: 'shared.kernel' has shape [3], the network needs [4,8]",
  );
  expect(model.stateDict()[name]!.toArray()).toEqual(state[name]!.toArray());
});
