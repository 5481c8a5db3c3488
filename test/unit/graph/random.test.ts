// Random numbers in graphs: drawn at every run, the same for the same seed.
import { describe, expect, it } from 'vitest';
import { compileFunction, Graph, gradients, Session, scan, shared, symbol } from '../../../src/graph.ts';
import { cond, Generator, onesLike, random, type Tensor, tensor } from '../../../src/index.ts';
import { Dropout, setRandomSeed } from '../../../src/nn.ts';

describe('random numbers in a graph', () => {
  it('are other ones at every run, the sequence of the generator in eager mode', () => {
    const [rng, twin] = [new Generator(3), new Generator(3)];
    const g = new Graph();
    const noise = g.asDefault(() => rng.normal([4]));
    const session = new Session(g);
    const runs = [0, 1, 2].map(() => session.run(noise).toArray());
    expect(runs).toEqual([0, 1, 2].map(() => twin.normal([4]).toArray()));
    rng.key.assign(random.key(3));
    expect(session.run(noise).toArray()).toEqual(runs[0]);
  });

  it('one after the other in one run, and only where a run asks for them', () => {
    const rng = new Generator(1);
    const g = new Graph();
    const x = g.placeholder('float32', [], 'x');
    const [a, b] = g.asDefault(() => [rng.uniform([]), rng.uniform([])] as const);
    const sum = x.add(1);
    const session = new Session(g);
    const twin = new Generator(1);
    const [first, second] = [twin.uniform([]).item(), twin.uniform([]).item()];
    session.run(sum, [[x, 1]]);
    expect(session.run([a, b]).map((t) => t.item())).toEqual([first, second]);
    expect(session.run(b).item()).not.toBe(second);
    const [again, other] = session.run([a, b]);
    expect(again.item()).not.toBe(other.item());
  });

  it('masks of dropout differ between runs, for batches of any size, and gradients see the mask of their run', () => {
    setRandomSeed(5);
    const dropout = new Dropout(0.5);
    const x = symbol('x', [null, 6]);
    const y = dropout(x);
    const [dx] = gradients(y.sum(), [x]);
    const f = compileFunction([x], [y, dx!]);
    const ones = tensor([[1, 1, 1, 1, 1, 1]]);
    const runs = [0, 1, 2, 3].map(() => f(ones).map((t) => t.toArray()));
    for (const [mask, gradient] of runs) expect(gradient).toEqual(mask);
    expect(new Set(runs.map((r) => JSON.stringify(r))).size).toBeGreaterThan(1);
    expect(f(onesLike(random.normal(random.key(1), [3, 6])))[0]!.shape).toEqual([3, 6]);
  });

  it('in branches', () => {
    const rng = new Generator(2);
    const g = new Graph();
    const p = g.placeholder('bool', [], 'p');
    const y = g.asDefault(() =>
      cond(
        p,
        () => rng.uniform([]),
        () => tensor(7),
      ),
    );
    const session = new Session(g);
    const [a, b, c] = [true, false, true].map((on) => session.run(y, [[p, on]]).item());
    expect(b).toBe(7);
    expect(a).not.toBe(c);
  });
});

describe('scan with updates', () => {
  it('gives what its rounds make of shared variables, read by the next round, and assigns where they are handed on', () => {
    const total = shared(0, 'total');
    const xs = symbol('xs', [null]);
    const [sums, updates] = scan((x, prev) => [prev.add(x).add(total), new Map([[total, total.add(x)]])], {
      sequences: [xs],
      outputsInfo: [tensor(0)],
    });
    const f = compileFunction([xs], sums as Tensor, { updates });
    // Rounds: total 0, 1, 3 before each.
    expect(f(tensor([1, 2, 3])).toArray()).toEqual([1, 4, 10]);
    expect(total.getValue().item()).toBe(6);
    const looks = compileFunction([xs], sums as Tensor);
    looks(tensor([1]));
    expect(total.getValue().item()).toBe(6);
  });

  it('draws other numbers in every round, and every run', () => {
    const rng = new Generator(4);
    const count = shared(0, 'count');
    const start = symbol('start');
    const [draws, updates] = scan(
      (prev) => [prev.mul(0).add(rng.uniform([])), new Map([[count, count.add(1)]])],
      {
        outputsInfo: [start],
        nSteps: 3,
      },
    );
    const f = compileFunction([start], draws as Tensor, { updates });
    const twin = new Generator(4);
    const drawn = [...f(0).data(), ...f(0).data()];
    expect(drawn).toEqual([...Array(6)].map(() => twin.uniform([]).item()));
    expect(count.getValue().item()).toBe(6);
  });
});
