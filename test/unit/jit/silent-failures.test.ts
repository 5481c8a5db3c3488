// Wrong answers without a sign, as measured in other libraries: here each is right, or throws.
import { describe, expect, it } from 'vitest';
import { ArgumentError, jit, type Tensor, TraceError, tensor, variable, where } from '../../../src/index.ts';

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
