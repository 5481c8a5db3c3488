// The emitters against the interpreter, to the bit.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kernel, ReduceOp, Scalar } from '../../../src/loop/kernel.ts';
import * as k from '../../../src/loop/make.ts';
import { relaxKernel } from '../../../src/loop/relax.ts';
import { verifyKernel } from '../../../src/loop/verify.ts';
import { withLanes } from '../../../src/lower/lanes.ts';
import { contents, kernels, specialFloats, specialIntegers } from '../loop/arbitrary.ts';
import { runAll } from './programs.ts';

const runs = 200;

describe('random expressions', () => {
  test('compiled equals interpreted', () => {
    fc.assert(
      fc.property(kernels, contents, (kernel, inputs) => {
        verifyKernel(kernel);
        const { actual, expected } = runAll(kernel, inputs);
        expect(actual).toEqual(expected);
      }),
      { numRuns: runs },
    );
  });

  test('four iterations at once', () => {
    fc.assert(
      fc.property(kernels, contents, (kernel, inputs) => {
        const laned = { ...kernel, body: withLanes(kernel.body) };
        verifyKernel(laned);
        const { actual, expected } = runAll(laned, inputs);
        expect(actual).toEqual(expected);
      }),
      { numRuns: 2 * runs },
    );
  });

  test('also when relaxed', () => {
    fc.assert(
      fc.property(kernels, contents, (kernel, inputs) => {
        const relaxed = relaxKernel(kernel);
        verifyKernel(relaxed);
        const { actual, expected } = runAll(relaxed, inputs);
        expect(actual).toEqual(expected);
      }),
      { numRuns: runs },
    );
  });
});

const f32 = (n: number, salt = 0): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(i * 1.7 + salt) * 10 ** ((i % 7) - 3));
const i32 = (n: number): Int32Array =>
  Int32Array.from({ length: n }, (_, i) =>
    i % 5 === 0 ? specialIntegers[i % specialIntegers.length]! : i - 40,
  );

function reduction(op: ReduceOp, type: Exclude<Scalar, 'f64'>, extent: number, heavy = false): Kernel {
  const rows = 2;
  const at = k.add(k.mul(k.index('i'), k.i32(extent)), k.index('r'));
  let value = k.load(type, 'a', at);
  if (heavy) for (let n = 0; n < 12; n++) value = k.mul(k.add(value, k.f32(0.25)), k.f32(0.75));
  return {
    name: `reduce_${op}`,
    buffers: [
      { name: 'a', type, size: rows * extent, role: 'in' },
      { name: 'y', type, size: rows, role: 'out' },
    ],
    body: [
      k.loop('i', rows, [
        {
          kind: 'reduce',
          name: 's',
          op,
          type,
          index: 'r',
          extent,
          body: heavy ? [k.letIn('t', value)] : [],
          value: heavy ? k.local(type, 't') : value,
        },
        k.store('y', k.index('i'), k.local(type, 's')),
      ]),
    ],
  };
}

const extents = [0, 1, 2, 3, 7, 8, 9, 15, 16, 23, 100, 1023, 1024, 1025, 1031, 2048, 2049, 3000, 4104];

describe('reductions keep the fixed order', () => {
  test('extremes of zeros of both signs, and of NaN anywhere', () => {
    for (const op of ['min', 'max'] as const)
      for (const extent of [4, 7, 16, 21, 40])
        for (let at = 0; at < extent; at++)
          for (const [odd, other] of [
            [0, -0],
            [-0, 0],
            [NaN, 1],
            [-0, op === 'max' ? -1 : 1],
            [0, op === 'max' ? -1 : 1],
          ] as const) {
            const input = new Float32Array(2 * extent).fill(other);
            input[at] = odd;
            const { actual, expected } = runAll(reduction(op, 'f32', extent), [input]);
            expect(actual).toEqual(expected);
          }
  });

  test.each(extents)('of %i elements', (extent) => {
    for (const op of ['add', 'mul', 'min', 'max'] as const) {
      for (const heavy of [false, true]) {
        const kernel = reduction(op, 'f32', extent, heavy);
        verifyKernel(kernel);
        const { actual, expected } = runAll(kernel, [f32(2 * extent)]);
        expect(actual).toEqual(expected);
        const relaxed = runAll(relaxKernel(kernel), [f32(2 * extent)]);
        expect(relaxed.actual).toEqual(relaxed.expected);
      }
      const { actual, expected } = runAll(reduction(op, 'i32', extent), [i32(2 * extent)]);
      expect(actual).toEqual(expected);
    }
    for (const op of ['or', 'and'] as const) {
      const bits = Uint8Array.from({ length: 2 * extent }, (_, i) => (i < extent ? 1 : 0));
      const { actual, expected } = runAll(reduction(op, 'bool', extent), [bits]);
      expect(actual).toEqual(expected);
    }
  });

  test('the order is not that of a plain loop', () => {
    const values = f32(1000);
    const { actual } = runAll(reduction('add', 'f32', 500), [values]);
    let plain = 0;
    for (let i = 0; i < 500; i++) plain = Math.fround(plain + values[i]!);
    expect(actual[0]![0]).not.toBe(plain);
    // Yet a sum of the same 500 numbers: some dozen spacings of 2^-13 apart at most.
    expect(actual[0]![0]).toBeCloseTo(plain, 2);
  });

  test.each(['add', 'mul', 'min', 'max'] as const)('%s of special values and zeros of both signs', (op) => {
    for (const extent of [1, 2, 8, 12, 24]) {
      for (let shift = 0; shift < specialFloats.length; shift++) {
        const values = Float32Array.from({ length: 2 * extent }, (_, i) =>
          i < extent ? specialFloats[(i + shift) % specialFloats.length]! : -0,
        );
        const { actual, expected } = runAll(reduction(op, 'f32', extent), [values]);
        expect(actual).toEqual(expected);
      }
    }
  });
});

test.each([3, 9, 20, 1030])(
  'a reduction inside of a reduction, with an assertion, of %i elements',
  (extent) => {
    const inner = k.load(
      'f32',
      'a',
      k.binary('min', k.add(k.mul(k.index('r'), k.i32(2)), k.index('q')), k.i32(extent - 1)),
    );
    const kernel: Kernel = {
      name: 'nested',
      buffers: [
        { name: 'a', type: 'f32', size: extent, role: 'in' },
        { name: 'y', type: 'f32', size: 1, role: 'out' },
      ],
      body: [
        {
          kind: 'reduce',
          name: 's',
          op: 'add',
          type: 'f32',
          index: 'r',
          extent,
          body: [
            {
              kind: 'reduce',
              name: 's_0',
              op: 'mul',
              type: 'f32',
              index: 'q',
              extent: 10,
              body: [],
              value: inner,
            },
            k.letIn('t', k.unary('abs', k.local('f32', 's_0'))),
            k.assert(k.compare('ge', k.local('f32', 't'), k.f32(0)), 'no NaN', k.i32(0)),
          ],
          value: k.binary('min', k.local('f32', 't'), k.f32(3)),
        },
        k.store('y', k.i32(0), k.local('f32', 's')),
      ],
    };
    verifyKernel(kernel);
    const { actual, expected } = runAll(kernel, [f32(extent)]);
    expect(actual).toEqual(expected);
  },
);

describe('statements', () => {
  const i = k.index('i');

  test('loops, variables, conditions and stores into several buffers', () => {
    const kernel: Kernel = {
      name: 'running',
      buffers: [
        { name: 'a', type: 'f32', size: 12, role: 'in' },
        { name: 'sums', type: 'f32', size: 12, role: 'out' },
        { name: 'signs', type: 'i32', size: 12, role: 'out' },
        { name: 'large', type: 'bool', size: 12, role: 'out' },
      ],
      body: [
        k.variable('total', k.f32(0)),
        k.variable('seen', k.bool(false)),
        k.loop('i', 12, [
          k.letIn('x', k.load('f32', 'a', i)),
          k.assign('total', k.add(k.local('f32', 'total'), k.local('f32', 'x'))),
          k.store('sums', i, k.local('f32', 'total')),
          k.when(
            k.compare('lt', k.local('f32', 'x'), k.f32(0)),
            [k.store('signs', i, k.i32(-1))],
            [k.store('signs', i, k.i32(1))],
          ),
          k.when(k.compare('gt', k.local('f32', 'total'), k.f32(5)), [k.assign('seen', k.bool(true))]),
          k.store('large', i, k.local('bool', 'seen')),
        ]),
      ],
    };
    verifyKernel(kernel);
    const { actual, expected } = runAll(kernel, [f32(12)]);
    expect(actual).toEqual(expected);
    expect([...actual[2]!]).toContain(1);
    expect([...actual[2]!]).toContain(0);
  });

  test('an inout buffer is updated in place', () => {
    const kernel: Kernel = {
      name: 'decay',
      buffers: [{ name: 'v', type: 'f32', size: 5, role: 'inout' }],
      body: [
        k.loop('i', 5, [k.store('v', i, k.f32(2))]),
        k.loop('i', 5, [k.store('v', i, k.mul(k.load('f32', 'v', i), k.f32(0.9)))]),
      ],
    };
    verifyKernel(kernel);
    const { actual, expected } = runAll(kernel, []);
    expect(actual).toEqual(expected);
    expect(actual[0]![0]).toBe(Math.fround(1.8));
  });

  test('a matmul by packed f64 panels gives the bits of f32 products and sums', () => {
    const n = 5;
    const at = (row: string, column: string) => k.add(k.mul(k.index(row), k.i32(n)), k.index(column));
    const kernel: Kernel = {
      name: 'matmul',
      buffers: [
        { name: 'a', type: 'f32', size: n * n, role: 'in' },
        { name: 'b', type: 'f32', size: n * n, role: 'in' },
        { name: 'y', type: 'f32', size: n * n, role: 'out' },
        { name: 'panel', type: 'f64', size: n, role: 'scratch' },
      ],
      body: [
        k.loop('j', n, [
          k.loop('p', n, [
            k.store('panel', k.index('p'), k.convert('f64', k.load('f32', 'b', at('p', 'j')))),
          ]),
          k.loop('i', n, [
            k.variable('c', k.f32(0)),
            k.loop('k', n, [
              k.assign(
                'c',
                k.add(
                  k.local('f32', 'c'),
                  k.convert(
                    'f32',
                    k.mul(
                      k.convert('f64', k.load('f32', 'a', at('i', 'k'))),
                      k.load('f64', 'panel', k.index('k')),
                    ),
                  ),
                ),
              ),
            ]),
            k.store('y', at('i', 'j'), k.local('f32', 'c')),
          ]),
        ]),
      ],
    };
    verifyKernel(kernel);
    const [a, b] = [f32(n * n), f32(n * n, 1)];
    const { actual, expected } = runAll(kernel, [a, b]);
    expect(actual).toEqual(expected);
    const plain = new Float32Array(n * n);
    for (let row = 0; row < n; row++)
      for (let column = 0; column < n; column++) {
        let c = 0;
        for (let p = 0; p < n; p++) c = Math.fround(c + Math.fround(a[row * n + p]! * b[p * n + column]!));
        plain[row * n + column] = c;
      }
    expect(actual[0]).toEqual(plain);
  });
});
