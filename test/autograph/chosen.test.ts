// Objects that a tensor decides about. Reading them is reading the object; a change that would not reach it, or would not be seen, is an error.
import { describe, expect, it } from 'vitest';
import { converted, plain } from './evaluate.ts';
import { compiled, oracle } from './staged.ts';

const objects = 'const a = { v: 1, w: [1, 2] }, b = { v: 2, w: [3, 4] };';

/** What works: the answer is that of JavaScript. */
const works: readonly (readonly [what: string, body: string])[] = [
  ['is read', `${objects} const p = x > 0 ? a : b; return p.v + p.w[1] * 10;`],
  [
    'is spread',
    `${objects} const p = x > 0 ? a : b; const q = { ...p, v: 7 }; q.v += 1; return q.v + q.w[0];`,
  ],
  ['is made in the branches', `const p = x > 0 ? { v: x } : { v: 2 }; p.v += 3; return p.v;`],
  [
    'is made by a function',
    `const make = (v) => ({ v }); const p = x > 0 ? make(x) : make(x * 2); p.v += 3; return p.v;`,
  ],
  ['is made in one branch', `let p = { v: 1 }; if (x > 0) { p = { v: 5 }; } p.v += 3; return p.v;`],
  [
    'has two names',
    `let p = { v: 1 }, q = p; if (x > 0) { p = { v: x }; q = p; } else { p = { v: x + 1 }; q = p; } p.v = 9; return q.v;`,
  ],
  [
    'is a member too',
    `const o = { q: null }; let p; if (x > 0) { p = { v: x }; o.q = p; } else { p = { v: x + 1 }; o.q = p; } p.v = 9; return o.q.v;`,
  ],
  [
    'is written in the branch',
    `${objects} let p = b; if (x > 0) { p = a; p.v = 5; } else { b.v = 6; } return a.v + b.v * 10 + p.v * 100;`,
  ],
  [
    'is written behind a throw on the other side',
    `${objects} let p; if (x < -100) { throw new Error('low'); } else { p = a; } p.v = x; return a.v + p.v;`,
  ],
  [
    'is written behind a return on the other side',
    `${objects} let p; if (x > 0) return x; p = a; p.v = x; return a.v + p.v;`,
  ],
  [
    'shares a part',
    `const s = { v: 1 }; const p = x > 0 ? { s, k: x } : { s, k: 2 }; p.s.v = 7; return s.v + p.k;`,
  ],
  [
    'goes around a loop',
    `let p = { n: 0, s: 0 }; for (let i = 0; i < x; i++) { p.n += 1; p.s += i; if (p.n > 3) { p = { n: 0, s: p.s }; } } p.s += 1; return p.n + p.s * 10;`,
  ],
  [
    'is an array that goes around a loop',
    `let p = [0, 1]; while (p[0] < x) { p = [p[1], p[0] + p[1]]; } return p[0] + p[1] * 100;`,
  ],
  [
    'is swapped in a loop',
    `let a = { v: 1 }, b = { v: 2 }; for (let i = 0; i < x; i++) { [a, b] = [b, a]; } return a.v + b.v * 10;`,
  ],
  [
    'is written on one side and read after it',
    'const r = { v: 2 }, s = { v: 3 }; let o = r; if (x > 4) { o = s; } else { r.v = 5; } return o.v;',
  ],
  [
    'is made anew in every iteration, by code that is not converted',
    "const make = new Function('return { v: 1 };'); let p = { v: 0 }, n = 0; while (n < x) { n += 1; p = make(); } return p.v + n;",
  ],
];

describe('an object of which a tensor decides', () => {
  it.each(works)('%s', (_, body) => {
    const source = `export function f(x) { ${body} }`;
    for (const x of [3, -2, 6]) {
      expect(converted(source)(x)).toBe(plain(source)(x));
      expect(oracle(converted(source), [x]).item()).toBe(plain(source)(x));
      expect(compiled(converted(source), [x]).item()).toBe(plain(source)(x));
    }
  });
});

const two = 'const r = { v: 2 }, s = { v: 3 }; let o = r;';
const unwritable = 'the change would not reach the object itself';
const stale = 'the compiled program would read the old value';

const refused: readonly (readonly [what: string, body: string, message: string])[] = [
  ['is written', `${objects} const p = x > 0 ? a : b; p.v = 9; return a.v;`, unwritable],
  ['gets another member', `${objects} const p = x > 0 ? a : b; p.z = 9; return a.v;`, unwritable],
  ['is written deep inside', `${objects} const p = x > 0 ? a : b; p.w[0] = 9; return a.v;`, unwritable],
  ['grows', `${objects} const p = x > 0 ? a.w : b.w; p.push(9); return p[2];`, unwritable],
  [
    'is written by Object.assign',
    `${objects} const p = x > 0 ? a : b; Object.assign(p, { v: 4 }); return a.v;`,
    unwritable,
  ],
  ['is frozen', `${objects} const p = x > 0 ? a : b; Object.freeze(p); return a.v;`, unwritable],
  [
    'is written by code that is not converted',
    `${objects} const p = x > 0 ? a : b; new Function('p', 'p.v = 4')(p); return a.v;`,
    unwritable,
  ],
  ['is read after a change', `${objects} const p = x > 0 ? a : b; a.v = 9; return p.v;`, stale],
  [
    'is read after a change deep inside',
    `${objects} const p = x > 0 ? a : b; b.w[1] = 9; return p.w[1];`,
    stale,
  ],
  [
    'is written inside a loop',
    `${objects} let p = a; for (let i = 0; i < x; i++) { p.v += 1; p = p.v > 3 ? a : b; } return p.v;`,
    unwritable,
  ],
  [
    'is written after a loop',
    `${objects} let p = a; for (let i = 0; i < x; i++) { p = { v: i, w: p.w }; } p.v = 3; return a.v;`,
    unwritable,
  ],
  [
    'goes around a loop and changes in it',
    `${objects} let p = a, s = 0; for (let i = 0; i < x; i++) { b.v += 1; s += p.v; p = b; } return s;`,
    stale,
  ],
  [
    'goes around a loop that changes what it was',
    `${objects} let p = a, s = 0; for (let i = 0; i < x; i++) { a.v += 1; s += p.v; p = b; } return s;`,
    stale,
  ],
  [
    'is read after a change behind a return',
    `${two} if (x > 4) { if (x > 9) return 1; o = s; } r.v += x; return o.v;`,
    stale,
  ],
  [
    'is left alone in a branch that changes what it may be',
    `${two} if (x > 4) { o = s; } if (x > 2) { r.v = 7; } else { o = { v: 1 }; } return o.v;`,
    stale,
  ],
  [
    'is set by a closure, and what it may be changes in a branch',
    `${two} const g = () => { if (x > 4) o = s; }; g(); if (x > 2) { r.v = 7; } else { o = { v: 1 }; } return o.v;`,
    stale,
  ],
  [
    'is made in a branch around, and changes there',
    `if (x > 1) { ${two} if (x > 2) { o = s; } r.v = 9; return o.v; } return x;`,
    stale,
  ],
];

describe('is an error where an object of which a tensor decides', () => {
  it.each(refused)('%s', (_, body, message) => {
    const source = `export function f(x) { ${body} }`;
    expect(() => oracle(converted(source), [3])).toThrow(message);
    expect(converted(source)(3)).toBe(plain(source)(3));
  });
});
