// Dropout in recurrent layers: one drawing for all steps of a sequence, nothing outside of training, the same in eager mode, compiled code and graphs.
import { eye, jit, ones, random, type Tensor, zeros } from 'tracejit';
import { Graph, Session } from 'tracejit/graph';
import { GRU, LSTM, SimpleRNN, setRandomSeed } from 'tracejit/nn';
import { describe, expect, it } from 'vitest';

const bits = (x: Tensor): number[] => [...new Int32Array(x.data().buffer)];
const x = random.normal(random.key(4), [3, 5, 4]);
const options = { returnSequences: true, dropout: 0.5, recurrentDropout: 0.25 } as const;

type Recurrent = SimpleRNN | LSTM | GRU;
const layers: Readonly<Record<string, (o: { readonly returnSequences: true }) => Recurrent>> = {
  SimpleRNN: (o) => new SimpleRNN(6, o),
  LSTM: (o) => new LSTM(6, o),
  GRU: (o) => new GRU(6, o),
  'GRU, reset before': (o) => new GRU(6, { ...o, resetAfter: false }),
};

describe.each(Object.entries(layers))('%s', (_, make) => {
  const seeded = (): Recurrent => {
    setRandomSeed(7);
    const layer = make(options);
    layer.ensureBuilt(x.shape);
    return layer;
  };

  it('draws in training only, anew in every call', () => {
    const layer = seeded();
    const first = layer(x, { training: true });
    expect(bits(layer(x, { training: true }))).not.toEqual(bits(first));
    const plain = make({ returnSequences: true });
    plain(x);
    plain.loadStateDict(layer.stateDict());
    expect(bits(layer(x, { training: false }))).toEqual(bits(plain(x)));
  });

  it('has the same bits compiled and in a graph, call by call, gradients too', () => {
    const [eager, compiled, graphed] = [seeded(), seeded(), seeded()];
    const step = jit((t: Tensor) => compiled(t));
    const g = new Graph();
    const input = g.placeholder('float32', [null, 5, 4]);
    const y = graphed(input);
    const [dx] = g.gradients(y.square().sum(), [input]);
    const session = new Session(g);
    for (let call = 0; call < 3; call++) {
      const a = x.detach({ requiresGrad: true });
      const expected = eager(a);
      expected.square().sum().backward();
      expect(bits(step(x))).toEqual(bits(expected));
      const [made, gradient] = session.run([y, dx!], [[input, x]]);
      expect(bits(made)).toEqual(bits(expected));
      expect(bits(gradient)).toEqual(bits(a.grad!));
    }
  });
});

it('the drawings hold for all steps, and scale what they keep', () => {
  // Without recurrence, h is the sum of what is kept of the input: 0, 2, 4 … of n features of size 1.
  const sum = new SimpleRNN(1, {
    activation: 'linear',
    returnSequences: true,
    dropout: 0.5,
    kernelInitialiser: 'ones',
    recurrentInitialiser: 'zeros',
  });
  const rows = sum(ones([8, 6, 4]))
    .squeeze(-1)
    .toArray() as number[][];
  for (const row of rows) expect(row).toEqual(row.map(() => row[0]));
  for (const row of rows) expect([0, 2, 4, 6, 8]).toContain(row[0]);
  expect(new Set(rows.map((row) => row[0])).size).toBeGreaterThan(1);
  // h(t) = 1 + keep · h(t - 1), with keep 0 or 2 in all steps alike.
  const count = new SimpleRNN(16, {
    activation: 'linear',
    recurrentDropout: 0.5,
    kernelInitialiser: 'zeros',
    recurrentInitialiser: (shape) => eye(shape[0]!),
    biasInitialiser: 'ones',
  });
  const last = [...count(zeros([4, 3, 1])).data()];
  expect([...new Set(last)].sort()).toEqual([1, 7]);
});
