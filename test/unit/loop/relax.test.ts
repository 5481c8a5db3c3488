// Kernels with f64 intermediates: what widens, what still rounds, and how far results may move.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interpret, interpretFunction } from '../../../src/loop/interpret.ts';
import type { Kernel } from '../../../src/loop/kernel.ts';
import * as k from '../../../src/loop/make.ts';
import { mathFunctions } from '../../../src/loop/math.ts';
import { printKernel } from '../../../src/loop/print.ts';
import { relaxFunction, relaxKernel } from '../../../src/loop/relax.ts';
import { bitsOfFloat } from '../../../src/loop/scalar.ts';
import { verifyKernel } from '../../../src/loop/verify.ts';
import { specialFloats } from './arbitrary.ts';

/** How many float32 numbers lie between two of them. */
function ulps(a: number, b: number): number {
  if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Infinity;
  const order = (x: number): number => (bitsOfFloat(x) < 0 ? -(bitsOfFloat(x) & 0x7fffffff) : bitsOfFloat(x));
  return Math.abs(order(a) - order(b));
}

const norm: Kernel = {
  name: 'norm',
  buffers: [
    { name: 'a', type: 'f32', size: 3000, role: 'in' },
    { name: 'y', type: 'f32', size: 1, role: 'out' },
  ],
  body: [
    k.variable('scale', k.f32(1)),
    {
      kind: 'reduce',
      name: 's',
      op: 'add',
      type: 'f32',
      index: 'r',
      extent: 3000,
      body: [k.letIn('x', k.load('f32', 'a', k.index('r')))],
      value: k.mul(k.local('f32', 'x'), k.local('f32', 'x')),
    },
    k.assign('scale', k.div(k.local('f32', 'scale'), k.unary('sqrt', k.local('f32', 's')))),
    k.store('y', k.i32(0), k.local('f32', 'scale')),
  ],
};

describe('relaxKernel', () => {
  test('widens locals and arithmetic, and rounds at the store', () => {
    expect(printKernel(relaxKernel(norm))).toBe(
      [
        'kernel @norm(in a: f32[3000], out y: f32[1]) {',
        '  var scale: f64 = f64(1.0)',
        '  let s: f64 = reduce add for r in 3000 {',
        '    let x: f64 = f64(a[r])',
        '    yield x * x',
        '  }',
        '  scale = scale / sqrt(s)',
        '  y[0] = f32(scale)',
        '}',
      ].join('\n'),
    );
  });

  test('is nearer to the exact result than strict arithmetic, and within some ulps of it', () => {
    const a = Float32Array.from({ length: 3000 }, (_, i) => Math.sin(i));
    const [strict, fast] = [new Float32Array(1), new Float32Array(1)];
    interpret(norm, [a, strict]);
    verifyKernel(relaxKernel(norm));
    interpret(relaxKernel(norm), [a, fast]);
    const exact = Math.fround(1 / Math.sqrt(a.reduce((s, x) => s + x * x, 0)));
    expect(fast[0]).toBe(exact);
    expect(ulps(strict[0]!, fast[0]!)).toBeLessThanOrEqual(4);
  });

  test('gives bits of real float32 numbers', () => {
    const kernel: Kernel = {
      name: 'bits',
      buffers: [
        { name: 'a', type: 'f32', size: 1, role: 'in' },
        { name: 'y', type: 'i32', size: 1, role: 'out' },
      ],
      body: [k.store('y', k.i32(0), k.bitsOf(k.mul(k.load('f32', 'a', k.i32(0)), k.f32(0.1))))],
    };
    verifyKernel(relaxKernel(kernel));
    const out = new Int32Array(1);
    interpret(relaxKernel(kernel), [Float32Array.of(3), out]);
    expect(out[0]).toBe(bitsOfFloat(Math.fround(3 * Math.fround(0.1))));
  });
});

describe('scalar functions with f64 steps', () => {
  const argument = fc.oneof(
    fc.constantFrom(...specialFloats),
    fc.float({ min: -100, max: 100, noNaN: true }),
    fc.float(),
  );

  test.each(mathFunctions.map((fn) => [fn.name, fn] as const))(
    '%s stays within 4 ulps of strict',
    (_, fn) => {
      const strict = interpretFunction(fn);
      const fast = interpretFunction(relaxFunction(fn));
      fc.assert(
        fc.property(
          fc.array(argument, { minLength: fn.params.length, maxLength: fn.params.length }),
          (args) => {
            expect(ulps(strict(...args), Math.fround(fast(...args)))).toBeLessThanOrEqual(4);
          },
        ),
        { numRuns: 2000 },
      );
    },
  );
});
