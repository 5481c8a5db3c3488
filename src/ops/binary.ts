// Elementwise arithmetic of two operands, which are promoted to one dtype (bool < int32 < float32) and broadcast to one shape; shapes that do not are a ShapeError.
import * as k from '../loop/make.ts';
import * as math from '../loop/math.ts';
import { liftFloat, type TensorLike } from './coerce.ts';
import { binary, evaluator, type NoAttrs } from './families.ts';
import type { Op } from './opdef.ts';
import { overridable } from './override.ts';

type Binary = Op<NoAttrs, [a: TensorLike, b: TensorLike]>;

/** `a + b`, of float32 or int32 (which wraps). `add(tensor([1, 2]), 0.5)` is `[1.5, 2.5]`. */
export const add: Binary = binary('add', {
  doc: 'Sum. int32 wraps.',
  takes: 'numeric',
  f: (a, b) => a + b,
  scalar: k.add,
  d: (g) => [g, g],
});

/** `a - b`, of float32 or int32 (which wraps). */
export const sub: Binary = binary('sub', {
  doc: 'Difference. int32 wraps.',
  takes: 'numeric',
  f: (a, b) => a - b,
  scalar: k.sub,
  d: (g, _a, _b, _y, needs) => [g, needs[1] ? g.neg() : null],
});

/** `a * b`, element by element, of float32 or int32 (which wraps). */
export const mul: Binary = binary('mul', {
  doc: 'Product. int32 wraps.',
  takes: 'numeric',
  f: (a, b) => a * b,
  int: Math.imul,
  scalar: k.mul,
  d: (g, a, b, _, needs) => [needs[0] ? g.mul(b) : null, needs[1] ? g.mul(a) : null],
});

/** `a / b` as float32, also of integers: `div(tensor([1], { dtype: 'int32' }), 2)` is `[0.5]`. */
export const div: Binary = binary('div', {
  doc: 'Quotient. int32 operands are converted to float32 first (NumPy’s true division).',
  takes: 'float',
  f: (a, b) => a / b,
  scalar: k.div,
  d: (g, _, b, y, needs) => {
    const overB = g.div(b);
    return [overB, needs[1] ? overB.mul(y).neg() : null];
  },
});

/** `a % b` as in JavaScript, exact, with the sign of `a`: `mod(tensor([-7]), 3)` is `[-1]`. int32 modulo 0 is 0. */
export const mod: Binary = binary('mod', {
  doc: 'Remainder a - b·trunc(a/b), exact, with the sign of the dividend (JavaScript’s %). int32 modulo 0 is 0.',
  takes: 'numeric',
  f: (a, b) => a % b,
  scalar: (a, b) => k.binary('rem', a, b),
  // (a - y) / b is an integer up to rounding; trunc(a / b) could be one too large.
  d: (g, a, b, y, needs) => [g, needs[1] ? g.mul(a.sub(y).div(b).round()).neg() : null],
});

const power: Binary = binary('pow', {
  doc: 'a to the b, special values as C99’s pow; int32 operands are converted to float32 first. The exponent’s gradient is 0 where a is 0 and NaN where a is negative.',
  takes: 'float',
  f: evaluator(math.pow),
  scalar: (a, b) => k.call(math.pow, a, b),
  d: (g, a, b, y, needs) => [
    // b·a^(b-1) would be 0·∞ for a = b = 0: there the exponent is replaced.
    needs[0] ? g.mul(b.mul(a.pow(b.equal(0).where(1, b.sub(1))))) : null,
    // The base is replaced where it is 0, so that log a does not meet a^b = 0.
    needs[1] ? g.mul(y.mul(a.equal(0).where(1, a).log())) : null,
  ],
});

/**
 * a to the power b, as float32; `pow(2, 10)` is 1024. Special values are those of C99. The exponent's gradient is 0 for base 0 and NaN for negative bases.
 * The number 2 as exponent gives `square`, which is faster and correctly rounded.
 */
export const pow: Binary = Object.assign(
  overridable('pow', (a: TensorLike, b: TensorLike) =>
    b === 2 ? liftFloat(a, 'pow').square() : power(a, b),
  ),
  { def: power.def },
);

/** The larger element of float32 or int32; NaN where either is. Equal elements share the gradient. */
export const maximum: Binary = binary('maximum', {
  doc: 'The larger element; NaN where either is NaN, and -0 < +0. Equal elements share the gradient.',
  takes: 'numeric',
  f: Math.max,
  scalar: (a, b) => k.binary('max', a, b),
  d: (g, a, b, _, needs) => {
    const half = a.equal(b).where(g.mul(0.5), 0);
    return [needs[0] ? a.greater(b).where(g, half) : null, needs[1] ? b.greater(a).where(g, half) : null];
  },
});

/** The smaller element of float32 or int32; NaN where either is. Equal elements share the gradient. */
export const minimum: Binary = binary('minimum', {
  doc: 'The smaller element; NaN where either is NaN, and -0 < +0. Equal elements share the gradient.',
  takes: 'numeric',
  f: Math.min,
  scalar: (a, b) => k.binary('min', a, b),
  d: (g, a, b, _, needs) => {
    const half = a.equal(b).where(g.mul(0.5), 0);
    return [needs[0] ? a.less(b).where(g, half) : null, needs[1] ? b.less(a).where(g, half) : null];
  },
});

/** The angle in [-π, π] of the point (b, a): `atan2(1, -1)` is 3π/4. */
export const atan2: Binary = binary('atan2', {
  doc: 'The angle in [-π, π] of the point (b, a), special values as C99’s atan2.',
  takes: 'float',
  f: evaluator(math.atan2),
  scalar: (a, b) => k.call(math.atan2, a, b),
  d: (g, a, b, _, needs) => {
    const over = g.div(a.square().add(b.square()));
    return [needs[0] ? over.mul(b) : null, needs[1] ? over.mul(a).neg() : null];
  },
});
