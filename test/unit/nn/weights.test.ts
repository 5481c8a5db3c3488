// Examples that count more or less: sampleWeight and classWeight of fit and evaluate.
import { describe, expect, it } from 'vitest';
import { dataset } from '../../../src/data.ts';
import { random, type Tensor, tensor } from '../../../src/index.ts';
import {
  Dense,
  huber,
  input,
  type Model,
  meanSquaredError,
  sequential,
  setRandomSeed,
  sparseCategoricalCrossentropy,
} from '../../../src/nn.ts';
import { SGD } from '../../../src/optim.ts';

const x = random.normal(random.key(1), [6, 3]);
const y = tensor([0, 1, 2, 1, 0, 1], { dtype: 'int32' });
const w = tensor([1, 4, 0.5, 4, 1, 4]);
const silent = { epochs: 3, batchSize: 4, shuffle: false, verbose: 'silent' } as const;

function classifier(jit = true): Model {
  setRandomSeed(2);
  const model = sequential([input([3]), new Dense(3, { activation: 'softmax' })]);
  model.predict(x);
  return model.compile({
    optimizer: new SGD({ lr: 0.1 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
    jit,
  });
}
const weightsOf = (model: Model): unknown => model.weights.map((v) => v.toArray());

describe('weights of examples', () => {
  it('are factors of the losses, whose mean divides by their number', async () => {
    const model = classifier();
    const expected = sparseCategoricalCrossentropy(y, model(x) as Tensor, { reduction: 'none' })
      .mul(w)
      .mean();
    expect(model.evaluate(x, y, { sampleWeight: w, batchSize: 6 }).loss).toBe(expected.item());
    const plain = model.evaluate(x, y);
    expect(model.evaluate(x, y, { sampleWeight: w }).accuracy).toBe(plain.accuracy);
    // Doubled weights are a doubled rate.
    const [once, twice] = [classifier(), classifier()];
    await once.fit(x, y, { ...silent, epochs: 1, batchSize: 6, sampleWeight: w.mul(2) });
    twice.compile({ optimizer: new SGD({ lr: 0.2 }), loss: 'sparseCategoricalCrossentropy' });
    await twice.fit(x, y, { ...silent, epochs: 1, batchSize: 6, sampleWeight: w });
    expect(weightsOf(once)).toEqual(weightsOf(twice));
  });

  it('train to the same bits by class, by example, by data set, and without jit', async () => {
    const models = [0, 1, 2, 3].map((i) => classifier(i !== 3));
    const [a, b, c, d] = models as [Model, Model, Model, Model];
    await a.fit(x, y, { ...silent, sampleWeight: w });
    await b.fit(x, y, { ...silent, classWeight: { 1: 4, 2: 0.5 } });
    await c.fit(dataset([x, y, w] as const).batch(4), silent);
    await d.fit(x, y, { ...silent, classWeight: { 1: 4, 2: 0.5 } });
    for (const other of [b, c, d]) expect(weightsOf(other)).toEqual(weightsOf(a));
    const unweighted = classifier();
    await unweighted.fit(x, y, silent);
    expect(weightsOf(unweighted)).not.toEqual(weightsOf(a));
  });

  it('go with the examples where some are kept for validation', async () => {
    const model = classifier();
    const { history } = await model.fit(x, y, {
      ...silent,
      epochs: 1,
      sampleWeight: w,
      validationSplit: 1 / 3,
    });
    const kept = model.evaluate(x.slice([4, 6]), y.slice([4, 6]), { sampleWeight: w.slice([4, 6]) });
    expect(history.valLoss).toEqual([kept.loss]);
    const beside = await classifier().fit(x, y, { ...silent, epochs: 1, validationData: [x, y, w] });
    expect(beside.history.valLoss).toHaveLength(1);
  });

  it('hold for every loss of an example, and for losses of your own that hand them on', () => {
    const t = random.normal(random.key(3), [2, 3, 4]);
    const p = random.normal(random.key(4), [2, 3, 4]);
    const each = meanSquaredError(t, p, { reduction: 'none' });
    const byHand = each
      .mul(tensor([[2], [3]]))
      .mean()
      .item();
    expect(meanSquaredError(t, p, { sampleWeight: tensor([2, 3]) }).item()).toBe(byHand);
    expect(meanSquaredError(t, p, { sampleWeight: tensor([[2], [3]]) }).item()).toBe(byHand);
    const model = sequential([new Dense(1)]);
    model.compile({ optimizer: 'sgd', loss: (a, b, options) => huber(a, b, { ...options, delta: 2 }) });
    const target = tensor([1, 2, 3, 4, 5, 6]);
    const loss = huber(target, model(x) as Tensor, { delta: 2, sampleWeight: w }).item();
    expect(model.evaluate(x, target, { sampleWeight: w }).loss).toBe(loss);
  });
});

describe('weights that do not fit', () => {
  const refusal = async (options: object, model = classifier(), truth = y): Promise<string> => {
    try {
      await model.fit(x, truth, { ...silent, ...options });
    } catch (error) {
      return (error as { summary?: string }).summary ?? String(error);
    }
    return 'no error';
  };

  it('are refused by name', async () => {
    expect(await refusal({ sampleWeight: w, classWeight: { 1: 2 } })).toBe(
      'Model.fit: give sampleWeight or classWeight, not both',
    );
    expect(await refusal({ classWeight: { cat: 2 } })).toBe(
      'Model.fit: classWeight has the key "cat", which is no number of a class',
    );
    expect(await refusal({ sampleWeight: [w, w] })).toBe(
      'Model: 1 output, but sampleWeight for 2; give a list with one tensor for each output',
    );
    expect(await refusal({ sampleWeight: random.normal(random.key(1), [6, 2]) })).toBe(
      'sparseCategoricalCrossentropy: sampleWeight has shape [4,2], and there are losses [4]; give one weight for each example, [4]',
    );
    const own = sequential([new Dense(1)]).compile({
      optimizer: 'sgd',
      loss: (t, p) => p.sub(t).square().mean(),
    });
    expect(await refusal({ sampleWeight: w }, own)).toBe(
      'Model: the loss takes no weights; write it as (yTrue, yPred, options) => … and hand options on, as in huber(yTrue, yPred, { ...options, delta: 2 })',
    );
  });
});
