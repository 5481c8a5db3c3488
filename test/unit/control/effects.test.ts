// print and check: in program order, in every back-end, inside of loops and branches.
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import {
  assert,
  CheckError,
  check,
  cond,
  forLoop,
  grad,
  jit,
  print,
  type Tensor,
  tensor,
  variable,
} from '../../../src/index.ts';
import { messageOf } from '../../errors/message.ts';

let log: MockInstance;
beforeEach(() => {
  log = vi.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => log.mockRestore());
const printed = (): readonly unknown[] => {
  const lines = log.mock.calls.map(([line]) => line);
  log.mockClear();
  return lines;
};

type Unary = (x: Tensor) => Tensor;
const ways: readonly (readonly [string, (f: Unary) => Unary])[] = [
  ['eager', (f) => f],
  ['js', (f) => jit(f, { backend: 'js' })],
  ['wasm', (f) => jit(f, { backend: 'wasm' })],
];

describe.each(ways)('%s', (_, way) => {
  it('prints in program order, whenever the line is reached', () => {
    const f = way((x) => {
      print('x is', x);
      const y = forLoop(
        0,
        2,
        (i, s) => {
          print('round', i, '{}', s);
          return s.mul(2);
        },
        x,
      );
      cond(
        y.sum().greater(10),
        () => print('large'),
        () => print('small', y.sum()),
      );
      print();
      return y;
    });
    for (const time of [1, 2]) {
      expect(f(tensor([1, 2])).toArray(), `call ${time}`).toEqual([4, 8]);
      expect(printed()).toEqual(['x is [1. 2.]', 'round 0 {} [1. 2.]', 'round 1 {} [2. 4.]', 'large', '']);
    }
    f(tensor([0, 0.5]));
    expect(printed().at(-2)).toBe('small 2');
  });

  it('prints what nothing else needs', () => {
    const f = way((x) => {
      print(x.add(1), 'and', x.greater(2), 3, [4]);
      return x;
    });
    f(tensor(2));
    expect(printed()).toEqual(['3 and false 3 [4]']);
  });

  it('stops where a check does not hold, with the values', () => {
    const f = way((x) => {
      check(x.min().greater(0), 'all must be positive, got', x, 'with minimum', x.min());
      return forLoop(
        0,
        4,
        (i, s) => {
          assert(s.sum().less(20), 'too large in round', i);
          return s.mul(2);
        },
        x,
      );
    });
    expect(f(tensor([1])).toArray()).toEqual([16]);
    expect(() => f(tensor([1, -2]))).toThrow(CheckError);
    expect(messageOf(() => f(tensor([1, -2])))).toBe(
      'CheckError: all must be positive, got [ 1. -2.] with minimum -2',
    );
    expect(messageOf(() => f(tensor([3])))).toBe('CheckError: too large in round 3');
    expect(f(tensor([1])).toArray()).toEqual([16]);
  });
});

it('a check that fails leaves variables as they were', () => {
  const v = variable(tensor([1, 2]));
  for (const backend of ['js', 'wasm'] as const) {
    const f = jit(
      (x: Tensor) => {
        v.assignAdd(x);
        forLoop(
          0,
          3,
          (_, s) => {
            check(s.sum().less(10), 'too large', s);
            v.assign(v.mul(2));
            return s.add(x);
          },
          x,
        );
      },
      { backend },
    );
    expect(() => f(tensor([3, 3]))).toThrow(CheckError);
    expect(v.toArray()).toEqual([1, 2]);
  }
});

it('effects are not doubled by gradients of branches', () => {
  const f = (x: Tensor): Tensor =>
    cond(
      x.greater(0),
      () => x.square(),
      () => x.neg(),
    );
  const g = jit((x: Tensor) => {
    print('at', x);
    return grad(f)(x);
  });
  expect(g(tensor(3)).item()).toBe(6);
  expect(printed()).toEqual(['at 3']);
});

it('effects happen on the way forward only', () => {
  const f = (x: Tensor): Tensor => {
    print('outside');
    const y = forLoop(
      0,
      2,
      (i, s) => {
        print('round', i);
        check(s.less(1e6), 'too large');
        return s.mul(x);
      },
      x,
    );
    return cond(
      y.greater(0),
      () => {
        print('branch');
        return y.square();
      },
      () => y,
    );
  };
  const lines = ['outside', 'round 0', 'round 1', 'branch'];
  const gradients: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    eager: grad(f),
    whole: jit((x: Tensor) => grad(f)(x)),
    halves: grad(jit(f)),
    backward: (x) => {
      const leaf = tensor(x.item(), { requiresGrad: true });
      jit(f)(leaf).backward();
      return leaf.grad!;
    },
  };
  for (const [name, g] of Object.entries(gradients)) {
    expect(g(tensor(2)).item(), name).toBe(6 * 2 ** 5);
    expect(printed(), name).toEqual(lines);
  }
});

it('checks of JavaScript values are checked at once', () => {
  expect(messageOf(() => check(false, 'no', 3, tensor(4)))).toBe('CheckError: no 3 4 f32[]');
  expect(messageOf(() => check(true, 'yes'))).toBe('no error');
  expect(messageOf(() => check(tensor(1), 'yes'))).toBe(
    'DTypeError: check: the condition must be a bool scalar, got f32[]; compare it, for example x.greater(0) or x.notEqual(0)',
  );
});
