// What creation and composites leave in a trace: rules as ops, small data as literals, large data as captures.
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/index.ts';
import * as t from '../../../src/index.ts';
import { currentInterpreter } from '../../../src/ops/dispatch.ts';
import { traceFunction } from '../../../src/trace/tracer.ts';
import { messageOf } from '../../errors/message.ts';

/** The ops in the trace of `f`, and how many tensors it captured. */
function traced(f: (x: Tensor) => Tensor): { readonly ops: readonly string[]; readonly captures: number } {
  const { func, captures } = traceFunction(([x]) => [f(x!)], [{ dtype: 'float32', shape: [2, 3] }], {
    name: 'f',
    parent: currentInterpreter(),
  });
  return { ops: func.body.map((instr) => instr.op.name), captures: captures.length };
}

describe('in a trace', () => {
  it('rules are ops, however large', () => {
    expect(traced(() => t.zeros([1000, 1000]))).toEqual({ ops: ['constant'], captures: 0 });
    expect(traced(() => t.arange(1e6))).toEqual({ ops: ['iota'], captures: 0 });
    expect(traced(() => t.full([1000], 2))).toEqual({ ops: ['constant', 'broadcast'], captures: 0 });
    expect(traced(() => t.eye(1000)).captures).toBe(0);
    expect(traced(() => t.linspace(0, 1, 1000)).captures).toBe(0);
    expect(traced((x) => t.zerosLike(x)).ops).toEqual(['constant']);
  });
  it('small data are literals, large data are captured once', () => {
    expect(traced(() => t.tensor([1, 2, 3]))).toEqual({ ops: ['constant'], captures: 0 });
    const large = t.tensor(new Float32Array(1000));
    expect(traced(() => large.add(large))).toEqual({ ops: ['add'], captures: 1 });
    expect(traced(() => t.tensor(new Float32Array(1000)).neg())).toEqual({ ops: ['neg'], captures: 1 });
  });
  it('composites need no data', () => {
    const composites: readonly ((x: Tensor) => Tensor)[] = [
      ...[t.relu6, t.leakyRelu, t.elu, t.selu, t.gelu, t.silu, t.softplus, t.softmax, t.logSoftmax],
      ...[t.mean, t.variance, t.std, t.logSumExp, t.layerNorm],
      (x) => t.norm(x, 3, 0),
      (x) => t.clamp(x, 0, 1),
      (x) => t.matmul(x, t.transpose(x)),
      (x) => t.outer(x, x),
      (x) => t.einsum('ij,kj->ik', x, x),
      (x) => [...x].reduce((a, b) => a.add(b)),
    ];
    for (const f of composites) expect(traced((x) => f(x)).captures).toBe(0);
  });
  it('a variable cannot be made of traced values', () => {
    expect(messageOf(() => traced((x) => t.variable(x, { name: 'w' })))).toBe(
      "TraceError: variable 'w': its initial value is traced, but a variable outlives the trace; create it outside jit, or start it from a value that does not depend on traced tensors",
    );
  });
});
