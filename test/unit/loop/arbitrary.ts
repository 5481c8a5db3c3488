// Random kernels for property tests: expressions of every kind over special values, in a kernel that stores them.
import fc from 'fast-check';
import type { BinaryOp, Expr, Kernel, Scalar, UnaryOp } from '../../../src/loop/kernel.ts';
import * as k from '../../../src/loop/make.ts';
import { mathFunctions } from '../../../src/loop/math.ts';
import { bodyOf } from '../../../src/loop/visit.ts';

export const specialFloats: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  NaN,
  Infinity,
  -Infinity,
  Math.fround(1e-45),
  -Math.fround(1e-45),
  Math.fround(1e-40),
  Math.fround(1.17549435e-38),
  Math.fround(3.4028235e38),
  -Math.fround(3.4028235e38),
  16777216,
  16777215,
  2147483648,
  -2147483648,
  Math.fround(4294967296.5),
  Math.fround(0.1),
];

export const specialIntegers: readonly number[] = [
  0, 1, -1, 2, 3, 7, 31, 32, 33, -7, 65535, 65536, 46341, 2147483647, -2147483648, -2147483647,
];

const float = fc.oneof(
  fc.constantFrom(...specialFloats),
  fc.float({ noNaN: false }),
  fc.integer({ min: -100, max: 100 }).map((n) => n / 4),
);
const integer = fc.oneof(
  fc.constantFrom(...specialIntegers),
  fc.integer({ min: -20, max: 20 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);

const floatUnary: readonly UnaryOp[] = ['neg', 'abs', 'sqrt', 'floor', 'ceil', 'trunc', 'round'];
const floatBinary: readonly BinaryOp[] = ['add', 'sub', 'mul', 'div', 'rem', 'min', 'max'];
const integerBinary: readonly BinaryOp[] = [...floatBinary, 'and', 'or', 'xor', 'shl', 'shr', 'ushr'];
const boolBinary: readonly BinaryOp[] = ['and', 'or', 'xor'];
const comparisons = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const;
const pureFunctions = mathFunctions.filter(
  (fn) => fn.params.every((p) => p.type === 'f32') && bodyOf(fn).length > 0,
);

/** An expression of the given type, at most `depth` operations deep, over the locals and buffers of `kernelStoring`. */
export function expression(type: Scalar, depth: number): fc.Arbitrary<Expr> {
  if (depth === 0) return leaf(type);
  const of = (t: Scalar): fc.Arbitrary<Expr> => expression(t, depth - 1);
  const unary = (ops: readonly UnaryOp[]): fc.Arbitrary<Expr> =>
    fc.tuple(fc.constantFrom(...ops), of(type)).map(([op, x]) => k.unary(op, x));
  const binary = (ops: readonly BinaryOp[]): fc.Arbitrary<Expr> =>
    fc.tuple(fc.constantFrom(...ops), of(type), of(type)).map(([op, a, b]) => k.binary(op, a, b));
  const select = fc.tuple(of('bool'), of(type), of(type)).map(([c, a, b]) => k.select(c, a, b));
  const converted = fc
    .constantFrom<Scalar>('f32', 'f64', 'i32', 'bool')
    .chain(of)
    .map((x) => k.convert(type, x));
  const general = [leaf(type), select, converted];
  switch (type) {
    case 'f32':
      return fc.oneof(
        ...general,
        unary(floatUnary),
        binary(floatBinary),
        of('i32').map(k.fromBits),
        fc
          .constantFrom(...pureFunctions)
          .chain((fn) => fc.tuple(...fn.params.map(() => of('f32'))).map((args) => k.call(fn, ...args))),
        loadAt('f32', 'a', of('i32')),
      );
    case 'f64':
      return fc.oneof(...general, unary(floatUnary), binary(floatBinary));
    case 'i32':
      return fc.oneof(
        ...general,
        unary(['neg', 'abs']),
        binary(integerBinary),
        of('f32').map(bitsOfNumber),
        loadAt('i32', 'n', of('i32')),
      );
    case 'bool':
      return fc.oneof(
        ...general,
        unary(['not']),
        binary(boolBinary),
        fc
          .constantFrom<Scalar>('f32', 'f64', 'i32', 'bool')
          .chain((t) => fc.tuple(fc.constantFrom(...comparisons), of(t), of(t)))
          .map(([op, a, b]) => k.compare(op, a, b)),
        loadAt('bool', 'c', of('i32')),
      );
  }
}

// Payloads and signs of NaN are no part of the language, so bits are only asked of numbers.
const bitsOfNumber = (x: Expr): Expr => k.bitsOf(k.select(k.compare('eq', x, x), x, k.f32(1)));

// Buffers have eight elements, so three bits of any integer are an index.
const loadAt = (type: Scalar, buffer: string, index: fc.Arbitrary<Expr>): fc.Arbitrary<Expr> =>
  index.map((i) => k.load(type, buffer, k.and(i, k.i32(7))));

function leaf(type: Scalar): fc.Arbitrary<Expr> {
  switch (type) {
    case 'f32':
      return fc.oneof(
        float.map(k.f32),
        fc.constant(k.local('f32', 'x')),
        fc.constant(k.load('f32', 'a', k.index('i'))),
      );
    case 'f64':
      return fc.oneof(
        float.map(k.f64),
        fc.double().map(k.f64),
        fc.constant(k.convert('f64', k.local('f32', 'x'))),
      );
    case 'i32':
      return fc.oneof(integer.map(k.i32), fc.constant(k.local('i32', 'm')), fc.constant(k.index('i')));
    case 'bool':
      return fc.oneof(fc.boolean().map(k.bool), fc.constant(k.local('bool', 'b')));
  }
}

/** A kernel that stores an f32, i32 or bool expression for each of eight elements of `a`, `n` and `c`. */
export function kernelStoring(value: Expr): Kernel {
  if (value.type === 'f64') throw new Error('no buffer holds f64');
  const i = k.index('i');
  return {
    name: 'random',
    buffers: [
      { name: 'a', type: 'f32', size: 8, role: 'in' },
      { name: 'n', type: 'i32', size: 8, role: 'in' },
      { name: 'c', type: 'bool', size: 8, role: 'in' },
      { name: 'y', type: value.type, size: 8, role: 'out' },
    ],
    body: [
      k.loop('i', 8, [
        k.letIn('x', k.load('f32', 'a', i)),
        k.letIn('m', k.load('i32', 'n', i)),
        k.letIn('b', k.load('bool', 'c', i)),
        k.store('y', i, value),
      ]),
    ],
  };
}

/** Contents for the buffers of `kernelStoring`. */
export const contents: fc.Arbitrary<readonly [Float32Array, Int32Array, Uint8Array]> = fc.tuple(
  fc.array(float, { minLength: 8, maxLength: 8 }).map((xs) => Float32Array.from(xs)),
  fc.array(integer, { minLength: 8, maxLength: 8 }).map((xs) => Int32Array.from(xs)),
  fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }).map((xs) => Uint8Array.from(xs, Number)),
);

export const kernels: fc.Arbitrary<Kernel> = fc
  .constantFrom<Scalar>('f32', 'i32', 'bool')
  .chain((type) => expression(type, 3))
  .map(kernelStoring);
