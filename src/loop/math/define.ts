// How the scalar functions are written: parameters, named steps in order, a result.
import type { Expr, Scalar, ScalarFunction } from '../kernel.ts';
import * as k from '../make.ts';

/** Names a value, so that it is computed once; gives the expression that refers to it. */
export type Step = (name: string, value: Expr) => Expr;

/** A scalar function whose parameters all have one type. `body` gets the parameters, then `step`. */
export function define(
  name: string,
  type: Scalar,
  params: readonly string[],
  body: (params: readonly Expr[], step: Step) => Expr,
): ScalarFunction {
  const lets: { name: string; value: Expr }[] = [];
  const step: Step = (letName, value) => {
    lets.push({ name: letName, value });
    return k.local(value.type, letName);
  };
  const result = body(
    params.map((p) => k.local(type, p)),
    step,
  );
  return { name, params: params.map((p) => ({ name: p, type })), lets, result };
}

/** A function of one float32. */
export function defineF32(name: string, body: (x: Expr, step: Step) => Expr): ScalarFunction {
  return define(name, 'f32', ['x'], ([x], step) => body(x!, step));
}

/** c[0] + x (c[1] + x (c[2] + …)): Horner's rule, highest coefficient first to be used. */
export function polynomial(x: Expr, coefficients: readonly number[]): Expr {
  return coefficients.map((c) => k.constOf(x.type, c)).reduceRight((inner, c) => k.add(k.mul(inner, x), c));
}

/** |magnitude| with the sign bit of `sign`, both f32; exact also for zeros. */
export function copySign(magnitude: Expr, sign: Expr): Expr {
  return k.fromBits(
    k.or(k.and(k.bitsOf(magnitude), k.i32(0x7fffffff)), k.and(k.bitsOf(sign), k.i32(0x80000000))),
  );
}

/** 2^n as an f32, for i32 n in -126 … 127: the exponent field is put together directly. */
export function powerOfTwo(n: Expr): Expr {
  return k.fromBits(k.binary('shl', k.add(n, k.i32(127)), k.i32(23)));
}
