// Losses and metrics against the numbers of Keras (test/reference), and how they are reduced and added up.
import { grad, jit, type NestedArray, type Tensor, tensor } from 'tracejit';
import * as nn from 'tracejit/nn';
import { describe, expect, it } from 'vitest';
import { expectNear, reference } from './reference.ts';

type Name = 'y' | 'p' | 'prob' | 'prob2' | 'hot' | 'ids' | 'bits' | 'sig';
interface Reference {
  readonly inputs: Readonly<Record<Name, number[]>>;
  readonly losses: readonly (readonly [string, Name, Name, object, number])[];
  readonly metrics: readonly (readonly [string, Name, Name, number])[];
}
const { inputs, losses, metrics } = reference<Reference>('losses');
const input = (name: Name): Tensor => tensor(inputs[name], { dtype: name === 'ids' ? 'int32' : 'float32' });
type Loss = (t: Tensor, p: Tensor, options?: object) => Tensor;
const named = nn as unknown as Readonly<Record<string, Loss>>;

describe('losses of Keras', () => {
  for (const [name, t, p, options, value] of losses) {
    it(`${name} ${JSON.stringify(options)}`, () => {
      const loss = named[name]!;
      expectNear(loss(input(t), input(p), options), value as NestedArray, name);
      const step = (truth: Tensor, x: Tensor): Tensor => grad((y: Tensor) => loss(truth, y, options))(x);
      expect(jit(step)(input(t), input(p)).toArray()).toEqual(step(input(t), input(p)).toArray());
    });
  }

  it('are reduced as asked, with weights', () => {
    const [t, p] = [
      tensor([
        [0, 2],
        [1, 1],
      ]),
      tensor([
        [1, 2],
        [4, 5],
      ]),
    ];
    const loss = (options: nn.LossOptions): unknown => nn.meanSquaredError(t, p, options).toArray();
    expect(loss({ reduction: 'none' })).toEqual([0.5, 12.5]);
    expect(loss({ reduction: 'sum' })).toBe(13);
    expect(loss({ sampleWeight: tensor([2, 0]) })).toBe(0.5);
    expect(nn.meanSquaredError(t.sum(-1), p.sum(-1, true)).item()).toBe(25.0);
  });

  it('of labels or distributions with logits', () => {
    const { softmaxCrossEntropy } = nn;
    const sparse = softmaxCrossEntropy(input('ids'), input('p'));
    expect(sparse.item()).toBe(softmaxCrossEntropy(input('hot'), input('p')).item());
    expect(sparse.item()).toBe(
      nn.sparseCategoricalCrossentropy(input('ids').expandDims(-1), input('p'), { fromLogits: true }).item(),
    );
  });
});

describe('metrics of Keras', () => {
  const byK = (name: string): nn.Metric =>
    (/topK/i.test(name) ? named[name]!(2 as never, 2 as never) : named[name]!) as unknown as nn.Metric;
  for (const [name, t, p, value] of metrics) {
    it(name, () => {
      const metric = byK(name);
      expectNear(metric(input(t), input(p)), value as NestedArray, name);
      // Two batches add up to the whole.
      const [front, back] = [
        [0, 1],
        [1, 4],
      ].map((rows) =>
        metric.sums(input(t).slice(rows as [number, number]), input(p).slice(rows as [number, number])),
      ) as [readonly Tensor[], readonly Tensor[]];
      expectNear(metric.result(front.map((sum, i) => sum.add(back[i]!))), value as NestedArray, name);
    });
  }

  it('accuracy is what the shapes say', () => {
    const { accuracy } = nn;
    expect(accuracy(input('ids'), input('p')).item()).toBe(
      nn.sparseCategoricalAccuracy(input('ids'), input('p')).item(),
    );
    expect(accuracy(input('ids').expandDims(-1), input('p')).item()).toBe(
      accuracy(input('hot'), input('p')).item(),
    );
    expect(accuracy(tensor([[1], [0]]), tensor([[0.7], [0.6]])).item()).toBe(0.5);
    const bias = nn.metric(
      'bias',
      (t, p) => [p.sub(t).sum(), tensor(p.size)],
      ([s, n]) => s!.div(n!),
    );
    expect(bias(tensor([1, 2]), tensor([2, 4])).item()).toBe(1.5);
  });

  it('go by the names of the losses, too, and by the name that was asked for', async () => {
    const model = nn.sequential([nn.input([1]), new nn.Dense(1)]);
    const metrics = ['meanSquaredError', 'meanAbsoluteError', 'rootMeanSquaredError', 'mse'];
    model.compile({ optimizer: 'sgd', loss: 'mse', metrics });
    const logs = await model.evaluate(tensor([[1], [2]]), tensor([[1], [3]]));
    expect(Object.keys(logs)).toEqual(['loss', ...metrics]);
    expect(logs.meanSquaredError).toBe(logs.mse);
    expect(logs.rootMeanSquaredError).toBe(Math.fround(Math.sqrt(logs.mse!)));
  });
});
