// Constructors for kernel expressions and statements, so that ops and lowering read like formulas.
import { InternalError } from '../util/errors.ts';
import type { BinaryOp, CompareOp, Expr, Scalar, ScalarFunction, Stmt, UnaryOp } from './kernel.ts';

export const f32 = (value: number): Expr => ({ kind: 'const', type: 'f32', value: Math.fround(value) });
export const f64 = (value: number): Expr => ({ kind: 'const', type: 'f64', value });
export const i32 = (value: number): Expr => ({ kind: 'const', type: 'i32', value: value | 0 });
export const bool = (value: boolean): Expr => ({ kind: 'const', type: 'bool', value: value ? 1 : 0 });
/** A constant of the given type. */
export function constOf(type: Scalar, value: number): Expr {
  return type === 'f32'
    ? f32(value)
    : type === 'f64'
      ? f64(value)
      : type === 'i32'
        ? i32(value)
        : bool(value !== 0);
}

export const local = (type: Scalar, name: string): Expr => ({ kind: 'local', type, name });
export const index = (name: string): Expr => local('i32', name);
export const load = (type: Scalar, buffer: string, at: Expr): Expr => ({
  kind: 'load',
  type,
  buffer,
  index: at,
});

export function unary(op: UnaryOp, x: Expr): Expr {
  return { kind: 'unary', type: x.type, op, x };
}
export function binary(op: BinaryOp, a: Expr, b: Expr): Expr {
  if (a.type !== b.type) throw new InternalError(`kernel ${op} of ${a.type} and ${b.type}`);
  return { kind: 'binary', type: a.type, op, a, b };
}
export function compare(op: CompareOp, a: Expr, b: Expr): Expr {
  if (a.type !== b.type) throw new InternalError(`kernel ${op} of ${a.type} and ${b.type}`);
  return { kind: 'compare', type: 'bool', op, a, b };
}
export function select(cond: Expr, a: Expr, b: Expr): Expr {
  if (a.type !== b.type) throw new InternalError(`kernel select of ${a.type} and ${b.type}`);
  return { kind: 'select', type: a.type, cond, a, b };
}
export function convert(type: Scalar, x: Expr): Expr {
  return x.type === type ? x : { kind: 'convert', type, x };
}
export const bitsOf = (x: Expr): Expr => ({ kind: 'bits', type: 'i32', x });
export const fromBits = (x: Expr): Expr => ({ kind: 'bits', type: 'f32', x });
export const call = (fn: ScalarFunction, ...args: Expr[]): Expr => ({
  kind: 'call',
  type: fn.result.type,
  fn,
  args,
});

export const add = (a: Expr, b: Expr): Expr => binary('add', a, b);
export const sub = (a: Expr, b: Expr): Expr => binary('sub', a, b);
export const mul = (a: Expr, b: Expr): Expr => binary('mul', a, b);
export const div = (a: Expr, b: Expr): Expr => binary('div', a, b);
export const and = (a: Expr, b: Expr): Expr => binary('and', a, b);
export const or = (a: Expr, b: Expr): Expr => binary('or', a, b);
export const not = (x: Expr): Expr => unary('not', x);

export const store = (buffer: string, at: Expr, value: Expr): Stmt => ({
  kind: 'store',
  buffer,
  index: at,
  value,
});
export const letIn = (name: string, value: Expr): Stmt => ({ kind: 'let', name, value });
export const variable = (name: string, value: Expr): Stmt => ({ kind: 'var', name, value });
export const assign = (name: string, value: Expr): Stmt => ({ kind: 'assign', name, value });
export const loop = (name: string, extent: number, body: readonly Stmt[]): Stmt => ({
  kind: 'for',
  index: name,
  extent,
  body,
});
/** A loop of independent iterations, of which four may run at once. */
export const lanedLoop = (name: string, extent: number, body: readonly Stmt[]): Stmt => ({
  kind: 'for',
  index: name,
  extent,
  lanes: 4,
  body,
});
export const when = (cond: Expr, then: readonly Stmt[], otherwise: readonly Stmt[] = []): Stmt => ({
  kind: 'if',
  cond,
  then,
  otherwise,
});
export const assert = (cond: Expr, message: string, got: Expr): Stmt => ({
  kind: 'assert',
  cond,
  message,
  got,
});

/** Row-major linear index of a multi-index. An axis of size 1 has one index only, 0, and says nothing. */
export function linearIndex(at: readonly Expr[], shape: readonly number[]): Expr {
  let out: Expr | null = null;
  at.forEach((e, axis) => {
    const d = shape[axis]!;
    if (d !== 1) out = out === null ? e : add(mul(out, i32(d)), e);
  });
  return out ?? i32(0);
}

/** The multi-index of a row-major linear index: what `linearIndex` undoes. Axes of size 1 cost nothing. */
export function delinearize(at: Expr, shape: readonly number[]): readonly Expr[] {
  const out: Expr[] = new Array(shape.length);
  let rest = at;
  // The outermost axis that is longer than 1 needs no remainder: what is left of the index is in its range.
  const outermost = shape.findIndex((d) => d !== 1);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const d = shape[axis]!;
    if (d === 1) out[axis] = i32(0);
    else if (axis === outermost) out[axis] = rest;
    else {
      out[axis] = binary('rem', rest, i32(d));
      rest = div(rest, i32(d));
    }
  }
  return out;
}
