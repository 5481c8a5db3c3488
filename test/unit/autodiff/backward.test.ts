// PyTorch's way: leaves that require a gradient, backward(), and the same in compiled code, to the bit.
import { describe, expect, it } from 'vitest';
import {
  cond,
  customGradient,
  grad,
  jit,
  noGrad,
  onesLike,
  random,
  scan,
  type Tensor,
  tensor,
  type Variable,
  variable,
  whileLoop,
} from '../../../src/index.ts';

const leaf = (data: number | number[]): Tensor => tensor(data, { requiresGrad: true });
const bits = (x: Tensor | null): number[] => [...new Int32Array(x!.data().buffer)];

describe('backward', () => {
  it('leaves the gradient in the leaf', () => {
    const x = leaf(5);
    const f = x.pow(2);
    f.backward();
    expect(x.grad!.item()).toBe(10);
    expect([x.requiresGrad, x.isLeaf, f.requiresGrad, f.isLeaf]).toEqual([true, true, true, false]);
    const constant = tensor(1);
    expect([constant.requiresGrad, constant.isLeaf, constant.grad]).toEqual([false, true, null]);
  });

  it('adds to what is there, until it is set to null', () => {
    const x = leaf([1, 2]);
    x.square().sum().backward();
    x.mul(10).sum().backward();
    expect(x.grad!.toArray()).toEqual([12, 14]);
    x.grad = null;
    expect(x.grad).toBe(null);
    x.sum().backward();
    expect(x.grad!.toArray()).toEqual([1, 1]);
  });

  it('takes the gradient of what comes after', () => {
    const x = leaf([1, 2, 3]);
    x.square().backward(tensor([1, 0, -1]));
    expect(x.grad!.toArray()).toEqual([2, 0, -6]);
    const y = leaf(3);
    y.backward();
    y.mul(2).backward(10);
    expect(y.grad!.item()).toBe(21);
  });

  it('may be repeated with retainGraph', () => {
    const x = leaf(3);
    const y = x.square();
    y.backward(undefined, { retainGraph: true });
    y.backward();
    expect(x.grad!.item()).toBe(12);
  });

  it('follows an ordinary if on the value', () => {
    const x = leaf(3);
    const y = x.item() > 2 ? x.mul(x) : x.neg();
    y.backward();
    expect(x.grad!.item()).toBe(6);
  });

  it('gives the bits of grad, with every tensor used often', () => {
    const f = (x: Tensor): Tensor => {
      const h = x.mul(x).add(x.sin()).div(x.add(2));
      return h.mul(h).add(x.exp()).softmax().mul(h).sum();
    };
    const data = random.normal(random.key(1), [7]);
    const x = data.detach({ requiresGrad: true });
    f(x).backward();
    expect(bits(x.grad)).toEqual(bits(grad(f)(data)));
  });

  it('goes through ops with several results and integers without confusion', () => {
    const x = leaf([3, 1, 2]);
    const [a, b] = x.split([1]) as [Tensor, Tensor];
    const i = x.argmax();
    expect(i.requiresGrad).toBe(false);
    a.sum().mul(5).add(b.mul(b).sum()).add(x.gather(i)).backward();
    expect(x.grad!.toArray()).toEqual([6, 2, 4]);
  });

  it('follows a custom gradient', () => {
    const clipped = customGradient((x: Tensor) => [x.mul(1), (g) => g.clamp(-1, 1)]);
    const x = leaf(4);
    clipped(x).mul(5).backward();
    expect(x.grad!.item()).toBe(1);
  });
});

describe('variables', () => {
  it('are leaves where they are trainable', () => {
    const w = variable(tensor([1, 2]), { name: 'w' });
    const frozen = variable(tensor([1, 2]), { name: 'frozen', trainable: false });
    const count = variable(tensor(0, { dtype: 'int32' }));
    expect([w, frozen, count].map((v) => [v.requiresGrad, v.isLeaf])).toEqual([
      [true, true],
      [false, true],
      [false, true],
    ]);
    w.mul(frozen).sum().backward();
    expect(w.grad!.toArray()).toEqual([1, 2]);
    expect(frozen.grad).toBe(null);
  });

  it('are leaves again after an assignment', () => {
    const w = variable(tensor(3), { name: 'w' });
    w.assign(w.mul(2));
    expect(w.isLeaf).toBe(true);
    w.square().backward();
    expect(w.grad!.item()).toBe(12);
  });

  it('train under noGrad', () => {
    const w = variable(tensor(5));
    for (let i = 0; i < 3; i++) {
      w.square().backward();
      noGrad(() => {
        w.assignSub(w.grad!.mul(0.25));
      });
      w.grad = null;
    }
    expect(w.item()).toBe(0.625);
  });

  it('may change where the gradient does not need the old value', () => {
    const w = variable(tensor(5));
    const y = w.add(1).mul(3);
    w.assign(0);
    y.backward();
    expect(w.grad!.item()).toBe(3);
  });
});

describe('noGrad and detach', () => {
  it('leave no history', () => {
    const x = leaf(2);
    const y = noGrad(() => x.mul(3));
    expect([y.requiresGrad, y.item()]).toEqual([false, 6]);
    expect(x.detach().requiresGrad).toBe(false);
    x.mul(x.detach()).backward();
    expect(x.grad!.item()).toBe(2);
  });

  it('hold for grad too, also through jit', () => {
    const f = (x: Tensor): Tensor => x.mul(noGrad(() => x.mul(x)));
    expect(grad(f)(tensor(3)).item()).toBe(9);
    expect(grad(jit(f))(tensor(3)).item()).toBe(9);
    expect(jit(grad(f))(tensor(3)).item()).toBe(9);
    const v = variable(tensor(0), { trainable: false });
    const g = grad((x: Tensor) => {
      noGrad(() => v.assign(x));
      return x.mul(v);
    });
    expect(g(tensor(4)).item()).toBe(4);
    expect(jit(g)(tensor(4)).item()).toBe(4);
  });

  it('end where they end', () => {
    const x = leaf(2);
    expect(() =>
      noGrad(() => {
        throw new RangeError('mine');
      }),
    ).toThrow(RangeError);
    expect(x.mul(2).requiresGrad).toBe(true);
    // What is traced inside serves callers outside.
    const f = jit((y: Tensor) => y.mul(x));
    noGrad(() => f(tensor(1)));
    f(tensor(3)).backward();
    expect(x.grad!.item()).toBe(3);
  });
});

describe('hooks', () => {
  it('see the complete gradient and may replace it', () => {
    const x = leaf(2);
    const h = x.mul(3);
    const seen: number[] = [];
    const remove = h.registerHook((g) => {
      seen.push(g.item());
      return g.mul(10);
    });
    const keep = x.registerHook((g) => {
      seen.push(g.item());
    });
    h.mul(h).add(h).backward(undefined, { retainGraph: true });
    expect(seen).toEqual([13, 390]);
    expect(x.grad!.item()).toBe(390);
    remove();
    keep();
    x.grad = null;
    h.mul(1).backward();
    expect([seen.length, x.grad!.item()]).toEqual([2, 3]);
  });
});

describe('in compiled code', () => {
  const key = random.key(3);
  const [x, y] = [random.normal(key, [8, 4]), random.normal(random.key(4), [8, 2])];
  const parameters = (): Variable[] => [
    variable(random.normal(random.key(5), [4, 2]), { name: 'w' }),
    variable(tensor([0.1, -0.2]), { name: 'b' }),
  ];
  const loss = ([w, b]: readonly Tensor[], xs: Tensor, ys: Tensor): Tensor =>
    xs.matmul(w!).add(b!).tanh().sub(ys).square().mean();

  it('a whole step gives the bits of eager mode, and leaves the same gradients', () => {
    type Step = (xs: Tensor, ys: Tensor) => Tensor;
    const run = (wrap: (f: Step) => Step): number[][] => {
      const params = parameters();
      const step = wrap((a, b) => {
        for (const p of params) p.grad = null;
        const l = loss(params, a, b);
        l.backward();
        noGrad(() => {
          for (const p of params) p.assignSub(p.grad!.mul(0.1));
        });
        return l;
      });
      const losses = [1, 2, 3].map(() => step(x, y));
      return [...losses, ...params, ...params.map((p) => p.grad!)].map(bits);
    };
    const eager = run((f) => f);
    expect(run((f) => jit(f))).toEqual(eager);
    expect(run((f) => jit(f, { backend: 'js' }))).toEqual(eager);
    expect(run((f) => jit(f, { backend: 'wasm' }))).toEqual(eager);
  });

  it('a step may accumulate over calls, and says why it was traced again', () => {
    const run = (
      wrap: (f: () => void, name: string) => (() => void) & { traces?: readonly { why: string }[] },
    ) => {
      const w = variable(tensor([1, 2]), { name: 'w' });
      const accumulate = wrap(() => w.square().sum().backward(), 'accumulate');
      const apply = wrap(() => {
        noGrad(() => w.assignSub(w.grad!.mul(0.1)));
        w.grad = null;
      }, 'apply');
      const seen: unknown[] = [];
      for (let i = 0; i < 2; i++) {
        accumulate();
        accumulate();
        seen.push(bits(w.grad));
        apply();
        seen.push(w.grad, bits(w));
      }
      return { seen, accumulate, apply };
    };
    const eager = run((f) => f);
    const compiled = run((f, name) => jit(f, { name }));
    expect(compiled.seen).toEqual(eager.seen);
    expect(compiled.accumulate.traces!.map((t) => t.why)).toEqual(['first call', 'w.grad null -> there']);
    expect(compiled.apply.traces!.length).toBe(1);
  });

  it('backward() inside nested jit reaches leaves outside', () => {
    const w = leaf(3);
    const inner = jit((t: Tensor) => w.mul(t).backward());
    const outer = jit((t: Tensor) => {
      inner(t);
      inner(t.mul(10));
      return w.grad!.mul(1);
    });
    expect(outer(tensor(2)).item()).toBe(22);
    expect(w.grad!.item()).toBe(22);
    expect(outer(tensor(2)).item()).toBe(44);
  });

  it('a failed call leaves the gradients as they were', () => {
    const w = leaf([1, 2]);
    const step = jit((i: Tensor) => {
      w.square().sum().backward();
      return w.gather(i);
    });
    expect(() => step(tensor([9], { dtype: 'int32' }))).toThrow();
    expect(w.grad).toBe(null);
    step(tensor([0], { dtype: 'int32' }));
    expect(w.grad!.toArray()).toEqual([2, 4]);
  });

  it('leaves made inside are of the trace', () => {
    const f = jit((t: Tensor) => {
      const own = t.detach({ requiresGrad: true });
      own.mul(own).sum().backward();
      return own.grad!;
    });
    expect(f(tensor([1, 2])).toArray()).toEqual([2, 4]);
    expect(f(tensor([3, 4])).toArray()).toEqual([6, 8]);
  });

  it('a compiled function is one step for backward() outside', () => {
    const params = parameters();
    const net = jit((t: Tensor) => t.matmul(params[0]!).add(params[1]!).tanh());
    const eager = parameters();
    const far = x.mul(3);
    for (let i = 0; i < 2; i++) {
      net(x).sub(y).square().mean().add(net(far).mean()).backward();
      loss(eager, x, y).add(far.matmul(eager[0]!).add(eager[1]!).tanh().mean()).backward();
    }
    expect(params.map((p) => bits(p.grad))).toEqual(eager.map((p) => bits(p.grad)));
    const out = net(x);
    expect([out.requiresGrad, out.isLeaf, noGrad(() => net(x)).requiresGrad]).toEqual([true, false, false]);
    const t = x.detach({ requiresGrad: true });
    net(t).backward(onesLike(out));
    expect(bits(t.grad)).toEqual(bits(grad((u: Tensor) => net(u).sum())(x)));
  });

  it('a compiled function with state of its own is gone through as well', () => {
    const [w, calls] = [leaf(3), variable(tensor(0), { trainable: false })];
    const f = jit((t: Tensor) => {
      calls.assignAdd(1);
      return t.mul(w).mul(calls);
    });
    f(tensor(2))
      .add(f(tensor(5)))
      .backward();
    expect([w.grad!.item(), calls.item()]).toEqual([12, 2]);
  });

  it('goes back through branches and loops, whose length the data say', () => {
    const run = (wrap: (f: (t: Tensor) => Tensor) => (t: Tensor) => Tensor): number[][] => {
      const w = variable(tensor([0.5, 0.25]), { name: 'w' });
      const step = wrap((t) => {
        w.grad = null;
        const long = whileLoop(
          (h) => h.sum().less(20),
          (h) => h.mul(w.add(1.5)),
          t,
        );
        const [, sums] = scan((c: Tensor, x: Tensor) => [c.add(x.mul(w.sum())), c.mul(c)], tensor(1), t);
        const chosen = cond(
          t.sum().greater(4),
          () => w.mul(long).sum(),
          () => w.sum().sin(),
        );
        chosen.add(sums.sum()).backward();
        return w.grad!.mul(1);
      });
      return [tensor([1, 2]), tensor([3, 4])].map((t) => bits(step(t)));
    };
    const eager = run((f) => f);
    expect(run((f) => jit(f))).toEqual(eager);
  });

  it('only results that depend on leaves get a history', () => {
    const w = leaf(3);
    const f = jit((t: Tensor) => ({
      a: t.mul(w),
      b: t.mul(2),
      c: w.detach().mul(t),
      d: noGrad(() => w.mul(t)),
    }));
    const { a, b, c, d } = f(tensor(2));
    expect([a, b, c, d].map((r) => r.requiresGrad)).toEqual([true, false, false, false]);
  });
});
