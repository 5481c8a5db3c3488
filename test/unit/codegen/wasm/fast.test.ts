// `fast` kernels: a product and a sum rounded once, where the engine can.
import { describe, expect, test } from 'vitest';
import { compileWasm, emitModule } from '../../../../src/codegen/wasm/program.ts';
import { hasFusedMultiplyAdd } from '../../../../src/codegen/wasm/support.ts';
import type { Expr, Kernel } from '../../../../src/loop/kernel.ts';
import * as k from '../../../../src/loop/make.ts';
import { programOf } from '../programs.ts';

const n = 64;
const a = Float32Array.from({ length: n }, (_, i) => Math.sin(i) * 3);
const b = Float32Array.from({ length: n }, (_, i) => Math.cos(i * i) / 7);
const c = Float32Array.from({ length: n }, (_, i) => Math.sin(i * 5));

function kernel(f: (x: Expr, y: Expr, z: Expr) => Expr): Kernel {
  const at = k.index('i');
  const [x, y, z] = ['a', 'b', 'c'].map((name) => k.load('f32', name, at)) as [Expr, Expr, Expr];
  return {
    name: 'fused',
    buffers: [
      ...['a', 'b', 'c'].map((name) => ({ name, type: 'f32', size: n, role: 'in' }) as const),
      { name: 'y', type: 'f32', size: n, role: 'out' },
    ],
    body: [k.lanedLoop('i', n, [k.store('y', at, f(x, y, z))])],
  };
}

function results(of: Kernel, precision: 'strict' | 'fast'): Float32Array {
  const y = new Float32Array(n);
  compileWasm(programOf(of), precision)([a, b, c, y]);
  return y;
}

// Exact products of two f32 are f64; the rounding of their sum to f64 is too fine to be seen here.
const exact = {
  'x y + z': [(x, y, z) => k.add(k.mul(x, y), z), (x, y, z) => x * y + z],
  'z + x y': [(x, y, z) => k.add(z, k.mul(x, y)), (x, y, z) => x * y + z],
  'z - x y': [(x, y, z) => k.sub(z, k.mul(x, y)), (x, y, z) => z - x * y],
} as const satisfies Record<
  string,
  [(x: Expr, y: Expr, z: Expr) => Expr, (x: number, y: number, z: number) => number]
>;

describe.runIf(hasFusedMultiplyAdd())('with an instruction for it', () => {
  test.each(Object.entries(exact))('%s is rounded once', (_, [f, g]) => {
    const once = Float32Array.from(a, (x, i) => g(x, b[i]!, c[i]!));
    const strict = results(kernel(f), 'strict');
    expect(strict).not.toEqual(once);
    // The engine is free to round twice on a machine that cannot do better.
    const fast = results(kernel(f), 'fast');
    fast.forEach((y, i) => {
      expect([once[i], strict[i]]).toContain(y);
    });
  });

  test('x y - z is two operations', () => {
    const f = kernel((x, y, z) => k.sub(k.mul(x, y), z));
    expect(results(f, 'fast')).toEqual(results(f, 'strict'));
  });

  test('strict code never has it', () => {
    const program = programOf(kernel(exact['x y + z'][0]));
    const has = (bytes: Uint8Array): boolean =>
      bytes.some((x, i) => x === 0xfd && bytes[i + 1] === 0x85 && bytes[i + 2] === 0x02);
    expect(has(emitModule(program, 'strict').bytes)).toBe(false);
    expect(has(emitModule(program, 'fast').bytes)).toBe(true);
  });
});
