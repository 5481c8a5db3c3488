// The oracle of the kernel language, on values written down by hand: every other executor is judged against it.
import { describe, expect, test } from 'vitest';
import { evaluateConstant, interpret } from '../../../src/loop/interpret.ts';
import type { Expr, Kernel, Stmt } from '../../../src/loop/kernel.ts';
import * as k from '../../../src/loop/make.ts';
import { printExpr } from '../../../src/loop/print.ts';
import { ArgumentError, InternalError } from '../../../src/util/errors.ts';

const [low, high] = [-(2 ** 31), 2 ** 31 - 1];
const i32 = (op: Parameters<typeof k.binary>[0], a: number, b: number): Expr =>
  k.binary(op, k.i32(a), k.i32(b));

// Known answers of IEEE 754, C99 and WebAssembly, not of this implementation.
const known: readonly [Expr, number][] = [
  [k.add(k.f32(16777216), k.f32(1)), 16777216],
  [k.mul(k.f32(0.1), k.f32(3)), Math.fround(0.30000001192092896)],
  [k.mul(k.f32(3e38), k.f32(10)), Infinity],
  [k.mul(k.f64(3e38), k.f64(10)), 3e39],
  [k.div(k.f32(1), k.f32(-0)), -Infinity],
  [k.unary('sqrt', k.f32(-0)), -0],
  [k.unary('sqrt', k.f32(-1)), NaN],
  [k.unary('round', k.f32(0.5)), 0],
  [k.unary('round', k.f32(1.5)), 2],
  [k.unary('round', k.f32(2.5)), 2],
  [k.unary('round', k.f32(-0.5)), -0],
  [k.unary('round', k.f32(-2.5)), -2],
  [k.unary('round', k.f64(2251799813685249.5)), 2251799813685250],
  [k.unary('ceil', k.f32(-0.5)), -0],
  [k.binary('min', k.f32(0), k.f32(-0)), -0],
  [k.binary('max', k.f32(-0), k.f32(0)), 0],
  [k.binary('max', k.f32(1), k.f32(NaN)), NaN],
  [k.binary('rem', k.f32(-7), k.f32(3)), -1],
  [k.binary('rem', k.f32(5), k.f32(Infinity)), 5],
  [i32('add', high, 1), low],
  [i32('mul', 65537, 65537), 131073],
  [i32('mul', low, -1), low],
  [i32('div', -7, 2), -3],
  [i32('div', 7, 0), 0],
  [i32('div', low, -1), low],
  [i32('rem', -7, 2), -1],
  [i32('rem', -4, 2), 0],
  [i32('rem', 7, 0), 0],
  [i32('shl', 1, 33), 2],
  [i32('shr', -8, 1), -4],
  [i32('ushr', -1, 28), 15],
  [i32('ushr', -1, 0), -1],
  [k.unary('abs', k.i32(low)), low],
  [k.unary('neg', k.i32(0)), 0],
  [k.convert('i32', k.f32(-1.9)), -1],
  [k.convert('i32', k.f32(-0.9)), 0],
  [k.convert('i32', k.f32(3e9)), high],
  [k.convert('i32', k.f32(-Infinity)), low],
  [k.convert('i32', k.f32(NaN)), 0],
  [k.convert('f32', k.i32(16777217)), 16777216],
  [k.convert('bool', k.f32(NaN)), 1],
  [k.convert('bool', k.f32(-0)), 0],
  [k.convert('f32', k.bool(true)), 1],
  [k.bitsOf(k.f32(1)), 0x3f800000],
  [k.bitsOf(k.f32(-0)), low],
  [k.fromBits(k.i32(1)), 2 ** -149],
  [k.compare('ne', k.f32(NaN), k.f32(NaN)), 1],
  [k.compare('ge', k.f32(NaN), k.f32(NaN)), 0],
  [k.compare('eq', k.f32(0), k.f32(-0)), 1],
  [k.binary('xor', k.bool(true), k.bool(true)), 0],
  [k.not(k.bool(false)), 1],
];

test.each(known.map(([e, x]) => [printExpr(e), x, e] as const))('%s is %s', (_, x, e) => {
  expect(evaluateConstant(e)).toBe(x);
});

describe('what goes wrong is an error', () => {
  const kernel = (...body: Stmt[]): Kernel => ({
    name: 'k',
    buffers: [
      { name: 'a', type: 'f32', size: 2, role: 'in' },
      { name: 'y', type: 'f32', size: 2, role: 'out' },
    ],
    body,
  });
  const run = (k: Kernel): void => interpret(k, [new Float32Array(2), new Float32Array(2)]);

  test.each<[string, Stmt]>([
    ['a store past the end', k.store('y', k.i32(2), k.f32(1))],
    ['a load before the beginning', k.letIn('x', k.load('f32', 'a', k.i32(-1)))],
    ['a buffer that is not there', k.store('z', k.i32(0), k.f32(1))],
    ['a local that is not there', k.store('y', k.i32(0), k.local('f32', 'x'))],
  ])('%s', (_, s) => {
    expect(() => run(kernel(s))).toThrow(InternalError);
  });

  test('an assertion that does not hold', () => {
    expect(() => run(kernel(k.assert(k.bool(false), 'index out of bounds', k.i32(7))))).toThrow(
      ArgumentError,
    );
    expect(() => run(kernel(k.assert(k.bool(false), 'index out of bounds', k.i32(7))))).toThrow(
      'index out of bounds: got 7',
    );
    run(kernel(k.assert(k.bool(true), 'fine', k.i32(7))));
  });

  test('arrays that do not fit the buffers', () => {
    expect(() => interpret(kernel(), [new Float32Array(2)])).toThrow(
      'buffer y needs 2 elements, got undefined',
    );
    expect(() => interpret(kernel(), [new Float32Array(2), new Float32Array(3)])).toThrow('got 3');
    expect(() =>
      interpret(
        kernel(),
        [0, 1, 2].map(() => new Float32Array(2)),
      ),
    ).toThrow('takes 2 arrays, got 3');
  });

  test('only the arm taken is evaluated', () => {
    const guarded = k.select(k.bool(false), k.load('f32', 'a', k.i32(9)), k.f32(1));
    const both = k.and(k.bool(false), k.compare('lt', k.load('f32', 'a', k.i32(9)), k.f32(1)));
    run(kernel(k.store('y', k.i32(0), guarded), k.when(both, [])));
  });
});
