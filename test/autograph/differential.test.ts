// Random programs three ways: as JavaScript on numbers, converted on numbers, converted and staged. PROGRAMS=5000 runs more of them.
import { describe, expect, it } from 'vitest';
import { configure } from '../../src/index.ts';
import { converted, plain } from './evaluate.ts';
import { randomProgram } from './programs.ts';
import { compiled, oracle } from './staged.ts';

const count = Number(process.env.PROGRAMS ?? 200);
const first = Number(process.env.FIRST ?? 1);
// Every nesting of two statements, and of four where nothing is traced.
const [staged, unstaged] = [2, 4];
// Compiling takes longer than running a few numbers through the reference kernels.
const compiledEvery = 8;
const inputs = [
  [3, 5],
  [-4, 2],
] as const;

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
    const before = configure({ checkConditions: false });
    try {
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
    } finally {
      configure(before);
    }
  });
});
