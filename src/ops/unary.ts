// Elementwise functions of one operand.
import type { Expr, ScalarFunction, UnaryOp } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import * as math from '../loop/math.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { TensorLike } from './coerce.ts';
import { evaluator, type NoAttrs, unary } from './families.ts';
import type { Op } from './opdef.ts';

type Unary = Op<NoAttrs, [x: TensorLike]>;

// ---- arithmetic ----

export const neg: Unary = unary('neg', {
  doc: 'Negation. int32 wraps: -(-2^31) is -2^31.',
  takes: 'numeric',
  f: (x) => -x,
  scalar: (x) => k.unary('neg', x),
  d: (g) => g.neg(),
});

export const abs: Unary = unary('abs', {
  doc: 'Absolute value, with gradient 0 at 0. int32 wraps: |-2^31| is -2^31.',
  takes: 'numeric',
  f: Math.abs,
  scalar: (x) => k.unary('abs', x),
  d: (g, x) => g.mul(x.sign()),
});

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

export const sqrt: Unary = unary('sqrt', {
  doc: 'Square root, correctly rounded; NaN below 0.',
  takes: 'float',
  f: Math.sqrt,
  scalar: (x) => k.unary('sqrt', x),
  d: (g, _, y) => g.mul(0.5).div(y),
});

export const rsqrt: Unary = unary('rsqrt', {
  doc: '1 / sqrt(x), both steps rounded.',
  takes: 'float',
  f: (x) => 1 / Math.fround(Math.sqrt(x)),
  scalar: (x) => k.div(k.f32(1), k.unary('sqrt', x)),
  d: (g, x, y) => g.mul(-0.5).mul(y).div(x),
});

export const square: Unary = unary('square', {
  doc: 'x · x. int32 wraps.',
  takes: 'numeric',
  f: (x) => x * x,
  int: (x) => Math.imul(x, x),
  scalar: (x) => k.mul(x, x),
  d: (g, x) => g.mul(x.mul(2)),
});

export const reciprocal: Unary = unary('reciprocal', {
  doc: '1 / x.',
  takes: 'float',
  f: (x) => 1 / x,
  scalar: (x) => k.div(k.f32(1), x),
  d: (g, _, y) => g.mul(y).mul(y).neg(),
});

export const relu: Unary = unary('relu', {
  doc: 'max(x, 0), with gradient 0 at 0; NaN propagates.',
  takes: 'numeric',
  f: (x) => Math.max(x, 0),
  scalar: (x) => k.binary('max', x, k.constOf(x.type, 0)),
  d: (g, x) => x.greater(0).where(g, 0),
});

// ---- transcendental functions: eager and compiled code run the same steps of loop/math.ts ----

function transcendental(
  name: string,
  fn: ScalarFunction,
  doc: string,
  d: (g: Tensor, x: Tensor, y: Tensor) => Tensor,
): Unary {
  return unary(name, { doc, takes: 'float', f: evaluator(fn), scalar: (x) => k.call(fn, x), d });
}

export const exp: Unary = transcendental('exp', math.exp, 'e to the x.', (g, _, y) => g.mul(y));

export const expm1: Unary = transcendental(
  'expm1',
  math.expm1,
  'exp(x) - 1, accurate near 0.',
  // Not y + 1: that loses every bit where exp(x) is tiny.
  (g, x) => g.mul(x.exp()),
);

export const log: Unary = transcendental(
  'log',
  math.log,
  'Natural logarithm; -inf at ±0, NaN below.',
  (g, x) => g.div(x),
);

export const log1p: Unary = transcendental('log1p', math.log1p, 'log(1 + x), accurate near 0.', (g, x) =>
  g.div(x.add(1)),
);

export const sin: Unary = transcendental('sin', math.sin, 'Sine, radians.', (g, x) => g.mul(x.cos()));

export const cos: Unary = transcendental('cos', math.cos, 'Cosine, radians.', (g, x) => g.mul(x.sin()).neg());

export const tan: Unary = transcendental('tan', math.tan, 'Tangent, radians.', (g, _, y) =>
  g.mul(y.square().add(1)),
);

export const asin: Unary = transcendental(
  'asin',
  math.asin,
  'Arc sine in [-π/2, π/2]; NaN outside [-1, 1].',
  (g, x) => g.div(oneMinusSquare(x).sqrt()),
);

export const acos: Unary = transcendental(
  'acos',
  math.acos,
  'Arc cosine in [0, π]; NaN outside [-1, 1].',
  (g, x) => g.div(oneMinusSquare(x).sqrt()).neg(),
);

export const atan: Unary = transcendental('atan', math.atan, 'Arc tangent in [-π/2, π/2].', (g, x) =>
  g.div(x.square().add(1)),
);

export const sinh: Unary = transcendental('sinh', math.sinh, 'Hyperbolic sine.', (g, x) => g.mul(x.cosh()));

export const cosh: Unary = transcendental('cosh', math.cosh, 'Hyperbolic cosine.', (g, x) => g.mul(x.sinh()));

export const tanh: Unary = transcendental('tanh', math.tanh, 'Hyperbolic tangent.', (g, _, y) =>
  g.mul(oneMinusSquare(y)),
);

export const sigmoid: Unary = transcendental('sigmoid', math.sigmoid, '1 / (1 + exp(-x)).', (g, _, y) =>
  g.mul(y.mul(y.neg().add(1))),
);

export const erf: Unary = transcendental('erf', math.erf, 'Error function, 2/√π ∫₀ˣ exp(-t²) dt.', (g, x) =>
  g.mul(
    x
      .square()
      .neg()
      .exp()
      .mul(2 / Math.sqrt(Math.PI)),
  ),
);

// Factored, because 1 - x² cancels near ±1.
function oneMinusSquare(x: Tensor): Tensor {
  return x.add(1).mul(x.neg().add(1));
}

// ---- rounding to integers: an int32 operand is its own result, as in NumPy ----

function rounding(
  name: UnaryOp & ('floor' | 'ceil' | 'round' | 'trunc'),
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

export const floor: Unary = rounding('floor', 'The largest integer not above x.', Math.floor);
export const ceil: Unary = rounding('ceil', 'The smallest integer not below x.', Math.ceil);
export const trunc: Unary = rounding('trunc', 'The integer part: towards zero.', Math.trunc);
export const round: Unary = rounding('round', 'The nearest integer, halves to the even one.', halfToEven);

function halfToEven(x: number): number {
  const magnitude = Math.abs(x);
  if (!(magnitude < 2 ** 31)) return x;
  // Adding 2^52 leaves a double no fraction bits, so that the hardware rounds half to even.
  const rounded = magnitude + 2 ** 52 - 2 ** 52;
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

// ---- predicates ----

const isNaNOp: Unary = unary('is_nan', {
  doc: 'True where the element is NaN.',
  takes: 'numeric',
  gives: 'bool',
  f: (x) => (Number.isNaN(x) ? 1 : 0),
  scalar: (x) => (x.type === 'i32' ? k.bool(false) : k.compare('ne', x, x)),
  d: () => null,
});

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
