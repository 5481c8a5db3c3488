// What the operators of the kernel language do to numbers, written down plainly: the meaning that every emitter is judged against.
// A value is a number of its type: f32 values are float32 numbers, i32 values int32 numbers, bool is 0 or 1.
import { InternalError, unreachable } from '../util/errors.ts';
import type { BinaryOp, CompareOp, Scalar, UnaryOp } from './kernel.ts';

const bits = new DataView(new ArrayBuffer(4));

/** The bits of a float32 as an int32. */
export function bitsOfFloat(x: number): number {
  bits.setFloat32(0, x);
  return bits.getInt32(0);
}

/** The float32 with the bits of an int32. */
export function floatOfBits(x: number): number {
  bits.setInt32(0, x);
  return bits.getFloat32(0);
}

function roundHalfToEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest === 0 || !Number.isFinite(x)) return x;
  const nearest = rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1;
  return nearest === 0 && x < 0 ? -0 : nearest;
}

function applyToFloat(op: UnaryOp, x: number): number {
  switch (op) {
    case 'neg':
      return -x;
    case 'abs':
      return Math.abs(x);
    case 'sqrt':
      return Math.sqrt(x);
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
    case 'trunc':
      return Math.trunc(x);
    case 'round':
      return roundHalfToEven(x);
    case 'not':
      throw new InternalError('kernel not of a float');
    default:
      return unreachable(op);
  }
}

export function applyUnary(op: UnaryOp, type: Scalar, x: number): number {
  if (type === 'f64') return applyToFloat(op, x);
  if (type === 'f32') return Math.fround(applyToFloat(op, x));
  if (type === 'bool' && op === 'not') return 1 - x;
  if (type === 'i32' && op === 'neg') return (0 - x) | 0;
  if (type === 'i32' && op === 'abs') return x < 0 ? (0 - x) | 0 : x;
  throw new InternalError(`kernel ${op} of ${type}`);
}

function combineFloats(op: BinaryOp, a: number, b: number): number {
  switch (op) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return a / b;
    case 'rem':
      return a % b;
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
    default:
      throw new InternalError(`kernel ${op} of floats`);
  }
}

function combineIntegers(op: BinaryOp, a: number, b: number): number {
  switch (op) {
    case 'add':
      return (a + b) | 0;
    case 'sub':
      return (a - b) | 0;
    case 'mul':
      return Number(BigInt.asIntN(32, BigInt(a) * BigInt(b)));
    case 'div':
      return b === 0 ? 0 : Math.trunc(a / b) | 0;
    case 'rem':
      return b === 0 ? 0 : (a % b) | 0;
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    case 'shl':
      return a << (b & 31);
    case 'shr':
      return a >> (b & 31);
    case 'ushr':
      return (a >>> (b & 31)) | 0;
    default:
      return unreachable(op);
  }
}

export function applyBinary(op: BinaryOp, type: Scalar, a: number, b: number): number {
  switch (type) {
    case 'f32':
      return Math.fround(combineFloats(op, a, b));
    case 'f64':
      return combineFloats(op, a, b);
    case 'i32':
      return combineIntegers(op, a, b);
    case 'bool':
      if (op === 'and' || op === 'or' || op === 'xor') return combineIntegers(op, a, b);
      throw new InternalError(`kernel ${op} of bool`);
    default:
      return unreachable(type);
  }
}

export function applyCompare(op: CompareOp, a: number, b: number): number {
  switch (op) {
    case 'eq':
      return a === b ? 1 : 0;
    case 'ne':
      return a === b ? 0 : 1;
    case 'lt':
      return a < b ? 1 : 0;
    case 'le':
      return a <= b ? 1 : 0;
    case 'gt':
      return a > b ? 1 : 0;
    case 'ge':
      return a >= b ? 1 : 0;
    default:
      return unreachable(op);
  }
}

/** The value of any type as a value of type `to`. */
export function applyConvert(to: Scalar, x: number): number {
  switch (to) {
    case 'f32':
      return Math.fround(x);
    case 'f64':
      return x;
    case 'i32':
      if (Number.isNaN(x)) return 0;
      // `+ 0` makes the -0 of truncation a plain 0: an integer has one zero.
      return Math.trunc(Math.min(2147483647, Math.max(-2147483648, x))) + 0;
    case 'bool':
      return x === 0 ? 0 : 1;
    default:
      return unreachable(to);
  }
}
