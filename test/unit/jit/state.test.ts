// Variables and donated buffers: what is written, when, and that nobody else sees it.
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  DonationError,
  gather,
  grad,
  jit,
  ShapeError,
  type Tensor,
  tensor,
  variable,
} from '../../../src/index.ts';

describe('variables inside jit', () => {
  it('are read and assigned by reference, and stay in place', () => {
    const v = variable(tensor([1, 2]));
    const step = jit((x: Tensor) => {
      v.assignAdd(x);
      return v.sum();
    });
    expect(step(tensor([1, 1])).item()).toBe(5);
    const storage = v.peek().data;
    expect(step(tensor([1, 1])).item()).toBe(7);
    expect(v.peek().data).toBe(storage);
    v.assign(tensor([10, 20]));
    expect(step(tensor([1, 1])).item()).toBe(32);
    expect(v.toArray()).toEqual([11, 21]);
    expect(step.traces.length).toBe(1);
  });

  it('give values that later calls do not change', () => {
    const v = variable(tensor([1, 2]));
    const step = jit(() => {
      const before = v.value();
      v.assign(v.mul(2));
      return [before, v.value(), v.value().reshape([2, 1])];
    });
    const kept = [v.value(), ...step(), ...step(), v.value()];
    step();
    expect(kept.map((t) => [...t.data()])).toEqual([
      [1, 2],
      [1, 2],
      [2, 4],
      [2, 4],
      [2, 4],
      [4, 8],
      [4, 8],
      [4, 8],
    ]);
    expect(v.toArray()).toEqual([8, 16]);
  });

  it('swap, share and take each other’s values', () => {
    const [a, b] = [variable(tensor([1])), variable(tensor([2]))];
    const swap = jit(() => {
      const old = a.value();
      a.assign(b);
      b.assign(old);
    });
    swap();
    expect([a.toArray(), b.toArray()]).toEqual([[2], [1]]);
    const share = jit(() => {
      const sum = a.add(b);
      a.assign(sum);
      b.assign(sum);
    });
    share();
    const bump = jit(() => void a.assignAdd(tensor([10])));
    bump();
    bump();
    expect([a.toArray(), b.toArray()]).toEqual([[23], [3]]);
  });

  it('may be assigned an argument, which stays as it is', () => {
    const v = variable(tensor([0]));
    const x = tensor([5]);
    jit((t: Tensor) => void v.assign(t))(x);
    const bump = jit(() => void v.assignAdd(1));
    bump();
    bump();
    expect([x.toArray(), v.toArray()]).toEqual([[5], [7]]);
  });

  it('may be arguments', () => {
    const [v, w] = [variable(tensor(1), { name: 'v' }), variable(tensor(2), { name: 'w' })];
    const bump = jit((target: typeof v) => void target.assignAdd(10));
    bump(v);
    bump(v);
    bump(w);
    expect([v.item(), w.item()]).toEqual([21, 12]);
    expect(bump.traces.map((t) => t.why)).toEqual(['first call', "args[0] variable 'v' -> variable 'w'"]);
  });

  it('are left alone by an error, while tracing and while running', () => {
    const v = variable(tensor([1, 2, 3]));
    const wrong = jit((x: Tensor) => {
      v.assign(v.add(1));
      return v.add(x);
    });
    expect(() => wrong(tensor([1, 2]))).toThrow(ShapeError);
    expect(v.toArray()).toEqual([1, 2, 3]);
    expect(wrong(tensor([1, 1, 1])).toArray()).toEqual([3, 4, 5]);

    const fails = jit((i: Tensor) => {
      v.assign(v.mul(2));
      const picked = gather(v, i);
      v.assign(v.mul(3));
      return picked;
    });
    const before = v.toArray();
    expect(() => fails(tensor([7], { dtype: 'int32' }))).toThrow();
    expect(v.toArray()).toEqual(before);
    expect(fails(tensor([0], { dtype: 'int32' })).toArray()).toEqual([4]);
    expect(v.toArray()).toEqual([12, 18, 24]);
  });

  it('work through nested jit and under gradients', () => {
    const count = variable(tensor(0));
    const inner = jit((x: Tensor) => {
      count.assignAdd(1);
      return x.mul(x);
    });
    const outer = jit((x: Tensor) => inner(x).add(inner(x)));
    expect(outer(tensor(3)).item()).toBe(18);
    expect(count.item()).toBe(2);
    expect(grad(outer)(tensor(3)).item()).toBe(12);
    expect(count.item()).toBe(4);
    const w = variable(tensor(2));
    const scale = jit((x: Tensor) => x.mul(w));
    expect(grad(scale)(tensor(5)).item()).toBe(2);
    w.assign(7);
    expect(grad(scale)(tensor(5)).item()).toBe(7);
  });

  it('carry gradients through assignments in compiled calls', () => {
    const state = variable(tensor(0));
    const store = jit((x: Tensor) => void state.assign(x.mul(x)));
    const g = grad((x: Tensor) => {
      store(x);
      return state.mul(3);
    });
    expect(g(tensor(5)).item()).toBe(30);
  });
});

describe('donated arguments', () => {
  const double = (x: Tensor): Tensor => x.mul(2);

  it('lend their memory to results, and are gone', () => {
    const step = jit(double, { donate: [0], name: 'step', backend: 'js' });
    const x = tensor(new Float32Array(2000).fill(1));
    const data = x.requireView().data;
    const y = step(x);
    expect(y.sum().item()).toBe(4000);
    expect(y.requireView().data.buffer === data.buffer).toBe(true);
    expect(() => x.add(1)).toThrow(DonationError);
    expect(() => x.toArray()).toThrow(DonationError);
    expect(step(y).sum().item()).toBe(8000);
    expect(() => step(y)).toThrow(DonationError);
  });

  it('of few elements are copied, and are gone all the same', () => {
    for (const backend of ['js', 'wasm'] as const) {
      const step = jit(double, { donate: [0], name: 'step', backend });
      const x = tensor([1, 2, 3]);
      const y = step(x);
      const z = step(y);
      expect([x, y].map((t) => inspect(t))).toEqual(Array(2).fill('Tensor f32[3] (donated)'));
      for (const use of [() => y.add(1), () => y.toArray(), () => y.data(), () => step(y)])
        expect(use).toThrow(DonationError);
      expect(z.toArray()).toEqual([4, 8, 12]);
      expect(() => step(x)).toThrow(DonationError);
    }
  });

  it('may be trees, and results may be arguments unchanged', () => {
    const step = jit(({ a, b }: { a: Tensor; b: Tensor }) => ({ a, b: b.add(a) }), { donate: [0] });
    let state = { a: tensor([1]), b: tensor([2]) };
    const first = state;
    for (let i = 0; i < 3; i++) state = step(state);
    expect([state.a.toArray(), state.b.toArray()]).toEqual([[1], [5]]);
    expect(() => first.a.item()).toThrow(DonationError);
  });

  it('are not overwritten while the same memory is read elsewhere', () => {
    const x = tensor([1, 2]);
    const view = x.reshape([2, 1]);
    const step = jit((a: Tensor, b: Tensor) => [a.mul(10), b.add(1)], { donate: [0] });
    const [p, q] = step(x, view);
    expect([p!.toArray(), q!.toArray()]).toEqual([
      [10, 20],
      [[2], [3]],
    ]);
    expect(() => view.toArray()).toThrow(DonationError);
    const y = tensor([1, 2]);
    const sum = jit((a: Tensor, b: Tensor) => [a.add(b), a.mul(b)], { donate: [0] });
    expect(sum(y, y).map((t) => t.toArray())).toEqual([
      [2, 4],
      [1, 4],
    ]);
  });

  it('take a variable’s state along where they share it', () => {
    const v = variable(tensor([1, 2]));
    jit(double, { donate: [0] })(v.value());
    const [read, bump] = [jit(() => v.mul(1)), jit(() => void v.assignAdd(1))];
    for (const use of [read, bump, () => v.toArray()]) expect(use).toThrow(DonationError);
    v.assign(tensor([5, 6]));
    bump();
    expect(read().toArray()).toEqual([6, 7]);
  });

  it('may be one tensor twice', () => {
    const x = tensor([1, 2]);
    const step = jit((a: Tensor, b: Tensor) => [a.add(b), b.mul(10)], { donate: [0, 1] });
    expect(step(x, x).map((t) => t.toArray())).toEqual([
      [2, 4],
      [10, 20],
    ]);
    expect(() => x.item()).toThrow(DonationError);
  });

  it('are kept where a call fails, and under gradients', () => {
    const x = tensor([1, 2]);
    const pick = jit((a: Tensor, i: Tensor) => gather(a.mul(2), i), { donate: [0] });
    expect(() => pick(x, tensor([9], { dtype: 'int32' }))).toThrow();
    expect(x.toArray()).toEqual([1, 2]);
    expect(grad((a: Tensor) => jit(double, { donate: [0] })(a).sum())(x).toArray()).toEqual([2, 2]);
    expect(x.toArray()).toEqual([1, 2]);
  });
});
