// jit and grad in any order and depth, on random functions.
import { describe, expect, it } from 'vitest';
import { configure, grad, jit, type Tensor, tensor } from '../../../src/index.ts';
import { seeded } from '../../../src/util/rng.ts';

type F = (x: Tensor) => Tensor;

/** A smooth random function of three numbers to one, of ops whose second derivatives are not zero. */
function randomFunction(seed: number): F {
  const random = seeded(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const captured = tensor([0.5, -0.25, 1.5]);
  const actions = Array.from({ length: 4 + below(5) }, (_, i) => ({
    op: below(7),
    a: below(i + 2),
    b: below(i + 2),
  }));
  return (x) => {
    const values = [x, captured];
    for (const { op, a, b } of actions) {
      const [p, q] = [values[a]!, values[b]!];
      values.push(
        [
          () => p.add(q),
          () => p.mul(q).mul(0.5),
          () => p.sin(),
          () => p.tanh().sub(q),
          () => p.div(q.mul(q).add(1)),
          () => p.flip(0).mul(p.sum().mul(0.1)),
          () => p.sigmoid().cumsum(0),
        ][op]!(),
      );
    }
    return values.at(-1)!.mul(x).sum();
  };
}

const sumOf =
  (g: F): F =>
  (x) =>
    g(x).sum();
// Every way to say the same, eager mode first.
const firstOrder: readonly ((f: F) => F)[] = [
  (f) => grad(f),
  (f) => jit(grad(f)),
  (f) => grad(jit(f)),
  (f) => jit(grad(jit(f))),
  (f) => jit((x) => jit(grad(jit(f)))(x)),
];
const secondOrder: readonly ((f: F) => F)[] = [
  (f) => grad(sumOf(grad(f))),
  (f) => jit(grad(sumOf(grad(f)))),
  (f) => grad(sumOf(jit(grad(f)))),
  (f) => grad(sumOf(grad(jit(f)))),
  (f) => grad(jit(sumOf(jit(grad(jit(f)))))),
  (f) => jit(grad(jit(sumOf(grad(jit(f)))))),
];

describe('transforms in any order', () => {
  const x = tensor([0.3, -0.8, 1.2]);
  const relative = (a: number, b: number): number => Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b));

  it.each([
    ['first', firstOrder, 25],
    ['second', secondOrder, 10],
  ] as const)('agree on %s derivatives', (_, ways, seeds) => {
    const before = configure({ retraceWarnings: false });
    for (let seed = 0; seed < seeds; seed++) {
      const f = randomFunction(seed);
      const [eager, ...others] = ways.map((way) => [...way(f)(x).data()]);
      // A jit around everything changes no bit; where a jit splits the gradient, sums may be associated otherwise: a few dozen roundings of 2^-24.
      expect(others[0], `seed ${seed}`).toEqual(eager);
      for (const [k, other] of others.entries())
        for (const [i, d] of other.entries())
          expect(relative(d, eager![i]!), `seed ${seed}, way ${k + 1}`).toBeLessThan(2e-6);
    }
    configure(before);
  });
});

// Zeros instead of nothing would come out as NaN here: the derivative they meet is infinite.
describe('what the value does not depend on', () => {
  const x = tensor([0, 1]);
  const both = jit((a: Tensor) => ({ logarithms: a.log().sum(), sum: a.mul(2).sum() }));

  it('leaves the gradient alone when it is another result of a compiled function', () => {
    expect(grad((a: Tensor) => both(a).sum)(x).toArray()).toEqual([2, 2]);
    expect(jit(grad((a: Tensor) => both(a).sum))(x).toArray()).toEqual([2, 2]);
    expect(grad((a: Tensor) => both(a).sum.add(both(a).logarithms))(x).toArray()).toEqual([Infinity, 3]);
  });
  it('leaves it alone when it is an argument that a compiled function ignores', () => {
    const first = jit((a: Tensor, _: Tensor) => a.mul(2).sum());
    expect(grad((a: Tensor) => first(a, a.log()))(x).toArray()).toEqual([2, 2]);
  });
  it('leaves second gradients alone', () => {
    const log = (a: Tensor): Tensor => a.log().sum();
    for (const f of [log, jit(log)])
      expect(grad((a: Tensor) => grad(f)(a).sum())(x).toArray()).toEqual([-Infinity, -1]);
  });
});
