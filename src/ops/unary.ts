// Elementwise functions of one operand.
import * as k from '../loop/make.ts';
import type { TensorLike } from './coerce.ts';
import { type NoAttrs, unary } from './families.ts';
import type { Op } from './opdef.ts';

type Unary = Op<NoAttrs, [x: TensorLike]>;

export const neg: Unary = unary('neg', {
  doc: 'Negation. int32 wraps: -(-2^31) is -2^31.',
  takes: 'numeric',
  f: (x) => -x,
  scalar: (x) => k.unary('neg', x),
  d: (g) => g.neg(),
});
