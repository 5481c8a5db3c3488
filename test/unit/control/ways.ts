// Every way to run a function of control flow: they must agree to the bit.
import { expect } from 'vitest';
import { jit, tensor } from '../../../src/index.ts';
import { parse } from '../../../src/ir/parse.ts';
import { print } from '../../../src/ir/print.ts';
import { verify } from '../../../src/ir/verify.ts';
import { evaluate } from '../../../src/ops/evaluate.ts';
import { registry } from '../../../src/ops/index.ts';
import { optimize } from '../../../src/passes/pipeline.ts';
import { EagerTensor, eager } from '../../../src/tensor/eager.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { traceFunction } from '../../../src/trace/tracer.ts';
import { expectSameBits } from '../../ops/compare.ts';

export type Program = (...xs: Tensor[]) => readonly Tensor[];

/** Runs `f`, which reads nothing but its arguments and captured tensors, in every way, and returns the results of eager mode. */
export function everyWay(f: Program, args: readonly Tensor[]): readonly Tensor[] {
  const expected = f(...args);
  const views = expected.map((y) => y.requireView());
  const { func, captures } = traceFunction(
    (xs) => f(...xs),
    args.map((x) => x.type),
    {
      name: 'f',
      parent: eager,
    },
  );
  verify(func);
  const text = print(func);
  expect(print(parse(text, registry))).toBe(text);
  const captured = captures.map((c) => (c.kind === 'tensor' ? c.tensor : c.variable));
  const inputs = [...args, ...captured].map((x) => x.requireView());
  expectSameBits(evaluate(func, inputs), views, 'evaluate');
  const { func: optimized } = optimize(func, { check: true, samples: [inputs] });
  expectSameBits(evaluate(optimized, inputs), views, 'optimised');
  for (const backend of ['js', 'wasm'] as const) {
    const compiled = jit((...xs: Tensor[]) => f(...xs), { backend });
    for (const time of ['first', 'second']) {
      const made = compiled(...args).map((y) => y.requireView());
      expectSameBits(made, views, `${backend}, ${time} call`);
    }
  }
  return expected;
}

/** The elements of the results, as nested arrays. */
export function valuesOf(f: Program, ...args: readonly unknown[]): readonly unknown[] {
  return everyWay(
    f,
    args.map((x) => (x instanceof EagerTensor ? x : tensor(x as number))),
  ).map((y) => (y.ndim === 0 ? y.item() : y.toArray()));
}
