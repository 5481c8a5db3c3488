// Bits of int32: what JavaScript's & | ^ << >> >>> do to whole numbers.
import type { BinaryOp, Expr } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import type { TensorLike } from './coerce.ts';
import { binary, type NoAttrs } from './families.ts';
import type { Op } from './opdef.ts';

type Binary = Op<NoAttrs, [a: TensorLike, b: TensorLike]>;

function bits(name: string, doc: string, op: BinaryOp, f: (a: number, b: number) => number): Binary {
  const scalar = (a: Expr, b: Expr): Expr => k.binary(op, a, b);
  return binary(name, { doc, takes: 'int', f, scalar, d: () => [null, null] });
}

/** The bits that both int32 operands have. Takes int32 (bool counts as 0 and 1); float32 is a DTypeError: cast it first. For bool there is `logicalAnd`. */
export const bitAnd: Binary = bits('bit_and', 'The bits that both operands have.', 'and', (a, b) => a & b);

/** The bits that at least one int32 operand has. Operands as for `bitAnd`. */
export const bitOr: Binary = bits('bit_or', 'The bits that at least one operand has.', 'or', (a, b) => a | b);

/** The bits that exactly one int32 operand has. Operands as for `bitAnd`. */
export const bitXor: Binary = bits(
  'bit_xor',
  'The bits that exactly one operand has.',
  'xor',
  (a, b) => a ^ b,
);

/** `a` shifted by `b` bits to the left, zeros coming in; as in JavaScript `b` counts modulo 32. Operands as for `bitAnd`. */
export const shiftLeft: Binary = bits(
  'shift_left',
  'a shifted to the left by b bits, b modulo 32.',
  'shl',
  (a, b) => a << b,
);

/** `a` shifted by `b` bits to the right, copies of its sign coming in; `b` counts modulo 32. Operands as for `bitAnd`. */
export const shiftRight: Binary = bits(
  'shift_right',
  'a shifted to the right by b bits, b modulo 32; copies of the sign come in.',
  'shr',
  (a, b) => a >> b,
);

/** `a` shifted by `b` bits to the right, zeros coming in; `b` counts modulo 32. The result is an int32 of these bits: `>>> 0` leaves a negative number as it is. */
export const shiftRightUnsigned: Binary = bits(
  'shift_right_unsigned',
  'a shifted to the right by b bits, b modulo 32; zeros come in.',
  'ushr',
  (a, b) => a >>> b,
);
