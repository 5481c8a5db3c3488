// TensorFlow 2's way: tapes with a scope, variables watched by themselves, and the same in compiled code, to the bit.
import { describe, expect, it } from 'vitest';
import {
  GradientTape,
  grad,
  jit,
  random,
  type Tensor,
  tensor,
  type Variable,
  variable,
} from '../../../src/index.ts';
import { currentInterpreter } from '../../../src/ops/dispatch.ts';
import { eager } from '../../../src/tensor/eager.ts';

const bits = (x: Tensor): number[] => [...new Int32Array(x.data().buffer)];

describe('a tape', () => {
  it('gives the derivative of what is watched', () => {
    const x = tensor(5);
    const tape = new GradientTape();
    tape.watch(x);
    const f = x.pow(2);
    expect(tape.gradient(f, x)!.item()).toBe(10);
    expect(currentInterpreter()).toBe(eager);
  });

  it('records in its block only', () => {
    const x = tensor(3);
    let inside: Tensor | undefined;
    let after: GradientTape | undefined;
    {
      using tape = new GradientTape({ persistent: true });
      tape.watch(x);
      inside = x.mul(x);
      after = tape;
    }
    expect(currentInterpreter()).toBe(eager);
    const outside = inside.mul(10);
    expect(after.gradient(inside, x)!.item()).toBe(6);
    expect(after.gradient(outside, x)).toBe(null);
  });

  it('may be a function’s', () => {
    const x = tensor([1, 2]);
    let kept: GradientTape | undefined;
    const y = GradientTape.record((tape) => {
      tape.watch([x]);
      kept = tape;
      return x.mul(x);
    });
    expect((kept!.gradient(y, [x]) as Tensor[])[0]!.toArray()).toEqual([2, 4]);
    expect(() =>
      GradientTape.record(() => {
        throw new RangeError('mine');
      }),
    ).toThrow(RangeError);
    expect(currentInterpreter()).toBe(eager);
  });

  it('watches trainable variables by itself, in the order they are read', () => {
    const w = variable(tensor([1, 2]), { name: 'w' });
    const frozen = variable(tensor([3, 4]), { trainable: false });
    using tape = new GradientTape();
    const y = frozen.mul(w).sum();
    expect([tape.watchedVariables.length, tape.watchedVariables[0] === w]).toEqual([1, true]);
    const { a, b } = tape.gradient(y, { a: w, b: frozen });
    expect([a!.toArray(), b]).toEqual([[3, 4], null]);
  });

  it('watches what it is told only, on request', () => {
    const [v, w] = [variable(tensor(2)), variable(tensor(3))];
    using tape = new GradientTape({ watchAccessedVariables: false });
    tape.watch(w);
    expect(tape.gradient(v.mul(w), [v, w]).map((g) => g?.item() ?? null)).toEqual([null, 2]);
  });

  it('gives null or zeros where nothing is connected', () => {
    const [x, y] = [tensor([1, 2]), tensor([3])];
    using tape = new GradientTape({ persistent: true });
    tape.watch([x, y]);
    const z = x.sum();
    expect(tape.gradient(z, [x, y]).map((g) => g?.toArray() ?? null)).toEqual([[1, 1], null]);
    expect(tape.gradient(z, [x, y], { unconnected: 'zeros' })[1]!.toArray()).toEqual([0]);
  });

  it('sums the targets, and the elements of a target', () => {
    const x = tensor([1, 2]);
    using tape = new GradientTape();
    tape.watch(x);
    expect(tape.gradient([x.mul(x), x.sum()], x)!.toArray()).toEqual([3, 5]);
  });

  it('counts all readings of a variable, and none goes into what was assigned', () => {
    const [w, x] = [variable(tensor(2)), tensor(5)];
    using tape = new GradientTape();
    tape.watch(x);
    const before = w.mul(3);
    w.assign(x.mul(w));
    const y = before.add(w.mul(w));
    const { dw, dx } = tape.gradient(y, { dw: w, dx: x });
    expect([dw!.item(), dx]).toEqual([23, null]);
  });

  it('nests for second derivatives', () => {
    const x = tensor(3);
    using outer = new GradientTape();
    outer.watch(x);
    const inner = new GradientTape();
    inner.watch(x);
    const dy = inner.gradient(x.pow(3), x)!;
    expect([dy.item(), outer.gradient(dy, x)!.item()]).toEqual([27, 18]);
    const w = variable(tensor(3));
    const second = GradientTape.record((a) => {
      const first = GradientTape.record((b) => b.gradient(w.pow(3), w))!;
      return a.gradient(first, w)!;
    });
    expect(second.item()).toBe(18);
  });

  it('that ends before those inside it lets them go on', () => {
    const x = tensor(3);
    const a = new GradientTape();
    const b = new GradientTape();
    b.watch(x);
    a.stop();
    const y = x.mul(x);
    expect(currentInterpreter()).not.toBe(eager);
    expect(b.gradient(y, x)!.item()).toBe(6);
    expect(currentInterpreter()).toBe(eager);
    const c = new GradientTape();
    grad((t: Tensor) => {
      c.stop();
      return t;
    })(x);
    x.mul(2);
    expect(currentInterpreter()).toBe(eager);
  });

  it('gives jacobians', () => {
    const [x, y] = [tensor([1, 2, 3]), tensor(1)];
    using tape = new GradientTape();
    tape.watch([x, y]);
    const [jx, jy] = tape.jacobian(x.mul(x).slice([0, 2]), [x, y]);
    expect(jx!.toArray()).toEqual([
      [2, 0, 0],
      [0, 4, 0],
    ]);
    expect(jy).toBe(null);
  });

  it('follows compiled functions, which serve it and others alike', () => {
    const w = variable(tensor(3), { name: 'w' });
    const net = jit((x: Tensor) => x.mul(w).square());
    for (let i = 0; i < 2; i++)
      expect(GradientTape.record((tape) => tape.gradient(net(tensor(2)), w))!.item()).toBe(24);
    expect(net.traces.length).toBe(1);
  });
});

describe('a training step', () => {
  const [x, y] = [random.normal(random.key(1), [8, 4]), random.normal(random.key(2), [8, 2])];
  type Step = (xs: Tensor, ys: Tensor) => Tensor;
  const run = (wrap: (f: Step) => Step): number[][] => {
    const weights: Variable[] = [
      variable(random.normal(random.key(3), [4, 2]), { name: 'w' }),
      variable(tensor([0.1, -0.2]), { name: 'b' }),
    ];
    const step = wrap((xs, ys) => {
      using tape = new GradientTape();
      const loss = xs.matmul(weights[0]!).add(weights[1]!).tanh().sub(ys).square().mean();
      const gradients = tape.gradient(loss, weights);
      gradients.forEach((g, i) => {
        weights[i]!.assignSub(g!.mul(0.1));
      });
      return loss;
    });
    const losses = [1, 2, 3].map(() => step(x, y));
    return [...losses, ...weights].map(bits);
  };

  it('has the same bits compiled', () => {
    const expected = run((f) => f);
    expect(run((f) => jit(f))).toEqual(expected);
    expect(run((f) => jit(f, { backend: 'js' }))).toEqual(expected);
  });
});
