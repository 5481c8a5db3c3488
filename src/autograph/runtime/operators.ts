// Operators: JavaScript's on JavaScript's values, ops where an operand is a tensor.

import * as arithmetic from '../../ops/binary.ts';
import * as integers from '../../ops/bitwise.ts';
import { castTo, isTensor, type TensorLike } from '../../ops/coerce.ts';
import * as logic from '../../ops/logic.ts';
import { neg as negate } from '../../ops/unary.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { check } from '../../trace/effects.ts';
import { ArgumentError } from '../../util/errors.ts';
import { text } from './text.ts';
import { isWeak, isWhole, weaken } from './weak.ts';

// What JavaScript's operators take once neither side is a tensor. Their own conversions are the point here.
// biome-ignore lint/suspicious/noExplicitAny: any value has operators
type Any = any;

/** An op in place of one on two numbers. Of two weak operands whole numbers may only be added or chosen from, so that nothing wraps that would not have been a small integer in JavaScript. */
export function arithmeticOp(
  a: Any,
  b: Any,
  op: (a: TensorLike, b: TensorLike) => Tensor,
  staysWhole: boolean,
): Tensor {
  const weak = isNumeric(a) && isNumeric(b);
  const [x, y] = [widened(a, b, weak && !staysWhole), widened(b, a, weak && !staysWhole)];
  const result = op(x, y);
  return weak ? weaken(result) : result;
}

// What is a number to JavaScript: one that became a tensor, or a truth value, which counts as 0 and 1.
function isNumeric(x: Any): boolean {
  return isWeak(x) || (isTensor(x) && x.dtype === 'bool' && x.ndim === 0);
}

// A weak int32 that meets a fraction, or a multiplication, becomes the float32 that numbers are.
function widened(x: Any, other: Any, always: boolean): Any {
  if (!isTensor(x) || !isWeak(x) || x.dtype !== 'int32') return x;
  const fraction = typeof other === 'number' && !isWhole(other);
  return always || fraction ? weaken(castTo(x, 'float32')) : x;
}

function isOp(a: unknown, b: unknown): boolean {
  return isTensor(a) || isTensor(b);
}

export function add(a: Any, b: Any): unknown {
  if (!isOp(a, b)) return a + b;
  if (typeof a === 'string' || typeof b === 'string') return (text(a) as Any) + (text(b) as Any);
  const sum = arithmeticOp(a, b, arithmetic.add, true);
  return checkRange(sum, a, b, '+', () => signs(sum, a, sum, b));
}
export function sub(a: Any, b: Any): unknown {
  if (!isOp(a, b)) return a - b;
  const difference = arithmeticOp(a, b, arithmetic.sub, true);
  return checkRange(difference, a, b, '-', () => signs(a, b, difference, a));
}

// Below 0 where p and q, and r and s, differ in sign: then an int32 has wrapped.
function signs(p: Any, q: Any, r: Any, s: Any): Tensor {
  return integers.bitAnd(integers.bitXor(p, q), integers.bitXor(r, s));
}

// A number does not wrap, which an int32 in its place would. A counter by one gets there after 2^31 rounds, which nobody waits for.
function checkRange(result: Tensor, a: Any, b: Any, operator: string, wrapped: () => Tensor): Tensor {
  if (!isWeak(result) || result.dtype !== 'int32') return result;
  if ([a, b].some((x) => typeof x === 'number' && Math.abs(x) <= 1)) return result;
  const holds = wrapped().greaterEqual(0);
  check(
    holds.ndim === 0 ? holds : holds.all(),
    'a whole number became an int32, and left its range (let it start as a float32, tensor(0)):',
    a,
    operator,
    b,
  );
  return result;
}
export function mul(a: Any, b: Any): unknown {
  return isOp(a, b) ? arithmeticOp(a, b, arithmetic.mul, false) : a * b;
}
export function div(a: Any, b: Any): unknown {
  return isOp(a, b) ? arithmeticOp(a, b, arithmetic.div, false) : a / b;
}
export function mod(a: Any, b: Any): unknown {
  if (!isOp(a, b)) return a % b;
  const rest = arithmeticOp(a, b, arithmetic.mod, true);
  if (isWeak(rest) && rest.dtype === 'int32' && isTensor(b))
    check(
      b.notEqual(0).all(),
      'a whole number became an int32, and is divided by 0, where % is NaN (let it start as a float32, tensor(0)):',
      a,
      '% 0',
    );
  return rest;
}
export function pow(a: Any, b: Any): unknown {
  return isOp(a, b) ? arithmeticOp(a, b, arithmetic.pow, false) : a ** b;
}

function comparison(a: Any, b: Any, op: (a: TensorLike, b: TensorLike) => Tensor): Tensor {
  return op(widened(a, b, false), widened(b, a, false));
}
export function less(a: Any, b: Any): unknown {
  return isOp(a, b) ? comparison(a, b, logic.less) : a < b;
}
export function lessEqual(a: Any, b: Any): unknown {
  return isOp(a, b) ? comparison(a, b, logic.lessEqual) : a <= b;
}
export function greater(a: Any, b: Any): unknown {
  return isOp(a, b) ? comparison(a, b, logic.greater) : a > b;
}
export function greaterEqual(a: Any, b: Any): unknown {
  return isOp(a, b) ? comparison(a, b, logic.greaterEqual) : a >= b;
}

// Equality is by element where both sides are numbers of some kind; a tensor is never a string, an object or nullish.
function comparable(x: unknown): boolean {
  return isTensor(x) || typeof x === 'number' || typeof x === 'boolean';
}
// In JavaScript a boolean is strictly equal to no number, which as elements they may be.
function checkStrict(a: unknown, b: unknown): void {
  if (isBool(a) === isBool(b)) return;
  throw new ArgumentError(
    '=== compares a bool and a number, which JavaScript never finds equal. Compare with true or false, or by ==, for which true is 1 and false is 0',
  );
}
function elementwise(a: unknown, b: unknown): boolean {
  return isOp(a, b) && comparable(a) && comparable(b);
}
export function same(a: unknown, b: unknown): unknown {
  if (!elementwise(a, b)) return a === b;
  checkStrict(a, b);
  return comparison(a, b, logic.equal);
}
export function different(a: unknown, b: unknown): unknown {
  if (!elementwise(a, b)) return a !== b;
  checkStrict(a, b);
  return comparison(a, b, logic.notEqual);
}
export function looselySame(a: unknown, b: unknown): unknown {
  if (elementwise(a, b)) return comparison(a, b, logic.equal);
  // biome-ignore lint/suspicious/noDoubleEquals: the operator that was written
  return a == b;
}
export function looselyDifferent(a: unknown, b: unknown): unknown {
  if (elementwise(a, b)) return comparison(a, b, logic.notEqual);
  // biome-ignore lint/suspicious/noDoubleEquals: the operator that was written
  return a != b;
}

export function neg(x: Any): unknown {
  if (!isTensor(x)) return -x;
  return isWeak(x) ? weaken(negate(x)) : negate(x);
}
/** `+x` makes a number of anything; a tensor is one, and a bool counts as 0 and 1. */
export function plus(x: Any): unknown {
  if (!isTensor(x)) return +x;
  if (x.dtype !== 'bool') return x;
  const number = castTo(x.resolve(), 'int32');
  return x.ndim === 0 ? weaken(number) : number;
}

// Bits are those of int32, as in JavaScript. A number that became a float32 is made whole as JavaScript does; a tensor that was one from the start is not.
export function bits(name: string, x: Any): Any {
  if (typeof x === 'number') return x | 0;
  if (!isTensor(x) || x.dtype !== 'float32') return x;
  if (isWeak(x)) return castTo(x.resolve(), 'int32');
  throw new ArgumentError(
    `${name} works on the bits of int32, got a float32 tensor; cast it first: x.cast('int32')`,
  );
}
function isBool(x: unknown): boolean {
  return typeof x === 'boolean' || (isTensor(x) && x.dtype === 'bool');
}
type Op2 = (a: TensorLike, b: TensorLike) => Tensor;

function bitwise(name: string, a: Any, b: Any, op: Op2, ofBools: Op2 | null): Tensor {
  if (ofBools !== null && isBool(a) && isBool(b)) return ofBools(a, b);
  const result = op(bits(name, a), bits(name, b));
  return isNumeric(a) && isNumeric(b) ? weaken(result) : result;
}
export function bitAnd(a: Any, b: Any): unknown {
  return isOp(a, b) ? bitwise('&', a, b, integers.bitAnd, logic.logicalAnd) : a & b;
}
export function bitOr(a: Any, b: Any): unknown {
  return isOp(a, b) ? bitwise('|', a, b, integers.bitOr, logic.logicalOr) : a | b;
}
export function bitXor(a: Any, b: Any): unknown {
  return isOp(a, b) ? bitwise('^', a, b, integers.bitXor, logic.logicalXor) : a ^ b;
}
/** `~x` of int32, where a bool counts as 0 and 1. */
export function bitNot(x: Any): unknown {
  return isTensor(x) ? bitwise('~', x, -1, integers.bitXor, null) : ~x;
}
export function shiftLeft(a: Any, b: Any): unknown {
  return isOp(a, b) ? bitwise('<<', a, b, integers.shiftLeft, null) : a << b;
}
export function shiftRight(a: Any, b: Any): unknown {
  return isOp(a, b) ? bitwise('>>', a, b, integers.shiftRight, null) : a >> b;
}
export function shiftRightUnsigned(a: Any, b: Any): unknown {
  return isOp(a, b) ? bitwise('>>>', a, b, integers.shiftRightUnsigned, null) : a >>> b;
}

/** `x++` and `++x`: of a tensor `x + 1`. */
export function increment(x: Any): unknown {
  if (isTensor(x)) return add(x, 1);
  return ++x;
}
export function decrement(x: Any): unknown {
  if (isTensor(x)) return sub(x, 1);
  return --x;
}
/** What `x++` gives: the number x was. */
export function numeric(x: Any): unknown {
  return isTensor(x) ? x : x++;
}
/** The first of two values: the second is evaluated after it. */
export function first(x: unknown, _next: unknown): unknown {
  return x;
}
