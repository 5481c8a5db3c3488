// Every op of the registry and random programs, shared out between two real threads whatever that is worth: the bits of eager mode. `THREADS=1` runs many more programs.
import { grad, type Tensor, tensor } from 'tracejit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { flatData, type NdView, ndView } from '../../src/array/nd.ts';
import { bind } from '../../src/ops/dispatch.ts';
import { registry } from '../../src/ops/index.ts';
import type { OpDef } from '../../src/ops/opdef.ts';
import { optimize } from '../../src/passes/pipeline.ts';
import { EagerTensor, eager } from '../../src/tensor/eager.ts';
import { traceFunction } from '../../src/trace/tracer.ts';
import { seeded } from '../../src/util/rng.ts';
import { expectSameBits } from '../ops/compare.ts';
import { cotangentsOf, rule } from '../ops/gradient.ts';
import type { Sample } from '../ops/samples/sample.ts';
import { samples } from '../ops/samples.ts';
import { endThreads, everything, shared, startThreads } from '../unit/codegen/wasm/real-threads.ts';
import { execute, inTwoThreads, lowered } from '../unit/lower/run.ts';
import { tryProgram } from './campaign.ts';
import { Draw } from './program.ts';
import { drawStatements, drawVariables, functionOf } from './structured.ts';

const [programs, structured] = everything ? [3000, 300] : [40, 16];

// What `print` prints is looked at elsewhere.
vi.spyOn(console, 'log').mockImplementation(() => {});
beforeAll(() => startThreads(2));
afterAll(endThreads);

type Tensors = (xs: readonly Tensor[]) => readonly Tensor[];

const viewsOf = (ys: readonly Tensor[]): NdView[] => ys.map((y) => y.requireView());

/** What a function gives when it is compiled and run by both threads. */
function byThreads(f: Tensors, args: readonly NdView[]): readonly NdView[] {
  const { func, captures } = traceFunction(f, args, { name: 'f', parent: eager });
  const captured = captures.map((c) => (c.kind === 'tensor' ? c.tensor : c.variable).requireView());
  const { func: optimised } = optimize(func, { check: false });
  const inputs = [...args, ...captured].map((a) => flatData(a).slice());
  const arrays = execute(lowered(optimised, [], 'wasm'), inTwoThreads, inputs);
  return optimised.results.map(({ type }, i) => ndView(type.dtype, type.shape, arrays[i]!));
}

function expectEagerBits(f: Tensors, args: readonly NdView[], about: string): void {
  expectSameBits(byThreads(f, args), viewsOf(f(args.map((x) => new EagerTensor(x)))), about);
}

describe('every op', () => {
  for (const [name, def] of registry)
    it(name, () => {
      for (const sample of samples[name]!) {
        const { args, attrs, regions = [], about } = sample;
        expectEagerBits((xs) => bind(def, xs, attrs, regions), args, about);
        if (def.vjp !== undefined) expectGradientBits(def, sample);
      }
    });
});

function expectGradientBits(def: OpDef, sample: Sample): void {
  const { args, attrs, regions = [], about } = sample;
  const results = bind(
    def,
    args.map((x) => new EagerTensor(x)),
    attrs,
    regions,
  );
  const gradient: Tensors = (xs) =>
    rule(def, sample)(xs.slice(0, args.length), xs.slice(args.length)).filter((g) => g !== null);
  expectEagerBits(gradient, [...args, ...cotangentsOf(viewsOf(results))], `${about}, gradient`);
}

describe('random programs', () => {
  it(`${programs} of them`, () => {
    for (let seed = 1; seed <= programs; seed++) {
      const failure = tryProgram(20_000 + seed, 'threads');
      if (failure !== undefined) expect.fail(failure);
    }
  }, 3_600_000);

  it(`${structured} of branches and loops, and their gradients`, () => {
    for (let seed = 1; seed <= structured; seed++) {
      const r = new Draw(seeded(20_000 + seed));
      const statements = drawStatements(r, 2 + r.int(3));
      const inputs = drawVariables(r, [40]);
      const f = functionOf(statements);
      const loss = (...xs: Tensor[]): Tensor =>
        f(...xs).reduce((sum, y) => (y.dtype === 'float32' ? sum.add(y.sum()) : sum), tensor(0));
      const about = `seed ${20_000 + seed}: ${JSON.stringify(statements)}`;
      expectEagerBits((xs) => f(...xs), viewsOf(inputs), about);
      // A loss that depends on no argument has no gradient.
      const gradients: Tensors = (xs) =>
        grad((...ys: Tensor[]) => loss(...ys).add(ys[0]!.sum()), [0, 1, 2, 3, 4])(...xs) as Tensor[];
      expectEagerBits(gradients, viewsOf(inputs), `${about}, gradient`);
    }
  }, 3_600_000);
});

it('both threads had their share', () => {
  expect(shared.stages).toBeGreaterThan(1000);
  expect(shared.byWorkers).toBeGreaterThan(0.8 * shared.stages);
});
