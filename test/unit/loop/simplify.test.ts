// Tidied kernels give the same bits; and what should disappear does.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interpret } from '../../../src/loop/interpret.ts';
import type { Expr, Kernel, Stmt } from '../../../src/loop/kernel.ts';
import * as k from '../../../src/loop/make.ts';
import { printExpr, printStatements } from '../../../src/loop/print.ts';
import { simplifyKernel } from '../../../src/loop/simplify.ts';
import { simplifyExpr } from '../../../src/loop/simplify-expr.ts';
import { verifyKernel } from '../../../src/loop/verify.ts';
import { contents, kernels } from './arbitrary.ts';

const extents = { i: 4, j: 6, l: 5 } as const;
const [i, j, l] = [k.index('i'), k.index('j'), k.index('l')];
const ranges = new Map(Object.entries(extents).map(([name, n]) => [name, { low: 0, high: n - 1 }]));
const div = (x: Expr, n: number): Expr => k.binary('div', x, k.i32(n));
const rem = (x: Expr, n: number): Expr => k.binary('rem', x, k.i32(n));
const times = (x: Expr, n: number): Expr => k.mul(x, k.i32(n));
const simple = (e: Expr): string => printExpr(simplifyExpr(e, { ranges, values: new Map() }));

describe('index algebra', () => {
  const linear = k.add(times(i, 6), j);
  test.each<[string, Expr, string]>([
    ['a neutral factor', times(k.add(i, k.i32(0)), 1), 'i'],
    ['a zero factor', times(i, 0), '0'],
    ['sums of constants', k.add(k.add(i, k.i32(3)), k.i32(-5)), 'i - 2'],
    ['equal terms', k.sub(k.add(times(i, 3), j), i), 'i * 2 + j'],
    ['a constant less a term', k.sub(k.i32(3), i), '3 - i'],
    ['the row of a linear index', div(linear, 6), 'i'],
    ['the column of a linear index', rem(linear, 6), 'j'],
    ['row and column joined', k.add(times(div(linear, 3), 3), rem(linear, 3)), 'i * 6 + j'],
    ['a reshape of a reshape', div(k.add(times(div(linear, 4), 4), rem(linear, 4)), 6), 'i'],
    ['a quotient below one', div(j, 6), '0'],
    ['a remainder of the small', rem(j, 7), 'j'],
    ['nested quotients', div(div(k.add(i, j), 2), 2), '(i + j) / 4'],
    ['nested remainders', rem(rem(linear, 8), 4), '(i * 6 + j) % 4'],
    ['a remainder without the multiples', rem(k.add(times(i, 8), j), 4), 'j % 4'],
    ['steps in a quotient', div(k.add(times(linear, 4), rem(l, 4)), 8), 'i * 3 + j / 2'],
    ['a comparison that always holds', k.compare('lt', linear, k.i32(24)), 'true'],
    ['a comparison that may fail', k.compare('lt', linear, k.i32(23)), 'i * 6 + j < 23'],
    ['a select that is decided', k.select(k.compare('ge', i, k.i32(0)), j, l), 'j'],
    ['a bound that never binds', k.binary('min', i, k.i32(9)), 'i'],
    ['a constant call of a conversion', k.convert('i32', k.f32(2.75)), '2'],
    ['nothing about floats', k.mul(k.local('f32', 'x'), k.f32(1)), 'x * 1.0'],
    ['nothing about negative dividends', div(k.sub(i, k.i32(2)), 4), '(i - 2) / 4'],
  ])('%s', (_, e, expected) => {
    expect(simple(e)).toBe(expected);
  });

  function indices(depth: number): fc.Arbitrary<Expr> {
    const leaf = fc.oneof(fc.constantFrom<Expr>(i, j, l), fc.integer({ min: -9, max: 30 }).map(k.i32));
    if (depth === 0) return leaf;
    const of = indices(depth - 1);
    const count = fc.integer({ min: -3, max: 12 });
    return fc.oneof(
      leaf,
      fc.tuple(of, of).map(([a, b]) => k.add(a, b)),
      fc.tuple(of, of).map(([a, b]) => k.sub(a, b)),
      fc.tuple(of, count).map(([a, n]) => times(a, n)),
      fc.tuple(of, count).map(([a, n]) => div(a, n)),
      fc.tuple(of, count).map(([a, n]) => rem(a, n)),
      fc.tuple(of, of).map(([a, b]) => k.binary('max', a, b)),
      fc.tuple(of, of, of, of).map(([a, b, c, d]) => k.select(k.compare('lt', a, b), c, d)),
    );
  }

  test('keeps the value of random index expressions', () => {
    fc.assert(
      fc.property(indices(5), (e) => {
        const kernel = (value: Expr): Kernel => {
          const at = k.linearIndex([i, j, l], [extents.i, extents.j, extents.l]);
          const nest = k.loop('i', extents.i, [
            k.loop('j', extents.j, [k.loop('l', extents.l, [k.store('y', at, value)])]),
          ]);
          return { name: 'k', buffers: [{ name: 'y', type: 'i32', size: 120, role: 'out' }], body: [nest] };
        };
        const [before, after] = [new Int32Array(120), new Int32Array(120)];
        interpret(kernel(e), [before]);
        interpret(simplifyKernel(kernel(e)), [after]);
        expect(after).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });
});

describe('kernels', () => {
  test('random kernels verify and give the same bits', () => {
    fc.assert(
      fc.property(kernels, contents, (kernel, inputs) => {
        const run = (of: Kernel): unknown => {
          const type = of.buffers.at(-1)!.type;
          const y =
            type === 'f32' ? new Float32Array(8) : type === 'i32' ? new Int32Array(8) : new Uint8Array(8);
          interpret(of, [...inputs, y]);
          return y;
        };
        const simplified = simplifyKernel(kernel);
        verifyKernel(simplified);
        expect(run(simplified)).toEqual(run(kernel));
      }),
      { numRuns: 200 },
    );
  });

  const y = (at: Expr, value: Expr): Stmt => k.store('y', at, value);
  const simplified = (...body: Stmt[]): string =>
    printStatements(
      simplifyKernel({ name: 'k', buffers: [{ name: 'y', type: 'i32', size: 9, role: 'out' }], body }).body,
    );

  test('loops of one round and conditions that are decided disappear', () => {
    expect(
      simplified(
        k.loop('o', 1, [
          k.loop('i', 4, [
            k.when(k.compare('lt', i, k.i32(4)), [y(k.add(times(k.index('o'), 4), i), k.i32(1))]),
            k.assert(k.compare('ge', i, k.i32(0)), 'never fails', i),
          ]),
        ]),
        k.loop('z', 0, [y(k.i32(0), k.i32(0))]),
      ),
    ).toBe('for i in 4 {\n  y[i] = 1\n}');
  });

  test('names for constants, for other names and for nothing disappear; those of variables stay', () => {
    expect(
      simplified(
        k.letIn('n', k.i32(2)),
        k.letIn('unused', k.add(k.index('n'), k.i32(1))),
        k.variable('v', k.i32(5)),
        k.letIn('before', k.index('v')),
        k.letIn('again', k.index('before')),
        k.assign('v', k.i32(6)),
        y(k.index('n'), k.add(k.index('again'), k.index('v'))),
      ),
    ).toBe('var v: i32 = 5\nlet before: i32 = v\nv = 6\ny[2] = before + v');
  });

  test('a body does not move where its names have another meaning', () => {
    const body = (value: number): Stmt[] => [
      k.variable('t', k.i32(value)),
      y(k.i32(value), k.local('i32', 't')),
    ];
    const kernel: Kernel = {
      name: 'k',
      buffers: [{ name: 'y', type: 'i32', size: 9, role: 'out' }],
      body: [k.loop('a', 1, body(1)), k.loop('b', 1, body(2))],
    };
    verifyKernel(simplifyKernel(kernel));
    const out = new Int32Array(9);
    interpret(simplifyKernel(kernel), [out]);
    expect([...out]).toEqual([0, 1, 2, 0, 0, 0, 0, 0, 0]);
  });
});
