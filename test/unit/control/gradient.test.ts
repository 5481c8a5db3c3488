// Gradients of control flow: taken eagerly, in a trace, of a compiled function, and twice; all alike, and as finite differences have them.
import { describe, expect, it } from 'vitest';
import {
  cond,
  forLoop,
  grad,
  jit,
  numericGradient,
  RetraceError,
  scan,
  switchCase,
  type Tensor,
  tensor,
  variable,
  whileLoop,
} from '../../../src/index.ts';
import { evaluate } from '../../../src/ops/evaluate.ts';
import { expand } from '../../../src/passes/expand.ts';
import { makeFuel } from '../../../src/passes/pass.ts';
import { everywhere } from '../../../src/passes/regions.ts';
import { EagerTensor, eager } from '../../../src/tensor/eager.ts';
import { type TracedFunction, traceFunction } from '../../../src/trace/tracer.ts';
import { expectClose } from '../../ops/compare.ts';
import { type Doubles, functionInDoubles, toDoubles } from '../../ops/float64.ts';
import { byDifferences } from '../../ops/gradient.ts';

const context = { precision: 'strict', fuel: makeFuel(Number.POSITIVE_INFINITY), note: () => {} } as const;
const integer = (x: number): Tensor => tensor(x, { dtype: 'int32' });
const w = tensor([0.5, 0.3]);

type Loss = (x: Tensor) => Tensor;

const losses: Readonly<Record<string, Loss>> = {
  'a branch': (x) =>
    cond(
      x.sum().greater(0),
      () => x.square().mul(w).sum(),
      () => x.mul(3).sin().sum(),
    ),
  'a branch that hands through': (x) =>
    cond(
      x.sum().greater(0),
      () => ({ y: x, z: w }),
      () => ({ y: w, z: x }),
    )
      .y.exp()
      .sum(),
  'one of several': (x) =>
    switchCase(x.sum().mul(2).cast('int32'), [() => x.exp(), () => x.sin(), () => x.square()]).sum(),
  'nested branches': (x) =>
    cond(
      x.slice(0).greater(0),
      () =>
        cond(
          x.slice(1).greater(0),
          () => x.mul(x).sum(),
          () => x.sin().sum(),
        ),
      () => x.sum(),
    ),
  'a loop of one step': (x) => forLoop(0, 4, (_, s) => s.mul(x), x).sum(),
  'a loop of known length': (x) => forLoop(0, 4, (i, s) => s.mul(x).sin().add(w).mul(i.add(1)), x).sum(),
  'a loop whose length is data': (x) =>
    forLoop(
      integer(0),
      x.abs().sum().mul(5).add(0.3).cast('int32'),
      (i, s) => s.mul(w).add(x).mul(i.add(1).cast('float32').rsqrt()),
      x,
    ).sum(),
  'a loop with a tolerance': (x) =>
    whileLoop(
      (s) => s.x.square().sum().greater(0.01),
      (s) => ({ x: s.x.mul(w.sin()).mul(1.2), y: s.y.add(s.x.exp()) }),
      { x, y: x },
    ).y.sum(),
  'a loop that takes no round': (x) =>
    whileLoop(
      (s) => s.sum().greater(1e6),
      (s) => s.mul(w),
      x,
    )
      .exp()
      .sum(),
  'a scan': (x) => {
    const [c, ys] = scan((c, r) => [c.mul(r).add(x.sum()), { a: c.exp(), b: r }], tensor(0.1), x);
    return c.add(ys.a.sum()).add(ys.b.square().sum());
  },
  'a scan backwards': (x) => {
    const [c, ys] = scan((c, r) => [c.mul(r).sin(), c], tensor(0.7), x, { reverse: true });
    return c.add(ys.mul(w).sum());
  },
  'a loop in a loop': (x) =>
    forLoop(
      0,
      3,
      (_, s) =>
        whileLoop(
          ({ i }) => i.less(x.abs().sum().mul(3)),
          ({ i, t }) => ({ i: i.add(1), t: t.mul(1.5).add(x.mul(w)).sin() }),
          { i: 0, t: s },
        ).t,
      x,
    ).sum(),
  'a branch in a loop': (x) =>
    forLoop(
      0,
      5,
      (i, s) =>
        cond(
          i.mod(2).equal(0),
          () => s.mul(x).sin(),
          () => s.add(x),
        ),
      w,
    ).sum(),
  'a loop in a branch': (x) =>
    cond(
      x.sum().less(10),
      () => forLoop(0, 3, (_, s) => s.mul(x), x).sum(),
      () => x.sum(),
    ),
  'a scan in a scan': (x) => {
    const [c] = scan(
      (c, r) => [scan((d, q) => [d.mul(q).add(r).sin(), null], c, x)[0], null],
      tensor(0.3),
      x,
    );
    return c;
  },
  'what a loop only reads': (x) => forLoop(0, 3, (_, s) => s.mul(x.exp()).add(x.sum()), w).sum(),
  'what carries nothing to the result': (x) =>
    whileLoop(
      (s) => s.i.less(3),
      (s) => ({ i: s.i.add(1), a: s.a.mul(2), b: s.b.add(1) }),
      { i: integer(0), a: x, b: x.mul(0) },
    ).a.sum(),
};

const points = [tensor([1, 0.2]), tensor([-1, 0.5]), tensor([0.3, 0.4])];
const traced = (f: Loss, { type }: Tensor): TracedFunction =>
  traceFunction(([x]) => [f(x!)], [type], { name: 'f', parent: eager });
const near = (a: Tensor, b: Tensor, tolerance: number): void => {
  const [x, y] = [a.data(), b.data()];
  const scale = Math.max(1, ...Array.from(y, Math.abs));
  x.forEach((v, i) => {
    expect(Math.abs(v - y[i]!)).toBeLessThanOrEqual(tolerance * scale);
  });
};

describe.each(Object.entries(losses))('the gradient of %s', (_, f) => {
  it('is that of finite differences', () => {
    // In double precision, on the function with its scans opened.
    const { func, captures } = traced(f, points[0]!);
    const loops = everywhere(func, (part) => expand.run(part, context));
    const around = captures.map((c) =>
      toDoubles((c.kind === 'tensor' ? c.tensor : c.variable).requireView()),
    );
    const one = tensor(1).requireView();
    for (const x of points) {
      const precisely = ([point]: readonly Doubles[]) => functionInDoubles(loops, [point!, ...around]);
      const measured = byDifferences(precisely, [toDoubles(x.requireView())], [one], 0);
      expectClose(grad(f)(x).data(), measured, 2 ** -17, 'eager');
      expectClose(jit((y: Tensor) => grad(f)(y))(x).data(), measured, 2 ** -17, 'compiled');
    }
  });

  it.each(['js', 'wasm'] as const)(
    'is the same compiled as a whole and of the compiled function, %s',
    (backend) => {
      const whole = jit((x: Tensor) => grad(f)(x), { backend });
      const halves = grad(jit(f, { backend }));
      for (const x of points) {
        expect(whole(x).data()).toEqual(grad(f)(x).data());
        expect(halves(x).data()).toEqual(whole(x).data());
      }
    },
  );

  it('has a gradient', () => {
    const second = (first: Loss): Loss => grad((x: Tensor) => first(x).square().sum());
    const eagerly = second(grad(f));
    const compiled: readonly Loss[] = [
      jit((x: Tensor) => eagerly(x), { backend: 'js' }),
      jit((x: Tensor) => eagerly(x), { backend: 'wasm' }),
      second(jit((x: Tensor) => grad(f)(x))),
      second(grad(jit(f))),
    ];
    for (const x of points) {
      const { func, captures } = traced(eagerly, x);
      const around = captures.map((c) => (c.kind === 'tensor' ? c.tensor : c.variable).requireView());
      const [staged] = evaluate(func, [x.requireView(), ...around]).map((view) => new EagerTensor(view));
      for (const way of compiled) expect(way(x).data()).toEqual(staged!.data());
      expect(staged!.data()).toEqual(eagerly(x).data());
      near(
        staged!,
        numericGradient((y) => grad(f)(y).square().sum(), x, 2 ** -9),
        2e-2,
      );
    }
  });
});

describe('the bits of a gradient', () => {
  it('are those of eager mode where sums have one order', () => {
    const f = (x: Tensor): Tensor =>
      whileLoop(
        (s) => s.sum().less(100),
        (s) => s.mul(1.5).add(s.sin()),
        x,
      ).sum();
    for (const x of points.slice(0, 1).concat(tensor([3, 7]))) {
      const eagerly = grad(f)(x).data();
      expect(jit((y: Tensor) => grad(f)(y), { backend: 'js' })(x).data()).toEqual(eagerly);
      expect(jit((y: Tensor) => grad(f)(y), { backend: 'wasm' })(x).data()).toEqual(eagerly);
      expect(grad(jit(f))(x).data()).toEqual(eagerly);
    }
  });
});

describe('a loop of more rounds than there is room for', () => {
  // Room belongs to the line of a loop, so every test has one on a line of its own.
  const begin = { i: tensor(0), y: tensor(1) };
  type Power = typeof begin;
  const below = (n: Tensor) => (s: Power) => s.i.less(n);
  const times = (x: Tensor) => (s: Power) => ({ i: s.i.add(1), y: s.y.mul(x) });
  const exact = (n: number, x: number): number => n * x ** (n - 1);

  it('is compiled again with more, and says so', () => {
    const power = (n: Tensor, x: Tensor): Tensor => whileLoop(below(n), times(x), begin).y;
    const g = jit((n: Tensor, x: Tensor) => grad(power, 1)(n, x), { name: 'g' });
    for (const n of [10, 3000, 20, 100000]) {
      const x = 1 - 1 / n;
      expect(g(tensor(n), tensor(x)).item() / exact(n, Math.fround(x))).toBeCloseTo(1, 2);
    }
    expect(g.traces.map((t) => t.why.replace(/at \S+ /, 'at … '))).toEqual([
      'first call',
      'room for the loop at … 1024 -> 4096',
      'room for the loop at … 4096 -> 131072',
    ]);
  });

  it('works for the gradient of a compiled function, and for the gradient of a gradient', () => {
    const power = (n: Tensor, x: Tensor): Tensor => whileLoop(below(n), times(x), begin).y;
    const first = grad(jit(power), 1);
    const second = jit((n: Tensor, x: Tensor) => grad((y: Tensor) => grad(power, 1)(n, y))(x));
    for (const n of [5, 2000, 5000]) {
      const x = 1 - 1 / n;
      expect(first(tensor(n), tensor(x)).item() / exact(n, Math.fround(x))).toBeCloseTo(1, 2);
      const expected = n * (n - 1) * Math.fround(x) ** (n - 2);
      expect(second(tensor(n), tensor(x)).item() / expected).toBeCloseTo(1, 2);
    }
  });

  it('is no further trace to those who count them', () => {
    const power = (n: Tensor, x: Tensor): Tensor => whileLoop(below(n), times(x), begin).y;
    const g = jit((n: Tensor, x: Tensor) => grad(power, 1)(n, x), { maxTraces: 1 });
    for (const n of [3, 1500, 9000, 4]) expect(g(tensor(n), tensor(1)).item()).toBe(n);
    expect(() => g(tensor([1]), tensor(1))).toThrow(RetraceError);
  });

  it('leaves variables as they were before it runs again', () => {
    const v = variable(0);
    const g = jit((n: Tensor, x: Tensor) => {
      v.assignAdd(1);
      return grad((y: Tensor) => whileLoop(below(n), times(y), begin).y)(x);
    });
    g(tensor(3), tensor(1));
    expect(g(tensor(2500), tensor(1)).item()).toBe(2500);
    expect(v.item()).toBe(2);
  });
});

describe('variables in loops', () => {
  it('are carried, and gradients flow through what they held', () => {
    const v = variable(2);
    const f = (x: Tensor): Tensor => {
      v.assign(x);
      return forLoop(
        0,
        3,
        (_, s) => {
          v.assign(v.mul(x));
          return s.add(v);
        },
        x,
      );
    };
    // x + x² + x³ + x⁴
    expect(grad(f)(tensor(2)).item()).toBe(1 + 4 + 12 + 32);
    expect(v.item()).toBe(16);
    expect(jit((x: Tensor) => grad(f)(x))(tensor(3)).item()).toBe(1 + 6 + 27 + 108);
    expect(v.item()).toBe(81);
  });

  it('reach backward() through loops', () => {
    const step = (x: Tensor): Tensor => forLoop(0, 3, (_, s) => s.mul(x), tensor(1));
    const x = tensor(2, { requiresGrad: true });
    step(x).backward();
    expect(x.grad!.item()).toBe(12);
    const y = tensor(2, { requiresGrad: true });
    jit(step)(y).backward();
    expect(y.grad!.item()).toBe(12);
    const v = variable(2);
    const train = jit(() => {
      cond(
        v.greater(0),
        () => step(v),
        () => v.value(),
      ).backward();
      return v.grad!;
    });
    expect(train().item()).toBe(12);
  });
});

// At 3 the root has an infinite derivative, and is not asked.
describe('a branch that is not taken meets no infinite derivative', () => {
  const f = (x: Tensor): Tensor => {
    const root = x.sub(3).sqrt();
    return cond(
      x.greater(5),
      () => root.mul(x),
      () => x.mul(x),
    ).add(x);
  };
  type Map1 = (x: Tensor) => Tensor;
  const slope = (g: Map1): Map1 => grad(g) as Map1;
  const compiled: Map1 = jit(f);
  const halved: Map1 = jit(slope(f));

  it.each<[string, Map1, number]>([
    ['first, eager', slope(f), 7],
    ['first, compiled', halved, 7],
    ['first, of the compiled function', slope(compiled), 7],
    ['second, eager', slope(slope(f)), 2],
    ['second, compiled', jit(slope(slope(f))), 2],
    ['second, of the compiled function', slope(slope(compiled)), 2],
    ['second, of the compiled slope', slope(halved), 2],
    ['second, both compiled', jit(slope(halved)), 2],
    ['third, compiled', jit(slope(slope(slope(f)))), 0],
    ['third, of the compiled slope', slope(slope(halved)), 0],
  ])('%s', (_, g, expected) => {
    expect(g(tensor(3)).item()).toBe(expected);
  });
});
