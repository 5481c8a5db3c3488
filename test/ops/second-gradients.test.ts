// Every gradient rule has itself the right gradient: the vjp of the vjp against finite differences, on every smooth sample, by some elements of each operand. `EVERY_ELEMENT=1` takes all, for half a minute.
import { describe, expect, it } from 'vitest';
import { flatData, type NdView } from '../../src/array/nd.ts';
import { vjp } from '../../src/autodiff/grad.ts';
import { evaluate } from '../../src/ops/evaluate.ts';
import { registry } from '../../src/ops/index.ts';
import type { OpDef } from '../../src/ops/opdef.ts';
import { EagerTensor, eager } from '../../src/tensor/eager.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { traceFunction } from '../../src/trace/tracer.ts';
import { range } from '../../src/util/seq.ts';
import { expectClose } from './compare.ts';
import { functionInDoubles, toDoubles } from './float64.ts';
import { byDifferences, cotangentsOf, rule } from './gradient.ts';
import type { Sample } from './samples/sample.ts';
import { samples } from './samples.ts';

describe('second gradients', () => {
  for (const [name, def] of registry) {
    const smooth = (samples[name] ?? []).filter((sample) => sample.smooth);
    if (def.vjp === undefined || smooth.length === 0) continue;
    it(name, () => {
      for (const sample of smooth) check(def, sample);
    });
  }
});

function check(def: OpDef, sample: Sample): void {
  const types = def.infer(sample.args, sample.attrs, sample.regions ?? []);
  const results = def.eval(sample.args, { attrs: sample.attrs, regions: sample.regions ?? [], types });
  const inputs: readonly NdView[] = [...sample.args, ...cotangentsOf(results)];
  const gradient = (xs: readonly Tensor[]): readonly Tensor[] =>
    rule(def, sample)(xs.slice(0, sample.args.length), xs.slice(sample.args.length)).filter(
      (g) => g !== null,
    );

  // The first gradient as a function of operands and cotangents, for doubles.
  const { func } = traceFunction(gradient, inputs, { name: def.name, parent: eager });
  if (func.results.length === 0) return;
  const weights = cotangentsOf(evaluate(func, inputs));

  const floats = inputs.flatMap((x, i) => (x.dtype === 'float32' ? [i] : []));
  const tensors = inputs.map((x) => new EagerTensor(x));
  const [, pullback] = vjp(
    (...moving: Tensor[]) => gradient(tensors.map((x, i) => moving[floats.indexOf(i)] ?? x)),
    ...floats.map((i) => tensors[i]!),
  );
  const ruled = pullback(weights.map((w) => new EagerTensor(w)) as never) as readonly Tensor[];
  ruled.forEach((g, i) => {
    const point = inputs.map(toDoubles);
    const elements = flatData(g.requireView());
    const at = some(elements.length);
    const measured = byDifferences((x) => functionInDoubles(func, x), point, weights, floats[i]!, at);
    const there = at.map((k) => elements[k]!);
    expectClose(there, measured, 2 ** -17, `${sample.about}, by input ${floats[i]}`);
  });
  expect(ruled.length, sample.about).toBe(floats.length);
}

/** So many of the elements are enough to see a wrong rule, spread over all axes. */
const most = process.env.EVERY_ELEMENT === undefined ? 12 : Number.POSITIVE_INFINITY;

function some(count: number): readonly number[] {
  if (count <= most) return range(count);
  return range(most).map((k) => Math.floor(((k + 0.5) * count) / most));
}
