// Sizes that are known only when a graph is fed: computed with by the package, and nothing for a program to decide by.
import { describe, expect, it } from 'vitest';
import { Graph, Session, sizeOf } from '../../../src/graph.ts';
import {
  concat,
  customGradient,
  flip,
  grad,
  onesLike,
  random,
  type Tensor,
  tensor,
  zerosLike,
} from '../../../src/index.ts';
import * as nn from '../../../src/nn.ts';

const bits = (x: Tensor): number[] => [...new Int32Array(x.data().buffer)];

describe('sizes that are not known', () => {
  const g = new Graph('g');
  const x = g.placeholder('float32', [null, 3], 'x');
  const refused = (what: string): string =>
    `placeholder 'x' f32[?,3] of graph 'g': ${what} is not known before the graph is fed, so that JavaScript can decide nothing by it. In a shape write -1, or hand on x.shape as it is; as a tensor it is sizeOf(x, axis)`;

  it('are nothing to decide by', () => {
    expect(() => (x.shape[0]! > 100 ? x : x.neg())).toThrow(refused('the size of axis 0'));
    expect(() => x.shape[0] === 1).toThrow(refused('the size of axis 0'));
    expect(() => x.shape.map((n) => n * 2)).toThrow(refused('the size of axis 0'));
    expect(() => [...x.shape]).toThrow(refused('the size of axis 0'));
    expect(() => x.size > 3).toThrow(refused('the number of elements'));
    expect(() => x.reshape([-1]).shape[0]).toThrow('the size of axis 0 is not known before the graph is fed');
    expect(() =>
      g.cond(
        x.sum().greater(0),
        () => (x.neg().shape[0]! > 3 ? x : x.neg()),
        () => x,
      ),
    ).toThrow('the size of axis 0 is not known before the graph is fed');
    class Own extends nn.Module {
      forward(t: Tensor): Tensor {
        return t.mul(t.shape[0]!);
      }
    }
    expect(() => new Own()(x)).toThrow(refused('the size of axis 0'));
    const custom = customGradient((t: Tensor) => [t.neg(), (ct: Tensor) => [ct.mul(t.shape[0]!)]]);
    expect(() => g.asDefault(() => grad((t: Tensor) => custom(t).sum())(x))).toThrow(
      'the size of axis 0 is not known',
    );
    expect([x.shape[1], x.shape.length, x.ndim, x.shape.at(-1)]).toEqual([3, 2, 2, 3]);
  });

  it('are computed with by layers, losses, control flow and gradients', () => {
    const images = g.placeholder('float32', ['batch', 6, 6, 2], 'images');
    const words = g.placeholder('float32', ['batch', 5, 4], 'words');
    const labels = g.placeholder('float32', ['batch', 3], 'labels');
    const part = new nn.Dense(3);
    const all = [
      new nn.Conv2D(3, 3, { padding: 'same' }),
      new nn.MaxPool2D(),
      new nn.Flatten(),
      new nn.Reshape([-1, 4]),
      new nn.BatchNorm().eval(),
      new nn.LayerNorm(),
      new nn.GlobalAvgPool(),
    ];
    const steps = [new nn.LSTM(3, { returnSequences: true }), new nn.GRU(3), new nn.SimpleRNN(3)];
    const attention = new nn.MultiHeadAttention({ heads: 2, keySize: 4 });
    const compute = (i: Tensor, w: Tensor, l: Tensor): Tensor[] => {
      const p = part(w.mean(1));
      return [
        ...all.map((layer) => layer(i) as Tensor),
        ...steps.map((layer) => layer(w) as Tensor),
        attention(w, w) as Tensor,
        nn.softmaxCrossEntropy(l, p),
        nn.meanSquaredError(l, p),
        nn.huber(l, p),
        nn.accuracy(l, p),
        concat([zerosLike(p), onesLike(p), flip(p, 0)], 1),
      ];
    };
    const nodes = g.asDefault(() => compute(images, words, labels));
    const [dw] = g.gradients(nodes.at(-4)!.add(nodes[8]!.square().mean()), [words]);
    const session = new Session(g);
    for (const n of [2, 3]) {
      const [i, w] = [
        random.normal(random.key(n), [n, 6, 6, 2]),
        random.normal(random.key(9 + n), [n, 5, 4]),
      ];
      const l = random.uniform(random.key(20 + n), [n, 3]);
      const feeds = [
        [images, i],
        [words, w],
        [labels, l],
      ] as const;
      const made = session.run(nodes, feeds);
      compute(i, w, l).forEach((expected, k) => {
        expect(bits(made[k]!)).toEqual(bits(expected));
      });
      const expected = grad((t: Tensor) => {
        const found = compute(i, t, l);
        return found.at(-4)!.add(found[8]!.square().mean());
      })(w);
      expect(bits(session.run(dw!, feeds))).toEqual(bits(expected));
    }
  });

  it('are tensors, and shapes to hand on', () => {
    const session = new Session(g);
    const mean = x.sum(0).div(sizeOf(x, 0));
    const filled = g.asDefault(() => tensor([1, 2, 3]).broadcastTo(x.shape)).add(x.reshape([-1, 3]));
    const net = new nn.Dense(2)(x);
    for (const n of [1, 4]) {
      const feed = random.normal(random.key(n), [n, 3]);
      expect(session.run(mean, [[x, feed]]).toArray()).toEqual(feed.sum(0).div(n).toArray());
      expect(session.run([filled, net], [[x, feed]]).map((t) => t.shape)).toEqual([
        [n, 3],
        [n, 2],
      ]);
    }
    expect(() => sizeOf(x, 2)).toThrow('sizeOf: a tensor f32[?,3] has no axis 2');
    expect(() => sizeOf(tensor(1), 0)).toThrow(
      'sizeOf: expected a tensor of a graph; of others x.shape[axis] is the size',
    );
  });
});
