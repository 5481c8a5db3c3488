// Random programs about names, scopes and jumps, as JavaScript and staged. PROGRAMS=5000 runs more of them, from FIRST on.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { configure } from '../../src/index.ts';
import { converted, plain } from './evaluate.ts';
import { scopedProgram } from './scopes.ts';
import { compiled, oracle } from './staged.ts';

const count = Number(process.env.PROGRAMS ?? 30);
const first = Number(process.env.FIRST ?? 1);
const compiledEvery = 10;
const inputs = [
  [3, 5],
  [-4, 2],
] as const;

// Random programs compute conditions that nobody uses.
const before = configure({});
beforeAll(() => void configure({ checkConditions: false }));
afterAll(() => void configure(before));

it(`a random program about names gives the same answer when it is staged (${count} programs)`, () => {
  for (let seed = first; seed < first + count; seed++) {
    const source = scopedProgram(seed);
    const [x, y] = inputs[seed % inputs.length]!;
    const about = `program ${seed} of (${x}, ${y})\n${source}`;
    const made = converted(source);
    const expected: number = plain(source)(x, y);
    expect(made(x, y), about).toBe(expected);
    // float32 holds whole numbers up to here.
    if (Math.abs(expected) > 2 ** 23) continue;
    const found = oracle((t) => made(t, y), [x]).item();
    // 0 and -0 are one number where integers are computed with.
    expect(found + 0, about).toBe(expected + 0);
    if (seed % compiledEvery === 0) expect(compiled((t) => made(t, y), [x]).item(), about).toBe(found);
  }
});

it('a do-while keeps what its test reads, though nothing else does', () => {
  const source = `export function f(x) {
    let v = x, before, n = 0;
    do { before = v; v = v / 2; n++; } while (before - v > 1 && n < 50);
    return v * 100 + n;
  }`;
  const expected = plain(source)(20);
  expect(compiled(converted(source), [20]).item()).toBe(expected);
});

it.each([
  [
    'loop',
    'let s = 0; for (let i = 0; i < x; i++) { let a = i; const g = () => { a += 1; }; if (a > 1) g(); s += a; } return s;',
  ],
  [
    'branch',
    'let s = 0; if (x > 0) { let a = x; const g = () => { a += 1; }; if (a > 1) g(); s += a; } return s;',
  ],
])('a closure assigns a variable that is declared in a staged %s', (_, body) => {
  const source = `export function f(x) { ${body} }`;
  for (const x of [4, 0]) expect(compiled(converted(source), [x]).item()).toBe(plain(source)(x));
});
