// Random structured programs in every way to run them: the bits of eager mode. Seeded; FUZZ_PROGRAMS runs more.
import { grad, jit, type Tensor, tensor, variable } from 'tracejit';
import { describe, it } from 'vitest';
import type { NdView } from '../../src/array/nd.ts';
import { seeded } from '../../src/util/rng.ts';
import { expectSameBits } from '../ops/compare.ts';
import { everyWay } from '../unit/control/ways.ts';
import { Draw } from './program.ts';
import { drawStatements, drawVariables, functionOf, withVariable } from './structured.ts';

const programs = Number(process.env.FUZZ_PROGRAMS ?? 48);

function drawn(seed: number): {
  f: (...xs: Tensor[]) => readonly Tensor[];
  inputs: readonly Tensor[];
  text: string;
} {
  const r = new Draw(seeded(seed));
  const statements = drawStatements(r, 2 + r.int(4));
  return { f: functionOf(statements), inputs: drawVariables(r), text: JSON.stringify(statements) };
}

/** The sum of all elements of the floats. */
function sumOf(results: readonly Tensor[]): Tensor {
  return results.reduce((sum, y) => (y.dtype === 'float32' ? sum.add(y.sum()) : sum), tensor(0));
}

const viewsOf = (ys: readonly Tensor[]): NdView[] => ys.map((y) => y.requireView());

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

  it('leave variables as eager mode does', () => {
    for (let seed = 0; seed < programs / 2; seed++) {
      const v = variable(tensor([0.5, -0.25, 1]));
      withVariable(v, () => {
        const { f, inputs, text } = drawn(2000 + seed);
        const run = (g: typeof f): NdView[] => {
          v.assign(tensor([0.5, -0.25, 1]));
          // Twice: the second call begins with what the first one left.
          const all = [...g(...inputs), v.value(), ...g(...inputs), v.value()];
          return all.map((y) => y.requireView());
        };
        const eagerly = run(f);
        for (const backend of ['js', 'wasm'] as const)
          expectSameBits(
            run(jit((...xs: Tensor[]) => f(...xs), { backend })),
            eagerly,
            `seed ${2000 + seed}, ${backend}: ${text}`,
          );
      });
    }
  });

  it('may overwrite what they are given', () => {
    for (let seed = 0; seed < programs / 2; seed++) {
      const { f, inputs, text } = drawn(3000 + seed);
      const expected = f(...inputs).map((y) => y.requireView());
      for (const backend of ['js', 'wasm'] as const) {
        const g = jit((...xs: Tensor[]) => f(...xs), { backend, donate: inputs.map((_, i) => i) });
        const made = g(...inputs.map((x) => x.add(x.dtype === 'int32' ? 0 : -0))).map((y) => y.requireView());
        expectSameBits(made, expected, `seed ${3000 + seed}, ${backend}: ${text}`);
      }
    }
  });

  it('have the gradients of eager mode, in both back-ends and by both ways to compile them', () => {
    for (let seed = 0; seed < programs / 4; seed++) {
      const { f, inputs, text } = drawn(1000 + seed);
      const loss = (...xs: Tensor[]): Tensor => sumOf(f(...xs)).add(xs[0]!.sum());
      const wanted = [0, 1, 2, 3, 4];
      const whole = (backend: 'js' | 'wasm') =>
        jit((...xs: Tensor[]) => grad(loss, wanted)(...xs) as Tensor[], { backend });
      const js = viewsOf(whole('js')(...inputs));
      expectSameBits(viewsOf(whole('wasm')(...inputs)), js, `seed ${1000 + seed}, wasm: ${text}`);
      const halves = grad(jit(loss, { backend: 'js' }), wanted)(...inputs) as Tensor[];
      expectSameBits(viewsOf(halves), js, `seed ${1000 + seed}, halves: ${text}`);
      const eagerly = grad(loss, wanted)(...inputs) as Tensor[];
      expectSameBits(js, viewsOf(eagerly), `seed ${1000 + seed}, eager: ${text}`);
    }
  });

  it('have the gradients of eager mode through a variable that they assign', () => {
    for (let seed = 0; seed < programs / 12; seed++) {
      const v = variable(tensor([0.5, -0.25, 1]));
      withVariable(v, () => {
        const { f, inputs, text } = drawn(5000 + seed);
        const gradients = (...xs: Tensor[]): Tensor[] => {
          const loss = (...ys: Tensor[]): Tensor => {
            v.assign(ys[0]!.sin());
            return sumOf(f(...ys))
              .add(ys[0]!.sum())
              .add(v.square().sum());
          };
          return grad(loss, [0, 1, 2, 3, 4])(...xs) as Tensor[];
        };
        const eagerly = viewsOf(gradients(...inputs));
        for (const backend of ['js', 'wasm'] as const)
          expectSameBits(
            viewsOf(jit(gradients, { backend })(...inputs)),
            eagerly,
            `seed ${5000 + seed}, ${backend}: ${text}`,
          );
      });
    }
  });

  it('have second gradients of the same bits in both back-ends, by both ways to compile them, and in eager mode', () => {
    for (let seed = 0; seed < programs / 12; seed++) {
      const { f, inputs, text } = drawn(4000 + seed);
      const wanted = [0, 1, 2, 3, 4];
      const loss = (...xs: Tensor[]): Tensor => sumOf(f(...xs)).add(xs[0]!.sum());
      const summed = (gradients: readonly Tensor[]): Tensor =>
        gradients.reduce((sum, g) => sum.add(g.square().sum()), tensor(0));
      const first = (...xs: Tensor[]) => grad(loss, wanted)(...xs) as Tensor[];
      const second =
        (g: typeof first) =>
        (...xs: Tensor[]) =>
          grad((...ys: Tensor[]) => summed(g(...ys)), wanted)(...xs) as Tensor[];
      const whole = (backend: 'js' | 'wasm') => jit((...xs: Tensor[]) => second(first)(...xs), { backend });
      const compiled = whole('js')(...inputs);
      const js = viewsOf(compiled);
      expectSameBits(viewsOf(whole('wasm')(...inputs)), js, `seed ${4000 + seed}, wasm: ${text}`);
      const halves = second(jit((...xs: Tensor[]) => first(...xs)))(...inputs);
      expectSameBits(viewsOf(halves), js, `seed ${4000 + seed}, halves: ${text}`);
      expectSameBits(js, viewsOf(second(first)(...inputs)), `seed ${4000 + seed}, eager: ${text}`);
    }
  });
});
