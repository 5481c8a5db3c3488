// Elementwise arithmetic of two operands.
import * as k from '../loop/make.ts';
import type { TensorLike } from './coerce.ts';
import { binary, type NoAttrs } from './families.ts';
import type { Op } from './opdef.ts';

type Binary = Op<NoAttrs, [a: TensorLike, b: TensorLike]>;

export const add: Binary = binary('add', {
  doc: 'Sum. int32 wraps.',
  takes: 'numeric',
  f: (a, b) => a + b,
  scalar: k.add,
  d: (g) => [g, g],
});

export const mul: Binary = binary('mul', {
  doc: 'Product. int32 wraps.',
  takes: 'numeric',
  f: (a, b) => a * b,
  int: Math.imul,
  scalar: k.mul,
  d: (g, a, b, _, needs) => [needs[0] ? g.mul(b) : null, needs[1] ? g.mul(a) : null],
});
