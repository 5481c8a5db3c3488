// Gradients: structures, orders, identities, and agreement with finite differences.
import { describe, expect, it } from 'vitest';
import { Tape } from '../../../src/autodiff/tape.ts';
import {
  customGradient,
  grad,
  numericGradient,
  onesLike,
  stopGradient,
  type Tensor,
  tensor,
  valueAndGrad,
  variable,
  vjp,
} from '../../../src/index.ts';
import { currentInterpreter, within } from '../../../src/ops/dispatch.ts';

const square = (x: Tensor): Tensor => x.mul(x);
const cube = (x: Tensor): Tensor => x.mul(x).mul(x);

describe('grad', () => {
  it('differentiates scalars to any order', () => {
    expect(grad(cube)(tensor(2)).item()).toBe(12);
    expect(grad(grad(cube))(tensor(2)).item()).toBe(12);
    expect(grad(grad(grad(cube)))(tensor(2)).item()).toBe(6);
  });

  it('agrees with finite differences through many ops', () => {
    const f = (x: Tensor): Tensor => x.mul(2).exp().add(x.sin()).div(x.square().add(1)).log().sum();
    const x = tensor([0.3, -0.1, 1.1]);
    const exact = grad(f)(x).data();
    // Differences of float32 values have about three digits.
    numericGradient(f, x)
      .data()
      .forEach((d, i) => expect(exact[i]).toBeCloseTo(d, 3));
  });

  it('gives a list for a list of positions', () => {
    const f = (x: Tensor, y: Tensor): Tensor => x.mul(y).mul(y);
    const [dx, dy] = grad(f, [0, 1])(tensor(2), tensor(3));
    expect([dx.item(), dy.item()]).toEqual([9, 12]);
    expect(grad(f, 1)(tensor(2), tensor(3)).item()).toBe(12);
    expect(grad(f, [1])(tensor(2), tensor(3)).map((t) => t.item())).toEqual([12]);
  });

  it('has the structure of its argument', () => {
    const params = { layers: [{ w: tensor([1, 2]), b: 3 }], scale: tensor(2), note: 'text', none: null };
    const g = grad((p: typeof params) =>
      (p.layers[0]!.w as Tensor)
        .mul(p.scale)
        .sum()
        .add(square(p.layers[0]!.b as unknown as Tensor)),
    )(params);
    expect(Object.keys(g)).toEqual(['layers', 'scale', 'note', 'none']);
    expect(g.layers[0]!.w.toArray()).toEqual([2, 2]);
    expect(g.layers[0]!.b.item()).toBe(6);
    expect(g.scale.item()).toBe(3);
    expect([g.note, g.none]).toEqual(['text', null]);
  });

  it('takes numbers where a scalar is meant, and hands other numbers on as they are', () => {
    const seen: unknown[] = [];
    const f = (x: Tensor | number, n: number): Tensor => {
      seen.push(n);
      return (x as Tensor).pow(n);
    };
    expect(grad(f)(3, 2).item()).toBe(6);
    expect(seen).toEqual([2]);
  });

  it('is zero where nothing is connected, through integers and comparisons too', () => {
    expect(grad((_x: Tensor) => tensor(3))(tensor(1)).item()).toBe(0);
    const [dx, dy] = grad((x: Tensor, _y: Tensor) => square(x), [0, 1])(tensor(3), tensor([1, 2]));
    expect(dx.item()).toBe(6);
    expect(dy.toArray()).toEqual([0, 0]);
    expect(grad((x: Tensor) => x.cast('int32').cast('float32').sum())(tensor([1, 2])).toArray()).toEqual([
      0, 0,
    ]);
  });

  it('does not confuse the argument with the same tensor met elsewhere', () => {
    const x = tensor(3);
    // d/dy (y * x) is x, also where y is x.
    expect(grad((y: Tensor) => y.mul(x))(x).item()).toBe(3);
    // d/dx (x * d/dy (x + y)): the inner gradient is 1 and does not depend on x.
    expect(grad((a: Tensor) => a.mul(grad((b: Tensor) => a.add(b))(a)))(tensor(1)).item()).toBe(1);
    // The outer gradient flows through the argument of the inner one.
    expect(grad((a: Tensor) => grad(cube)(a))(tensor(2)).item()).toBe(12);
  });

  it('adds the contributions of a tensor used often', () => {
    expect(grad((x: Tensor) => x.add(x).add(x).mul(x))(tensor(2)).item()).toBe(12);
  });

  it('is the same for a function that returns its argument', () => {
    expect(grad((x: Tensor) => x)(tensor(2)).item()).toBe(1);
  });

  it('reads variables, differentiates by their values, and follows assignments', () => {
    const v = variable(tensor(3));
    expect(grad((x: Tensor) => x.mul(v))(tensor(2)).item()).toBe(3);
    expect(grad((x: Tensor) => x.mul(x))(v).item()).toBe(6);
    const g = grad((x: Tensor) => {
      v.assign(x.mul(x));
      return v.mul(2);
    });
    expect(g(tensor(5)).item()).toBe(20);
    expect(v.item()).toBe(25);
  });

  it('lets stopGradient stop it', () => {
    expect(grad((x: Tensor) => x.mul(stopGradient(x)))(tensor(3)).item()).toBe(3);
  });
});

describe('valueAndGrad', () => {
  it('gives both', () => {
    const [y, g] = valueAndGrad(square)(tensor(3));
    expect([y.item(), g.item()]).toEqual([9, 6]);
  });

  it('hands aux through, whatever it is', () => {
    const f = (x: Tensor): [Tensor, { half: Tensor; name: string }] => [
      square(x),
      { half: x.div(2), name: 'aux' },
    ];
    const [[y, aux], g] = valueAndGrad(f, { hasAux: true })(tensor(3));
    expect([y.item(), aux.half.item(), aux.name, g.item()]).toEqual([9, 1.5, 'aux', 6]);
  });

  it('takes argnums', () => {
    const [, [a, b]] = valueAndGrad((x: Tensor, y: Tensor) => x.mul(y), { argnums: [1, 0] })(
      tensor(2),
      tensor(5),
    );
    expect([a.item(), b.item()]).toEqual([2, 5]);
  });
});

describe('vjp', () => {
  it('pulls cotangents back, as often as asked', () => {
    const [y, pullback] = vjp((x: Tensor) => x.mul(x), tensor([1, 2, 3]));
    expect(y.toArray()).toEqual([1, 4, 9]);
    expect(pullback(onesLike(y))[0].toArray()).toEqual([2, 4, 6]);
    expect(pullback(tensor([1, 0, -1]))[0].toArray()).toEqual([2, 0, -6]);
  });

  it('takes and gives trees', () => {
    const f = (p: { a: Tensor }, b: Tensor) => ({ sum: p.a.add(b), product: [p.a.mul(b)] });
    const [out, pullback] = vjp(f, { a: tensor(2) }, tensor(5));
    expect(out.product[0]!.item()).toBe(10);
    const [da, db] = pullback({ sum: tensor(1), product: [tensor(10)] });
    expect([da.a.item(), db.item()]).toEqual([51, 21]);
  });

  it('is differentiable itself', () => {
    const g = grad((x: Tensor) => {
      const [y, pullback] = vjp(cube, x);
      return pullback(y)[0];
    });
    // d/dx (x^3 * 3x^2) = 15 x^4
    expect(g(tensor(2)).item()).toBe(240);
  });
});

describe('customGradient', () => {
  const clipped = customGradient((x: Tensor) => [x.mul(1), (g) => g.clamp(-1, 1)]);

  it('replaces the rule', () => {
    expect(clipped(tensor(4)).item()).toBe(4);
    expect(grad((x: Tensor) => clipped(x).mul(5))(tensor(4)).item()).toBe(1);
  });

  it('takes several arguments, and null for no gradient', () => {
    const f = customGradient((x: Tensor, y: Tensor) => [x.mul(y), (g) => [g.mul(100), null]]);
    const [dx, dy] = grad((x: Tensor, y: Tensor) => f(x, y), [0, 1])(tensor(2), tensor(3));
    expect([dx.item(), dy.item()]).toEqual([100, 0]);
  });

  it('can be differentiated again, also through what the pullback kept', () => {
    // log(1 + e^x), with the stable derivative 1 - 1 / (1 + e^x); the second derivative is s (1 - s).
    const softplus = customGradient((x: Tensor) => {
      const e = x.exp();
      return [e.add(1).log(), (g) => g.mul(e.add(1).reciprocal().neg().add(1))];
    });
    const s = 1 / (1 + Math.exp(-0.5));
    // Some roundings of float32, whose spacing here is 6e-8.
    expect(grad(softplus)(tensor(0.5)).item()).toBeCloseTo(s, 6);
    expect(grad(grad(softplus))(tensor(0.5)).item()).toBeCloseTo(s * (1 - s), 6);
  });
});

describe('a tape', () => {
  it('records only what depends on what is watched', () => {
    const tape = new Tape(currentInterpreter());
    const [x, y] = [tensor(2), tensor(3)];
    tape.watch(x);
    within(tape, () => {
      y.mul(y).exp();
      x.mul(y).greater(1);
    });
    expect(tape.entries.map((e) => e.name)).toEqual(['mul']);
  });
});
