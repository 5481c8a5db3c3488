// Integer expressions as sums of multiples, in the arithmetic modulo 2^32 that i32 has: terms of one atom join, and what a division and its
// remainder took apart comes together again.
import type { Expr } from './kernel.ts';
import { add, i32, mul, sub } from './make.ts';
import { printExpr } from './print.ts';

/** constant + Σ times · atom. Atoms are different expressions that are no sums themselves. */
export interface Linear {
  readonly constant: number;
  readonly terms: readonly Term[];
}

export interface Term {
  readonly atom: Expr;
  readonly times: number;
}

/** The linear form of an i32 expression. */
export function linearOf(e: Expr): Linear {
  const terms = new Map<string, Term>();
  let constant = 0;
  const collect = (x: Expr, times: number): void => {
    if (x.kind === 'const') constant = (constant + Math.imul(x.value, times)) | 0;
    else if (x.kind === 'unary' && x.op === 'neg') collect(x.x, -times | 0);
    else if (x.kind === 'binary' && x.op === 'add') {
      collect(x.a, times);
      collect(x.b, times);
    } else if (x.kind === 'binary' && x.op === 'sub') {
      collect(x.a, times);
      collect(x.b, -times | 0);
    } else if (x.kind === 'binary' && x.op === 'mul' && x.b.kind === 'const')
      collect(x.a, Math.imul(times, x.b.value));
    else if (x.kind === 'binary' && x.op === 'mul' && x.a.kind === 'const')
      collect(x.b, Math.imul(times, x.a.value));
    else {
      // Atoms of one text are one value: locals of one name in one scope, or loads of one place between the same statements.
      const key = x.kind === 'local' ? x.name : printExpr(x);
      terms.set(key, { atom: x, times: ((terms.get(key)?.times ?? 0) + times) | 0 });
    }
  };
  collect(e, 1);
  return rejoined({ constant, terms: [...terms.values()].filter((t) => t.times !== 0) });
}

/** `(x / n) · n·c + (x % n) · c` is `x · c`. */
function rejoined(form: Linear): Linear {
  for (const rest of form.terms) {
    const r = rest.atom;
    if (r.kind !== 'binary' || r.op !== 'rem' || r.b.kind !== 'const') continue;
    const { a: x, b: n } = r;
    const whole = form.terms.find(
      ({ atom, times }) =>
        atom.kind === 'binary' &&
        atom.op === 'div' &&
        atom.b.kind === 'const' &&
        atom.b.value === n.value &&
        times === Math.imul(rest.times, n.value) &&
        printExpr(atom.a) === printExpr(x),
    );
    if (whole === undefined) continue;
    const others = form.terms.filter((t) => t !== rest && t !== whole);
    return linearOf(
      expressionOf({ ...form, terms: [{ atom: mul(x, i32(rest.times)), times: 1 }, ...others] }),
    );
  }
  return form;
}

/** The form as an expression: the largest multiples first, as in a row-major index, but a positive one in front; the constant last. */
export function expressionOf({ constant, terms }: Linear): Expr {
  const bySize = [...terms].sort((a, b) => Math.abs(b.times) - Math.abs(a.times));
  const first = bySize.find((t) => t.times > 0);
  const ordered = first === undefined ? bySize : [first, ...bySize.filter((t) => t !== first)];
  let sum: Expr | undefined;
  let rest = constant;
  for (const { atom, times } of ordered) {
    const size = Math.abs(times);
    // The size of -2^31 is no int32.
    const [operator, factor] = times > 0 || size > 2 ** 31 - 1 ? [add, times] : [sub, size];
    const scaled = factor === 1 ? atom : mul(atom, i32(factor));
    if (sum !== undefined) sum = operator(sum, scaled);
    else if (operator === add) sum = scaled;
    else {
      sum = sub(i32(rest), scaled);
      rest = 0;
    }
  }
  if (sum === undefined) return i32(rest);
  return rest === 0
    ? sum
    : rest > 0
      ? add(sum, i32(rest))
      : rest > -(2 ** 31)
        ? sub(sum, i32(-rest))
        : add(sum, i32(rest));
}

/** `[whole, rest]` with x = n · whole + rest: the terms and the part of the constant that n > 0 divides. */
export function divisiblePart(
  { constant, terms }: Linear,
  n: number,
): readonly [whole: Linear, rest: Linear] {
  const whole = Math.floor(constant / n);
  const divisible = terms.filter((t) => t.times % n === 0);
  return [
    { constant: whole, terms: divisible.map(({ atom, times }) => ({ atom, times: times / n })) },
    { constant: constant - whole * n, terms: terms.filter((t) => t.times % n !== 0) },
  ];
}
