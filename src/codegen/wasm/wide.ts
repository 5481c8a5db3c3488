// Expressions of f64 for four iterations at once: two vectors of two, for lanes 0 and 1 and for lanes 2 and 3. They are steps of scalar functions; what goes
// in and comes out has 32 bits.
import type { BinaryOp, Expr, ScalarFunction, UnaryOp } from '../../loop/kernel.ts';
import { operandsOf } from '../../loop/visit.ts';
import { InternalError } from '../../util/errors.ts';
import { type Binding, bindingOf, type Context, inside, once, varies } from './context.ts';
import type { Opcode } from './opcodes.ts';
import { emitScalar } from './scalar.ts';

/** Two locals that hold the halves. */
export interface Halves {
  readonly low: number;
  readonly high: number;
}

/** How the parts are written that have 32 bits, and the calls. */
export interface Narrow {
  /** Leaves a v128 on the stack. */
  emitVector(e: Expr, context: Context): void;
  /** Binds the parameters and steps of a function, and gives the context in which its result can be written. */
  enterCall(fn: ScalarFunction, args: readonly Expr[], context: Context): Context;
}

/** What stands for parts of an expression while its halves are written: a local of four values of 32 bits, or two halves. */
type Parts = Map<Expr, number | Halves>;

/** Computes an f64 expression. */
export function emitWide(e: Expr, context: Context, narrow: Narrow): Halves {
  const parts: Parts = new Map();
  prepare(e, parts, context, narrow);
  const known = e.kind === 'local' ? halvesOf(bindingOf(e.name, context)) : parts.get(e);
  if (typeof known === 'object') return known;
  return inHalves(context, (half) => emitHalf(e, half, parts, context, narrow));
}

const halvesOf = (binding: Binding): Halves | undefined => (binding.kind === 'wide' ? binding : undefined);

/** Two locals, of what `write` leaves on the stack. */
function inHalves({ code }: Context, write: (half: 0 | 1) => void): Halves {
  const halves: Halves = { low: code.local('v128'), high: code.local('v128') };
  write(0);
  code.set(halves.low);
  write(1);
  code.set(halves.high);
  return halves;
}

// Both halves need them: what has 32 bits, the results of calls, and what has no instruction for two f64.
function prepare(e: Expr, parts: Parts, context: Context, narrow: Narrow): void {
  const { code } = context;
  if (parts.has(e) || !varies(e, context)) return;
  if (e.type !== 'f64') {
    narrow.emitVector(e, context);
    const local = code.local('v128');
    code.set(local);
    parts.set(e, local);
  } else if (e.kind === 'call')
    parts.set(e, emitWide(e.fn.result, narrow.enterCall(e.fn, e.args, context), narrow));
  else if (e.kind === 'select' && e.b.kind === 'call') parts.set(e, emitChoice(e, context, narrow));
  else if (e.kind === 'load' || (e.kind === 'binary' && e.op === 'rem'))
    parts.set(
      e,
      inHalves(context, (half) => emitLanes(e, half, context)),
    );
  else for (const operand of operandsOf(e)) prepare(operand, parts, context, narrow);
}

/** A select whose second arm takes long: most often no lane needs it, and else the lanes take turns. */
function emitChoice(e: Extract<Expr, { kind: 'select' }>, context: Context, narrow: Narrow): Halves {
  const { code } = context;
  const chosen: Halves = { low: code.local('v128'), high: code.local('v128') };
  const take = ({ low, high }: Halves): void => {
    code.get(low);
    code.set(chosen.low);
    code.get(high);
    code.set(chosen.high);
  };
  narrow.emitVector(e.cond, context);
  code.op('i32x4.all_true');
  code.branch(
    () => take(emitWide(e.a, context, narrow)),
    () => take(inHalves(context, (half) => emitLanes(e, half, context))),
  );
  return chosen;
}

/** One half, lane by lane. */
function emitLanes(e: Expr, half: 0 | 1, context: Context): void {
  const { code } = context;
  const lane = (n: number): void => emitScalar(e, inside(context, { laned: false, lane: 2 * half + n }));
  lane(0);
  code.op('f64x2.splat');
  lane(1);
  code.lane('f64x2.replace_lane', 1);
}

/** Leaves one half on the stack. */
function emitHalf(e: Expr, half: 0 | 1, parts: Parts, context: Context, narrow: Narrow): void {
  const { code } = context;
  const part = parts.get(e);
  if (typeof part === 'object') {
    code.get(half === 0 ? part.low : part.high);
    return;
  }
  if (!varies(e, context)) {
    emitUniform(e, context);
    return;
  }
  const operand = (x: Expr): void => emitHalf(x, half, parts, context, narrow);
  switch (e.kind) {
    case 'local': {
      const halves = halvesOf(bindingOf(e.name, context));
      if (halves === undefined) throw new InternalError(`${e.name} is no f64 of four iterations`);
      code.get(half === 0 ? halves.low : halves.high);
      break;
    }
    case 'unary':
      operand(e.x);
      code.op(unaryOpcode(e.op));
      break;
    case 'binary': {
      const { op, a, b } = e;
      if ((op === 'min' || op === 'max') && (isBound(a, op) || isBound(b, op))) {
        const [x, bound] = isBound(b, op) ? [a, b] : [b, a];
        operand(x);
        operand(bound);
        code.op(op === 'min' ? 'f64x2.pmin' : 'f64x2.pmax');
        break;
      }
      operand(a);
      operand(b);
      code.op(binaryOpcode(op));
      break;
    }
    case 'select':
      operand(e.a);
      operand(e.b);
      emitPart(e.cond, parts, context, narrow);
      code.op(half === 0 ? 'i64x2.extend_low_i32x4_s' : 'i64x2.extend_high_i32x4_s', 'v128.bitselect');
      break;
    case 'convert':
      emitPart(e.x, parts, context, narrow);
      if (half === 1) {
        emitPart(e.x, parts, context, narrow);
        code.shuffle([2, 3, 2, 3]);
      }
      // A bool is a mask, as an integer 0 or -1.
      if (e.x.type === 'bool') code.op('i32x4.neg');
      code.op(e.x.type === 'f32' ? 'f64x2.promote_low_f32x4' : 'f64x2.convert_low_i32x4_s');
      break;
    case 'const':
    case 'load':
    case 'compare':
    case 'bits':
    case 'call':
      throw new InternalError(`an f64 ${e.kind} in halves`);
  }
}

/** Four values of 32 bits, prepared if they differ. */
function emitPart(e: Expr, parts: Parts, context: Context, narrow: Narrow): void {
  const part = parts.get(e);
  if (typeof part === 'number') context.code.get(part);
  else narrow.emitVector(e, context);
}

function emitUniform(e: Expr, context: Context): void {
  const { code } = context;
  if (e.kind === 'const') {
    once(context, `f64 ${Object.is(e.value, -0) ? '-0' : e.value}`, () => code.f64x2(e.value));
    return;
  }
  emitScalar(e, context);
  code.op('f64x2.splat');
}

const unaryOpcodes: Readonly<Record<Exclude<UnaryOp, 'not'>, Opcode>> = {
  neg: 'f64x2.neg',
  abs: 'f64x2.abs',
  sqrt: 'f64x2.sqrt',
  floor: 'f64x2.floor',
  ceil: 'f64x2.ceil',
  trunc: 'f64x2.trunc',
  round: 'f64x2.nearest',
};

function unaryOpcode(op: UnaryOp): Opcode {
  if (op === 'not') throw new InternalError('kernel not of f64');
  return unaryOpcodes[op];
}

function binaryOpcode(op: BinaryOp): Opcode {
  switch (op) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'min':
    case 'max':
      return `f64x2.${op}`;
    default:
      throw new InternalError(`kernel ${op} of f64`);
  }
}

/** A constant for which the one-instruction `pmin` or `pmax` is the minimum or maximum: no NaN, and not the zero whose sign would count. */
export function isBound(e: Expr, op: 'min' | 'max'): boolean {
  return e.kind === 'const' && !Number.isNaN(e.value) && !Object.is(e.value, op === 'max' ? 0 : -0);
}
