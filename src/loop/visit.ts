// Walks over kernel expressions and statements: every expression once per place it stands, and the scalar functions called.
import { InternalError, unreachable } from '../util/errors.ts';
import type { Expr, ScalarFunction, Stmt } from './kernel.ts';

const none: readonly Expr[] = [];

/** The expressions an expression is made of, in order of evaluation. */
export function operandsOf(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case 'const':
    case 'local':
      return none;
    case 'load':
      return [e.index];
    case 'unary':
    case 'convert':
    case 'bits':
      return [e.x];
    case 'binary':
    case 'compare':
      return [e.a, e.b];
    case 'select':
      return [e.cond, e.a, e.b];
    case 'call':
      return e.args;
    default:
      return unreachable(e);
  }
}

function visitStmt(s: Stmt, f: (e: Expr) => void): void {
  switch (s.kind) {
    case 'for':
      visitExprs(s.body, f);
      break;
    case 'let':
    case 'var':
    case 'assign':
      visitExpr(s.value, f);
      break;
    case 'store':
      visitExpr(s.index, f);
      visitExpr(s.value, f);
      break;
    case 'if':
      visitExpr(s.cond, f);
      visitExprs(s.then, f);
      visitExprs(s.otherwise, f);
      break;
    case 'reduce':
      visitExprs(s.body, f);
      visitExpr(s.value, f);
      break;
    case 'assert':
      visitExpr(s.cond, f);
      visitExpr(s.got, f);
      break;
    default:
      unreachable(s);
  }
}

/** Calls `f` with every expression in an expression or in statements, operands first. The bodies of called functions are not entered. */
export function visitExprs(root: Expr | readonly Stmt[], f: (e: Expr) => void): void {
  if ('kind' in root) visitExpr(root, f);
  else for (const s of root) visitStmt(s, f);
}

function visitExpr(e: Expr, f: (e: Expr) => void): void {
  for (const operand of operandsOf(e)) visitExpr(operand, f);
  f(e);
}

/** The expressions of a scalar function: its lets, then its result. */
export function bodyOf(fn: ScalarFunction): readonly Expr[] {
  return [...fn.lets.map((l) => l.value), fn.result];
}

/** The scalar functions an expression or statements call, also through other functions; callees before their callers. */
export function functionsUsed(root: Expr | readonly Stmt[]): readonly ScalarFunction[] {
  const found = new Map<string, ScalarFunction>();
  const enter = (e: Expr): void => {
    if (e.kind !== 'call') return;
    const known = found.get(e.fn.name);
    if (known === e.fn) return;
    if (known !== undefined) throw new InternalError(`two scalar functions are named ${e.fn.name}`);
    for (const part of bodyOf(e.fn)) visitExprs(part, enter);
    found.set(e.fn.name, e.fn);
  };
  visitExprs(root, enter);
  return [...found.values()];
}
