// Runs functions with traced arguments and reads the answer off the compiled program.

import { jit, type Tensor, tensor } from '../../src/index.ts';
import { isTensor, lift } from '../../src/ops/coerce.ts';
import { evaluate } from '../../src/ops/evaluate.ts';
import { EagerTensor, eager } from '../../src/tensor/eager.ts';
import { traceFunction } from '../../src/trace/tracer.ts';

// biome-ignore lint/suspicious/noExplicitAny: programs under test take anything
export type AnyFunction = (...args: any[]) => any;

/** What `f` gives for these arguments when it is traced; by the reference kernels. */
export function oracle(f: AnyFunction, args: readonly unknown[]): Tensor {
  const tensors = args.map((a) => (isTensor(a) ? a : tensor(a as number)));
  const traced = traceFunction(
    (parameters) => [lift(f(...parameters), 'the result')],
    tensors.map((t) => t.type),
    { name: 'f', parent: eager },
  );
  const captured = traced.captures.map((c) => (c.kind === 'tensor' ? c.tensor : c.variable).requireView());
  const [view] = evaluate(traced.func, [...tensors.map((t) => t.requireView()), ...captured]);
  return new EagerTensor(view!);
}

/** The same by the compiled program. */
export function compiled(f: AnyFunction, args: readonly unknown[]): Tensor {
  return jit((...xs: Tensor[]) => lift(f(...xs), 'the result'))(
    ...args.map((a) => (isTensor(a) ? a : tensor(a as number))),
  );
}
