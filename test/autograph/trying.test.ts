// Exceptions while tracing: what a catch may see, and what it may not hide.

import { cond, jit, type Tensor, tensor } from 'tracejit';
import { describe, expect, it, vi } from 'vitest';
import { converted, plain } from './evaluate.ts';
import { oracle } from './staged.ts';

const staged = (source: string, x = 3): number => oracle(converted(source), [x]).item();

describe('a catch', () => {
  it('sees what is thrown behind a staged branch, with what the branch assigned', () => {
    const source = `export function f(x) {
      let y = 1;
      try {
        if (x > 0) y = 2; else y = 3;
        JSON.parse('{');
        y = 4;
      } catch { return y * 10; }
      return y;
    }`;
    for (const x of [3, -3]) expect(staged(source, x)).toBe(plain(source)(x));
  });

  it('sees, in the finally around it, what a handler assigned before it threw', () => {
    const source = `export function f(x) {
      let y = 1;
      let z = 0;
      try {
        try { JSON.parse('{'); }
        catch { if (x > 0) y = 5; JSON.parse('{'); y = 2; }
        finally { z = y; }
      } catch {}
      return z;
    }`;
    for (const x of [3, -3]) expect(staged(source, x)).toBe(plain(source)(x));
  });

  it('forgets a return that a finally threw away', () => {
    const source = `export function f(x) {
      let y = x;
      try {
        try { if (y > 0) return 1; else return 2; } finally { JSON.parse('{'); }
      } catch { y = y + 1; }
      y = y * 2;
      return y;
    }`;
    for (const x of [3, -3]) {
      expect(converted(source)(x)).toBe(plain(source)(x));
      expect(staged(source, x)).toBe(plain(source)(x));
    }
  });

  it.each([
    ['a branch', 'if (x > 10) JSON.parse("{");'],
    ['?:', 'x = x > 10 ? JSON.parse("{") : x;'],
    ['&&', 'x = (x > 10 && JSON.parse("{")) ? 1 : x;'],
    ['a loop', 'while (x > 10) { x = x - 1; JSON.parse("{"); }'],
    ['what follows a jump', 'for (;;) { if (x > 0) break; JSON.parse("{"); }'],
    ['a case', 'switch (x) { case 1: JSON.parse("{"); }'],
    ['a branch inside a try with only a finally', 'try { if (x > 10) JSON.parse("{"); } finally { x = 1; }'],
    [
      'a branch of which the catch makes another error',
      'try { if (x > 10) JSON.parse("{"); } catch (e) { throw new Error("no"); }',
    ],
  ])('does not see what is thrown in %s that a tensor decides about', (_, code) => {
    const source = `export function f(x) { let y = 0; try { ${code} y = x; } catch { y = -1; } return y; }`;
    expect(() => staged(source)).toThrow(
      /^what is staged at input.js:1:\d+ inside the try block at input.js:1:\d+ throws while it is traced, .*: SyntaxError: /,
    );
    expect(converted(source)(3)).toBe(plain(source)(3));
  });

  it('does not see what a branch of cond throws', () => {
    const f = (x: Tensor): Tensor => {
      'use jit';
      try {
        return cond(
          x.greater(10),
          () => x.mul(Number(JSON.parse('{'))),
          () => x,
        );
      } catch {
        return x.neg();
      }
    };
    expect(f(tensor(3)).item()).toBe(3);
    expect(() => jit(f)(tensor(3))).toThrow(
      /^what a tensor decides about, inside the try block at test.autograph.trying.test.ts:\d+:\d+, throws while it is traced, .*: SyntaxError: /,
    );
  });

  it('does not see that a traced tensor has no value yet', () => {
    const f = (x: Tensor): Tensor => {
      'use jit';
      let n = 0;
      try {
        n = x.item<number>();
      } catch {
        n = -1;
      }
      return x.add(n);
    };
    expect(f(tensor(3)).item()).toBe(6);
    expect(() => jit(f)(tensor(3))).toThrow(/item\(\)/);
  });

  it('of eager mode sees what a compiled function throws', () => {
    const positive = jit((x: Tensor) => {
      if (x.less(0)) throw new RangeError('negative');
      return x;
    });
    const f = (x: Tensor): number => {
      'use jit';
      try {
        return positive(x).item<number>();
      } catch (error) {
        return (error as Error).message.startsWith('RangeError: negative') ? -1 : -2;
      }
    };
    expect([f(tensor(3)), f(tensor(-3))]).toEqual([3, -1]);
  });
});

describe('a finally', () => {
  it('runs once per trace, behind the branches of its block', () => {
    const note = vi.fn();
    const f = jit((x: Tensor) => {
      try {
        if (x.greater(0)) return x.neg();
        return x.mul(2);
      } finally {
        note();
      }
    });
    expect([f(tensor(3)).item(), f(tensor(-3)).item()]).toEqual([-3, -6]);
    expect(note).toHaveBeenCalledTimes(1);
  });

  it('runs, and what was thrown in a branch goes on', () => {
    const note = vi.fn();
    const f = jit((x: Tensor) => {
      try {
        if (x.greater(0)) return x.mul(Number(JSON.parse('{')));
        return x;
      } finally {
        note();
      }
    });
    expect(() => f(tensor(3))).toThrow(/SyntaxError: /);
    expect(note).toHaveBeenCalledTimes(1);
  });
});
