// Index arithmetic: the canonical form means the same as the expression, cancels what reshapes write, and knows its range.
import { describe, expect, it } from 'vitest';
import type { Expr } from '../../../src/loop/kernel.ts';
import { add, binary, div, i32, index, mul, select, sub } from '../../../src/loop/make.ts';
import { printExpr } from '../../../src/loop/print.ts';
import {
  type Affine,
  constant,
  flatten,
  fromExpr,
  loopIndex,
  plus,
  quotient,
  remainder,
  unflatten,
} from '../../../src/lower/affine.ts';
import { seeded } from '../../../src/util/rng.ts';

function evaluate(e: Expr, at: Readonly<Record<string, number>>): number {
  if (e.kind === 'const') return e.value;
  if (e.kind === 'local') return at[e.name]!;
  if (e.kind !== 'binary') throw new Error(`no index: ${e.kind}`);
  const [a, b] = [evaluate(e.a, at), evaluate(e.b, at)];
  if (e.op === 'add') return (a + b) | 0;
  if (e.op === 'sub') return (a - b) | 0;
  if (e.op === 'mul') return Math.imul(a, b);
  return e.op === 'div' ? Math.trunc(a / b) : a % b;
}

const i = loopIndex('i', 6);
const j = loopIndex('j', 8);
const text = (x: Affine): string => printExpr(x.expr);

describe('index arithmetic', () => {
  it('means what the expression means, and stays in its range', () => {
    const random = seeded(3);
    const int = (n: number): number => Math.floor(random() * n);
    const tree = (depth: number): Expr => {
      if (depth === 0) return [i.expr, j.expr, i32(int(9) - 2)][int(3)]!;
      const x = tree(depth - 1);
      const factor = i32(2 + int(7));
      switch (int(6)) {
        case 0:
          return sub(x, tree(depth - 1));
        case 1:
          return mul(x, factor);
        case 2:
          return div(x, factor);
        case 3:
          return binary('rem', x, factor);
        default:
          return add(x, tree(depth - 1));
      }
    };
    for (let round = 0; round < 2000; round++) {
      const e = tree(1 + int(5));
      const form = fromExpr(e);
      for (let a = 0; a < 6; a++)
        for (let b = 0; b < 8; b++) {
          const value = evaluate(e, { i: a, j: b }) | 0;
          const got = evaluate(form.expr, { i: a, j: b });
          if (got !== value || value < form.min || value > form.max)
            expect.fail(
              `${printExpr(e)} is ${value} at i=${a} j=${b}; ${text(form)} is ${got}, in ${form.min} … ${form.max}`,
            );
        }
    }
  });

  it('cancels a multi-index with its row-major index', () => {
    const linear = loopIndex('n', 60);
    expect(text(flatten(unflatten(linear, [3, 4, 5]), [3, 4, 5]))).toBe('n');
    expect(text(flatten(unflatten(linear, [2, 30]), [2, 30]))).toBe('n');
    const [a, b] = unflatten(plus(j, i, 8), [6, 8]);
    expect([text(a!), text(b!)]).toEqual(['i', 'j']);
  });

  it('spells remainders, and divides in steps', () => {
    const n = loopIndex('n', 60);
    expect(text(remainder(n, 7))).toBe('n % 7');
    expect(text(remainder(quotient(n, 5), 4))).toBe('n / 5 % 4');
    expect(text(quotient(quotient(n, 5), 4))).toBe('n / 20');
    expect(text(quotient(plus(j, i, 8), 16))).toBe('i / 2');
    expect(remainder(n, 7).max).toBe(6);
  });

  it('does not divide what may be negative', () => {
    const shifted = plus(i, constant(-2));
    expect(text(quotient(shifted, 6))).toBe('(i - 2) / 6');
    expect(text(quotient(i, 6))).toBe('0');
  });

  it('keeps what it does not understand as one part', () => {
    const loaded = index('loaded');
    const chosen = select({ kind: 'compare', type: 'bool', op: 'lt', a: loaded, b: i32(0) }, i32(3), i.expr);
    const form = fromExpr(add(mul(chosen, i32(4)), chosen));
    expect(form.terms.map((t) => t.times)).toEqual([5]);
    expect([form.min, form.max]).toEqual([0, 25]);
  });
});
