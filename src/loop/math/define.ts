// How the scalar functions are written: parameters, named steps in order, a result; and the phrases they share.
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

/** A function of one f32, in f32 and i32 steps. */
export function defineF32(name: string, body: (x: Expr, step: Step) => Expr): ScalarFunction {
  return define(name, 'f32', ['x'], ([x], step) => body(x!, step));
}

/** A function of one f32 computed in f64 and rounded once: its error is half an ulp and a little. */
export function defineThroughF64(name: string, body: (x: Expr, step: Step) => Expr): ScalarFunction {
  return defineF32(name, (x, step) => k.convert('f32', body(step('wide', k.convert('f64', x)), step)));
}

/** A part of other functions: one f64 to f64. */
export function defineF64(name: string, body: (x: Expr, step: Step) => Expr): ScalarFunction {
  return define(name, 'f64', ['x'], ([x], step) => body(x!, step));
}

/** c[0] + x (c[1] + x (c[2] + …)) by Horner's rule, in the type of x. */
export function polynomial(x: Expr, coefficients: readonly number[]): Expr {
  return coefficients.map((c) => k.constOf(x.type, c)).reduceRight((inner, c) => k.add(k.mul(inner, x), c));
}

/**
 * The same as c[0] + x ((c[1] + c[2] x) + x² ((c[3] + c[4] x) + …)), which is one product more, and a chain of dependent steps that is little longer than half: a processor
 * computes some elements at a time, as many as it can hold the waiting steps of.
 */
export function polynomialByPairs(x: Expr, square: Expr, coefficients: readonly number[]): Expr {
  const [first, ...rest] = coefficients.map((c) => k.constOf(x.type, c));
  const pairs = (from: number): Expr => {
    const [low, high] = [rest[from]!, rest[from + 1]];
    const pair = high === undefined ? low : k.add(k.mul(high, x), low);
    return from + 2 < rest.length ? k.add(k.mul(pairs(from + 2), square), pair) : pair;
  };
  return k.add(k.mul(pairs(0), x), first!);
}

/** An f32 without a sign bit, with the sign bit of another; exact also for zeros. */
export function withSignOf(sign: Expr, magnitude: Expr): Expr {
  return k.fromBits(k.or(k.bitsOf(magnitude), k.and(k.bitsOf(sign), k.i32(0x80000000))));
}

/** 2^n as an f32, for i32 n in -126 … 127: the exponent field is put together directly. */
export function powerOfTwo(n: Expr): Expr {
  return k.fromBits(k.binary('shl', k.add(n, k.i32(127)), k.i32(23)));
}

/** 2^n as an f64 for i32 n in -252 … 254. The language has no bits of an f64, so it is a product of two f32 powers. */
export function widePowerOfTwo(n: Expr, step: Step): Expr {
  const half = step('half', k.binary('shr', n, k.i32(1)));
  return k.mul(k.convert('f64', powerOfTwo(half)), k.convert('f64', powerOfTwo(k.sub(n, half))));
}

/** The integer nearest to an f64 below 2^51, ties to even: 1.5 · 2^52 leaves no fraction bits, so the addition rounds. */
export function nearestInteger(x: Expr): Expr {
  return k.sub(k.add(x, k.f64(1.5 * 2 ** 52)), k.f64(1.5 * 2 ** 52));
}
