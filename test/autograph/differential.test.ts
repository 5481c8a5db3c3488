// Random programs three ways: as JavaScript on numbers, converted on numbers, converted and staged; and the derivatives of what was staged.
// PROGRAMS=5000 runs more of them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configure, grad, jit, type Tensor, TraceError, tensor } from '../../src/index.ts';
import { lift } from '../../src/ops/coerce.ts';
import { eager } from '../../src/tensor/eager.ts';
import { replay } from '../../src/trace/replay.ts';
import { traceFunction } from '../../src/trace/tracer.ts';
import { converted, plain } from './evaluate.ts';
import { randomProgram, smooth } from './programs.ts';
import { type AnyFunction, compiled, oracle } from './staged.ts';

const count = Number(process.env.PROGRAMS ?? 140);
const first = Number(process.env.FIRST ?? 1);
// Every nesting of two statements, and of four where nothing is traced.
const [staged, unstaged] = [2, 4];
// Compiling takes longer than running a few numbers through the reference kernels.
const compiledEvery = 8;
const inputs = [
  [3, 5],
  [-4, 2],
] as const;
const gradients = Math.ceil(count / 3);
const points = [
  [0.3, 1],
  [-1.7, 2],
  [0.9, 0.5],
] as const;

// Random programs compute conditions that nobody uses.
const before = configure({});
beforeAll(() => void configure({ checkConditions: false }));
afterAll(() => void configure(before));

describe('a random program', () => {
  it(`is the same JavaScript when it is converted (${count} programs)`, () => {
    for (let seed = first; seed < first + count; seed++) {
      const source = randomProgram(seed, unstaged);
      for (const [x, y] of inputs)
        expect(converted(source)(x, y), `program ${seed} of (${x}, ${y})\n${source}`).toBe(
          plain(source)(x, y),
        );
    }
  });

  it(`gives the same answer when it is staged (${count} programs)`, () => {
    for (let seed = first; seed < first + count; seed++) {
      const source = randomProgram(seed, staged);
      const [x, y] = inputs[seed % inputs.length]!;
      const expected: number = plain(source)(x, y);
      // float32 holds whole numbers up to here.
      if (Math.abs(expected) > 2 ** 23) continue;
      const made = converted(source);
      const found = oracle((t) => made(t, y), [x]).item();
      if (seed % compiledEvery === 0) expect(compiled((t) => made(t, y), [x]).item(), source).toBe(found);
      // 0 and -0 are one number where integers are computed with.
      expect(found + 0, `program ${seed} of (${x}, ${y})\n${source}`).toBe(expected + 0);
    }
  });

  // An object of which a tensor decides may be refused where it is written, or read too late; what is not refused is right.
  it(`of objects that may be one gives the same answer, or is refused (${count} programs)`, () => {
    let refused = 0;
    for (let seed = first; seed < first + count; seed++) {
      const source = randomProgram(seed, staged, undefined, true);
      const [x, y] = inputs[seed % inputs.length]!;
      const about = `program ${seed} of (${x}, ${y})\n${source}`;
      const expected: number = plain(source)(x, y);
      const made = converted(source);
      expect(made(x, y), about).toBe(expected);
      if (Math.abs(expected) > 2 ** 23) continue;
      try {
        expect(oracle((t) => made(t, y), [x]).item() + 0, about).toBe(expected + 0);
      } catch (error) {
        if (!(error instanceof TraceError) || !error.summary.includes('of which a tensor decided'))
          throw error;
        refused++;
      }
    }
    expect(refused).toBeLessThan(count / 2);
  });

  it(`has the derivative that differences of the JavaScript have (${gradients} programs)`, () => {
    let measured = 0;
    for (let seed = first; seed < first + gradients; seed++) {
      const source = randomProgram(seed, staged, smooth);
      const [x, y] = points[seed % points.length]!;
      const about = `program ${seed} of (${x}, ${y})\n${source}`;
      const made = converted(source);
      const f = (t: Tensor): Tensor => lift(made(t, y), 'the result').cast('float32');
      const d = grad(f);
      const found = oracle(d, [x]).item();
      // One program, one answer to the bit: staged, as two compiled halves, and with its branches and loops taken by eager mode.
      expect(grad(ofTrace(f))(tensor(x)).item(), about).toBe(found);
      if (seed % compiledEvery === 0) {
        for (const backend of ['js', 'wasm'] as const)
          expect(jit((t: Tensor) => d(t), { backend })(tensor(x)).item(), about).toBe(found);
        expect(grad(jit(f))(tensor(x)).item(), about).toBe(found);
      }
      // JavaScript's own branches may add in another order.
      const near = (other: number): boolean =>
        Math.abs(other - found) <= 2 ** -12 * Math.max(1, Math.abs(found));
      expect(d(tensor(x)).item(), about).toSatisfy(near);
      const slope = slopeOf((t) => plain(source)(t, y), x);
      if (slope === null) continue;
      measured++;
      expect(slope, about).toSatisfy(near);
    }
    expect(measured).toBeGreaterThan(gradients / 2);
  });
});

/** The traced program as a function that eager mode runs, instruction by instruction. */
function ofTrace(f: (t: Tensor) => Tensor): (t: Tensor) => Tensor {
  const { func, captures } = traceFunction(([t]) => [f(t!)], [tensor(0).type], { name: 'f', parent: eager });
  const around = captures.map((c) => (c.kind === 'tensor' ? c.tensor : c.variable));
  return (t) => replay(func, [t, ...around])[0]!;
}

/** The derivative in float64, from both sides; null where it has none, or jumps nearby. */
function slopeOf(f: AnyFunction, x: number): number | null {
  const h = 1e-6;
  const [below, here, above] = [f(x - h), f(x), f(x + h)] as [number, number, number];
  const [left, right] = [(here - below) / h, (above - here) / h];
  const scale = Math.max(1, Math.abs(left), Math.abs(right));
  return Math.abs(left - right) < 1e-3 * scale ? (left + right) / 2 : null;
}
