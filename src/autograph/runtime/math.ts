// The functions of Math for tensors: ops where there is one of that name, compositions of ops for the rest.
import * as binary from '../../ops/binary.ts';
import { castTo } from '../../ops/coerce.ts';
import { where } from '../../ops/logic.ts';
import * as unary from '../../ops/unary.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { add, arithmeticOp, bits, mul, pow } from './operators.ts';

// biome-ignore lint/suspicious/noExplicitAny: the functions of Math take anything
type Any = any;

/** The functions of Math that are ops. `round` is JavaScript's: halves upwards. */
export const math: Readonly<Record<string, (...xs: Any[]) => Tensor>> = {
  abs: unary.abs,
  acos: unary.acos,
  acosh,
  asin: unary.asin,
  asinh,
  atan: unary.atan,
  atan2: (y, x) => arithmeticOp(y, x, binary.atan2, false),
  atanh,
  cbrt,
  ceil: unary.ceil,
  cos: unary.cos,
  cosh: unary.cosh,
  exp: unary.exp,
  expm1: unary.expm1,
  floor: unary.floor,
  fround: (x: Tensor) => floats(x),
  imul: (a, b) => binary.mul(bits('Math.imul', a), bits('Math.imul', b)),
  log: unary.log,
  log1p: unary.log1p,
  log10: (x) => unary.log(x).mul(Math.LOG10E),
  log2,
  max: (...xs) => xs.reduce((a, b) => arithmeticOp(a, b, binary.maximum, true)),
  min: (...xs) => xs.reduce((a, b) => arithmeticOp(a, b, binary.minimum, true)),
  pow: (x, y) => pow(x, y) as Tensor,
  round: (x: Tensor) => {
    if (x.dtype === 'int32') return x;
    const below = x.floor();
    return below.add(x.sub(below).greaterEqual(0.5).cast('float32'));
  },
  sign: unary.sign,
  sin: unary.sin,
  sinh: unary.sinh,
  sqrt: unary.sqrt,
  tan: unary.tan,
  tanh: unary.tanh,
  trunc: unary.trunc,
  hypot: (...xs) => unary.sqrt(xs.map((x) => mul(x, x)).reduce(add) as Tensor),
};

/** Exact for powers of two, which the product would put a place below a whole number. */
function log2(given: Tensor): Tensor {
  const x = floats(given);
  const about = x.log().mul(Math.LOG2E);
  const whole = about.add(0.5).floor();
  // The slope is that of the logarithm everywhere.
  const isWhole = binary.pow(2, whole).equal(x).logicalAnd(about.isFinite());
  return about.add(where(isWhole, whole.sub(about), 0).stopGradient());
}

function floats(x: Tensor): Tensor {
  return castTo(x.resolve(), 'float32');
}

/** An odd function from what it is on |x|. Zeros keep their sign. */
function odd(x: Tensor, positive: (a: Tensor) => Tensor): Tensor {
  const value = positive(x.abs());
  return where(x.equal(0), x, where(x.less(0), value.neg(), value));
}

// From here on squares have no room in float32, and asinh and acosh are log(2 x).
const large = 2 ** 28;

/** log(x + √(x² + 1)), by log1p of what that exceeds 1 by, which small x need. */
function asinh(given: Tensor): Tensor {
  return odd(floats(given), (a) => {
    const small = a.minimum(large);
    const square = small.mul(small);
    const near = small.add(square.div(square.add(1).sqrt().add(1))).log1p();
    return where(a.greater(large), a.maximum(large).log().add(Math.LN2), near);
  });
}

/** log(x + √(x² - 1)), from 1 on. */
function acosh(given: Tensor): Tensor {
  const x = floats(given);
  const over = x.minimum(large).sub(1);
  const near = over.add(over.mul(over.add(2)).sqrt()).log1p();
  const value = where(x.greater(large), x.maximum(large).log().add(Math.LN2), near);
  return where(x.less(1), Number.NaN, value);
}

/** log((1 + x) / (1 - x)) / 2. */
function atanh(given: Tensor): Tensor {
  return odd(floats(given), (a) => a.mul(2).div(a.neg().add(1)).log1p().mul(0.5));
}

/** exp(log(x) / 3), with one step of Newton's iteration for the last places. */
function cbrt(given: Tensor): Tensor {
  return odd(floats(given), (a) => {
    const usual = a.greater(0).logicalAnd(a.less(Number.POSITIVE_INFINITY));
    const some = where(usual, a, 1);
    const y = some.log().div(3).exp();
    const better = y.sub(y.sub(some.div(y.mul(y))).div(3));
    return where(usual, better, a);
  });
}
