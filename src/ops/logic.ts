// Comparisons, logic on bool, and the choice between two tensors.
import { map3 } from '../array/loops.ts';
import { sameShape, showShape, showType } from '../ir/types.ts';
import * as k from '../loop/make.ts';
import { DTypeError, ShapeError } from '../util/errors.ts';
import { broadcastPair, liftBool, pair, type TensorLike } from './coerce.ts';
import { binary, comparison, type NoAttrs, noAttrs, unary } from './families.ts';
import { type Op, op } from './opdef.ts';

type Binary = Op<NoAttrs, [a: TensorLike, b: TensorLike]>;

/** bool: `a == b`, element by element. NaN equals nothing; -0 equals 0. */
export const equal: Binary = comparison(
  'equal',
  'a = b; NaN equals nothing, -0 equals +0.',
  'eq',
  (a, b) => a === b,
);

/** bool: `a != b`, element by element. True where either is NaN. */
export const notEqual: Binary = comparison(
  'not_equal',
  'a ≠ b; true where either is NaN.',
  'ne',
  (a, b) => a !== b,
);

/** bool: `a < b`, element by element. False where either is NaN. */
export const less: Binary = comparison('less', 'a < b; false where either is NaN.', 'lt', (a, b) => a < b);

/** bool: `a <= b`, element by element. False where either is NaN. */
export const lessEqual: Binary = comparison(
  'less_equal',
  'a ≤ b; false where either is NaN.',
  'le',
  (a, b) => a <= b,
);

/** bool: `a > b`, element by element. False where either is NaN. */
export const greater: Binary = comparison(
  'greater',
  'a > b; false where either is NaN.',
  'gt',
  (a, b) => a > b,
);

/** bool: `a >= b`, element by element. False where either is NaN. */
export const greaterEqual: Binary = comparison(
  'greater_equal',
  'a ≥ b; false where either is NaN.',
  'ge',
  (a, b) => a >= b,
);

/** True where both are. Takes bool; other dtypes are a DTypeError that says how to compare first. */
export const logicalAnd: Binary = binary('logical_and', {
  doc: 'True where both are true.',
  takes: 'bool',
  f: (a, b) => a & b,
  scalar: k.and,
  d: () => [null, null],
});

/** True where at least one is. Takes bool. */
export const logicalOr: Binary = binary('logical_or', {
  doc: 'True where at least one is true.',
  takes: 'bool',
  f: (a, b) => a | b,
  scalar: k.or,
  d: () => [null, null],
});

/** True where exactly one is. Takes bool. */
export const logicalXor: Binary = binary('logical_xor', {
  doc: 'True where exactly one is true.',
  takes: 'bool',
  f: (a, b) => a ^ b,
  scalar: (a, b) => k.binary('xor', a, b),
  d: () => [null, null],
});

/** True where the operand is false. Takes bool. */
export const logicalNot: Op<NoAttrs, [x: TensorLike]> = unary('logical_not', {
  doc: 'True where the operand is false.',
  takes: 'bool',
  f: (x) => 1 - x,
  scalar: k.not,
  d: () => null,
});

/**
 * Elements of `a` where `condition` (bool) holds, of `b` elsewhere; a and b are promoted to one dtype. All three broadcast against each other.
 *
 *     where(x.greater(0), x, x.mul(0.1))
 */
export const where: Op<NoAttrs, [condition: TensorLike, a: TensorLike, b: TensorLike]> = op<
  NoAttrs,
  [condition: TensorLike, a: TensorLike, b: TensorLike]
>(
  {
    name: 'select',
    doc: 'Element of the second operand where the first (bool) holds, of the third elsewhere.',
    attrs: {},
    infer: ([c, a, b]) => {
      if (c!.dtype !== 'bool')
        throw new DTypeError(
          `where: the condition must be bool, got ${showType(c!)}; compare first, for example x.greater(0)`,
        );
      if (a!.dtype !== b!.dtype)
        throw new DTypeError(
          `where: both choices must have one dtype, got ${showType(a!)} and ${showType(b!)}`,
        );
      if (!sameShape(c!.shape, a!.shape) || !sameShape(a!.shape, b!.shape))
        throw new ShapeError(
          `where: operands must have one shape, got ${[c!, a!, b!].map((t) => showShape(t.shape)).join(', ')}`,
        );
      return [{ dtype: a!.dtype, shape: a!.shape }];
    },
    eval: ([c, a, b]) => [map3(c!, a!, b!, a!.dtype, (condition, x, y) => (condition ? x : y))],
    vjp: ([g], { args: [c, a], needs }) =>
      a!.dtype === 'float32'
        ? [null, needs[1] ? c!.where(g!, 0) : null, needs[2] ? c!.where(0, g!) : null]
        : [null, null, null],
    lower: { kind: 'point', scalar: ([c, a, b]) => k.select(c!, a!, b!) },
  },
  (condition, a, b) => {
    const [x, y] = pair(a, b, 'where');
    const [c, x2] = broadcastPair(liftBool(condition, 'where'), x, 'where');
    const [, y2] = broadcastPair(c, y, 'where');
    return { args: [c, x2, y2], attrs: noAttrs };
  },
  'where',
);
