// jit: the same answers as eager mode, under every interpreter, with state and nested arguments.
import { describe, expect, it } from 'vitest';
import {
  configure,
  customGradient,
  grad,
  jit,
  matmul,
  type Tensor,
  TraceError,
  tensor,
  valueAndGrad,
  variable,
  vjp,
} from '../../../src/index.ts';

const bitsOf = (x: Tensor): number[] => [...new Uint32Array((x.data() as Float32Array).buffer)];
const f = (x: Tensor): Tensor => x.mul(2).exp().add(x.sin()).sum();

describe('a jitted function', () => {
  it('gives the bits of eager mode', () => {
    const x = tensor([0.1, -2, 3.3, 0]);
    expect(bitsOf(jit(f)(x))).toEqual(bitsOf(f(x)));
    expect(bitsOf(grad(jit(f))(x))).toEqual(bitsOf(grad(f)(x)));
    expect(bitsOf(jit(grad(f))(x))).toEqual(bitsOf(grad(f)(x)));
    expect(bitsOf(jit(jit(f))(x))).toEqual(bitsOf(f(x)));
  });

  it('is traced once per kind of arguments', () => {
    let runs = 0;
    const g = jit((x: Tensor) => {
      runs++;
      return x.add(1);
    });
    for (let i = 0; i < 3; i++) expect(g(tensor([i])).toArray()).toEqual([i + 1]);
    g(tensor([1, 2]));
    g(tensor([5]));
    expect(runs).toBe(2);
    expect(g.traces.map((t) => t.why)).toEqual(['first call', 'args[0] shape [1] -> [2]']);
    expect(g.traces.map((t) => t.what)).toEqual(['(f32[1])', '(f32[2])']);
    expect(g.traces[0]!.at).toMatch(/^test\/unit\/jit\/jit\.test\.ts:\d+:\d+$/);
    expect(g.traces[0]!.ms).toBeGreaterThan(0);
  });

  it('takes and gives nested structures', () => {
    const g = jit((p: { w: Tensor; layers: Tensor[] }, name: string, flag: null) => ({
      out: [p.w.add(p.layers[0]!), p.layers[1]!.neg()],
      name,
      flag,
      count: p.layers.length,
      nothing: undefined,
    }));
    const r = g({ w: tensor([1]), layers: [tensor([2]), tensor([3])] }, 'n', null);
    expect(r.out.map((t) => t.toArray())).toEqual([[3], [-3]]);
    expect([r.name, r.flag, r.count, r.nothing]).toEqual(['n', null, 2, undefined]);
  });

  it('traces numbers, and does not bake them in; each boolean is a program of its own', () => {
    const g = jit((x: Tensor, k: number, on: boolean) => x.mul(k).mul(on));
    expect(g(tensor([1, 2]), 3, true).toArray()).toEqual([3, 6]);
    expect(g(tensor([1, 2]), -0.5, true).toArray()).toEqual([-0.5, -1]);
    expect(g(tensor([1, 2]), 3, false).toArray()).toEqual([0, 0]);
    expect(g(tensor([1, 2]), tensor(7) as never, true).toArray()).toEqual([7, 14]);
    expect(g.traces.length).toBe(2);
    const choose = jit((x: Tensor, { negative }: { negative: boolean }) => (negative ? x.neg() : x));
    expect(choose(tensor(1), { negative: true }).item()).toBe(-1);
    expect(choose(tensor(1), { negative: false }).item()).toBe(1);
  });

  it('returns an argument it does not change as the tensor itself', () => {
    const [x, y] = [tensor([1]), tensor([2])];
    const g = jit((a: Tensor, b: Tensor) => [b, a.add(b), a]);
    const [b, , a] = g(x, y);
    expect(a).toBe(x);
    expect(b).toBe(y);
    const first = jit((n: number) => n)(4) as unknown as Tensor;
    expect(first.item()).toBe(4);
  });

  it('never lets a number argument share memory with the next call', () => {
    const g = jit((n: number) => (n as unknown as Tensor).reshape([1]));
    const [a, b] = [g(1), g(2)];
    expect([a.toArray(), b.toArray()]).toEqual([[1], [2]]);
  });

  it('reads captured tensors by reference', () => {
    const w = tensor([10, 20]);
    const g = jit((x: Tensor) => x.mul(w));
    expect(g(tensor([1, 2])).toArray()).toEqual([10, 40]);
    expect(g.lower(tensor([1, 2])).ir).toContain('func @anonymous(%0: f32[2], %1: f32[2])');
    expect(jit(() => w)()).toBe(w);
  });

  it('reads captured views, in the order of their elements', () => {
    const base = tensor([
      [1, 2],
      [3, 4],
    ]);
    const [turned, filled] = [base.transpose(), tensor(7).broadcastTo([2, 2])];
    const g = jit((x: Tensor) => x.mul(turned).add(filled));
    for (let i = 0; i < 2; i++)
      expect(g(base).toArray()).toEqual([
        [8, 13],
        [13, 23],
      ]);
  });

  it('gives constants and empty tensors', () => {
    expect(jit(() => tensor([1, 2]).add(0))().toArray()).toEqual([1, 2]);
    const zero = jit((x: Tensor) => [x.mul(0).sum(), tensor(5)]);
    expect(zero(tensor([])).map((t) => t.item())).toEqual([0, 5]);
    expect(jit((x: Tensor) => x.add(1))(tensor([])).shape).toEqual([0]);
  });

  it('returns the same value twice as two tensors', () => {
    const [a, b] = jit((x: Tensor) => {
      const y = x.add(1);
      return [y, y, y.reshape([2, 1])];
    })(tensor([1, 2])) as [Tensor, Tensor];
    expect([a.toArray(), b.toArray()]).toEqual([
      [2, 3],
      [2, 3],
    ]);
  });

  it('has the name and length of its function', () => {
    const step = jit(function step(x: Tensor, _y: Tensor) {
      return x;
    });
    expect([step.name, step.length]).toEqual(['jit(step)', 2]);
    expect(step.lower(tensor(1), tensor(2)).ir).toContain('func @step(');
    expect(jit(f, { name: 'my f!' }).lower(tensor([1])).ir).toContain('func @my_f(');
  });

  it('keeps the cache bounded over any number of kinds of arguments', () => {
    let runs = 0;
    const g = jit(
      (x: Tensor, _tag: string) => {
        runs++;
        return x;
      },
      { name: 'many' },
    );
    configure({ retraceWarnings: false });
    try {
      for (let i = 0; i < 150; i++) g(tensor(1), `tag ${i}`);
      expect(runs).toBe(150);
      expect(g.traces.length).toBe(100);
      g(tensor(1), 'tag 149');
      expect(runs).toBe(150);
      g(tensor(1), 'tag 0');
      expect(runs).toBe(151);
    } finally {
      configure({ retraceWarnings: true });
    }
  });
});

describe('jit under other interpreters', () => {
  it('nests: inside jit it is one call, traced once', () => {
    let runs = 0;
    const inner = jit(function inner(x: Tensor) {
      runs++;
      return x.mul(x);
    });
    const outer = jit((x: Tensor) => inner(x).add(inner(x.add(1))));
    expect(outer(tensor(2)).item()).toBe(13);
    expect(runs).toBe(1);
    expect(outer.lower(tensor(2)).ir.match(/call /g)?.length).toBe(2);
    expect(inner(tensor(3)).item()).toBe(9);
    expect(runs).toBe(1);
  });

  it('finds the right version among several of different structure', () => {
    const total = jit((xs: Tensor[]) => xs.reduce((a, b) => a.add(b)));
    const outer = jit((x: Tensor) => [
      total([x]),
      total([x, x]),
      total([x, x, x]),
      total([x, x]),
      total([x]),
    ]);
    expect(outer(tensor(1)).map((t) => t.item())).toEqual([1, 2, 3, 2, 1]);
    expect(outer(tensor(2)).map((t) => t.item())).toEqual([2, 4, 6, 4, 2]);
    expect(grad((x: Tensor) => total([x, x, x]).add(total([x])))(tensor(1)).item()).toBe(4);
    expect(total.traces.length).toBe(3);
  });

  it('captures tensors of the trace around it, and forgets them with it', () => {
    const outer = jit((x: Tensor) => {
      const y = x.mul(10);
      const inner = jit((z: Tensor) => z.add(y));
      return inner(x).add(inner(x));
    });
    expect(outer(tensor(1)).item()).toBe(22);
    let kept: ((z: Tensor) => Tensor) & { readonly traces: readonly unknown[] };
    let source: Tensor | undefined;
    kept = jit((z: Tensor) => z.add(source!));
    const use = jit((x: Tensor) => {
      source = x.mul(10);
      return kept(x);
    });
    expect(use(tensor(1)).item()).toBe(11);
    source = tensor(100);
    expect(kept(tensor(1)).item()).toBe(101);
    expect(use(tensor([1, 2])).toArray()).toEqual([11, 22]);
    expect(kept.traces.length).toBe(1);
  });

  it('has gradients of every order, in every nesting', () => {
    const cube = jit((x: Tensor) => x.mul(x).mul(x));
    const [x, second] = [tensor(2), 12];
    expect(grad(cube)(x).item()).toBe(12);
    expect(grad(grad(cube))(x).item()).toBe(second);
    expect(jit(grad(grad(cube)))(x).item()).toBe(second);
    expect(grad(jit(grad(cube)))(x).item()).toBe(second);
    expect(jit(grad(jit(grad(cube))))(x).item()).toBe(second);
    expect(grad(grad(grad(cube)))(x).item()).toBe(6);
  });

  it('differentiates captured tensors, several arguments, and results that are arguments', () => {
    const g = jit((a: Tensor, b: Tensor) => ({ same: a, product: a.mul(b), both: [a, a] }));
    const total = (a: Tensor, b: Tensor): Tensor => {
      const { same, product, both } = g(a, b);
      return same.mul(2).add(product).add(both[0]!.mul(10)).add(both[1]!.mul(100)).add(a.mul(1000));
    };
    const [da, db] = grad(total, [0, 1])(tensor(3), tensor(5));
    expect([da.item(), db.item()]).toEqual([1117, 3]);
    expect(grad((w: Tensor) => jit((x: Tensor) => x.mul(w))(tensor(4)))(tensor(2)).item()).toBe(4);
  });

  it('runs compiled under a tape that does not watch its arguments', () => {
    const g = jit((x: Tensor) => x.exp());
    const c = tensor(1);
    expect(grad((x: Tensor) => x.mul(g(c)))(tensor(2)).item()).toBe(g(c).item());
  });

  it('has pullbacks', () => {
    const [y, pullback] = vjp(
      jit((x: Tensor) => x.mul(x)),
      tensor([1, 2]),
    );
    expect(y.toArray()).toEqual([1, 4]);
    expect(pullback(tensor([1, 10]))[0].toArray()).toEqual([2, 40]);
  });

  it('keeps custom gradients, at every order and in every nesting', () => {
    const scaled = customGradient((x: Tensor) => [x.mul(x), (g) => g.mul(x).mul(7)]);
    const x = tensor(3);
    expect(grad(scaled)(x).item()).toBe(21);
    expect(jit(grad(scaled))(x).item()).toBe(21);
    expect(grad(jit(scaled))(x).item()).toBe(21);
    expect(grad(grad(scaled))(x).item()).toBe(7);
    expect(jit(grad(grad(scaled)))(x).item()).toBe(7);
    expect(grad(grad(jit(scaled)))(x).item()).toBe(7);
    expect(grad(jit(grad(jit(scaled))))(x).item()).toBe(7);
    expect(jit(scaled)(x).item()).toBe(9);
  });

  it('makes valueAndGrad of a network equal to the bit', () => {
    const [w1, w2] = [
      tensor([
        [0.1, -0.2],
        [0.3, 0.4],
      ]),
      tensor([[0.5], [-0.6]]),
    ];
    const loss = (p: { w1: Tensor; w2: Tensor }, x: Tensor): Tensor =>
      matmul(matmul(x, p.w1).tanh(), p.w2).square().mean();
    const x = tensor([
      [1, 2],
      [3, 4],
      [-1, 0.5],
    ]);
    const [ev, eg] = valueAndGrad(loss)({ w1, w2 }, x);
    for (const g of [jit(valueAndGrad(loss)), valueAndGrad(jit(loss))]) {
      const [v, d] = g({ w1, w2 }, x);
      expect(bitsOf(v)).toEqual(bitsOf(ev));
      expect(bitsOf(d.w1)).toEqual(bitsOf(eg.w1));
      expect(bitsOf(d.w2)).toEqual(bitsOf(eg.w2));
    }
  });
});

describe('options', () => {
  it('static arguments stay JavaScript values', () => {
    const g = jit(
      (x: Tensor, n: number, o: { mode: string; deep: { axis: number } }) =>
        x.mul(n === 2 ? 1 : -1).sum(o.deep.axis),
      {
        static: [1, 'axis'],
      },
    );
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(g(x, 2, { mode: 'a', deep: { axis: 0 } }).toArray()).toEqual([4, 6]);
    expect(g(x, 2, { mode: 'a', deep: { axis: 1 } }).toArray()).toEqual([3, 7]);
    expect(g(x, 3, { mode: 'a', deep: { axis: 1 } }).toArray()).toEqual([-3, -7]);
    expect(g.traces.map((t) => t.why)).toEqual(['first call', 'args[2].deep.axis 0 -> 1', 'args[1] 2 -> 3']);
  });

  it('runs eagerly when told to', () => {
    let runs = 0;
    const g = jit((x: Tensor, n: number) => {
      runs++;
      return x.mul(n).sum().item();
    });
    expect(() => g(tensor([1, 2]), 3)).toThrow(TraceError);
    const before = configure({ jit: false });
    expect(before).toEqual({
      jit: true,
      precision: 'strict',
      backend: 'auto',
      threads: 'auto',
      retraceWarnings: true,
      checkConditions: true,
      engineFlags: true,
    });
    try {
      expect(g(tensor([1, 2]), 3)).toBe(9);
      expect(g(tensor([1, 2]), 4)).toBe(12);
      expect((jit((n: number) => n)(4) as unknown as Tensor).item()).toBe(4);
    } finally {
      configure(before);
    }
    expect(runs).toBe(3);
    expect(g.traces.length).toBe(0);
  });

  it('precision fast rounds less often, and stays near', () => {
    const x = tensor([0.1, 0.7, -3.3, 12]);
    const [strict, fast] = (['strict', 'fast'] as const).map((precision) => jit(f, { precision })(x).item());
    // A few dozen roundings of 2^-24 each.
    expect(fast! / strict!).toBeCloseTo(1, 5);
    expect(jit(f, { precision: 'strict' })(x).item()).toBe(f(x).item());
  });

  it('compiles methods, each instance by itself', () => {
    class Scaler {
      factor: Tensor;
      constructor(factor: number) {
        this.factor = tensor(factor);
      }
      apply(x: Tensor): Tensor {
        return x.mul(this.factor);
      }
    }
    // What a compiler makes of `@jit apply(x) { … }`.
    Scaler.prototype.apply = jit(Scaler.prototype.apply, { kind: 'method', name: 'apply' });
    const [a, b] = [new Scaler(2), new Scaler(5)];
    expect([a.apply(tensor(3)).item(), b.apply(tensor(3)).item(), a.apply(tensor(4)).item()]).toEqual([
      6, 15, 8,
    ]);
  });
});

describe('lower', () => {
  it('shows every stage without running anything', () => {
    const g = jit((x: Tensor) => x.mul(2).add(1).sum(), { name: 'g' });
    const low = g.lower(tensor([1, 2, 3]));
    expect(low.ir).toMatch(/^func @g\(%0: f32\[3\]\) \{/);
    expect(low.stages[0]!.pass).toBe('trace');
    expect(low.stages[0]!.text).toBe(low.ir);
    expect(low.stages.at(-1)!.text).toContain('fusion');
    expect(low.source).toContain('sourceURL=tracejit/g.js');
    expect(low.backend).toMatch(/^javascript: /);
    expect(low.memory).toMatchObject({ inputs: 12, results: 4, inPlace: 0 });
    expect(low.cost.length).toBe(1);
    expect(low.cost[0]!.flops).toBeGreaterThanOrEqual(9);
    expect(low.cost[0]!.bytes).toBe(16);
    expect(g.traces.length).toBe(1);
    expect(
      low
        .compile()(tensor([1, 2, 3]))
        .item(),
    ).toBe(15);
    expect(g.traces.length).toBe(1);
  });

  it('counts variables and donated arguments that are overwritten', () => {
    const v = variable(tensor([1, 2, 3, 4]));
    const g = jit((x: Tensor) => void v.assign(v.add(x)));
    expect(g.lower(tensor([1, 1, 1, 1])).memory).toMatchObject({ inputs: 32, results: 0, inPlace: 16 });
  });
});
