// Wrong answers without a sign, as measured in other libraries: here each is right, or throws.

import { describe, expect, it, vi } from 'vitest';
import {
  ArgumentError,
  configure,
  grad,
  jit,
  type Tensor,
  TraceError,
  tensor,
  valueAndGrad,
  variable,
  vjp,
  where,
} from '../../../src/index.ts';
import { askedOf } from '../../../src/jit/asked.ts';

const number = (x: Tensor): number => x as unknown as number;

describe('silent failures of other libraries', () => {
  it('an `if` on a traced condition does not take the true branch in silence', () => {
    const f = jit((x: Tensor) => (x.less(0) ? x.neg() : x));
    expect(() => f(tensor(3))).toThrow(TraceError);
    const g = jit((x: Tensor) => {
      if (x.less(0) && x.greater(-5)) return x.neg();
      return x;
    });
    expect(() => g(tensor(3))).toThrow(
      'a condition is computed and never used: bool[] (less in @anonymous at',
    );
    const right = jit((x: Tensor) => where(x.less(0), x.neg(), x));
    expect([right(tensor(3)).item(), right(tensor(-3)).item()]).toEqual([3, 3]);
  });

  it('a comparison operator on a traced tensor is not baked in as false', () => {
    expect(() => jit((x: Tensor) => (number(x) > 0 ? x.mul(10) : x))(tensor(3))).toThrow(TraceError);
  });

  it('Math functions of a traced tensor are not NaN', () => {
    expect(() => jit((x: Tensor) => Math.exp(number(x)))(tensor(1))).toThrow(TraceError);
  });

  it('static values that print alike are not confused', () => {
    const apply = jit((x: Tensor, f: (x: Tensor) => Tensor) => f(x), { static: [1] });
    const [twice, hundred] = [2, 100].map((k) => (x: Tensor) => x.mul(k));
    expect([apply(tensor(3), twice!).item(), apply(tensor(3), hundred!).item()]).toEqual([6, 300]);

    const times = jit((x: Tensor, m: Map<string, number>) => x.mul(m.get('k')!), { static: [1] });
    const maps = [new Map([['k', 5]]), new Map([['k', 7]])];
    expect(maps.map((m) => times(tensor(3), m).item())).toEqual([15, 21]);

    const name = jit(
      (x: Tensor, s: unknown) => x.mul([null, undefined, Infinity, '', 0].indexOf(s as never) + 2),
      {
        static: [1],
      },
    );
    expect([null, Infinity, Number.NaN, 0].map((s) => name(tensor(1), s).item())).toEqual([2, 4, 1, 6]);
  });

  it('state that changes between calls is not stale: variables are read at every call', () => {
    const scale = variable(tensor(2));
    const f = jit((x: Tensor) => x.mul(scale));
    expect(f(tensor(3)).item()).toBe(6);
    scale.assign(10);
    expect(f(tensor(3)).item()).toBe(30);
  });

  it('operators on eager tensors are no strings, NaN or false', () => {
    const x = tensor(3);
    expect(() => number(x) > 0).toThrow(ArgumentError);
    expect(() => number(x) + 1).toThrow(ArgumentError);
    expect(() => -number(x)).toThrow(ArgumentError);
  });
});

describe('a condition that nothing uses', () => {
  const magnitude = (x: Tensor): Tensor => {
    if (x.less(0)) return x.neg();
    return x;
  };
  const warned = (f: () => unknown): readonly string[] => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      f();
      return warn.mock.calls.map(([text]) => String(text));
    } finally {
      warn.mockRestore();
    }
  };

  it.each([
    ['by jit', jit(magnitude)],
    [
      'under a gradient',
      jit((x: Tensor) => grad((y: Tensor) => (y.greater(0).logicalNot() ? y.neg() : y))(x)),
    ],
    ['under vjp', jit((x: Tensor) => vjp(magnitude, x)[0])],
    ['of all elements', jit((x: Tensor) => (x.expandDims(0).less(0).all() ? x.neg() : x))],
  ])('is an error in the function that is traced: %s', (_, f) => {
    expect(() => f(tensor(3))).toThrow('a condition is computed and never used');
  });

  it('is a warning in a function it calls, whose other results may be all that is wanted', () => {
    const summary = (x: Tensor) => ({ sum: x.sum(), finite: x.sum().isFinite() });
    const dropped = jit((x: Tensor) => summary(x).sum);
    const ignored = (_: Tensor): boolean => false;
    const given = (x: Tensor): Tensor => {
      if (ignored(x.less(0))) return x.neg();
      return !ignored(x.sum().less(0)) ? x : x.neg();
    };
    for (const f of [dropped, jit((x: Tensor) => given(x).add(0))])
      expect(warned(() => f(tensor(3)))).toEqual([
        expect.stringContaining('a condition is computed and never used'),
      ]);
  });

  const ternary = (x: Tensor): Tensor =>
    x.mul(2).less(0) // by an element
      ? x.neg()
      : x;
  const negated = (x: Tensor): Tensor => {
    const isPositive = !x.sum().less(0);
    return isPositive ? x : x.neg();
  };
  const both = (x: Tensor): Tensor => {
    if (x.less(5) && x.greater(1)) return x.neg();
    return x;
  };
  it.each([magnitude, ternary, negated, both])(
    'is an error where the source of the function called branches on it: %o',
    (helper) => {
      const f = jit((x: Tensor) => helper(x).add(0));
      expect(() => f(tensor(3))).toThrow(
        new RegExp(
          `^${helper.name} \\(\\S*silent-failures\\.test\\.ts:\\d+:\\d+\\) branches on a traced tensor but is not converted: .* Mark it, or its file, 'use jit'`,
        ),
      );
      const before = configure({ checkConditions: false });
      expect(warned(() => jit((x: Tensor) => helper(x).add(0))(tensor(3)))).toEqual([]);
      configure(before);
    },
  );

  it.each<[string, string, (x: Tensor, n: number) => Tensor]>([
    [
      'an if',
      'if (n)',
      (x, n) => {
        if (n) return x.neg();
        return x;
      },
    ],
    ['a ternary', 'n ?', (x, n) => (n ? x.neg() : x)],
    ['a negation', '!n', (x, n) => (!n ? x : x.neg())],
    ['an and', 'n &&', (x, n) => (n && x.neg()) as Tensor],
    ['an or', '|| n ?', (x, n) => (x === undefined || n ? x.neg() : x)],
  ])('is an error where the source asks an argument that nothing uses: %s', (_, code, f) => {
    expect(() => jit(f, { autograph: false })(tensor(3), 0)).toThrow(
      `: args[1] is traced, and \`${code}\` asks whether it is true: every traced tensor counts as true there`,
    );
  });

  it('finds the argument by its name, destructured or not, and nothing else', () => {
    const asks = (f: (...args: never[]) => unknown, path: string): string | undefined =>
      askedOf(f, [path])?.code;
    type Flags = { on: number; off: number };
    expect(asks((x: Tensor, { on, off }: Flags) => (on ? x : off), 'args[1].on')).toBe('on ?');
    expect(asks((x: Tensor, { on, off }: Flags) => (on ? x : off), 'args[1].off')).toBeUndefined();
    expect(asks((x: Tensor, { on: lit }: Flags) => (lit ? x : 0), 'args[1].on')).toBe('lit ?');
    expect(asks((x: Tensor, flags: Flags) => (flags.on ? x : 0), 'args[1].on')).toBe('flags.on ?');
    expect(asks((x: Tensor, flags: Flags) => (flags.on ? x : 0), 'args[1].off')).toBeUndefined();
    expect(asks((x: Tensor, n = 2) => (x as unknown as Flags).on ?? n, 'args[1]')).toBeUndefined();
    expect(asks((x: Tensor, n: number) => ['if (n)', x, n], 'args[1]')).toBeUndefined();
    expect(asks((x: Tensor) => (x ? 1 : 2), 'args[0]')).toBe('x ?');
    expect(asks((x: { on?: Tensor }) => x.on?.add(1), 'args[0].on')).toBeUndefined();
    expect(asks((x: Tensor) => !x.greater(0), 'args[0]')).toBeUndefined();
    expect(asks(Math.max as never, 'args[0]')).toBeUndefined();
  });

  it('is neither where the program has it: handed back by a transform, printed, or an element of a mask', () => {
    const x = tensor([1, 2]);
    const loss = (y: Tensor): [Tensor, unknown] => {
      const sum = y.square().sum();
      return [sum, new Map([['finite', sum.isFinite()]])];
    };
    const programs: readonly ((y: Tensor) => unknown)[] = [
      (y) => valueAndGrad(loss, { hasAux: true })(y)[1],
      (y) => vjp((z: Tensor) => ({ sum: z.sum(), positive: z.sum().greater(0) }), y)[0].sum,
      (y) => [y.sum().greater(0).inspect(), y][1],
      (y) => [...y.greater(0)][0],
      (y) => [tensor(true), y][1],
    ];
    expect(warned(() => programs.map((f) => jit(f)(x)))).toEqual([]);
  });
});
