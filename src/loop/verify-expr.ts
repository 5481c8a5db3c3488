// The rules of the verifier that are about expressions and names: K1, K3, K4, K11 and K12 of verify.ts.
import { unreachable } from '../util/errors.ts';
import type { BinaryOp, Expr, ReduceOp, Scalar, ScalarFunction, UnaryOp } from './kernel.ts';
import { isIdentifier } from './names.ts';

export type Fail = (rule: string, what: string) => void;
type Load = Extract<Expr, { readonly kind: 'load' }>;

interface Surroundings {
  /** A condition around decides whether this is evaluated. */
  readonly guarded: boolean;
  load(load: Load, guarded: boolean): void;
}

const floats: readonly Scalar[] = ['f32', 'f64'];
const numbers: readonly Scalar[] = ['f32', 'f64', 'i32'];
const words: readonly Scalar[] = ['i32', 'bool'];

const unaryOps: Readonly<Record<UnaryOp, readonly Scalar[]>> = {
  neg: numbers,
  abs: numbers,
  sqrt: floats,
  floor: floats,
  ceil: floats,
  trunc: floats,
  round: floats,
  not: ['bool'],
};

const binaryOps: Readonly<Record<BinaryOp, readonly Scalar[]>> = {
  add: numbers,
  sub: numbers,
  mul: numbers,
  div: numbers,
  rem: numbers,
  min: numbers,
  max: numbers,
  and: words,
  or: words,
  xor: words,
  shl: ['i32'],
  shr: ['i32'],
  ushr: ['i32'],
};

/** The types that reductions exist for. */
export const reduceOps: Readonly<Record<ReduceOp, readonly Scalar[]>> = {
  add: numbers,
  mul: numbers,
  min: numbers,
  max: numbers,
  or: ['bool'],
  and: ['bool'],
};

/** An extent or a size. */
export function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

/** Throws (by `fail`) unless it may be a name: rule K1. */
export function checkName(name: string, fail: Fail): void {
  if (!isIdentifier(name)) fail('K1', `${JSON.stringify(name)} is no identifier`);
}

/** Checks an expression over the given locals; loads are given to the surroundings. */
export function checkExpr(
  e: Expr,
  locals: ReadonlyMap<string, { readonly type: Scalar }>,
  fail: Fail,
  surroundings: Surroundings,
): void {
  const check = (x: Expr): void => checkExpr(x, locals, fail, surroundings);
  const checkGuarded = (x: Expr): void => checkExpr(x, locals, fail, { ...surroundings, guarded: true });
  switch (e.kind) {
    case 'const':
      checkConst(e.type, e.value, fail);
      break;
    case 'local': {
      const known = locals.get(e.name);
      if (known === undefined) fail('K3', `${e.name} is not in scope`);
      else if (known.type !== e.type) fail('K3', `${e.name} is ${known.type}, used as ${e.type}`);
      break;
    }
    case 'load':
      check(e.index);
      surroundings.load(e, surroundings.guarded);
      break;
    case 'unary':
      check(e.x);
      if (e.x.type !== e.type || !unaryOps[e.op].includes(e.type))
        fail('K4', `${e.op} of ${e.x.type} as ${e.type}`);
      break;
    case 'binary':
      check(e.a);
      if (e.type === 'bool') checkGuarded(e.b);
      else check(e.b);
      if (e.a.type !== e.type || e.b.type !== e.type || !binaryOps[e.op].includes(e.type))
        fail('K4', `${e.op} of ${e.a.type} and ${e.b.type} as ${e.type}`);
      break;
    case 'compare':
      check(e.a);
      check(e.b);
      if (e.a.type !== e.b.type) fail('K4', `${e.op} of ${e.a.type} and ${e.b.type}`);
      break;
    case 'select':
      check(e.cond);
      checkGuarded(e.a);
      checkGuarded(e.b);
      if (e.cond.type !== 'bool' || e.a.type !== e.type || e.b.type !== e.type)
        fail('K4', `select by ${e.cond.type} of ${e.a.type} and ${e.b.type} as ${e.type}`);
      break;
    case 'convert':
      check(e.x);
      break;
    case 'bits':
      check(e.x);
      if (e.x.type !== (e.type === 'i32' ? 'f32' : 'i32')) fail('K4', `bits of ${e.x.type} as ${e.type}`);
      break;
    case 'call': {
      e.args.forEach(check);
      const takes = e.fn.params.map((p) => p.type).join(', ');
      const given = e.args.map((a) => a.type).join(', ');
      if (takes !== given) fail('K11', `${e.fn.name} takes (${takes}), got (${given})`);
      if (e.type !== e.fn.result.type)
        fail('K11', `${e.fn.name} gives ${e.fn.result.type}, used as ${e.type}`);
      checkFunction(e.fn, fail);
      break;
    }
    default:
      unreachable(e);
  }
}

function checkConst(type: Scalar, value: number, fail: Fail): void {
  const is =
    type === 'f64' ||
    (type === 'f32' && Object.is(Math.fround(value), value)) ||
    (type === 'i32' && Object.is(value | 0, value)) ||
    (type === 'bool' && (Object.is(value, 0) || value === 1));
  if (!is) fail('K12', `${value} is no ${type}`);
}

const checked = new WeakSet<ScalarFunction>();

function checkFunction(fn: ScalarFunction, fail: Fail): void {
  if (checked.has(fn)) return;
  const inside: Fail = (rule, what) => fail(rule, `in the function ${fn.name}, ${what}`);
  const noLoads: Surroundings = {
    guarded: true,
    load: (load) => inside('K11', `${load.buffer} is loaded from`),
  };
  const locals = new Map<string, { readonly type: Scalar }>();
  const bind = (name: string, type: Scalar): void => {
    checkName(name, inside);
    if (locals.has(name)) inside('K2', `${name} already has a meaning`);
    locals.set(name, { type });
  };
  for (const p of fn.params) bind(p.name, p.type);
  for (const { name, value } of fn.lets) {
    checkExpr(value, locals, inside, noLoads);
    bind(name, value.type);
  }
  checkExpr(fn.result, locals, inside, noLoads);
  checked.add(fn);
}
