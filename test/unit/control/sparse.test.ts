// Gradients of what a loop reads a part of: they add to that part, in place.
import { expect, it } from 'vitest';
import { forLoop, grad, jit, scan, type Tensor, tensor } from '../../../src/index.ts';

const table = tensor(Array.from({ length: 50 }, (_, i) => Math.fround(Math.sin(i))));

const losses: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  gather: (x) => forLoop(0, 30, (i, s) => s.add(x.gather(i.mul(7).mod(50)).mul(s.add(1))), 0),
  dynamicSlice: (x) =>
    forLoop(0, 30, (i, s) => s.mul(0.5).add(x.dynamicSlice([i], [3]).mul(s.add(1)).sum()), 0),
  takeAlongAxis: (x) =>
    scan(
      (s, i) => [
        s.add(
          x
            .takeAlongAxis(i.reshape([1]), 0)
            .sum()
            .sin(),
        ),
        null,
      ],
      0,
      tensor([3, 1, 3, 49, 3], { dtype: 'int32' }),
    )[0],
};

it.each(Object.entries(losses))('the gradient of %s in a loop touches what was read only', (_, f) => {
  const eager = grad(f)(table).data();
  for (const backend of ['js', 'wasm'] as const) {
    const g = jit((x: Tensor) => grad(f)(x), { backend });
    expect(g(table).data()).toEqual(eager);
    const { program } = g.lower(table);
    const wayBack = program.split('\n\nkernel')[0]!.split('while {').at(-1)!.split('\n  }')[1]!;
    // No round copies the sum, or makes zeros of its size.
    const sizes = [...wayBack.matchAll(/copy (s\d+) to (s\d+)/g)].flatMap(([, a, b]) =>
      [a, b].map((slot) => new RegExp(`  ${slot}: (.*) =`).exec(program)![1]),
    );
    expect(sizes).not.toContain('f32[50]');
    const kernels = [...wayBack.matchAll(/run (\w+)\(/g)].map(([, name]) => name);
    expect(kernels.join()).toMatch(/scatter|update_slice/);
    for (const name of kernels) {
      const text = new RegExp(`kernel @${name}\\([\\s\\S]*?\\n}`).exec(program)![0];
      expect(text).not.toMatch(/in 50\b/);
    }
  }
});
