// Families of ops that differ in a formula only: a unary op is one entry of a few lines.
import { contiguous, map2 } from '../array/loops.ts';
import { type DType, sameShape, showShape, showType } from '../ir/types.ts';
import { compileScalar } from '../loop/compile.ts';
import type { CompareOp, Expr, ScalarFunction } from '../loop/kernel.ts';
import { compare as compareExpr } from '../loop/make.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { DTypeError, ShapeError } from '../util/errors.ts';
import { liftBool, liftFloat, liftNumeric, pair, type TensorLike } from './coerce.ts';
import { frontName, type Op, type OpDef, op } from './opdef.ts';

export type NoAttrs = Record<never, never>;
export const noAttrs: NoAttrs = {};

/** `float`: float32 (others are converted). `numeric`: float32 and int32 (bool becomes int32). `int`: int32 (bool becomes int32). `bool`: bool only. */
export type Domain = 'float' | 'numeric' | 'int' | 'bool';

const dtypesOf: Readonly<Record<Domain, readonly DType[]>> = {
  float: ['float32'],
  numeric: ['float32', 'int32'],
  int: ['int32'],
  bool: ['bool'],
};

export function checkDomain(name: string, domain: Domain, dtype: DType): void {
  if (!dtypesOf[domain].includes(dtype))
    throw new DTypeError(`${name}: takes ${dtypesOf[domain].join(' or ')}, got ${dtype}`);
}

/** A scalar function of the kernel language as a JavaScript function, compiled at its first call: eager mode runs the steps that compiled code runs. */
export function evaluator(fn: ScalarFunction): (...xs: number[]) => number {
  let compiled: ((...xs: number[]) => number) | undefined;
  return (...xs) => {
    compiled ??= compileScalar(fn);
    return compiled(...xs);
  };
}

function liftTo(domain: Domain, x: TensorLike, where: string): Tensor {
  return domain === 'float'
    ? liftFloat(x, where)
    : domain === 'numeric' || domain === 'int'
      ? liftNumeric(x, where)
      : liftBool(x, where);
}

export interface UnarySpec {
  readonly doc: string;
  readonly takes: Domain;
  /** Result dtype; the operand's where absent. */
  readonly gives?: DType;
  /** The meaning on one element; storing its result rounds to float32 (or wraps to int32). */
  readonly f: (x: number) => number;
  /** The meaning on int32 where storing would not wrap correctly (products beyond 2^53). */
  readonly int?: (x: number) => number;
  readonly scalar: (x: Expr) => Expr;
  /** Cotangent of x from the result's cotangent g, x and the result y. Absent: not differentiable. */
  readonly d?: (g: Tensor, x: Tensor, y: Tensor) => Tensor | null;
  /** Op-local rewrite; see OpDef.simplify. */
  readonly simplify?: OpDef<NoAttrs>['simplify'];
  /** The front's name, where it is not `name` in camel case. */
  readonly called?: string;
}

/** An elementwise op of one operand. */
export function unary(name: string, spec: UnarySpec): Op<NoAttrs, [x: TensorLike]> {
  const { doc, takes, gives, f, int, scalar, d, simplify, called = frontName(name) } = spec;
  return op<NoAttrs, [x: TensorLike]>(
    {
      name,
      doc,
      attrs: {},
      infer: ([x]) => {
        checkDomain(name, takes, x!.dtype);
        return [{ dtype: gives ?? x!.dtype, shape: x!.shape }];
      },
      eval: ([x]) => [contiguous(x!, gives ?? x!.dtype, x!.dtype === 'int32' && int ? int : f)],
      ...(d && {
        vjp: ([g], { args: [x], results: [y] }) => [x!.dtype === 'float32' ? d(g!, x!, y!) : null],
      }),
      ...(simplify && { simplify }),
      lower: { kind: 'point', scalar: ([x]) => scalar(x!) },
    },
    (x) => ({ args: [liftTo(takes, x, called)], attrs: noAttrs }),
    called,
  );
}

function inferPair(
  name: string,
  domain: Domain | 'any',
  [a, b]: Parameters<OpDef['infer']>[0],
  gives?: DType,
): ReturnType<OpDef['infer']> {
  if (a!.dtype !== b!.dtype)
    throw new DTypeError(`${name}: operands must have one dtype, got ${showType(a!)} and ${showType(b!)}`);
  if (!sameShape(a!.shape, b!.shape))
    throw new ShapeError(
      `${name}: operands must have one shape, got ${showShape(a!.shape)} and ${showShape(b!.shape)}`,
    );
  if (domain !== 'any') checkDomain(name, domain, a!.dtype);
  return [{ dtype: gives ?? a!.dtype, shape: a!.shape }];
}

export interface BinarySpec {
  readonly doc: string;
  readonly takes: Domain;
  readonly f: (a: number, b: number) => number;
  readonly int?: (a: number, b: number) => number;
  readonly scalar: (a: Expr, b: Expr) => Expr;
  /** Cotangents of both operands. `needs` says which are wanted. */
  readonly d?: (
    g: Tensor,
    a: Tensor,
    b: Tensor,
    y: Tensor,
    needs: readonly boolean[],
  ) => readonly (Tensor | null)[];
  readonly simplify?: OpDef<NoAttrs>['simplify'];
}

/** An elementwise op of two operands; the front promotes and broadcasts them. */
export function binary(name: string, spec: BinarySpec): Op<NoAttrs, [a: TensorLike, b: TensorLike]> {
  const { doc, takes, f, int, scalar, d, simplify } = spec;
  const called = frontName(name);
  return op<NoAttrs, [a: TensorLike, b: TensorLike]>(
    {
      name,
      doc,
      attrs: {},
      infer: (types) => inferPair(name, takes, types),
      eval: ([a, b]) => [map2(a!, b!, a!.dtype, a!.dtype === 'int32' && int ? int : f)],
      ...(d && {
        vjp: ([g], { args: [a, b], results: [y], needs }) =>
          a!.dtype === 'float32' ? d(g!, a!, b!, y!, needs) : [null, null],
      }),
      ...(simplify && { simplify }),
      lower: { kind: 'point', scalar: ([a, b]) => scalar(a!, b!) },
    },
    (a, b) => {
      if (takes === 'bool')
        return { args: pair(liftBool(a, called), liftBool(b, called), called), attrs: noAttrs };
      return { args: pair(a, b, called, takes === 'float' ? 'float32' : 'int32'), attrs: noAttrs };
    },
  );
}

/** A comparison: any dtype (both operands promoted to one), bool result, no gradient. */
export function comparison(
  name: string,
  doc: string,
  scalar: CompareOp,
  f: (a: number, b: number) => boolean,
): Op<NoAttrs, [a: TensorLike, b: TensorLike]> {
  return op<NoAttrs, [a: TensorLike, b: TensorLike]>(
    {
      name,
      doc,
      attrs: {},
      infer: (types) => inferPair(name, 'any', types, 'bool'),
      eval: ([a, b]) => [map2(a!, b!, 'bool', (x, y) => (f(x, y) ? 1 : 0))],
      vjp: () => [null, null],
      lower: { kind: 'point', scalar: ([a, b]) => compareExpr(scalar, a!, b!) },
    },
    (a, b) => ({ args: pair(a, b, frontName(name)), attrs: noAttrs }),
  );
}
