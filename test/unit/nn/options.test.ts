// What the options of layers change, beyond the numbers of Keras.
import { evalShape, grad, jit, ones, random, type Tensor, tensor, tril } from 'tracejit';
import * as nn from 'tracejit/nn';
import { beforeEach, describe, expect, it } from 'vitest';

beforeEach(() => nn.setRandomSeed(0));
const x = random.normal(random.key(1), [2, 5, 3]);

describe('recurrent layers', () => {
  it('give and take their state', () => {
    const [whole, state] = [new nn.LSTM(4, { returnSequences: true }), new nn.LSTM(4, { returnState: true })];
    whole(x);
    state(x);
    state.loadStateDict(whole.stateDict());
    const [last, h, c] = state(x) as unknown as [Tensor, Tensor, Tensor];
    expect(last.toArray()).toEqual(h.toArray());
    expect(whole(x).slice(null, -1).toArray()).toEqual(last.toArray());
    // Two halves with the state handed over are the whole.
    const [, h2, c2] = state(x.slice(null, [0, 2])) as unknown as [Tensor, Tensor, Tensor];
    const [again, , c3] = state(x.slice(null, [2, 5]), { initialState: [h2, c2] }) as unknown as Tensor[];
    expect(again!.toArray()).toEqual(last.toArray());
    expect(c3!.toArray()).toEqual(c.toArray());
  });

  it('begin with a forget gate that is open', () => {
    const layer = new nn.LSTM(2);
    layer(x);
    expect(layer.bias!.toArray()).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    const plain = new nn.LSTM(2, { unitForgetBias: false });
    plain(x);
    expect(plain.bias!.sum().item()).toBe(0);
    const kernel = layer.recurrentKernel.value();
    const product = kernel.matmul(kernel.transpose());
    expect(
      product
        .sub(
          tensor([
            [1, 0],
            [0, 1],
          ]),
        )
        .abs()
        .max()
        .item(),
    ).toBeLessThan(1e-6);
  });

  it('are part of functional models, with any number of steps', () => {
    const inputs = nn.input([null, 3]);
    const model = nn.functional(inputs, new nn.Dense(1)(new nn.GRU(4)(inputs)));
    expect(model(x).shape).toEqual([2, 1]);
    expect(model(x.slice(null, [0, 2])).shape).toEqual([2, 1]);
    const copy = nn.modelFromJSON(JSON.stringify(model)).loadSafetensors(model.toSafetensors());
    expect((copy(x) as Tensor).toArray()).toEqual((model(x) as Tensor).toArray());
    expect(jit(model)(x).toArray()).toEqual((model(x) as Tensor).toArray());
  });
});

describe('masks of recurrent layers', () => {
  const padded = tensor([
    [true, true, true, false, false],
    [true, true, true, true, true],
  ]);

  it('make a padded sequence what the sequence alone is', () => {
    const layer = new nn.LSTM(4);
    const [alone] = [layer(x.slice([0, 1], [0, 3]))];
    expect(layer(x, { mask: padded }).slice([0, 1]).toArray()).toEqual(alone.toArray());
    expect(layer(x, { mask: padded }).slice(1).toArray()).toEqual(layer(x).slice(1).toArray());
    const step = (t: Tensor): Tensor => grad((v: Tensor) => layer(v, { mask: padded }).square().sum())(t);
    expect(jit(step)(x).toArray()).toEqual(step(x).toArray());
    // What is left out has no gradient.
    expect(step(x).slice(0, [3, 5]).abs().max().item()).toBe(0);
  });

  it('are arguments of functional models', () => {
    const ids = nn.input([5], { dtype: 'int32' });
    const words = new nn.Embedding(10, 3)(ids);
    const model = nn.functional(ids, new nn.GRU(4)(words, { mask: ids.notEqual(0) }));
    const short = tensor([[3, 4, 5, 0, 0]], { dtype: 'int32' });
    const longer = tensor([[3, 4, 5, 0, 0, 0, 0]], { dtype: 'int32' }).slice(null, [0, 5]);
    expect((model(short) as Tensor).toArray()).toEqual((model(longer) as Tensor).toArray());
    const copy = nn.modelFromJSON(JSON.stringify(model)).loadSafetensors(model.toSafetensors());
    expect((copy(short) as Tensor).toArray()).toEqual((model(short) as Tensor).toArray());
  });
});

describe('attention', () => {
  it('looks only where the mask lets it', () => {
    const layer = new nn.MultiHeadAttention({ heads: 2, keySize: 2 });
    const causal = layer(x, x, { causal: true });
    const mask = tril(ones([5, 5])).notEqual(0);
    expect(layer(x, x, { mask }).toArray()).toEqual(causal.toArray());
    // The first query sees the first value only, so changing the rest changes nothing for it.
    const changed = x.slice(null, [0, 1]).concat([x.slice(null, [1, 5]).mul(3)], 1);
    const first = (y: Tensor): unknown => y.slice(null, 0).toArray();
    expect(first(layer(changed, changed, { causal: true }))).toEqual(first(causal));
    expect(first(layer(x, changed))).not.toEqual(first(layer(x, x)));
    expect(layer(x, changed, { key: x }).toArray()).not.toEqual(layer(x, changed).toArray());
    expect(layer(x.slice(null, [0, 2]), x).shape).toEqual([2, 2, 3]);
  });
});

describe('other layers', () => {
  it('begin their weights as told', () => {
    const ones = { biasInitialiser: 'ones' } as const;
    const firstBias = (layer: nn.Module): unknown => {
      evalShape(() => layer(x, ...(layer instanceof nn.MultiHeadAttention ? [x] : [])));
      const [, bias] = layer.namedVariables().find(([name]) => /bias$/i.test(name))!;
      return bias.value().min().item();
    };
    const layers = [
      new nn.Dense(2, ones),
      new nn.Conv1D(2, 3, ones),
      new nn.SimpleRNN(2, ones),
      new nn.LSTM(2, ones),
      new nn.GRU(2, ones),
      new nn.MultiHeadAttention({ heads: 1, keySize: 2, ...ones }),
    ];
    expect(layers.map(firstBias)).toEqual(layers.map(() => 1));
    const norm = new nn.LayerNorm({ gammaInitialiser: 'zeros', betaInitialiser: 'ones' });
    expect(norm(x).toArray()).toEqual(x.mul(0).add(1).toArray());
  });

  it('normalise along the axis they are told', () => {
    const swap = (t: Tensor): Tensor => t.transpose([0, 2, 1]);
    const inner = new nn.LayerNorm({ axis: 1 });
    expect(swap(inner(swap(x))).toArray()).toEqual(new nn.LayerNorm()(x).toArray());
    const channels = new nn.BatchNorm({ axis: 1 });
    expect(swap(channels(swap(x))).toArray()).toEqual(new nn.BatchNorm()(x).toArray());
    expect(new nn.GlobalMaxPool()(x).toArray()).toEqual(x.max(1).toArray());
  });

  it('see nothing of what comes after, where they are causal', () => {
    const layer = new nn.Conv1D(2, 3, { padding: 'causal' });
    const changed = x.slice(null, [0, 2]).concat([x.slice(null, [2, 5]).mul(3)], 1);
    const first = (y: Tensor): unknown => y.slice(null, [0, 2]).toArray();
    expect(first(layer(changed))).toEqual(first(layer(x)));
    expect(layer(x).shape).toEqual([2, 5, 2]);
    const model = nn.sequential([nn.input([5, 3]), layer]);
    const copy = nn.modelFromJSON(JSON.stringify(model)).loadSafetensors(model.toSafetensors());
    expect((copy(x) as Tensor).toArray()).toEqual(layer(x).toArray());
  });

  it('pool what they should', () => {
    expect(new nn.GlobalAvgPool()(x).toArray()).toEqual(x.mean(1).toArray());
    expect(new nn.MaxPool1D({ poolSize: 5 })(x).toArray()).toEqual(x.max(1, true).toArray());
    expect(new nn.AvgPool1D({ poolSize: 5 })(x).squeeze(1).toArray()).toEqual(x.sum(1).div(5).toArray());
  });

  it('normalise without scale or shift', () => {
    const layer = new nn.BatchNorm({ center: false, scale: false });
    const y = layer(x, { training: true });
    expect(layer.parameters().length).toBe(0);
    expect(y.mean([0, 1]).abs().max().item()).toBeLessThan(1e-6);
    const norm = new nn.LayerNorm({ center: false, epsilon: 0 });
    expect(norm(x).square().mean(-1).sub(1).abs().max().item()).toBeLessThan(1e-5);
    expect(norm.namedVariables().map(([name]) => name)).toEqual(['gamma']);
  });

  it('reshape with one size open', () => {
    expect(new nn.Reshape([3, -1])(x).shape).toEqual([2, 3, 5]);
    expect(new nn.Flatten()(x).shape).toEqual([2, 15]);
  });

  it('scale what dropout leaves, and pass its gradient', () => {
    const layer = new nn.Dropout(0.25);
    const wide = ones([4, 1000]);
    const y = layer(wide);
    expect(y.mean().item()).toBeCloseTo(1, 1);
    nn.setRandomSeed(3);
    const [a, b] = [new nn.Dropout(0.25), new nn.Dropout(0.25)];
    const again = new nn.Dropout(0.25);
    const gradient = grad((t: Tensor) => a(t).sum())(wide);
    // Its stream of masks begins at the first call.
    nn.setRandomSeed(3);
    expect(gradient.toArray()).toEqual(again(wide).toArray());
    expect(b(wide).toArray()).not.toEqual(gradient.toArray());
  });
});
