// Layers in graphs: what has state of its own, what begins with tensors of no graph, and how a network is trained there, to the bits of eager mode.
import { describe, expect, it } from 'vitest';
import { Graph, GraphTensor, Session } from '../../../src/graph.ts';
import { random, type Tensor, tensor, variable } from '../../../src/index.ts';
import * as nn from '../../../src/nn.ts';

const bits = (x: Tensor): number[] => [...new Int32Array(x.data().buffer)];
const batch = (n: number, seed: number): Tensor => random.normal(random.key(seed), [n, 3]);

describe('BatchNorm in a graph', () => {
  it('normalises by the batch, and moves its statistics in the runs that fetch g.updates', () => {
    const g = new Graph('g');
    const x = g.placeholder('float32', [null, 3], 'x');
    const [layer, eager] = [new nn.BatchNorm({ momentum: 0.9 }), new nn.BatchNorm({ momentum: 0.9 })];
    const trained = layer(x);
    const session = new Session(g);
    expect(g.updates.length).toBe(2);
    expect(g.updates.every((u, i) => u instanceof GraphTensor && u === g.updates[i])).toBe(true);

    expect(bits(session.run(trained, [[x, batch(4, 1)]]))).toEqual(bits(eager(batch(4, 1))));
    expect(layer.movingMean.toArray()).toEqual([0, 0, 0]);
    session.run(g.updates, [[x, batch(4, 1)]]);
    expect(layer.movingMean.toArray()).toEqual(eager.movingMean.toArray());
  });

  it('is used by what the last run has left, and a second call moves what the first has moved', () => {
    const g = new Graph('g');
    const x = g.placeholder('float32', [null, 3], 'x');
    const y = g.placeholder('float32', [5, 3], 'y');
    const [layer, eager] = [new nn.BatchNorm({ momentum: 0.75 }), new nn.BatchNorm({ momentum: 0.75 })];
    const results = [layer(x), layer(y)];
    const used = layer(x, { training: false });
    const session = new Session(g);
    for (const seed of [1, 2, 3]) {
      const [a, b] = [batch(seed + 2, seed), batch(5, 10 + seed)];
      const feeds = [
        [x, a],
        [y, b],
      ] as const;
      const [first, second, mean, variance] = session.run([...results, ...g.updates], feeds);
      const expected = [eager(a), eager(b), eager.movingMean, eager.movingVariance];
      expect([first!, second!, mean!, variance!].map(bits)).toEqual(expected.map(bits));
      expect([layer.movingMean, layer.movingVariance].map(bits)).toEqual(expected.slice(2).map(bits));
      expect(bits(session.run(used, feeds))).toEqual(bits(eager(a, { training: false })));
    }
  });

  it('is trained with a network by nodes that assign, as in eager mode', () => {
    const make = () => {
      nn.setRandomSeed(3);
      const net = nn.sequential([nn.input([3]), new nn.Dense(4), new nn.BatchNorm(), new nn.Dense(1)]);
      return net.train();
    };
    const [graphed, eager] = [make(), make()];
    const g = new Graph('g');
    const x = g.placeholder('float32', [null, 3], 'x');
    const t = g.placeholder('float32', [null, 1], 't');
    const loss = nn.meanSquaredError(t, graphed(x)) as GraphTensor;
    const weights = graphed.trainableWeights;
    const train = g
      .gradients(loss, weights)
      .map((d, i) => g.assign(weights[i]!, weights[i]!.sub(d!.mul(0.1))));
    const session = new Session(g);
    for (const seed of [1, 2, 3, 4]) {
      const [a, b] = [batch(6, seed), random.normal(random.key(50 + seed), [6, 1])];
      const [l] = session.run(
        [loss, ...train, ...g.updates],
        [
          [x, a],
          [t, b],
        ],
      );
      for (const w of eager.trainableWeights) w.grad = null;
      const expected = nn.meanSquaredError(b, eager(a)) as Tensor;
      expected.backward();
      for (const w of eager.trainableWeights) w.assign(w.value().detach().sub(w.grad!.mul(0.1)));
      expect(bits(l!)).toEqual(bits(expected));
      graphed.weights.forEach((w, i) => {
        expect(bits(w)).toEqual(bits(eager.weights[i]!));
      });
    }
  });
});

describe('recurrent layers in a graph', () => {
  it.each([
    ['LSTM', new nn.LSTM(3, { returnSequences: true })],
    ['GRU', new nn.GRU(3)],
    ['SimpleRNN', new nn.SimpleRNN(3, { backwards: true })],
  ] as const)('%s is called on a placeholder as it is', (_, layer) => {
    const g = new Graph('g');
    const x = g.placeholder('float32', [null, null, 2], 'x');
    const y = layer(x);
    const [dx] = g.gradients(y.square().sum(), [x]);
    const session = new Session(g);
    for (const n of [2, 5]) {
      const a = random.normal(random.key(n), [n, n + 1, 2]).detach({ requiresGrad: true });
      const [made, gradient] = session.run([y, dx!], [[x, a]]);
      const expected = layer(a);
      expected.square().sum().backward();
      expect(bits(made)).toEqual(bits(expected));
      expect(bits(gradient)).toEqual(bits(a.grad!));
    }
  });
});

it('a program that assigns while a graph is built is told of nodes that do', () => {
  const g = new Graph('g');
  const steps = variable(0, { name: 'steps', trainable: false });
  expect(() => g.asDefault(() => steps.assignAdd(1))).toThrow(
    "variable 'steps' was assigned while graph 'g' is built, which runs nothing; g.assign(variable, value) is a node that assigns when it is run",
  );
  const next = g.assign(
    steps,
    g.asDefault(() => steps.add(1)),
  );
  const session = new Session(g);
  session.run(next);
  expect([session.run(next).item(), steps.item()]).toEqual([2, 2]);
  expect(() => g.assign(steps, tensor([1, 2]))).toThrow(
    "variable 'steps'.assign: the variable is f32[], got f32[2]",
  );
  expect(() => g.assign(new Graph('other').variable(1, 'w'), 1)).toThrow(
    "assign: expected a variable of graph 'g', got variable 'w' f32[] of graph 'other'",
  );
  expect(() => g.assign(tensor(1) as never, 1)).toThrow(
    'assign: expected a variable, of this graph or of a layer',
  );
});
