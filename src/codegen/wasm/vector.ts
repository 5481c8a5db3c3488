// Expressions for four iterations at once: each leaves a v128 on the stack. A bool is all ones or all zeros in its 32 bits.
// Whatever SIMD has no instruction for is computed lane by lane in scalar code.
import type { BinaryOp, CompareOp, Expr, Scalar, ScalarFunction, UnaryOp } from '../../loop/kernel.ts';
import { operandsOf } from '../../loop/visit.ts';
import { InternalError, unreachable } from '../../util/errors.ts';
import { strideOf } from './address.ts';
import { type Binding, bindingOf, type Context, inside, once, varies } from './context.ts';
import type { Opcode } from './opcodes.ts';
import { emitAddress, emitScalar, isFree } from './scalar.ts';
import { emitWide, isBound, type Narrow } from './wide.ts';

export function emitVector(e: Expr, context: Context): void {
  const { code } = context;
  if (e.type === 'f64') throw new InternalError('no vector holds four f64');
  if (e.kind === 'const') {
    const lane = e.type === 'f32' ? { f32: e.value } : { i32: e.type === 'bool' ? -e.value : e.value };
    // A NaN has one key, and so one pattern of bits.
    const key = `${e.type === 'f32' ? 'f32' : 'i32'} ${Object.is(e.value, -0) ? '-0' : Object.values(lane)[0]}`;
    once(context, key, () => code.v128(lane));
    return;
  }
  if (e.kind === 'local') {
    emitVectorLocal(e.name, e.type, context);
    return;
  }
  if (!varies(e, context)) {
    if (e.kind === 'load' && e.type === 'f32')
      code.memory('v128.load32_splat', emitAddress(e.buffer, e.index, context));
    else {
      emitScalar(e, context);
      emitSplat(e.type, context);
    }
    return;
  }
  switch (e.kind) {
    case 'load':
      emitLoad(e, context);
      break;
    case 'unary':
      emitVector(e.x, context);
      emitUnary(e.op, e.type, context);
      break;
    case 'binary':
      emitBinary(e, context);
      break;
    case 'compare':
      emitCompare(e, context);
      break;
    case 'select':
      if (!mayEvaluate(e.a, context) || !mayEvaluate(e.b, context)) emitByLanes(e, context);
      else {
        emitVector(e.a, context);
        emitVector(e.b, context);
        emitVector(e.cond, context);
        code.op('v128.bitselect');
      }
      break;
    case 'convert':
      emitConversion(e, context);
      break;
    case 'bits':
      emitVector(e.x, context);
      break;
    case 'call':
      // Written out where it is called: its constants then stay in locals around the loop.
      emitVector(e.fn.result, enterCall(e.fn, e.args, context));
      break;
    default:
      unreachable(e);
  }
}

/** The value of each of the four iterations, one after the other. */
function emitByLanes(e: Expr, context: Context): void {
  const { code } = context;
  for (let lane = 0; lane < 4; lane++) {
    emitScalar(e, inside(context, { laned: false, lane }));
    if (lane === 0) emitSplat(e.type, context, true);
    else code.lane(e.type === 'f32' ? 'f32x4.replace_lane' : 'i32x4.replace_lane', lane);
  }
  if (e.type === 'bool') code.op('i32x4.neg');
}

/** The scalar on the stack in all lanes; a bool becomes a mask, unless it is `raw`. */
export function emitSplat(type: Scalar, { code }: Context, raw = false): void {
  if (type === 'f64') throw new InternalError('no vector holds four f64');
  code.op(type === 'f32' ? 'f32x4.splat' : 'i32x4.splat');
  if (type === 'bool' && !raw) code.op('i32x4.neg');
}

function emitVectorLocal(name: string, type: Scalar, context: Context): void {
  const { code, hoisted } = context;
  const binding = bindingOf(name, context);
  switch (binding.kind) {
    case 'vector':
    case 'splat':
      code.get(binding.local);
      break;
    case 'scalar': {
      const make = (): void => {
        emitScalar({ kind: 'local', type, name }, context);
        emitSplat(type, context);
      };
      if (hoisted !== null && binding.local < hoisted.firstInside)
        once(context, `local ${binding.local} ${binding.plus} ${type}`, make);
      else make();
      break;
    }
    case 'wide':
      throw new InternalError(`${name} is an f64, of which no vector holds four`);
    case 'lanes':
      code.get(binding.local);
      code.op('i32x4.splat');
      once(context, `steps ${binding.plus}`, () =>
        code.v128Of([0, 1, 2, 3].map((lane) => ({ i32: binding.plus + lane }))),
      );
      code.op('i32x4.add');
      break;
    default:
      unreachable(binding);
  }
}

function emitLoad(e: Extract<Expr, { readonly kind: 'load' }>, context: Context): void {
  const { code } = context;
  if (strideOf(e.index, context) !== 1 || e.type === 'f64') {
    emitByLanes(e, context);
    return;
  }
  const offset = emitAddress(e.buffer, e.index, context);
  if (e.type !== 'bool') code.memory('v128.load', offset);
  else {
    code.memory('v128.load32_zero', offset);
    code.op('i16x8.extend_low_i8x16_u', 'i32x4.extend_low_i16x8_u', 'i32x4.neg');
  }
}

const floatUnary: Readonly<Record<Exclude<UnaryOp, 'not'>, Opcode>> = {
  neg: 'f32x4.neg',
  abs: 'f32x4.abs',
  sqrt: 'f32x4.sqrt',
  floor: 'f32x4.floor',
  ceil: 'f32x4.ceil',
  trunc: 'f32x4.trunc',
  round: 'f32x4.nearest',
};

function emitUnary(op: UnaryOp, type: Scalar, context: Context): void {
  const { code, hoisted } = context;
  if (type === 'f32' && (op === 'neg' || op === 'abs') && hoisted !== null) {
    // Engines make the mask of the sign bits for each f32x4.neg and f32x4.abs anew.
    emitVector({ kind: 'const', type: 'i32', value: op === 'neg' ? -(2 ** 31) : 2 ** 31 - 1 }, context);
    code.op(op === 'neg' ? 'v128.xor' : 'v128.and');
  } else code.op(unaryOpcode(op, type));
}

function unaryOpcode(op: UnaryOp, type: Scalar): Opcode {
  if (op === 'not') return 'v128.not';
  if (type === 'f32') return floatUnary[op];
  if (op === 'neg') return 'i32x4.neg';
  if (op === 'abs') return 'i32x4.abs';
  throw new InternalError(`kernel ${op} of ${type}`);
}

type FloatOp = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max';

/** The instruction that combines two vectors, or undefined where there is none. */
export function combinationOpcode(op: BinaryOp, type: Scalar): Opcode | undefined {
  switch (op) {
    case 'add':
    case 'sub':
    case 'mul':
      return type === 'f32' ? `f32x4.${op}` : `i32x4.${op}`;
    case 'min':
    case 'max':
      return type === 'f32' ? `f32x4.${op}` : `i32x4.${op}_s`;
    case 'div':
      return type === 'f32' ? (`f32x4.${op}` satisfies `f32x4.${FloatOp}`) : undefined;
    case 'and':
    case 'or':
    case 'xor':
      return `v128.${op}`;
    case 'rem':
    case 'shl':
    case 'shr':
    case 'ushr':
      return undefined;
    default:
      return unreachable(op);
  }
}

const shifts = { shl: 'i32x4.shl', shr: 'i32x4.shr_s', ushr: 'i32x4.shr_u' } as const;

function emitBinary(e: Extract<Expr, { readonly kind: 'binary' }>, context: Context): void {
  const { code } = context;
  const { op, a, b } = e;
  if ((op === 'shl' || op === 'shr' || op === 'ushr') && !varies(b, context)) {
    emitVector(a, context);
    emitScalar(b, context);
    code.op(shifts[op]);
    return;
  }
  if ((op === 'min' || op === 'max') && e.type === 'f32' && (isBound(a, op) || isBound(b, op))) {
    // pmax(x, c) is x < c ? c : x. It gives x where that is NaN, and differs from the maximum only in the sign of a zero.
    const [x, bound] = isBound(b, op) ? [a, b] : [b, a];
    emitVector(x, context);
    emitVector(bound, context);
    code.op(op === 'min' ? 'f32x4.pmin' : 'f32x4.pmax');
    return;
  }
  if (e.type === 'f32' && (op === 'add' || op === 'sub') && context.library.fuses) {
    const [product, other] = isProduct(b) ? [b, a] : [a, b];
    // What is subtracted must be the product: c - x · y.
    if (isProduct(product) && (op === 'add' || product === b)) {
      for (const x of [product.a, product.b, other]) emitVector(x, context);
      code.op(op === 'add' ? 'f32x4.relaxed_madd' : 'f32x4.relaxed_nmadd');
      return;
    }
  }
  const opcode = combinationOpcode(op, e.type);
  // Like select, a conjunction guards what stands on its right.
  if (opcode === undefined || (e.type === 'bool' && !mayEvaluate(b, context))) {
    emitByLanes(e, context);
    return;
  }
  emitVector(a, context);
  emitVector(b, context);
  code.op(opcode);
}

function isProduct(e: Expr): e is Extract<Expr, { readonly kind: 'binary' }> {
  return e.kind === 'binary' && e.op === 'mul';
}

// For bools true is the greater: as masks they compare like unsigned integers.
const wordCompare: Readonly<Record<CompareOp, readonly [integer: Opcode, mask: Opcode]>> = {
  eq: ['i32x4.eq', 'i32x4.eq'],
  ne: ['i32x4.ne', 'i32x4.ne'],
  lt: ['i32x4.lt_s', 'i32x4.lt_u'],
  le: ['i32x4.le_s', 'i32x4.le_u'],
  gt: ['i32x4.gt_s', 'i32x4.gt_u'],
  ge: ['i32x4.ge_s', 'i32x4.ge_u'],
};

function emitCompare(e: Extract<Expr, { readonly kind: 'compare' }>, context: Context): void {
  const { type } = e.a;
  if (type === 'f64') {
    const [a, b] = [emitWide(e.a, context, narrow), emitWide(e.b, context, narrow)];
    for (const half of ['low', 'high'] as const) {
      context.code.get(a[half]);
      context.code.get(b[half]);
      context.code.op(`f64x2.${e.op}`);
    }
    context.code.shuffle([0, 2, 4, 6]);
    return;
  }
  emitVector(e.a, context);
  emitVector(e.b, context);
  const [integer, mask] = wordCompare[e.op];
  context.code.op(type === 'f32' ? `f32x4.${e.op}` : type === 'i32' ? integer : mask);
}

function emitConversion(e: Extract<Expr, { readonly kind: 'convert' }>, context: Context): void {
  const { code } = context;
  const from = e.x.type;
  if (from === 'f64') {
    const { low, high } = emitWide(e.x, context, narrow);
    for (const half of [low, high]) {
      code.get(half);
      if (e.type === 'bool') {
        once(context, 'f64 0', () => code.f64x2(0));
        code.op('f64x2.ne');
      } else code.op(e.type === 'f32' ? 'f32x4.demote_f64x2_zero' : 'i32x4.trunc_sat_f64x2_s_zero');
    }
    code.shuffle(e.type === 'bool' ? [0, 2, 4, 6] : [0, 1, 4, 5]);
    return;
  }
  emitVector(e.x, context);
  switch (e.type) {
    case 'f32':
      if (from === 'i32') code.op('f32x4.convert_i32x4_s');
      else if (from === 'bool') {
        once(context, 'f32 1', () => code.v128({ f32: 1 }));
        code.op('v128.and');
      }
      break;
    case 'i32':
      if (from === 'f32') code.op('i32x4.trunc_sat_f32x4_s');
      else if (from === 'bool') code.op('i32x4.neg');
      break;
    case 'bool':
      if (from === 'bool') break;
      once(context, `${from} 0`, () => code.v128(from === 'f32' ? { f32: 0 } : { i32: 0 }));
      code.op(from === 'f32' ? 'f32x4.ne' : 'i32x4.ne');
      break;
    case 'f64':
      throw new InternalError('no vector holds four f64');
    default:
      unreachable(e.type);
  }
}

/** Binds the parameters and steps of a function. */
function enterCall(fn: ScalarFunction, args: readonly Expr[], context: Context): Context {
  const names = new Map<string, Binding>();
  const keep = (name: string, e: Expr, from: Context): void => {
    if (e.type === 'f64') {
      names.set(name, { kind: 'wide', ...emitWide(e, from, narrow) });
      return;
    }
    emitVector(e, from);
    const local = context.code.local('v128');
    context.code.set(local);
    names.set(name, { kind: 'vector', local });
  };
  fn.params.forEach((p, i) => keep(p.name, args[i]!, context));
  const within: Context = { ...context, names, ranges: new Map() };
  for (const { name, value } of fn.lets) keep(name, value, within);
  return within;
}

const narrow: Narrow = { emitVector, enterCall };

/** May all lanes be evaluated where only some may ask for the value? What takes long is evaluated all the same: a branch for each lane costs more. */
function mayEvaluate(e: Expr, context: Context): boolean {
  if (e.kind === 'call') return e.args.every((arg) => mayEvaluate(arg, context));
  if (e.kind === 'load') return isFree(e, context);
  return operandsOf(e).every((x) => mayEvaluate(x, context));
}

/** Stores the vector on the stack where `address` says; a bool as four bytes. */
export function emitVectorStore(type: Scalar, address: () => number, { code }: Context): void {
  const value = code.local('v128');
  if (type === 'bool') {
    code.i32(31);
    code.op('i32x4.shr_u');
    code.set(value);
    const offset = address();
    code.get(value);
    code.get(value);
    code.op('i16x8.narrow_i32x4_u');
    code.get(value);
    code.op('i8x16.narrow_i16x8_u');
    code.store32Lane(offset, 0);
    return;
  }
  code.set(value);
  const offset = address();
  code.get(value);
  code.memory('v128.store', offset);
}
