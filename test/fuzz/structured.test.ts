// Random structured programs in every way to run them: the bits of eager mode. Seeded; FUZZ_PROGRAMS runs more.
import { grad, jit, type Tensor } from 'tracejit';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../src/util/rng.ts';
import { expectSameBits } from '../ops/compare.ts';
import { everyWay } from '../unit/control/ways.ts';
import { Draw } from './program.ts';
import { drawStatements, drawVariables, functionOf } from './structured.ts';

const programs = Number(process.env.FUZZ_PROGRAMS ?? 60);

function drawn(seed: number): {
  f: (...xs: Tensor[]) => readonly Tensor[];
  inputs: readonly Tensor[];
  text: string;
} {
  const r = new Draw(seeded(seed));
  const statements = drawStatements(r, 2 + r.int(4));
  return { f: functionOf(statements), inputs: drawVariables(r), text: JSON.stringify(statements) };
}

describe('structured programs', () => {
  it('give the bits of eager mode in every way', () => {
    for (let seed = 0; seed < programs; seed++) {
      const { f, inputs, text } = drawn(seed);
      try {
        everyWay(f, inputs);
      } catch (error) {
        throw new Error(`seed ${seed}: ${text}\n${error instanceof Error ? error.stack : String(error)}`);
      }
    }
  });

  it('have gradients, the same in both back-ends and by both ways to compile them', () => {
    for (let seed = 0; seed < programs / 4; seed++) {
      const { f, inputs, text } = drawn(1000 + seed);
      const loss = (...xs: Tensor[]): Tensor =>
        f(...xs).reduce((sum, y) => (y.dtype === 'float32' ? sum.add(y.sum()) : sum), xs[0]!.sum());
      const wanted = [0, 1, 2, 3, 4];
      const whole = (backend: 'js' | 'wasm') =>
        jit((...xs: Tensor[]) => grad(loss, wanted)(...xs) as Tensor[], { backend });
      const views = (ys: readonly Tensor[]) => ys.map((y) => y.requireView());
      const js = views(whole('js')(...inputs));
      expectSameBits(views(whole('wasm')(...inputs)), js, `seed ${1000 + seed}, wasm: ${text}`);
      const halves = grad(jit(loss, { backend: 'js' }), wanted)(...inputs) as Tensor[];
      expectSameBits(views(halves), js, `seed ${1000 + seed}, halves: ${text}`);
      const eagerly = grad(loss, wanted)(...inputs) as Tensor[];
      eagerly.forEach((g, k) => {
        const [x, y] = [g.data(), js[k]!.data];
        const scale = Math.max(1, ...Array.from(x, Math.abs).filter(Number.isFinite));
        x.forEach((value, i) => {
          const near =
            Object.is(value, y[i]) || Math.abs(value - y[i]!) <= 1e-4 * scale || Number.isNaN(y[i]);
          expect(near, `seed ${1000 + seed}: ${value} ${y[i]} ${text}`).toBe(true);
        });
      });
    }
  });
});
