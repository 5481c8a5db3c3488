// A compiled step allocates its results and nothing else: measured as what the engine says array buffers occupy.
import { describe, expect, it } from 'vitest';
import { jit, type Tensor, tensor, variable, zeros } from '../../../src/index.ts';

const size = 50_000;
const bytes = 4 * size;
const steps = 40;

/** Bytes of array buffers allocated per step; memory given back in between does not hide what was taken. */
function allocatedPerStep(step: () => void): number {
  for (let i = 0; i < 3; i++) step();
  let taken = 0;
  for (let i = 0; i < steps; i++) {
    const before = process.memoryUsage().arrayBuffers;
    step();
    taken += Math.max(0, process.memoryUsage().arrayBuffers - before);
  }
  return taken / steps;
}

describe('a compiled step allocates', () => {
  const x = tensor(new Float32Array(size).fill(0.5));

  it('nothing but its results', () => {
    const f = jit((a: Tensor) => a.mul(2).exp().add(a.cumsum()).sum());
    expect(allocatedPerStep(() => void f(x))).toBeLessThan(bytes / 100);
    const g = jit((a: Tensor) => a.cumsum().mul(2));
    const perStep = allocatedPerStep(() => void g(x));
    expect(perStep).toBeGreaterThan(bytes * 0.9);
    expect(perStep).toBeLessThan(bytes * 1.1);
  });

  it('nothing for variables and donated arguments, which stay where they are', () => {
    const [m, w] = [variable(zeros([size])), variable(zeros([size]))];
    const step = jit((g: Tensor) => {
      m.assign(m.mul(0.9).add(g.mul(0.1)));
      w.assignSub(m.mul(0.01));
    });
    expect(allocatedPerStep(() => step(x))).toBeLessThan(bytes / 100);

    const update = jit((s: Tensor, g: Tensor) => s.mul(0.9).add(g), { donate: [0] });
    let state = zeros([size]).add(0);
    expect(
      allocatedPerStep(() => {
        state = update(state, x);
      }),
    ).toBeLessThan(bytes / 100);
  });

  it('far less than eager mode, as a check of the measure', () => {
    expect(allocatedPerStep(() => void x.mul(2).exp().add(x))).toBeGreaterThan(bytes * 2.5);
  });
});
