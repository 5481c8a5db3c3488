// Rebuilds kernel expressions and statements with other operands. What does not change stays the same object.
import { unreachable } from '../util/errors.ts';
import type { Expr, Stmt } from './kernel.ts';
import { when } from './make.ts';

/** The expression with `f` of each of its operands. */
export function mapOperands(e: Expr, f: (operand: Expr) => Expr): Expr {
  switch (e.kind) {
    case 'const':
    case 'local':
      return e;
    case 'load': {
      const index = f(e.index);
      return index === e.index ? e : { ...e, index };
    }
    case 'unary':
    case 'convert':
    case 'bits': {
      const x = f(e.x);
      return x === e.x ? e : { ...e, x };
    }
    case 'binary':
    case 'compare': {
      const a = f(e.a);
      const b = f(e.b);
      return a === e.a && b === e.b ? e : { ...e, a, b };
    }
    case 'select': {
      const cond = f(e.cond);
      const a = f(e.a);
      const b = f(e.b);
      return cond === e.cond && a === e.a && b === e.b ? e : { ...e, cond, a, b };
    }
    case 'call': {
      const args = e.args.map(f);
      return args.every((arg, i) => arg === e.args[i]) ? e : { ...e, args };
    }
    default:
      return unreachable(e);
  }
}

/** The statement with `f` of each expression that stands in it and `g` of each list of statements in it. */
export function mapStmt(s: Stmt, f: (e: Expr) => Expr, g: (body: readonly Stmt[]) => readonly Stmt[]): Stmt {
  switch (s.kind) {
    case 'for':
      return { ...s, body: g(s.body) };
    case 'let':
    case 'var':
    case 'assign':
      return { ...s, value: f(s.value) };
    case 'store':
      return { ...s, index: f(s.index), value: f(s.value) };
    case 'if':
      return when(f(s.cond), g(s.then), g(s.otherwise));
    case 'reduce':
      return { ...s, body: g(s.body), value: f(s.value) };
    case 'assert':
      return { ...s, cond: f(s.cond), got: f(s.got) };
    default:
      return unreachable(s);
  }
}

/** Puts expressions in the place of locals. */
export function substitute(e: Expr, values: ReadonlyMap<string, Expr>): Expr {
  if (e.kind === 'local') return values.get(e.name) ?? e;
  return mapOperands(e, (operand) => substitute(operand, values));
}
