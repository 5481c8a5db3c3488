// stop_gradient: the same values, seen as a constant by every derivative.
import { lift, type TensorLike } from './coerce.ts';
import { type NoAttrs, noAttrs } from './families.ts';
import { type Op, op } from './opdef.ts';

/** The tensor itself, through which no gradient flows. `grad(x => x.mul(stopGradient(x)))` of 3 is 3, not 6. */
export const stopGradient: Op<NoAttrs, [x: TensorLike]> = op<NoAttrs, [x: TensorLike]>(
  {
    name: 'stop_gradient',
    doc: 'The operand; its gradient is 0.',
    attrs: {},
    infer: ([x]) => [{ dtype: x!.dtype, shape: x!.shape }],
    eval: ([x]) => [x!],
    vjp: () => [null],
    lower: { kind: 'view', index: (out) => out },
  },
  (x) => ({ args: [lift(x, 'stopGradient')], attrs: noAttrs }),
);
