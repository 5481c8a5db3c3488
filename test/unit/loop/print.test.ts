// The text of kernels: every kind of statement, parentheses only where they are needed, numbers that read back.
import { expect, test } from 'vitest';
import type { Kernel } from '../../../src/loop/kernel.ts';
import * as k from '../../../src/loop/make.ts';
import { exp } from '../../../src/loop/math.ts';
import { printExpr, printKernel } from '../../../src/loop/print.ts';

const [x, n, b] = [k.local('f32', 'x'), k.local('i32', 'n'), k.local('bool', 'b')];

test('a kernel with every kind of statement', () => {
  const i = k.index('i');
  const kernel: Kernel = {
    name: 'every',
    buffers: [
      { name: 'a', type: 'f32', size: 640, role: 'in' },
      { name: 'y', type: 'f32', size: 64, role: 'out' },
      { name: 'state', type: 'i32', size: 64, role: 'inout' },
      { name: 'panel', type: 'f64', size: 10, role: 'scratch' },
    ],
    body: [
      k.loop('i', 64, [
        k.variable('best', k.f32(-Infinity)),
        {
          kind: 'reduce',
          name: 's',
          op: 'add',
          type: 'f32',
          index: 'r',
          extent: 10,
          body: [k.letIn('t', k.load('f32', 'a', k.add(k.mul(i, k.i32(10)), k.index('r'))))],
          value: k.call(exp, k.local('f32', 't')),
        },
        k.when(
          k.compare('gt', k.local('f32', 's'), k.local('f32', 'best')),
          [k.assign('best', k.local('f32', 's'))],
          [k.store('state', i, k.i32(-1))],
        ),
        k.assert(k.compare('ne', k.local('f32', 'best'), k.f32(0)), 'a "zero"\nline', k.i32(3)),
        k.store('y', i, k.local('f32', 'best')),
      ]),
    ],
  };
  expect(`${printKernel(kernel)}\n`).toBe(
    `kernel @every(in a: f32[640], out y: f32[64], inout state: i32[64], scratch panel: f64[10]) {
  for i in 64 {
    var best: f32 = -inf
    let s: f32 = reduce add for r in 10 {
      let t: f32 = a[i * 10 + r]
      yield exp(t)
    }
    if s > best {
      best = s
    } else {
      state[i] = -1
    }
    assert best != 0.0, "a \\"zero\\"\\nline", 3
    y[i] = best
  }
}
`,
  );
});

test.each([
  [k.add(x, k.f32(0.1)), 'x + 0.1'],
  [k.f32(-0), '-0.0'],
  [k.f32(NaN), 'nan'],
  [k.f64(-1.5), 'f64(-1.5)'],
  [k.f32(2 ** 30), '1073741800.0'],
  [k.f32(1e-45), '1e-45'],
  [k.sub(x, k.sub(x, x)), 'x - (x - x)'],
  [k.mul(k.add(x, x), k.unary('neg', x)), '(x + x) * -x'],
  [k.unary('neg', k.add(x, x)), '-(x + x)'],
  [k.unary('neg', k.f32(-1)), '-(-1.0)'],
  [k.sub(n, k.i32(-1)), 'n - -1'],
  [k.and(k.not(b), k.compare('le', n, k.i32(3))), '!b & n <= 3'],
  [k.binary('xor', k.or(b, b), b), '(b | b) ^ b'],
  [k.binary('ushr', k.binary('shl', n, k.i32(3)), k.i32(1)), 'n << 3 >>> 1'],
  [k.select(b, k.binary('min', n, k.i32(2)), k.binary('rem', n, k.i32(2))), 'select(b, min(n, 2), n % 2)'],
  [k.unary('sqrt', k.convert('f32', n)), 'sqrt(f32(n))'],
  [k.fromBits(k.bitsOf(x)), 'from_bits(bits(x))'],
])('expression %#', (e, text) => {
  expect(printExpr(e)).toBe(text);
});
