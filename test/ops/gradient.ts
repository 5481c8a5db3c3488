// Gradients of one op application: by its vjp in float32, and by finite differences in double precision.
import { flatData, type NdView } from '../../src/array/nd.ts';
import type { TensorType } from '../../src/ir/types.ts';
import { bind } from '../../src/ops/dispatch.ts';
import type { OpDef } from '../../src/ops/opdef.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { type Doubles, inDoubles, toDoubles } from './float64.ts';
import type { Sample } from './samples/sample.ts';

/** The op's vjp as a function of operands and cotangents: the cotangent of each float32 operand, null where none flows. */
export function rule(
  def: OpDef,
  { attrs, regions = [] }: Sample,
): (args: readonly Tensor[], cotangents: readonly Tensor[]) => readonly (Tensor | null)[] {
  return (args, cotangents) => {
    const results = bind(def, args, attrs, regions);
    const needs = args.map((x) => x.dtype === 'float32');
    const gradients = def.vjp!(cotangents, { args, results, attrs, regions, needs });
    return gradients.map((g, i) => (needs[i] ? g : null));
  };
}

// The cube root of the double epsilon balances the error of the difference against its rounding.
const step = 2 ** -17;

/** d(Σ cotangent · result) by every element of operand `which`, by central differences of the op in doubles. */
export function byDifferences(
  def: OpDef,
  { args, attrs }: Sample,
  results: readonly TensorType[],
  cotangents: readonly NdView[],
  which: number,
): Float64Array {
  const doubles = args.map(toDoubles);
  const moved = doubles[which]!.elements;
  const total = (): number => {
    const made = inDoubles(def, doubles, attrs, results);
    return made.reduce((sum, y, i) => (y.dtype === 'float32' ? sum + dot(y, cotangents[i]!) : sum), 0);
  };
  return moved.map((at, i) => {
    moved[i] = at + step;
    const above = total();
    moved[i] = at - step;
    const below = total();
    moved[i] = at;
    return (above - below) / (2 * step);
  });
}

function dot(y: Doubles, cotangent: NdView): number {
  const weights = flatData(cotangent);
  return y.elements.reduce((sum, element, i) => sum + element * weights[i]!, 0);
}
