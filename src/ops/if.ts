// if: runs one of its regions, which a scalar chooses. Regions are closed: what they read comes in as operands.
import type { Func } from '../ir/func.ts';
import { showType } from '../ir/types.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ShapeError } from '../util/errors.ts';
import { bind } from './dispatch.ts';
import { checkSameTypes, evaluate, resultTypes } from './evaluate.ts';
import { type NoAttrs, noAttrs } from './families.ts';
import type { OpDef } from './opdef.ts';

const def: OpDef<NoAttrs> = {
  name: 'if',
  doc: 'Runs one of its regions on the operands after the first, and no other. A bool scalar as the first operand chooses the first of two regions where it is true; an int32 scalar chooses by position, clamped to the regions there are.',
  attrs: {},
  infer: ([selector, ...args], _, regions) => {
    const valid =
      selector?.shape.length === 0 &&
      (selector.dtype === 'bool' ? regions.length === 2 : selector.dtype === 'int32' && regions.length > 0);
    if (!valid)
      throw new ShapeError(
        `if: a bool scalar chooses between two regions, an int32 scalar between any number; got ${selector === undefined ? 'no operand' : showType(selector)} and ${regions.length} regions`,
      );
    const [first, ...others] = regions.map((region, i) => resultTypes('if', `region ${i}`, region, args));
    others.forEach((types, i) => {
      checkSameTypes(`if: region ${i + 1} must return, like region 0,`, first!, types);
    });
    return first!;
  },
  eval: ([selector, ...args], { regions }) => {
    const value = selector!.data[selector!.offset]!;
    return evaluate(regions[chosen(value, selector!.dtype === 'bool', regions.length)]!, args);
  },
  lower: { kind: 'host' },
};

/** Which region a selector chooses: `true` the first, a position the one nearest to it. */
export function chosen(selector: number, isBool: boolean, count: number): number {
  return isBool ? (selector === 0 ? 1 : 0) : Math.max(0, Math.min(selector, count - 1));
}

/** Runs the region that `selector` chooses under the current interpreter; `ifOp.def` is the record. */
export const ifOp: {
  (selector: Tensor, regions: readonly Func[], args: readonly Tensor[]): readonly Tensor[];
  readonly def: OpDef<NoAttrs>;
} = Object.assign(
  (selector: Tensor, regions: readonly Func[], args: readonly Tensor[]): readonly Tensor[] =>
    bind(def, [selector, ...args], noAttrs, regions),
  { def },
);
