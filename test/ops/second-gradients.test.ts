// Every gradient rule has itself the right gradient: the vjp of the vjp against finite differences, on every smooth sample.
import { describe, expect, it } from 'vitest';
import { flatData, type NdView } from '../../src/array/nd.ts';
import { vjp } from '../../src/autodiff/grad.ts';
import { evaluate } from '../../src/ops/evaluate.ts';
import { registry } from '../../src/ops/index.ts';
import type { OpDef } from '../../src/ops/opdef.ts';
import { EagerTensor, eager } from '../../src/tensor/eager.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { traceFunction } from '../../src/trace/tracer.ts';
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
    const measured = byDifferences((at) => functionInDoubles(func, at), point, weights, floats[i]!);
    expectClose(flatData(g.requireView()), measured, 2 ** -15, `${sample.about}, by input ${floats[i]}`);
  });
  expect(ruled.length, sample.about).toBe(floats.length);
}
