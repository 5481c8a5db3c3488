// call: a function applied as one instruction (jit inside jit), possibly with a pullback of its own. The inline pass opens it.
import type { Func } from '../ir/func.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { bind } from './dispatch.ts';
import { evaluate, resultTypes } from './evaluate.ts';
import type { OpDef } from './opdef.ts';

const def: OpDef<Record<never, never>> = {
  name: 'call',
  doc: 'Applies the function in its region to the operands; results are the function’s results. A second region is its pullback: from the operands and the cotangents of the results to the cotangents of the leading operands; the others have none.',
  attrs: {},
  infer: (args, _, [func]) => resultTypes('call', `@${func!.name}`, func!, args),
  eval: (args, { regions }) => evaluate(regions[0]!, args),
  lower: { kind: 'host' },
};

/** Calls `func` under the current interpreter; `call.def` is the record. Gradients follow `pullback` where there is one, else the body. */
export const call: {
  (func: Func, args: readonly Tensor[], pullback?: Func): readonly Tensor[];
  readonly def: OpDef<Record<never, never>>;
} = Object.assign(
  (func: Func, args: readonly Tensor[], pullback?: Func): readonly Tensor[] =>
    bind(def, args, {}, pullback === undefined ? [func] : [func, pullback]),
  { def },
);
