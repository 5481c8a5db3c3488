// Kernels without calls: the same bits, and guards still in front of what they guard.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandCalls } from '../../../src/loop/expand.ts';
import { interpret } from '../../../src/loop/interpret.ts';
import type { Kernel, ScalarFunction } from '../../../src/loop/kernel.ts';
import * as k from '../../../src/loop/make.ts';
import { printStatements } from '../../../src/loop/print.ts';
import { verifyKernel } from '../../../src/loop/verify.ts';
import { functionsUsed } from '../../../src/loop/visit.ts';
import { contents, kernels } from './arbitrary.ts';

const p = k.local('f32', 'p');
const twice: ScalarFunction = {
  name: 'twice',
  params: [{ name: 'p', type: 'f32' }],
  lets: [{ name: 'sum', value: k.add(p, p) }],
  result: k.mul(k.local('f32', 'sum'), k.f32(0.5)),
};

test('random kernels have no calls left, verify, and give the same bits', () => {
  fc.assert(
    fc.property(kernels, contents, (kernel, inputs) => {
      const expanded = expandCalls(kernel);
      verifyKernel(expanded);
      expect(functionsUsed(expanded.body)).toEqual([]);
      const run = (of: Kernel): Float32Array | Int32Array | Uint8Array => {
        const y = { f32: new Float32Array(8), i32: new Int32Array(8), bool: new Uint8Array(8) };
        const out = y[of.buffers.at(-1)!.type as keyof typeof y];
        interpret(of, [...inputs, out]);
        return out;
      };
      expect(run(expanded)).toEqual(run(kernel));
    }),
    { numRuns: 200 },
  );
});

test('guards stay in front of what they guard, and names stay different', () => {
  const load = (at: number) => k.load('f32', 'a', k.i32(at));
  const body = expandCalls({
    name: 'k',
    buffers: [
      { name: 'a', type: 'f32', size: 2, role: 'in' },
      { name: 'y', type: 'f32', size: 1, role: 'out' },
      { name: 'twice_sum', type: 'f32', size: 1, role: 'scratch' },
    ],
    body: [
      k.store(
        'y',
        k.i32(0),
        k.select(
          k.compare('lt', load(0), k.f32(0)),
          k.call(twice, load(1)),
          k.call(twice, k.call(twice, load(0))),
        ),
      ),
    ],
  }).body;
  expect(printStatements(body)).toBe(`var choice: f32 = 0.0
if a[0] < 0.0 {
  let twice_p: f32 = a[1]
  let twice_sum_1: f32 = twice_p + twice_p
  choice = twice_sum_1 * 0.5
} else {
  let twice_p_1: f32 = a[0]
  let twice_sum_2: f32 = twice_p_1 + twice_p_1
  let twice_p_2: f32 = twice_sum_2 * 0.5
  let twice_sum_3: f32 = twice_p_2 + twice_p_2
  choice = twice_sum_3 * 0.5
}
y[0] = choice`);
});
