// What users see when branches and rounds do not fit together.
import { describe, expect, it, vi } from 'vitest';
import {
  cond,
  forLoop,
  jit,
  scan,
  switchCase,
  type Tensor,
  tensor,
  variable,
  whileLoop,
} from '../../src/index.ts';
import { eager } from '../../src/tensor/eager.ts';
import { traceFunction } from '../../src/trace/tracer.ts';
import { messageOf } from './message.ts';

const x = tensor([1, 2, 3]);
const s = tensor(2);
/** The message in a trace; arguments are a vector and a scalar. */
const staged = (f: (x: Tensor, s: Tensor) => unknown): string =>
  messageOf(() => jit((x: Tensor, s: Tensor) => f(x, s), { name: 'f' })(x, s));
/** The same message in eager mode and in a trace. */
const both = (f: (x: Tensor, s: Tensor) => unknown): string => {
  const message = messageOf(() => f(x, s));
  expect(staged(f).replace(/ \(test\/errors\/control\.test\.ts\)/g, '')).toBe(message);
  return message;
};

describe('a condition', () => {
  it('is a bool scalar', () => {
    expect(
      both((x, s) =>
        cond(
          s,
          () => x,
          () => x,
        ),
      ),
    ).toBe(
      'DTypeError: cond: the condition must be a bool scalar, got f32[]; compare it, for example x.greater(0) or x.notEqual(0)',
    );
    expect(
      both((x) =>
        cond(
          x.greater(0),
          () => x,
          () => x,
        ),
      ),
    ).toBe(
      'ShapeError: cond: the condition must be a bool scalar, got bool[3]; make it one answer with .all() or .any()',
    );
    expect(
      both((x) =>
        cond(
          1 as never,
          () => x,
          () => x,
        ),
      ),
    ).toBe(
      'DTypeError: cond: the condition must be a bool scalar, got the number 1; compare it, for example x.greater(0) or x.notEqual(0)',
    );
    expect(
      both((_, s) =>
        whileLoop(
          (t) => t,
          (t) => t.sub(1),
          s,
        ),
      ),
    ).toBe(
      'DTypeError: whileLoop: the condition must be a bool scalar, got f32[]; compare it, for example x.greater(0) or x.notEqual(0)',
    );
  });

  it('is computed from the state', () => {
    expect(
      staged((_, s) =>
        whileLoop(
          () => true,
          (t) => t.sub(1),
          s,
        ),
      ),
    ).toBe(
      'TraceError: whileLoop: the condition is the JavaScript value true, whatever the state is, so the loop would never end; compute it from the state, for example state.error.greater(1e-6)',
    );
  });

  it('does not assign', () => {
    const v = variable(1, { name: 'v' });
    expect(
      staged((_, s) =>
        whileLoop(
          (t) => v.assignAdd(1).greater(t),
          (t) => t.add(1),
          s,
        ),
      ),
    ).toBe(
      "TraceError: whileLoop: the condition assigns variable 'v'; assign it in the body, which runs once per round",
    );
  });

  it('counts as used', () => {
    expect(
      staged((x, s) =>
        cond(
          s.greater(0),
          () => x,
          () => x.neg(),
        ),
      ),
    ).toBe('no error');
    expect(
      staged((_, s) =>
        whileLoop(
          (t) => t.greater(0),
          (t) => t.sub(1),
          s,
        ),
      ),
    ).toBe('no error');
  });

  it('is missed inside of branches and loops, too', () => {
    const unused =
      "TraceError: a condition is computed and never used: bool[] (greater in @f at test/errors/control.test.ts). JavaScript does not ask a tensor for its value in if, ?:, &&, || and !: every tensor counts as true there. Choose by element with where(condition, a, b), branch with cond(condition, () => a, () => b), or have the source transform convert the function (node --import tracejit/register, or a plugin such as tracejit/autograph/vite; helper functions say 'use jit'), or remove the comparison if it is not needed; configure({ checkConditions: false }) allows it";
    expect(
      staged((x, s) =>
        cond(
          s.greater(0),
          () => (s.greater(1) ? x : x.neg()),
          () => x,
        ),
      ),
    ).toBe(unused);
    expect(
      staged((_, s) =>
        whileLoop(
          (t) => t.greater(0),
          (t) => (t.greater(1) ? t.sub(1) : t),
          s,
        ),
      ),
    ).toBe(unused);
  });
});

describe('branches', () => {
  it('give one dtype and shape', () => {
    expect(
      staged((x, s) =>
        cond(
          s.greater(0),
          () => x,
          () => x.sum(),
        ),
      ),
    ).toBe(
      'ShapeError: cond: result is f32[3] in the first branch, but f32[] (test/errors/control.test.ts) in the second; give both one shape, for example with broadcastTo(x, shape) or zerosLike(x)',
    );
    expect(
      staged((x, s) =>
        switchCase(s.cast('int32'), [() => ({ a: 1 }), () => ({ a: 2 }), () => ({ a: x.size > 2 }) as never]),
      ),
    ).toBe(
      "DTypeError: switchCase: result.a is f32[] (test/errors/control.test.ts) in branch 0, but bool[] (test/errors/control.test.ts) in branch 2; give both one dtype, for example with x.cast('float32') or tensor(0, { dtype: 'int32' })",
    );
  });

  it('give one structure', () => {
    const of = (a: unknown, b: unknown): string =>
      staged((_, s) =>
        cond<unknown>(
          s.greater(0),
          () => a,
          () => b,
        ),
      );
    expect(of([1, { k: 2 }], [1, { k: 2, l: 3 }])).toBe(
      'TreeError: cond: result[1] is {k} in the first branch and {k, l} in the second; both must have one structure',
    );
    expect(of([1, 2], [1])).toBe(
      'TreeError: cond: result is an array of 2 in the first branch and an array of 1 in the second; both must have one structure',
    );
    expect(of(['relu', 1], ['tanh', 1])).toBe(
      'TreeError: cond: result[0] is "relu" in the first branch and "tanh" in the second; both must have one structure',
    );
    expect(of(1, undefined)).toBe(
      'TreeError: cond: result is a tensor in the first branch and undefined in the second; both must have one structure',
    );
  });

  it('are functions', () => {
    expect(both((x, s) => cond(s.greater(0), x as never, () => x))).toBe(
      'ArgumentError: cond: the second argument must be a function, got object; write () => value',
    );
    expect(both((_, s) => switchCase(s.cast('int32'), []))).toBe(
      'ArgumentError: switchCase: expected a list of at least one function',
    );
    expect(both((x, s) => switchCase(s, [() => x]))).toBe(
      "DTypeError: switchCase: the index must be an int32 scalar, got f32[]; convert it: x.cast('int32')",
    );
    expect(both((x) => switchCase(0.5, [() => x]))).toBe(
      'ArgumentError: switchCase: the index must be an integer, got 0.5',
    );
  });
});

describe('a round', () => {
  it('keeps dtypes and shapes', () => {
    expect(
      both((x) =>
        whileLoop(
          (t) => t.n.less(2),
          (t) => ({ n: t.n.add(1), x: x.add(t.n) }),
          { n: 0, x: 0 },
        ),
      ),
    ).toBe(
      'ShapeError: whileLoop: state.x is f32[] before the loop, but f32[3] after one round; start from a value of the shape it will have, such as zeros(shape), or reduce or broadcast what the round gives',
    );
    expect(both((x) => forLoop(0, 3, (i, [, t]) => [i, t], [0, x]))).toBe(
      "DTypeError: forLoop: state[0] is f32[] before the loop, but i32[] after one round; start from a value of the dtype it will have, such as tensor(0, { dtype: 'int32' }), or cast what the round gives",
    );
    expect(both((x) => scan((c, r) => [{ sum: c.sum.add(x) }, r], { sum: 0 }, x))).toBe(
      'ShapeError: scan: carry.sum is f32[] before the loop, but f32[3] after one round; start from a value of the shape it will have, such as zeros(shape), or reduce or broadcast what the round gives',
    );
  });

  it('keeps the structure', () => {
    expect(
      both((_, s) =>
        whileLoop(
          (t) => t.n.less(3),
          (t) => ({ m: t.n.add(1) }) as never,
          { n: s },
        ),
      ),
    ).toBe(
      'TreeError: whileLoop: state is {n} before the loop and {m} after one round; both must have one structure',
    );
    expect(both((x) => scan((c) => c as never, 0, x))).toBe(
      'TreeError: scan: the function must return [carry, y], got a tensor f32[]',
    );
  });
});

describe('what a loop goes along', () => {
  it('has an axis, of one size', () => {
    expect(both((x, s) => scan((c, r) => [c, r], 0, { a: x, s }))).toBe(
      'ShapeError: scan: xs.s is a scalar f32[]; xs needs an axis 0 to go along',
    );
    expect(both((x) => scan((c, r) => [c, r], 0, { a: x, b: x.slice([0, 2]) }))).toBe(
      'ShapeError: scan: xs must have one size along axis 0, but xs.a is f32[3] and xs.b is f32[2]',
    );
    expect(both(() => scan((c) => [c, c], 0, null))).toBe(
      'ArgumentError: scan: xs holds no tensors; say how many rounds there are: scan(f, init, xs, { length })',
    );
    expect(both((x) => scan((c, r) => [c, r], 0, x, { length: 4 }))).toBe(
      'ArgumentError: scan: length is 4, but xs has 3 rows',
    );
    expect(both((x) => scan((c, r) => [c, r], 0, x, { from: 4 } as never))).toBe(
      "OptionError: scan: unknown option 'from'; there are reverse, length",
    );
  });

  it('has integer bounds', () => {
    expect(both((_, s) => forLoop(0, s, (_, t) => t, s))).toBe(
      "DTypeError: forLoop: the upper bound must be an int32 scalar, got f32[]; convert it: x.cast('int32')",
    );
    expect(both((_, s) => forLoop(0.5, 3, (_, t) => t, s))).toBe(
      'ArgumentError: forLoop: the lower bound must be an integer that int32 holds, got 0.5',
    );
  });
});

describe('a JavaScript loop inside jit', () => {
  it('says that it is unrolled', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const many = (x: Tensor): Tensor => {
      let y = x;
      for (let i = 0; i < 6000; i++) y = y.neg();
      return y;
    };
    traceFunction(([x]) => [many(x!)], [s.type], { name: 'many', parent: eager });
    expect(warn.mock.calls.map(([text]) => String(text).replace(/\.ts:\d+:\d+/g, '.ts'))).toEqual([
      'many: the line test/errors/control.test.ts gave 5000 instructions; a JavaScript loop inside jit is unrolled: every round is compiled by itself. Write it as forLoop(lo, hi, (i, state) => next, init), as whileLoop, or as scan((carry, x) => [carry, y], init, xs) over the rows of a tensor: these trace their body once',
    ]);
    warn.mockRestore();
  });
});
