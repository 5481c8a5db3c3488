// Samples of elementwise ops: unary, binary, comparisons, logic, select.
import type { NdView } from '../../../src/array/nd.ts';
import {
  bool,
  f32,
  floats,
  i32,
  layouts,
  repeated,
  type Sample,
  type SampleTable,
  specialFloats,
  specialInts,
} from './sample.ts';

const sample = (about: string, ...args: readonly NdView[]): Sample => ({ about, args, attrs: {} });
const smooth = (about: string, ...args: readonly NdView[]): Sample => ({
  about,
  args,
  attrs: {},
  smooth: true,
});

/** Shapes and layouts, which matter alike to all elementwise ops: `x` has rank 3. */
function shapes(dtype: NdView['dtype'], x: NdView): Sample[] {
  const some = { float32: f32, int32: i32, bool }[dtype];
  return [
    sample('a scalar', some([], [1])),
    sample('no elements', some([2, 0, 3], [1])),
    sample('repeated by zero strides', repeated(dtype, [3, 4], 1)),
    ...layouts(x).map(({ layout, x }) => sample(layout, x)),
  ];
}

/** A function of float32, smooth at elements between `low` and `high`. */
function floatFunction(low = -2, high = 2): Sample[] {
  return [
    smooth('smooth', floats([2, 3, 2], 1, low, high)),
    sample('special values', f32([specialFloats.length], specialFloats)),
    sample('many values', floats([257], 2, -20, 20)),
    ...shapes('float32', floats([2, 3, 4], 3, low, high)),
  ];
}

/** A function of float32 and int32. */
function numericFunction(low?: number, high?: number): Sample[] {
  return [
    ...floatFunction(low, high),
    sample('special integers', i32([specialInts.length], specialInts)),
    ...shapes('int32', i32([2, 2, 4], specialInts)),
  ];
}

function boolFunction(): Sample[] {
  return [sample('both values', bool([2], [0, 1])), ...shapes('bool', bool([2, 2, 2], [0, 1, 1, 0, 1]))];
}

/** Every element of `as` with every element of `bs`. */
function pairs(dtype: NdView['dtype'], as: readonly number[], bs: readonly number[]): [NdView, NdView] {
  const some = { float32: f32, int32: i32, bool }[dtype];
  const shape = [as.length, bs.length];
  return [
    some(
      shape,
      as.flatMap((a) => bs.map(() => a)),
    ),
    some(
      shape,
      as.flatMap(() => bs),
    ),
  ];
}

interface Ranges {
  readonly a?: readonly [low: number, high: number];
  readonly b?: readonly [low: number, high: number];
}

/** A function of two float32 operands, smooth where they are in the ranges. */
function floatPair({ a = [-2, 2], b = [-2, 2] }: Ranges = {}): Sample[] {
  const x = floats([2, 3, 4], 4, ...a);
  const y = floats([2, 3, 4], 5, ...b);
  return [
    smooth('smooth', floats([2, 3], 6, ...a), floats([2, 3], 7, ...b)),
    sample('special values', ...pairs('float32', specialFloats, specialFloats)),
    sample('scalars', f32([], [3]), f32([], [2])),
    sample('no elements', f32([0, 2], [1]), f32([0, 2], [1])),
    sample('a repeated operand', x, repeated('float32', x.shape, 1.5)),
    ...layouts(x).map(({ layout, x }) => sample(`${layout} on the left`, x, y)),
    ...layouts(y).map(({ layout, x: y }) => sample(`${layout} on the right`, x, y)),
  ];
}

function numericPair(ranges?: Ranges): Sample[] {
  return [
    ...floatPair(ranges),
    sample('special integers', ...pairs('int32', specialInts, specialInts)),
    sample('integers, a repeated operand', i32([3], specialInts), repeated('int32', [3], 7)),
  ];
}

function boolPair(): Sample[] {
  return [
    sample('truth table', ...pairs('bool', [0, 1], [0, 1])),
    sample('scalars', bool([], [1]), bool([], [0])),
    ...layouts(bool([2, 3], [0, 1, 1])).map(({ layout, x }) => sample(layout, x, bool([2, 3], [1, 0, 1, 0]))),
  ];
}

function bitPair(): Sample[] {
  const values = [0, 1, -1, 5, -6, 31, 32, 33, 2 ** 31 - 1, -(2 ** 31)];
  return [sample('all pairs', ...pairs('int32', values, values))];
}

const comparison = (): Sample[] => [...numericPair(), ...boolPair()];

const x = floats([2, 3, 2], 8);
const condition = bool([2, 3, 2], [0, 1, 1, 0, 1]);

export const elementwise: SampleTable = {
  neg: numericFunction(),
  abs: numericFunction(),
  sign: numericFunction(),
  sqrt: floatFunction(0.1, 4),
  rsqrt: floatFunction(0.1, 4),
  square: numericFunction(),
  reciprocal: floatFunction(0.2, 2),
  relu: numericFunction(),
  exp: floatFunction(),
  expm1: floatFunction(),
  log: floatFunction(0.1, 4),
  log1p: floatFunction(-0.8, 4),
  sin: floatFunction(),
  cos: floatFunction(),
  tan: floatFunction(-1.2, 1.2),
  asin: floatFunction(-0.9, 0.9),
  acos: floatFunction(-0.9, 0.9),
  atan: floatFunction(),
  sinh: floatFunction(),
  cosh: floatFunction(),
  tanh: floatFunction(),
  sigmoid: floatFunction(),
  erf: floatFunction(),
  floor: numericFunction(),
  ceil: numericFunction(),
  round: numericFunction(),
  trunc: numericFunction(),
  is_nan: numericFunction(),
  is_finite: numericFunction(),
  logical_not: boolFunction(),

  add: numericPair(),
  sub: numericPair(),
  mul: numericPair(),
  div: floatPair({ b: [0.3, 2] }),
  // Away from whole quotients, where the remainder jumps.
  mod: [
    ...numericPair({ a: [2.2, 2.8], b: [0.96, 1.04] }),
    smooth('of a negative dividend', floats([5], 9, -2.8, -2.2), floats([5], 10, -1.04, -0.96)),
  ],
  pow: [
    ...floatPair({ a: [0.2, 3], b: [-2, 3] }),
    sample('whole exponents of negative bases', ...pairs('float32', [-0.5, -2, -3], [-3, -2, 0, 1, 2, 3, 5])),
  ],
  maximum: numericPair(),
  minimum: numericPair(),
  atan2: floatPair(),

  equal: comparison(),
  not_equal: comparison(),
  less: comparison(),
  less_equal: comparison(),
  greater: comparison(),
  greater_equal: comparison(),
  logical_and: boolPair(),
  logical_or: boolPair(),
  logical_xor: boolPair(),

  bit_and: bitPair(),
  bit_or: bitPair(),
  bit_xor: bitPair(),
  shift_left: bitPair(),
  shift_right: bitPair(),
  shift_right_unsigned: bitPair(),

  select: [
    smooth('smooth', condition, x, floats([2, 3, 2], 11)),
    sample(
      'special values',
      bool([specialFloats.length], [0, 1]),
      ...[specialFloats, [...specialFloats].reverse()].map((s) => f32([s.length], s)),
    ),
    sample(
      'integers',
      bool([specialInts.length], [0, 1, 1]),
      i32([specialInts.length], specialInts),
      repeated('int32', [specialInts.length], 5),
    ),
    sample('bools', bool([4], [0, 1, 0, 1]), bool([4], [0, 0, 1, 1]), bool([4], [1, 1, 0, 0])),
    sample('a repeated condition', repeated('bool', [2, 3, 2], 1), x, floats([2, 3, 2], 12)),
    sample('scalars', bool([], [0]), f32([], [1]), f32([], [2])),
    sample('no elements', bool([0], [0]), f32([0], [1]), f32([0], [2])),
    ...layouts(condition).map(({ layout, x: c }) =>
      sample(`condition with ${layout}`, c, x, floats([2, 3, 2], 13)),
    ),
    ...layouts(x).map(({ layout, x: a }) =>
      sample(`choice with ${layout}`, condition, a, floats([2, 3, 2], 14)),
    ),
  ],
};
