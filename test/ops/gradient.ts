// Gradients of one op application: by its vjp in float32, and by finite differences in double precision.
import { flatData, type NdView, ndView } from '../../src/array/nd.ts';
import { bind } from '../../src/ops/dispatch.ts';
import type { OpDef } from '../../src/ops/opdef.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { range } from '../../src/util/seq.ts';
import type { Doubles } from './float64.ts';
import { floats, type Sample } from './samples/sample.ts';

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

/** A cotangent of every float32 result, different in every element; zeros of the others, which have none. */
export function cotangentsOf(results: readonly NdView[]): NdView[] {
  return results.map(({ dtype, shape, data }, i) =>
    dtype === 'float32' ? floats(shape, 1000 + i, 0.5, 1.5) : ndView(dtype, shape, data.slice().fill(0)),
  );
}

/** d(Σ weights · f(point)) by the elements `at` of `point[which]`, by central differences. Results that are not float32 do not count. */
export function byDifferences(
  f: (point: readonly Doubles[]) => readonly Doubles[],
  point: readonly Doubles[],
  weights: readonly NdView[],
  which: number,
  at: readonly number[] = range(point[which]!.elements.length),
): readonly number[] {
  const moved = point[which]!.elements;
  const total = (): number =>
    f(point).reduce((sum, y, i) => (y.dtype === 'float32' ? sum + dot(y, weights[i]!) : sum), 0);
  return at.map((i) => {
    const x = moved[i]!;
    moved[i] = x + step;
    const above = total();
    moved[i] = x - step;
    const below = total();
    moved[i] = x;
    return (above - below) / (2 * step);
  });
}

// The cube root of the double epsilon balances the error of the difference against its rounding.
const step = 2 ** -17;

function dot(y: Doubles, cotangent: NdView): number {
  const weights = flatData(cotangent);
  return y.elements.reduce((sum, element, i) => sum + element * weights[i]!, 0);
}
