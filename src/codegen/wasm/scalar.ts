// Expressions as scalar code: each leaves its value on the stack. A bool is 0 or 1.
import type { BinaryOp, CompareOp, Expr, Scalar, UnaryOp } from '../../loop/kernel.ts';
import { operandsOf } from '../../loop/visit.ts';
import { InternalError, unreachable } from '../../util/errors.ts';
import { emitAddressBy, isInside } from './address.ts';
import { bindingOf, type Context, valueTypes } from './context.ts';
import type { Opcode } from './opcodes.ts';

/** See `emitAddressBy`. */
export function emitAddress(buffer: string, index: Expr, context: Context): number {
  return emitAddressBy(emitScalar, buffer, index, context);
}

export function emitScalar(e: Expr, context: Context): void {
  const { code } = context;
  switch (e.kind) {
    case 'const':
      emitConstant(e.type, e.value, context);
      break;
    case 'local':
      emitLocal(e.name, e.type, context);
      break;
    case 'load': {
      const offset = emitAddress(e.buffer, e.index, context);
      code.memory(e.type === 'bool' ? 'i32.load8_u' : `${e.type}.load`, offset);
      break;
    }
    case 'unary':
      emitUnary(e.op, e.x, context);
      break;
    case 'binary':
      emitBinary(e, context);
      break;
    case 'compare':
      emitScalar(e.a, context);
      emitScalar(e.b, context);
      code.op(compareOpcode(e.op, e.a.type));
      break;
    case 'select':
      emitSelect(e, context);
      break;
    case 'convert':
      emitScalar(e.x, context);
      emitConversion(e.x.type, e.type, context);
      break;
    case 'bits':
      emitScalar(e.x, context);
      code.op(e.type === 'i32' ? 'i32.reinterpret_f32' : 'f32.reinterpret_i32');
      break;
    case 'call':
      for (const arg of e.args) emitScalar(arg, context);
      code.call(context.library.functionOf(e.fn));
      break;
    default:
      unreachable(e);
  }
}

function emitConstant(type: Scalar, value: number, { code }: Context): void {
  if (type === 'f32') code.f32(value);
  else if (type === 'f64') code.f64(value);
  else code.i32(value);
}

function emitLocal(name: string, type: Scalar, context: Context): void {
  const { code, lane } = context;
  const binding = bindingOf(name, context);
  const plus = (by: number): void => {
    if (by === 0) return;
    code.i32(by);
    code.op('i32.add');
  };
  switch (binding.kind) {
    case 'scalar':
      code.get(binding.local);
      plus(binding.plus);
      break;
    case 'lanes':
      code.get(binding.local);
      plus(binding.plus + lane);
      break;
    case 'vector':
      code.get(binding.local);
      emitExtract(type, lane, context);
      break;
    case 'splat':
      code.get(binding.local);
      code.lane('f32x4.extract_lane', 0);
      break;
    case 'wide':
      code.get(lane < 2 ? binding.low : binding.high);
      code.lane('f64x2.extract_lane', lane % 2);
      break;
    default:
      unreachable(binding);
  }
}

/** One of the four values of the vector on the stack. */
export function emitExtract(type: Scalar, lane: number, { code }: Context): void {
  if (type === 'f64') throw new InternalError('no vector holds four f64');
  code.lane(type === 'f32' ? 'f32x4.extract_lane' : 'i32x4.extract_lane', lane);
  if (type !== 'bool') return;
  code.i32(1);
  code.op('i32.and');
}

const floatUnary: Readonly<Record<Exclude<UnaryOp, 'not'>, string>> = {
  neg: 'neg',
  abs: 'abs',
  sqrt: 'sqrt',
  floor: 'floor',
  ceil: 'ceil',
  trunc: 'trunc',
  round: 'nearest',
};

function emitUnary(op: UnaryOp, x: Expr, context: Context): void {
  const { code } = context;
  if (op === 'not') {
    emitScalar(x, context);
    code.op('i32.eqz');
  } else if (x.type === 'f32' || x.type === 'f64') {
    emitScalar(x, context);
    code.op(`${x.type}.${floatUnary[op]}` as Opcode);
  } else if (op === 'neg') {
    code.i32(0);
    emitScalar(x, context);
    code.op('i32.sub');
  } else if (op === 'abs') {
    // (x ^ s) - s with s = x >> 31: all ones for a negative x.
    const [value, sign] = [code.local('i32'), code.local('i32')];
    emitScalar(x, context);
    code.tee(value);
    code.i32(31);
    code.op('i32.shr_s');
    code.tee(sign);
    code.get(value);
    code.op('i32.xor');
    code.get(sign);
    code.op('i32.sub');
  } else throw new InternalError(`kernel ${op} of ${x.type}`);
}

function emitBinary(e: Extract<Expr, { readonly kind: 'binary' }>, context: Context): void {
  const { code } = context;
  // Like select, a conjunction guards what stands on its right.
  if (e.type === 'bool' && (e.op === 'and' || e.op === 'or') && !isFree(e.b, context)) {
    emitScalar(e.a, context);
    const b = (): void => emitScalar(e.b, context);
    const [then, otherwise] = e.op === 'and' ? [b, () => code.i32(0)] : [() => code.i32(1), b];
    code.branch(then, otherwise, 'i32');
    return;
  }
  emitScalar(e.a, context);
  emitScalar(e.b, context);
  emitCombination(e.op, e.type, context, e.b);
}

const intBinary: Readonly<Record<Exclude<BinaryOp, 'div' | 'rem' | 'min' | 'max'>, Opcode>> = {
  add: 'i32.add',
  sub: 'i32.sub',
  mul: 'i32.mul',
  and: 'i32.and',
  or: 'i32.or',
  xor: 'i32.xor',
  shl: 'i32.shl',
  shr: 'i32.shr_s',
  ushr: 'i32.shr_u',
};

/** Combines the two values on the stack. `divisor` may be known to be no trouble. */
export function emitCombination(op: BinaryOp, type: Scalar, context: Context, divisor?: Expr): void {
  const { code, library } = context;
  if (type === 'f32' || type === 'f64') {
    if (op === 'rem') emitFloatRemainder(type, context);
    else if (op === 'add' || op === 'sub' || op === 'mul' || op === 'div' || op === 'min' || op === 'max')
      code.op(`${type}.${op}`);
    else throw new InternalError(`kernel ${op} of ${type}`);
    return;
  }
  switch (op) {
    case 'div':
    case 'rem':
      if (divisor?.kind === 'const' && divisor.value > 0) code.op(`i32.${op}_s`);
      else code.call(library.helper(`i32_${op}`));
      break;
    case 'min':
    case 'max': {
      const [a, b] = [code.local('i32'), code.local('i32')];
      code.set(b);
      code.tee(a);
      code.get(b);
      code.get(a);
      code.get(b);
      code.op(op === 'min' ? 'i32.lt_s' : 'i32.gt_s', 'select');
      break;
    }
    default:
      code.op(intBinary[op]);
  }
}

// The remainder of two f32 is an f32, and f64 arithmetic finds it exactly.
function emitFloatRemainder(type: 'f32' | 'f64', { code, library }: Context): void {
  if (type === 'f64') {
    code.call(library.helper('f64_rem'));
    return;
  }
  const b = code.local('f32');
  code.set(b);
  code.op('f64.promote_f32');
  code.get(b);
  code.op('f64.promote_f32');
  code.call(library.helper('f64_rem'));
  code.op('f32.demote_f64');
}

const integerCompare: Readonly<Record<CompareOp, Opcode>> = {
  eq: 'i32.eq',
  ne: 'i32.ne',
  lt: 'i32.lt_s',
  le: 'i32.le_s',
  gt: 'i32.gt_s',
  ge: 'i32.ge_s',
};

function compareOpcode(op: CompareOp, type: Scalar): Opcode {
  return type === 'f32' || type === 'f64' ? `${type}.${op}` : integerCompare[op];
}

function emitSelect(e: Extract<Expr, { readonly kind: 'select' }>, context: Context): void {
  const { code } = context;
  if (isFree(e.a, context) && isFree(e.b, context)) {
    emitScalar(e.a, context);
    emitScalar(e.b, context);
    emitScalar(e.cond, context);
    code.op('select');
    return;
  }
  emitScalar(e.cond, context);
  code.branch(
    () => emitScalar(e.a, context),
    () => emitScalar(e.b, context),
    valueTypes[e.type],
  );
}

/** May it be evaluated where its value is not asked for? Not where it may read outside of its buffer, and not where it takes long. */
export function isFree(e: Expr, context: Context): boolean {
  if (e.kind === 'load' && !isInside(e, context)) return false;
  if (e.kind === 'call' || (e.kind === 'binary' && e.op === 'rem')) return false;
  return operandsOf(e).every((x) => isFree(x, context));
}

function emitConversion(from: Scalar, to: Scalar, { code }: Context): void {
  switch (to) {
    case 'f32':
      if (from === 'f64') code.op('f32.demote_f64');
      else if (from !== 'f32') code.op('f32.convert_i32_s');
      break;
    case 'f64':
      if (from === 'f32') code.op('f64.promote_f32');
      else if (from !== 'f64') code.op('f64.convert_i32_s');
      break;
    case 'i32':
      if (from === 'f32') code.op('i32.trunc_sat_f32_s');
      else if (from === 'f64') code.op('i32.trunc_sat_f64_s');
      break;
    case 'bool':
      if (from === 'bool') break;
      if (from === 'i32') code.i32(0);
      else if (from === 'f32') code.f32(0);
      else code.f64(0);
      code.op(from === 'i32' ? 'i32.ne' : `${from}.ne`);
      break;
    default:
      unreachable(to);
  }
}
