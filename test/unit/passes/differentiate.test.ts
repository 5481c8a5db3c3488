// The autodiff transform against the eager tape: the same rules, so the same bits.
import { grad, stopGradient, type Tensor, tensor } from 'tracejit';
import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/ir/parse.ts';
import { verify } from '../../../src/ir/verify.ts';
import { currentInterpreter } from '../../../src/ops/dispatch.ts';
import { evaluate } from '../../../src/ops/evaluate.ts';
import { registry } from '../../../src/ops/index.ts';
import { firstDifference } from '../../../src/passes/check.ts';
import { differentiate } from '../../../src/passes/differentiate.ts';
import { optimize } from '../../../src/passes/pipeline.ts';
import { traceFunction } from '../../../src/trace/tracer.ts';
import { GradientError } from '../../../src/util/errors.ts';

type Floats = (...x: Tensor[]) => Tensor;

const functions: Readonly<Record<string, { readonly f: Floats; readonly at: readonly Tensor[] }>> = {
  'a chain': { f: (x) => x.sin().mul(x).exp().sum(), at: [tensor([0.5, -1, 2])] },
  'a layer': {
    f: (x, w, b) => x.matmul(w).add(b).relu().square().mean(),
    at: [
      tensor([
        [1, 2],
        [3, -4],
      ]),
      tensor([
        [0.5, 1],
        [-1, 2],
      ]),
      tensor([0.1, -0.2]),
    ],
  },
  'softmax cross-entropy': {
    f: (x) =>
      x
        .logSoftmax(1)
        .mul(
          tensor([
            [1, 0, 0],
            [0, 0, 1],
          ]),
        )
        .sum()
        .neg(),
    at: [
      tensor([
        [1, 2, 3],
        [4, 3, 2],
      ]),
    ],
  },
  'a stopped gradient': { f: (x) => stopGradient(x).mul(x).sum(), at: [tensor([3, 4])] },
};

describe('forward and backward together give the eager gradient to the bit', () => {
  for (const [name, { f, at }] of Object.entries(functions)) {
    it(name, () => {
      const indices = at.map((_, i) => i);
      const expected = (grad(f as (...x: Tensor[]) => Tensor, indices)(...at) as Tensor[]).map((t) =>
        t.requireView(),
      );
      const traced = traceFunction(
        ([...x]) => [f(...x)],
        at.map((t) => t.type),
        {
          name: 'f',
          parent: currentInterpreter(),
        },
      );
      const captured = traced.captures.map((c) => {
        if (c.kind !== 'tensor') throw new Error('no variables here');
        return c.tensor;
      });
      const { forward, backward, residuals } = differentiate(traced.func, indices);
      verify(forward);
      verify(backward);
      expect(forward.results.length).toBe(1 + residuals.length);
      for (const half of [(x: typeof forward) => x, (x: typeof forward) => optimize(x).func]) {
        const results = evaluate(
          half(forward),
          [...at, ...captured].map((t) => t.requireView()),
        );
        const one = tensor(1).requireView();
        const gradients = evaluate(half(backward), [...results.slice(1), one]);
        expected.forEach((want, i) => expect(firstDifference(want, gradients[i]!)).toBeUndefined());
      }
    });
  }
});

describe('the interface', () => {
  it('lists the parameters and results that have cotangents', () => {
    const func = parse(
      `func @f(%0: i32[2], %1: f32[2]) {
        %2 = neg %0 : i32[2]
        %3 = exp %1 : f32[2]
        return %2, %3
      }`,
      registry,
    );
    const { inputs, outputs, backward } = differentiate(func);
    expect({ inputs, outputs }).toEqual({ inputs: [1], outputs: [1] });
    expect(backward.results.length).toBe(1);
  });
  it('gives no cotangent to a parameter that nothing depends on, and reads nothing for a result without one', () => {
    const func = parse(
      `func @f(%0: f32[2], %1: f32[2]) {
        %2 = log %0 : f32[2]
        %3 = sin %1 : f32[2]
        return %2, %3
      }`,
      registry,
    );
    expect(differentiate(func, [0, 1], [1])).toMatchObject({ inputs: [1], outputs: [1], residuals: [1] });
    expect(differentiate(func).residuals).toEqual([1, 0]);
  });
  it('names an op without a gradient', () => {
    const func = parse(
      `func @f(%0: bool[2], %1: f32[2]) {
        %2 = fusion %1 {kind="map"} : f32[2] {
          func (%0: f32[2]) {
            %1 = neg %0 : f32[2]
            return %1
          }
        }
        return %2
      }`,
      registry,
    );
    expect(() => differentiate(func)).toThrow(GradientError);
    expect(() => differentiate(func)).toThrow(/fusion has no gradient rule/);
  });
});
