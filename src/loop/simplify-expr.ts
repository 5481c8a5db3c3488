// Simplification of expressions: constants folded, integers in linear form, comparisons and divisions decided by ranges.
import { evaluateConstant } from './interpret.ts';
import { type Interval, type Ranges, rangeOf } from './interval.ts';
import type { CompareOp, Expr } from './kernel.ts';
import { divisiblePart, expressionOf, type Linear, linearOf } from './linear.ts';
import { add, binary, bool, constOf, i32 } from './make.ts';
import { printExpr } from './print.ts';
import { mapOperands } from './rewrite.ts';

export interface Known {
  readonly ranges: Ranges;
  /** Locals that are constants or other names of fixed locals. */
  readonly values: ReadonlyMap<string, Expr>;
}

type Binary = Extract<Expr, { readonly kind: 'binary' }>;

/** An expression of the same value in the same type. */
export function simplifyExpr(e: Expr, known: Known): Expr {
  if (e.kind === 'local') return known.values.get(e.name) ?? e;
  const x = mapOperands(e, (operand) => simplifyExpr(operand, known));
  if (isConstant(x)) return constOf(x.type, evaluateConstant(x));
  switch (x.kind) {
    case 'unary':
      if (x.op === 'not' && x.x.kind === 'unary' && x.x.op === 'not') return x.x.x;
      return x;
    case 'binary':
      if (x.type === 'i32') return integer(x, known.ranges);
      return x.type === 'bool' ? logic(x) : x;
    case 'compare':
      return x.a.type === 'i32' ? (decided(x.op, x.a, x.b, known.ranges) ?? x) : x;
    case 'select':
      if (x.cond.kind === 'const') return x.cond.value === 1 ? x.a : x.b;
      return printExpr(x.a) === printExpr(x.b) ? x.a : x;
    case 'convert':
      return x.x.type === x.type ? x.x : x;
    default:
      return x;
  }
}

/** An operation whose operands are all constants. */
function isConstant(e: Expr): boolean {
  switch (e.kind) {
    case 'unary':
    case 'convert':
    case 'bits':
      return e.x.kind === 'const';
    case 'binary':
    case 'compare':
      return e.a.kind === 'const' && e.b.kind === 'const';
    case 'call':
      return e.args.every((a) => a.kind === 'const');
    default:
      return false;
  }
}

function logic(e: Binary): Expr {
  const constant = e.a.kind === 'const' ? e.a : e.b.kind === 'const' ? e.b : undefined;
  if (constant === undefined || e.op === 'xor') return e;
  const other = constant === e.a ? e.b : e.a;
  // `and` with true and `or` with false leave the other operand; the other constant decides.
  return (constant.value === 1) === (e.op === 'and') ? other : constant;
}

/** The truth of a comparison that ranges prove, or undefined. */
function decided(op: CompareOp, left: Expr, right: Expr, ranges: Ranges): Expr | undefined {
  const [a, b] = [rangeOf(left, ranges), rangeOf(right, ranges)];
  const less = (x: Interval, y: Interval): boolean | undefined =>
    x.high < y.low ? true : x.low >= y.high ? false : undefined;
  const same =
    printExpr(left) === printExpr(right) || (a.low === a.high && b.low === b.high && a.low === b.low);
  const equal = same ? true : a.high < b.low || b.high < a.low ? false : undefined;
  const truth = (x: boolean | undefined, flip = false): Expr | undefined =>
    x === undefined ? undefined : bool(x !== flip);
  switch (op) {
    case 'eq':
      return truth(equal);
    case 'ne':
      return truth(equal, true);
    case 'lt':
      return truth(same ? false : less(a, b));
    case 'ge':
      return truth(same ? false : less(a, b), true);
    case 'gt':
      return truth(same ? false : less(b, a));
    case 'le':
      return truth(same ? false : less(b, a), true);
  }
}

function integer(e: Binary, ranges: Ranges): Expr {
  const divisor = e.b.kind === 'const' && e.b.value > 0 ? e.b.value : undefined;
  switch (e.op) {
    case 'add':
    case 'sub':
    case 'mul':
      return e.op === 'mul' && e.a.kind !== 'const' && e.b.kind !== 'const' ? e : expressionOf(linearOf(e));
    case 'div':
      return divisor === undefined ? e : quotient(e.a, divisor, ranges);
    case 'rem':
      return divisor === undefined ? e : remainder(e.a, divisor, ranges);
    case 'min':
    case 'max': {
      const [a, b] = [rangeOf(e.a, ranges), rangeOf(e.b, ranges)];
      if (a.high <= b.low) return e.op === 'min' ? e.a : e.b;
      if (b.high <= a.low) return e.op === 'min' ? e.b : e.a;
      return e;
    }
    default:
      return e;
  }
}

/** x / n. Where x >= 0 this is the floor, and what n divides comes out of it. */
function quotient(x: Expr, n: number, ranges: Ranges): Expr {
  const range = rangeOf(x, ranges);
  if (n === 1) return x;
  if (range.low < 0) return binary('div', x, i32(n));
  if (range.high < n) return i32(0);
  const form = linearOf(x);
  const [whole, rest] = divisiblePart(form, n);
  const restRange = rangeOf(expressionOf(rest), ranges);
  if (isSmaller(rest, form) && restRange.low >= 0)
    return linear(add(expressionOf(whole), quotient(expressionOf(rest), n, ranges)));
  // x = step · coarse + fine with fine < step, which says nothing about multiples of step.
  for (const step of stepsOf(form, n)) {
    const [coarse, fine] = divisiblePart(form, step);
    const { low, high } = rangeOf(expressionOf(fine), ranges);
    if (low >= 0 && high < step) return quotient(expressionOf(coarse), n / step, ranges);
  }
  if (x.kind === 'binary' && x.op === 'div' && x.b.kind === 'const' && x.b.value > 0) {
    const both = x.b.value * n;
    if (rangeOf(x.a, ranges).low >= 0 && both < 2 ** 31) return quotient(x.a, both, ranges);
  }
  return binary('div', x, i32(n));
}

/** x % n, which has the sign of x. */
function remainder(x: Expr, n: number, ranges: Ranges): Expr {
  const range = rangeOf(x, ranges);
  if (n === 1) return i32(0);
  if (range.low < 0) return binary('rem', x, i32(n));
  if (range.high < n) return x;
  const form = linearOf(x);
  const [, rest] = divisiblePart(form, n);
  if (isSmaller(rest, form) && rangeOf(expressionOf(rest), ranges).low >= 0)
    return remainder(expressionOf(rest), n, ranges);
  if (x.kind === 'binary' && x.op === 'rem' && x.b.kind === 'const' && x.b.value > 0 && x.b.value % n === 0)
    return remainder(x.a, n, ranges);
  return binary('rem', x, i32(n));
}

const linear = (e: Expr): Expr => (e.kind === 'const' ? e : expressionOf(linearOf(e)));

function isSmaller(rest: Linear, form: Linear): boolean {
  return rest.terms.length < form.terms.length || rest.constant !== form.constant;
}

/** The factors of terms that divide n, the largest first. */
function stepsOf(form: Linear, n: number): number[] {
  const steps = new Set(
    form.terms.map((t) => Math.abs(t.times)).filter((t) => t > 1 && t < n && n % t === 0),
  );
  return [...steps].sort((a, b) => b - a);
}
