// Tracing: what is recorded, what is captured, and that nothing else changes.
import { describe, expect, it } from 'vitest';
import { ShapeError, type Tensor, tensor, variable } from '../../../src/index.ts';
import { print } from '../../../src/ir/print.ts';
import type { TensorType } from '../../../src/ir/types.ts';
import { verify } from '../../../src/ir/verify.ts';
import { currentInterpreter } from '../../../src/ops/dispatch.ts';
import { eager } from '../../../src/tensor/eager.ts';
import { replay } from '../../../src/trace/replay.ts';
import { type Capture, type TracedFunction, traceFunction } from '../../../src/trace/tracer.ts';
import { sameList } from '../../../src/util/seq.ts';

const vector: TensorType = { dtype: 'float32', shape: [2] };

function trace(f: (...args: Tensor[]) => Tensor[], ...types: TensorType[]): TracedFunction {
  const traced = traceFunction((args) => f(...args), types, { name: 'f', parent: eager });
  verify(traced.func);
  return traced;
}

// By identity: `toEqual` would iterate over tensors.
function isSame(capture: Capture | undefined, what: Tensor): boolean {
  return (capture?.kind === 'tensor' ? capture.tensor : capture?.variable) === what;
}

describe('a trace', () => {
  it('records ops in order, with the line they were written at', () => {
    const { func } = trace((x) => [x!.add(x!).neg()], vector);
    expect(print(func)).toBe(
      'func @f(%0: f32[2]) {\n  %1 = add %0, %0 : f32[2]\n  %2 = neg %1 : f32[2]\n  return %2\n}\n',
    );
    for (const { loc } of func.body) expect(loc?.file).toBe('test/unit/trace/trace.test.ts');
  });

  it('captures a tensor once, as a parameter, and never its data', () => {
    const w = tensor([1, 2]);
    const { func, captures } = trace((x) => [x!.mul(w).add(w)], vector);
    expect(captures.length).toBe(1);
    expect(isSame(captures[0], w)).toBe(true);
    expect(func.params.length).toBe(2);
    expect(func.body.map((i) => i.op.name)).toEqual(['mul', 'add']);
    expect(func.params[1]!.type).toEqual(vector);
  });

  it('captures tensors of an outer trace, so that the inner function stays closed', () => {
    let inner: TracedFunction | undefined;
    let outerTensor: Tensor | undefined;
    trace((x) => {
      outerTensor = x!.neg();
      inner = traceFunction(([y]) => [y!.mul(outerTensor!)], [vector], {
        name: 'inner',
        parent: currentInterpreter(),
      });
      return [x!];
    }, vector);
    verify(inner!.func);
    expect(inner!.captures.length).toBe(1);
    expect(isSame(inner!.captures[0], outerTensor!)).toBe(true);
  });

  it('reads a variable once and assigns it at the end', () => {
    const v = variable(tensor([1, 2]));
    const { func, captures, writes } = trace((x) => {
      v.assignAdd(x!);
      v.assignAdd(x!);
      return [v.value()];
    }, vector);
    expect(captures.length).toBe(1);
    expect(isSame(captures[0], v)).toBe(true);
    expect(sameList(writes, [v])).toBe(true);
    expect(func.results[0]).toBe(func.results[1]);
    expect(func.body.length).toBe(2);
    expect(v.toArray()).toEqual([1, 2]);
  });

  it('does not read a variable that is only assigned', () => {
    const v = variable(tensor([1, 2]));
    const { captures, writes } = trace((x) => {
      v.assign(x!);
      return [];
    }, vector);
    expect(captures).toEqual([]);
    expect(sameList(writes, [v])).toBe(true);
  });

  it('takes tensors it does not own as results', () => {
    const w = tensor([1, 2]);
    const { func } = trace(() => [w]);
    expect(func.results).toEqual(func.params);
  });

  it('leaves interpreter and variables as they were when the function throws', () => {
    const v = variable(tensor([1, 2]));
    expect(() =>
      trace((x) => {
        v.assign(x!);
        return [x!.add(tensor([1, 2, 3]))];
      }, vector),
    ).toThrow(ShapeError);
    expect(currentInterpreter()).toBe(eager);
    expect(v.toArray()).toEqual([1, 2]);
  });

  it('allows what needs no elements: shapes, iteration, console.log', () => {
    const { func } = trace((x) => {
      expect([x!.shape, x!.dtype, x!.ndim, x!.size]).toEqual([[2], 'float32', 1, 2]);
      expect(x!.inspect()).toBe('Tensor f32[2] (traced in @f)');
      return [...x!];
    }, vector);
    expect(func.results.map((r) => r.type.shape)).toEqual([[], []]);
  });
});

describe('replay', () => {
  it('computes under eager mode what was traced', () => {
    const { func } = trace((x, y) => [x!.mul(y!), x!.add(y!)], vector, vector);
    const results = replay(func, [tensor([1, 2]), tensor([3, 4])]);
    expect(results.map((r) => r.toArray())).toEqual([
      [3, 8],
      [4, 6],
    ]);
  });

  it('copies a function under a trace, with its lines', () => {
    const { func } = trace((x) => [x!.mul(x!).neg()], vector);
    const copy = trace((...args) => [...replay(func, args)], vector).func;
    expect(print(copy)).toBe(print(func));
    expect(copy.body.map((i) => i.loc)).toEqual(func.body.map((i) => i.loc));
  });
});
