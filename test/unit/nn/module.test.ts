// Modules: called like functions, walked by attribute, moved between modes and files; a PyTorch-style step has the same bits compiled.
import { jit, type Tensor, tensor, variable, zeros } from 'tracejit';
import * as nn from 'tracejit/nn';
import { BatchNorm, Dense, Dropout, Module, setRandomSeed } from 'tracejit/nn';
import { Adam, SGD } from 'tracejit/optim';
import { beforeEach, describe, expect, it } from 'vitest';

class Net extends Module {
  l1 = new Dense(5, { activation: 'relu' });
  l2 = new Dense(2);
  forward(x: Tensor): Tensor {
    return this.l2(this.l1(x));
  }
}

class Deep extends Module {
  blocks = [new Net(), new Net()];
  heads = { a: new Dense(1), b: [new Dense(2)] };
  scale = variable(tensor(2));
  step = variable(tensor(0), { trainable: false });
  shared = this.blocks[0]!;
  count = 3;
  forward(x: Tensor): Tensor[] {
    const y = this.blocks.reduce((t, block) => block(t), x).mul(this.scale);
    return [this.heads.a(y), this.heads.b[0]!(y)];
  }
}

const x = tensor([
  [1, 2, 3],
  [-1, 0.5, 2],
]);

beforeEach(() => setRandomSeed(0));

describe('a module', () => {
  it('is called like a function, and is an instance of its class', () => {
    const net = new Net();
    const y = net(x);
    expect(y.shape).toEqual([2, 2]);
    expect(y.toArray()).toEqual(x.matmul(net.l1.kernel).relu().matmul(net.l2.kernel).toArray());
    expect([net instanceof Net, net instanceof Module, typeof net]).toEqual([true, true, 'function']);
    expect(jit(net)(x).toArray()).toEqual(y.toArray());
  });

  it('finds layers and variables in attributes, arrays and objects, each once', () => {
    const net = new Deep();
    net(x);
    expect(net.namedParameters().map(([name, v]) => `${name} [${v.shape}]`)).toEqual([
      'blocks.0.l1.kernel [3,5]',
      'blocks.0.l1.bias [5]',
      'blocks.0.l2.kernel [5,2]',
      'blocks.0.l2.bias [2]',
      'blocks.1.l1.kernel [2,5]',
      'blocks.1.l1.bias [5]',
      'blocks.1.l2.kernel [5,2]',
      'blocks.1.l2.bias [2]',
      'heads.a.kernel [2,1]',
      'heads.a.bias [1]',
      'heads.b.0.kernel [2,2]',
      'heads.b.0.bias [2]',
      'scale []',
    ]);
    expect(
      net
        .namedVariables()
        .map(([name]) => name)
        .at(-1),
    ).toBe('step');
    net.blocks[1]!.trainable = false;
    expect(net.parameters().length).toBe(9);
    expect(net.namedModules().map(([path]) => path)).toEqual([
      '',
      'blocks.0',
      'blocks.0.l1',
      'blocks.0.l2',
      'blocks.1',
      'blocks.1.l1',
      'blocks.1.l2',
      'heads.a',
      'heads.b.0',
    ]);
    expect(String(new Net())).toBe(
      'Net\n  l1: Dense({ units: 5, activation: "relu" })\n  l2: Dense({ units: 2 })',
    );
  });

  it('is the same for the same seed, and another for another', () => {
    const first = new Net()(x).toArray();
    expect(new Net()(x).toArray()).not.toEqual(first);
    setRandomSeed(0);
    expect(new Net()(x).toArray()).toEqual(first);
    setRandomSeed(1);
    expect(new Net()(x).toArray()).not.toEqual(first);
  });

  it('is built at its first call, inside jit too', () => {
    const [outside, inside] = [new Net(), new Net()];
    setRandomSeed(0);
    const y = outside(x);
    setRandomSeed(0);
    expect(jit((t: Tensor) => inside(t))(x).toArray()).toEqual(y.toArray());
    expect(inside.parameters().length).toBe(4);
  });
});

describe('train and eval', () => {
  class Noisy extends Module {
    drop = new Dropout(0.5);
    norm = new BatchNorm();
    forward(t: Tensor): Tensor {
      return this.norm(this.drop(t));
    }
  }

  it('reach all layers, and compiled functions follow', () => {
    const net = new Noisy();
    const step = jit((t: Tensor) => net(t));
    const training = [step(x).toArray(), step(x).toArray()];
    expect(training[0]).not.toEqual(training[1]);
    net.eval();
    expect(net.drop.training).toBe(false);
    const moving = net.norm.movingMean.toArray();
    expect(step(x).toArray()).toEqual(step(x).toArray());
    expect(net.norm.movingMean.toArray()).toEqual(moving);
    net.train();
    step(x);
    expect(net.norm.movingMean.toArray()).not.toEqual(moving);
    expect(step.traces.length).toBe(2);
  });

  it('give dropout another mask at each call, the same ones eager and compiled', () => {
    const run = (wrap: (f: (t: Tensor) => Tensor) => (t: Tensor) => Tensor): unknown[] => {
      setRandomSeed(7);
      const drop = new Dropout(0.4);
      const f = wrap((t) => drop(t));
      return Array.from({ length: 4 }, () => f(tensor(new Float32Array(50).fill(3))).toArray());
    };
    const masks = run((f) => f);
    expect(new Set(masks.map(String)).size).toBe(4);
    expect(run((f) => jit(f))).toEqual(masks);
    expect(run((f) => jit(f, { backend: 'js' }))).toEqual(masks);
    expect(new Set((masks[0] as number[]).map(Number))).toEqual(
      new Set([0, Math.fround(3 / Math.fround(0.6))]),
    );
  });

  it('may be said by a call', () => {
    const drop = new Dropout(0.9);
    expect(drop(x, { training: false }) === x).toBe(true);
    drop.eval();
    expect(drop(x, { training: true }) === x).toBe(false);
    expect(drop(x) === x).toBe(true);
  });
});

describe('a step in PyTorch’s way', () => {
  const truth = tensor([
    [1, 0],
    [0, 1],
  ]);
  for (const [name, make] of [
    ['SGD', (net: Net) => new SGD({ lr: 0.05, momentum: 0.9 }, net)],
    ['Adam', (net: Net) => new Adam({ lr: 0.01, globalClipNorm: 1 }, net)],
  ] as const) {
    it(`with ${name} has the bits of eager mode compiled, and learns`, () => {
      const run = (wrap: (f: () => Tensor) => () => Tensor): number[] => {
        setRandomSeed(0);
        const net = new Net();
        const opt = make(net);
        const step = wrap(() => {
          opt.zeroGrad();
          const loss = nn.meanSquaredError(truth, net(x));
          loss.backward();
          opt.step();
          return loss;
        });
        const losses = Array.from({ length: 20 }, () => step().item());
        return [...losses, ...net.parameters().flatMap((p) => [...p.data()])];
      };
      const eager = run((f) => f);
      expect(run((f) => jit(f))).toEqual(eager);
      expect(run((f) => jit(f, { backend: 'js' }))).toEqual(eager);
      expect(eager[19]!).toBeLessThan(eager[0]! / 2);
    });
  }
});

describe('state', () => {
  it('goes out and in: dictionary, JSON, safetensors', () => {
    const make = (): Deep => {
      const net = new Deep();
      net(x);
      return net;
    };
    const [from, ...into] = [make(), make(), make(), make()];
    const results = (net: Deep): unknown => net(x).map((t) => t.toArray());
    into[0]!.loadStateDict(from.stateDict());
    into[1]!.loadStateDict(JSON.parse(JSON.stringify(from)) as Record<string, unknown>);
    into[2]!.loadSafetensors(from.toSafetensors());
    for (const net of into) expect(results(net)).toEqual(results(from));
  });

  it('is a snapshot', () => {
    const net = new Net();
    net(x);
    const state = net.stateDict();
    const before = state['l1.kernel']!.toArray();
    net.l1.kernel.assign(zeros([3, 5]));
    expect(state['l1.kernel']!.toArray()).toEqual(before);
  });
});

describe('safetensors', () => {
  it('has the bytes that the format says', () => {
    const bytes = nn.writeSafetensors({
      b: tensor([true, false]),
      a: tensor([[1], [2]]),
      c: tensor([3], { dtype: 'int32' }),
    });
    const size = new DataView(bytes.buffer).getBigUint64(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + Number(size)))) as unknown;
    expect(header).toEqual({
      a: { dtype: 'F32', shape: [2, 1], data_offsets: [0, 8] },
      b: { dtype: 'BOOL', shape: [2], data_offsets: [8, 10] },
      c: { dtype: 'I32', shape: [1], data_offsets: [10, 14] },
    });
    expect([Number(size) % 8, bytes.length]).toEqual([0, 8 + Number(size) + 14]);
    expect([...bytes.subarray(-14)]).toEqual([0, 0, 128, 63, 0, 0, 0, 64, 1, 0, 3, 0, 0, 0]);
    const back = nn.readSafetensors(bytes);
    expect(Object.entries(back).map(([name, t]) => [name, t.dtype, t.toArray()])).toEqual([
      ['a', 'float32', [[1], [2]]],
      ['b', 'bool', [true, false]],
      ['c', 'int32', [3]],
    ]);
    expect(nn.readSafetensors(nn.writeSafetensors({}))).toEqual({});
    expect(nn.readSafetensors(new Uint8Array([0, ...bytes]).subarray(1)).c!.toArray()).toEqual([3]);
  });
});
