// backward() and jit: what a compiled function does with the histories of its arguments is what it does uncompiled, to the bit.
import { describe, expect, it } from 'vitest';
import { jit, random, type Tensor, tensor, variable } from '../../../src/index.ts';
import { messageOf } from '../../errors/message.ts';

type Jit = <A extends readonly unknown[], R>(f: (...args: A) => R) => (...args: A) => R;
const ways: readonly (readonly [string, Jit])[] = [
  ['JavaScript', (f) => jit(f, { backend: 'js' })],
  ['WebAssembly', (f) => jit(f, { backend: 'wasm' })],
  ['nested', (f) => jit((...args) => jit(f)(...args))],
];
const same = (run: (wrap: Jit) => unknown): void => {
  const eager = run((f) => f);
  for (const [name, wrap] of ways) expect(run(wrap), name).toEqual(eager);
};
const a = random.normal(random.key(1), [3, 4]);
const b = random.normal(random.key(2), [4, 2]);
const leaf = (x: Tensor | number): Tensor =>
  typeof x === 'number' ? tensor(x, { requiresGrad: true }) : x.detach({ requiresGrad: true });

describe('a compiled function and the histories of its arguments', () => {
  it('one entry of the tape: a loss out of it goes back into what its arguments came from', () =>
    same((wrap) => {
      const [x, w] = [leaf(a), leaf(b)];
      const loss = wrap((h: Tensor, v: Tensor) => h.matmul(v).tanh().square().sum());
      for (let i = 0; i < 3; i++) loss(x.exp(), w).backward();
      return [x.grad!.toArray(), w.grad!.toArray()];
    }));

  it('a backward pass inside leaves gradients in leaves that came in, and adds to them', () =>
    same((wrap) => {
      const [x, w] = [leaf(a), leaf(b)];
      const step = wrap((h: Tensor, v: Tensor) => {
        const loss = h.matmul(v).sin().sum();
        loss.backward();
        return { loss, seen: h.grad! };
      });
      const seen = [0, 1, 2].map(() => step(x, w).seen.toArray());
      return [seen, x.grad!.toArray(), w.grad!.toArray()];
    }));

  it('goes on behind arguments that were computed, and uses up what it goes through', () =>
    same((wrap) => {
      const x = leaf(a);
      const step = wrap((h: Tensor, k: Tensor) => h.mul(k).sum().backward());
      const [h, k] = [x.exp(), x.tanh()];
      step(h, k);
      return [x.grad!.toArray(), messageOf(() => h.sum().backward())];
    }));

  it('keeps it where the pass inside does, and makes every pass on its own', () =>
    same((wrap) => {
      const x = leaf(a);
      const h = x.exp();
      wrap((t: Tensor) => {
        const y = t.square().sum();
        y.backward(1, { retainGraph: true });
        y.backward(3, { retainGraph: true });
      })(h);
      h.sum().backward();
      return x.grad!.toArray();
    }));

  it('one tensor as two arguments is one leaf', () =>
    same((wrap) => {
      const x = leaf(a);
      const step = wrap((s: Tensor, t: Tensor) => s.mul(t.exp()).sum().backward());
      step(x, x);
      step(x, leaf(a));
      return x.grad!.toArray();
    }));

  it('hooks see the gradient, .grad can be taken away, and a leaf may stay out of it', () =>
    same((wrap) => {
      const [x, y, z] = [leaf(2), leaf(3), leaf(4)];
      const seen: number[] = [];
      x.registerHook((g) => {
        seen.push(g.item());
        return g.mul(10);
      });
      const step = wrap((p: Tensor, q: Tensor, r: Tensor) => {
        r.grad = null;
        p.mul(q).backward();
      });
      z.mul(2).backward();
      step(x, y, z);
      step(x, y, z);
      return [seen, x.grad!.item(), y.grad!.item(), z.grad];
    }));

  it('a training step takes its batch with or without a gradient', () =>
    same((wrap) => {
      const w = variable(b, { name: 'w' });
      const step = wrap((x: Tensor) => {
        w.grad = null;
        const loss = x.matmul(w).square().mean();
        loss.backward();
        w.assignSub(w.grad!.mul(0.1));
        return loss;
      });
      const x = leaf(a);
      const losses = [a, x, a, x].map((batch) => step(batch).item());
      return [losses, w.value().toArray(), x.grad!.toArray()];
    }));

  it('branches on requiresGrad follow', () =>
    same((wrap) => {
      const f = wrap((x: Tensor) => (x.requiresGrad ? x.mul(2) : x.mul(3)));
      return [f(tensor(1)).item(), f(leaf(1)).item(), f(tensor(1)).item()];
    }));

  it('functions that look at no history are traced once, the others say why not', () => {
    const plain = jit((x: Tensor) => x.mul(2).sum());
    plain(a);
    plain(leaf(a)).backward();
    plain(leaf(a).exp()).backward();
    expect(plain.traces.length).toBe(1);
    const step = jit((x: Tensor) => {
      const y = x.detach({ requiresGrad: true });
      y.square().sum().backward();
      return y.grad!;
    });
    step(a);
    step(leaf(a));
    expect(step.traces.map((t) => t.why)).toEqual(['first call', 'the history of args[0]: none -> leaf']);
  });

  it('a pass that cannot go on is an error before anything has happened', () => {
    const w = variable(1, { name: 'w' });
    const h = leaf(2).exp();
    const step = jit((t: Tensor) => {
      w.assignAdd(1);
      t.square().backward();
    });
    step(h);
    expect(messageOf(() => step(h))).toBe(
      'GradientError: backward: exp was already used by an earlier backward pass, which freed what it had recorded; a second pass needs backward(undefined, { retainGraph: true }) at the first',
    );
    expect(w.item()).toBe(2);
  });
});

describe('createGraph', () => {
  it('gives gradients that can be differentiated, eager and compiled', () =>
    same((wrap) => {
      const x = leaf(3);
      const f = wrap((t: Tensor) => t.pow(4));
      f(x).backward(1, { createGraph: true });
      const first = x.grad!;
      x.grad = null;
      first.backward(1, { createGraph: true });
      const second = x.grad!;
      x.grad = null;
      second.backward();
      return [first.item(), second.item(), x.grad!.item()];
    }));

  it('a gradient penalty in a compiled step', () =>
    same((wrap) => {
      const w = variable(b, { name: 'w' });
      const step = wrap((x: Tensor) => {
        w.grad = null;
        const y = x.detach({ requiresGrad: true });
        y.matmul(w).tanh().sum().backward(1, { createGraph: true });
        w.grad = null;
        const penalty = y.grad!.square().sum();
        penalty.backward();
        return [penalty, w.grad!];
      });
      return step(a).map((t) => t.toArray());
    }));

  it('of a variable that was read several times', () => {
    const w = variable(2, { name: 'w' });
    w.mul(w).mul(w).backward(1, { createGraph: true });
    const g = w.grad!;
    w.grad = null;
    g.backward();
    expect([g.item(), w.grad!.item()]).toEqual([12, 12]);
  });
});

describe('retainGrad', () => {
  it('keeps the gradient of what was computed, and adds to it', () =>
    same((wrap) => {
      const f = wrap((t: Tensor) => {
        const x = t.detach({ requiresGrad: true });
        const h = x.square();
        h.retainGrad();
        h.mul(3).backward(1, { retainGraph: true });
        const once = h.grad!;
        h.mul(5).backward();
        return [once, h.grad!, x.grad!];
      });
      const gradients = f(tensor(2)).map((y) => y.item());
      expect(gradients).toEqual([3, 8, 32]);
      return gradients;
    }));

  it('needs something that a pass comes by', () => {
    expect(messageOf(() => tensor(1).retainGrad())).toBe(
      'GradientError: retainGrad: no backward pass reaches this tensor f32[]: it depends on nothing that requires a gradient',
    );
  });
});
