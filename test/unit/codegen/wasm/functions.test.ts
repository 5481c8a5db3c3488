// The scalar functions four at a time, f64 steps in pairs, give the bits that they give one by one: also where the lanes go different ways.
import { expect, test } from 'vitest';
import { compileWasm } from '../../../../src/codegen/wasm/program.ts';
import { compileScalar } from '../../../../src/loop/compile.ts';
import type { Kernel } from '../../../../src/loop/kernel.ts';
import * as k from '../../../../src/loop/make.ts';
import { mathFunctions } from '../../../../src/loop/math.ts';
import { verifyKernel } from '../../../../src/loop/verify.ts';
import { seeded } from '../../../../src/util/rng.ts';
import { specialFloats } from '../../loop/arbitrary.ts';
import { programOf } from '../programs.ts';

const size = 20_000;

// All magnitudes, most of them near 1; angles beyond 2^20 and special values among the others.
function inputs(salt: number): Float32Array {
  const random = seeded(salt);
  return Float32Array.from({ length: size }, (_, i) => {
    if (i % 5 === salt) return specialFloats[Math.floor(random() * specialFloats.length)]!;
    const magnitude = 2 ** ((random() * 2 - 1) * (i % 3 === 0 ? 127 : 8));
    return random() < 0.5 ? magnitude : -magnitude;
  });
}

test.each(mathFunctions.map((fn) => [fn.name, fn] as const))('%s', (_, fn) => {
  const names = ['a', 'b'].slice(0, fn.params.length);
  const kernel: Kernel = {
    name: fn.name,
    buffers: [
      ...names.map((name) => ({ name, type: 'f32', size, role: 'in' }) as const),
      { name: 'y', type: 'f32', size, role: 'out' },
    ],
    body: [
      k.lanedLoop('i', size, [
        k.store('y', k.index('i'), k.call(fn, ...names.map((name) => k.load('f32', name, k.index('i'))))),
      ]),
    ],
  };
  verifyKernel(kernel);
  const args = names.map((_, n) => inputs(n));
  const y = new Float32Array(size);
  compileWasm(programOf(kernel))([...args, y]);
  const one = compileScalar(fn) as (...args: number[]) => number;
  for (let i = 0; i < size; i++) {
    const at = args.map((a) => a[i]!);
    if (!Object.is(y[i], one(...at))) expect.fail(`${fn.name}(${at}): ${y[i]} instead of ${one(...at)}`);
  }
});
