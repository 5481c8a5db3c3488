// Elementwise functions of one operand, of any shape. Those of real numbers convert int32 and bool to float32.
import type { Expr, ScalarFunction, UnaryOp } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import * as math from '../loop/math.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { TensorLike } from './coerce.ts';
import { evaluator, type NoAttrs, unary } from './families.ts';
import type { Op } from './opdef.ts';

type Unary = Op<NoAttrs, [x: TensorLike]>;

// ---- arithmetic ----

/** `-x`. int32 wraps; bool becomes int32. */
export const neg: Unary = unary('neg', {
  doc: 'Negation. int32 wraps: -(-2^31) is -2^31.',
  takes: 'numeric',
  f: (x) => -x,
  scalar: (x) => k.unary('neg', x),
  d: (g) => g.neg(),
});

/** Absolute value, of float32 or int32. The gradient at 0 is 0. `abs(tensor([-2, 3]))` is `[2, 3]`. */
export const abs: Unary = unary('abs', {
  doc: 'Absolute value, with gradient 0 at 0. int32 wraps: |-2^31| is -2^31.',
  takes: 'numeric',
  f: Math.abs,
  scalar: (x) => k.unary('abs', x),
  d: (g, x) => g.mul(x.sign()),
});

/** -1, 0 or 1 of float32 or int32; NaN of NaN, and a zero keeps its sign. The gradient is 0. */
export const sign: Unary = unary('sign', {
  doc: '1, -1, or the operand itself where it is ±0 or NaN. Gradient 0.',
  takes: 'numeric',
  f: Math.sign,
  scalar: (x) => {
    const [zero, one, minusOne] = [0, 1, -1].map((value) => k.constOf(x.type, value)) as [Expr, Expr, Expr];
    return k.select(k.compare('gt', x, zero), one, k.select(k.compare('lt', x, zero), minusOne, x));
  },
  d: () => null,
});

/** Square root, correctly rounded; NaN below 0. */
export const sqrt: Unary = unary('sqrt', {
  doc: 'Square root, correctly rounded; NaN below 0.',
  takes: 'float',
  f: Math.sqrt,
  scalar: (x) => k.unary('sqrt', x),
  d: (g, _, y) => g.mul(0.5).div(y),
});

/** `1 / sqrt(x)`. */
export const rsqrt: Unary = unary('rsqrt', {
  doc: '1 / sqrt(x), both steps rounded.',
  takes: 'float',
  f: (x) => 1 / Math.fround(Math.sqrt(x)),
  scalar: (x) => k.div(k.f32(1), k.unary('sqrt', x)),
  d: (g, x, y) => g.mul(-0.5).mul(y).div(x),
});

/** `x * x`, of float32 or int32 (which wraps). */
export const square: Unary = unary('square', {
  doc: 'x · x. int32 wraps.',
  takes: 'numeric',
  f: (x) => x * x,
  int: (x) => Math.imul(x, x),
  scalar: (x) => k.mul(x, x),
  d: (g, x) => g.mul(x.mul(2)),
});

/** `1 / x`. */
export const reciprocal: Unary = unary('reciprocal', {
  doc: '1 / x.',
  takes: 'float',
  f: (x) => 1 / x,
  scalar: (x) => k.div(k.f32(1), x),
  d: (g, _, y) => g.mul(y).mul(y).neg(),
});

/** `max(x, 0)`, of float32 or int32. The gradient at 0 is 0; NaN stays NaN. */
export const relu: Unary = unary('relu', {
  doc: 'max(x, 0), with gradient 0 at 0; NaN propagates.',
  takes: 'numeric',
  f: (x) => Math.max(x, 0),
  scalar: (x) => k.binary('max', x, k.constOf(x.type, 0)),
  // The result is positive where the operand is, and so the operand need not be kept.
  d: (g, _, y) => y.greater(0).where(g, 0),
});

// ---- functions of loop/math.ts: eager mode and compiled code run the same steps ----

interface MathSpec {
  readonly doc: string;
  readonly d: (g: Tensor, x: Tensor, y: Tensor) => Tensor;
}

/** The op named as the scalar function. */
function ofMath(fn: ScalarFunction, { doc, d }: MathSpec): Unary {
  return unary(fn.name, { doc, takes: 'float', f: evaluator(fn), scalar: (x) => k.call(fn, x), d });
}

/** e to the power x. `exp(1)` is 2.7182817. */
export const exp: Unary = ofMath(math.exp, {
  doc: 'e to the power x.',
  d: (g, _, y) => g.mul(y),
});

/** `exp(x) - 1`, accurate near 0. */
export const expm1: Unary = ofMath(math.expm1, {
  doc: 'exp(x) - 1, accurate near 0.',
  // Not y + 1: that loses every bit where exp(x) is tiny.
  d: (g, x) => g.mul(x.exp()),
});

/** Natural logarithm: -inf at ±0, NaN below. */
export const log: Unary = ofMath(math.log, {
  doc: 'Natural logarithm; -inf at ±0, NaN below.',
  d: (g, x) => g.div(x),
});

/** `log(1 + x)`, accurate near 0. */
export const log1p: Unary = ofMath(math.log1p, {
  doc: 'log(1 + x), accurate near 0.',
  d: (g, x) => g.div(x.add(1)),
});

/** Sine of radians. `sin(Math.PI / 2)` is 1. */
export const sin: Unary = ofMath(math.sin, {
  doc: 'Sine of an angle in radians.',
  d: (g, x) => g.mul(x.cos()),
});

/** Cosine of radians. `cos(Math.PI)` is -1. */
export const cos: Unary = ofMath(math.cos, {
  doc: 'Cosine of an angle in radians.',
  d: (g, x) => g.mul(x.sin()).neg(),
});

/** Tangent of radians. */
export const tan: Unary = ofMath(math.tan, {
  doc: 'Tangent of an angle in radians.',
  d: (g, _, y) => g.mul(y.square().add(1)),
});

/** Arc sine in [-π/2, π/2]; NaN outside [-1, 1]. */
export const asin: Unary = ofMath(math.asin, {
  doc: 'Arc sine in [-π/2, π/2]; NaN outside [-1, 1].',
  d: (g, x) => g.div(oneMinusSquare(x).sqrt()),
});

/** Arc cosine in [0, π]; NaN outside [-1, 1]. */
export const acos: Unary = ofMath(math.acos, {
  doc: 'Arc cosine in [0, π]; NaN outside [-1, 1].',
  d: (g, x) => g.div(oneMinusSquare(x).sqrt()).neg(),
});

/** Arc tangent in [-π/2, π/2]. */
export const atan: Unary = ofMath(math.atan, {
  doc: 'Arc tangent in [-π/2, π/2].',
  d: (g, x) => g.div(x.square().add(1)),
});

/** Hyperbolic sine. */
export const sinh: Unary = ofMath(math.sinh, {
  doc: 'Hyperbolic sine.',
  d: (g, x) => g.mul(x.cosh()),
});

/** Hyperbolic cosine. */
export const cosh: Unary = ofMath(math.cosh, {
  doc: 'Hyperbolic cosine.',
  d: (g, x) => g.mul(x.sinh()),
});

/** Hyperbolic tangent. */
export const tanh: Unary = ofMath(math.tanh, {
  doc: 'Hyperbolic tangent.',
  d: (g, _, y) => g.mul(oneMinusSquare(y)),
});

/** The logistic function `1 / (1 + exp(-x))`, without overflow. `sigmoid(0)` is 0.5. */
export const sigmoid: Unary = ofMath(math.sigmoid, {
  doc: '1 / (1 + exp(-x)).',
  d: (g, _, y) => g.mul(y.mul(y.neg().add(1))),
});

const twoOverSqrtPi = 2 / Math.sqrt(Math.PI);

/** The error function 2/√π ∫₀ˣ exp(-t²) dt. */
export const erf: Unary = ofMath(math.erf, {
  doc: 'Error function, 2/√π ∫₀ˣ exp(-t²) dt.',
  d: (g, x) => g.mul(x.square().neg().exp().mul(twoOverSqrtPi)),
});

// Factored, because 1 - x² cancels near ±1.
function oneMinusSquare(x: Tensor): Tensor {
  return x.add(1).mul(x.neg().add(1));
}

// ---- rounding to integers: an int32 operand is its own result, as in NumPy ----

function rounding(
  name: Extract<UnaryOp, 'floor' | 'ceil' | 'round' | 'trunc'>,
  doc: string,
  f: (x: number) => number,
): Unary {
  return unary(name, {
    doc: `${doc} Keeps the sign of zero. int32 is unchanged. Gradient 0.`,
    takes: 'numeric',
    f,
    scalar: (x) => (x.type === 'i32' ? x : k.unary(name, x)),
    d: () => null,
    simplify: ([x]) => (x!.dtype === 'int32' ? [x!] : null),
  });
}

/** Largest integer not above x, as float32. int32 is unchanged. The gradient is 0. */
export const floor: Unary = rounding('floor', 'The largest integer not above x.', Math.floor);

/** Smallest integer not below x, as float32. int32 is unchanged. The gradient is 0. */
export const ceil: Unary = rounding('ceil', 'The smallest integer not below x.', Math.ceil);

/** The integer part, towards 0, as float32. int32 is unchanged. The gradient is 0. */
export const trunc: Unary = rounding('trunc', 'The integer part: towards zero.', Math.trunc);

/** Nearest integer, halves to the even one, as NumPy: `round(tensor([0.5, 1.5, 2.5]))` is `[0, 2, 2]`. int32 is unchanged. The gradient is 0. */
export const round: Unary = rounding('round', 'The nearest integer, halves to the even one.', halfToEven);

function halfToEven(x: number): number {
  const magnitude = Math.abs(x);
  if (!(magnitude < 2 ** 31)) return x;
  // Adding 2^52 leaves a double no fraction bits, so that the hardware rounds half to even.
  const rounded = magnitude + 2 ** 52 - 2 ** 52;
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

// ---- predicates ----

/** bool: is the element NaN? */
const isNaNOp: Unary = unary('is_nan', {
  called: 'isNaN',
  doc: 'True where the element is NaN.',
  takes: 'numeric',
  gives: 'bool',
  f: (x) => (Number.isNaN(x) ? 1 : 0),
  scalar: (x) => (x.type === 'i32' ? k.bool(false) : k.compare('ne', x, x)),
  d: () => null,
});

/** bool: is the element neither infinite nor NaN? */
const isFiniteOp: Unary = unary('is_finite', {
  doc: 'True where the element is neither infinite nor NaN.',
  takes: 'numeric',
  gives: 'bool',
  f: (x) => (Number.isFinite(x) ? 1 : 0),
  scalar: (x) =>
    x.type === 'i32' ? k.bool(true) : k.compare('lt', k.unary('abs', x), k.f32(Number.POSITIVE_INFINITY)),
  d: () => null,
});

export { isFiniteOp as isFinite, isNaNOp as isNaN };
