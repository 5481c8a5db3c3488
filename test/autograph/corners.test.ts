// Corners of the language that once gave a wrong answer: each is JavaScript's answer, or an error that says why not.
import { expect, it } from 'vitest';
import { tensor } from '../../src/index.ts';
import { converted, plain } from './evaluate.ts';
import { compiled, oracle } from './staged.ts';

const right: readonly (readonly [what: string, body: string])[] = [
  [
    'a loop variable of for-of that a closure assigns',
    'let s = 0; for (let v of [1, 2]) { const g = () => { v = 10; }; if (x > 0) g(); s += v; } return s;',
  ],
  [
    'a loop variable of for that a closure assigns',
    'let s = 0; for (let i = 0; i < 4; i++) { const skip = () => { i += 1; }; if (x > 0) skip(); s += i; if (s > 100) break; } return s;',
  ],
  [
    'what catch gets, assigned by a closure',
    'try { throw 1; } catch (e) { const g = () => { e = 5; }; if (x > 0) g(); return e; }',
  ],
  [
    'a var that a closure assigns, declared again',
    'var n = 1; const inc = () => { n++; }; if (x > 0) { var n = 5; } inc(); return n;',
  ],
  [
    'a setter with effects',
    'class A { _v = 1; version = 0; get v() { return this._v; } set v(n) { this.version++; this._v = n; } touch() { this.version++; } } const p = new A(); if (x > 0) { p.touch(); p.v = x; } return p.version * 10 + p._v;',
  ],
  [
    'a setter that is not idempotent',
    'class A { _v = 1; get v() { return this._v; } set v(n) { this._v = n * 2; } reset() { this._v = 3; } } const p = new A(); if (x > 0) { p.reset(); p.v = x; } return p._v;',
  ],
  [
    'private fields of one name in two classes',
    'class A { #v = 1; inc() { this.#v += 1; } get a() { return this.#v; } } class B extends A { #v = 10; both() { this.inc(); this.#v += 5; } get b() { return this.#v; } } const p = new B(); if (x > 0) p.both(); return p.a * 100 + p.b;',
  ],
  [
    'members of super',
    'class A {} class B extends A { go() { super.a = 1; super.b = 2; } } const p = new B(); p.a = 5; p.b = 6; if (x > 0) p.go(); return p.a * 10 + p.b;',
  ],
  [
    "a key that is 0 and '0'",
    'const q = [1, 2]; for (const k in q) { if (x > 0) { q[k] += 1; q[0] = q[0] * 3; } } return q[0] * 10 + q[1];',
  ],
  [
    'a sequence whose conditions nobody reads',
    'let l = [1, 2], n = 0; return x > 0 && (l = [3, x]), x > 2 ? n = 5 : n++, l[0] * 10 + n;',
  ],
  [
    'a sequence as a statement, and in a head',
    'let n = 0; const f = () => { n += 2; }; f(), x > 0 && f(); if (x > 1 && (n += 10), n > 3) n += 100; for (let i = 0; i < 2; x > 0 && f(), i++); return n;',
  ],
  ['Number of nothing and of undefined', 'let u; return (isNaN(Number(u)) ? 1 : 2) + Number() + x;'],
  [
    'every and some of many',
    'const l = Array.from({ length: 20000 }, (_, i) => i); return (l.every((v) => v >= 0) ? 1 : 2) + (l.some((v) => v > 30000) ? 10 : 20) + x;',
  ],
  [
    'some of a list that grows',
    'const l = [1, 2]; let n = 0; l.some((v) => { n++; if (n < 5) l.push(v); return false; }); return n + x;',
  ],
  [
    'bits of a counter, used as a number',
    'let r = 0, i = 1; while (i < x) { r = (i | 0) + 0.5 + (i >> 1) * 0.5 + ~~(i / 2) * 2.5; i++; } return r;',
  ],
  ['the sign idiom', 'return ((x > 0) - (x < 0)) * 2.5 + +(x > 0) * 0.5 + Number(x > 1) * 0.25;'],
  [
    'one side writes into an object, the other replaces it',
    'const o = { a: { b: { c: 1 } } }; if (x > 0) { o.a.b.c += x; } else { o.a.b = { c: 9 }; } return o.a.b.c;',
  ],
  [
    'two names of one object, made in a branch',
    'let a = { w: 0 }, b = a; if (x > 0) { a = b = { w: 1 }; } else { a = b = { w: 2 }; } a.w = 9; return b.w;',
  ],
  [
    'a do-while whose test reads what its body leaves',
    'let v = x, prev = 0, n = 0; do { prev = v; v = v / 2; n++; } while (prev - v > 1 && n < 50); return v * 100 + n;',
  ],
  [
    'log2 of powers of two',
    'let n = 1, s = 0; for (let i = 0; i < 20; i++) { s += Math.floor(Math.log2(n * (x + 100 - x) / 100)); n *= 2; } return s;',
  ],
];

it.each(right)('%s', (_, body) => {
  const source = `export function f(x) { ${body} }`;
  for (const x of [3, -2, 20]) {
    expect(converted(source)(x)).toBe(plain(source)(x));
    expect(oracle(converted(source), [x]).item()).toBeCloseTo(plain(source)(x), 4);
    expect(compiled(converted(source), [x]).item()).toBeCloseTo(plain(source)(x), 4);
  }
});

const vectors: readonly (readonly [what: string, body: string, expected: number])[] = [
  [
    'an index behind a question mark',
    'const p = { w: x, f: () => x }; return p?.w[0] + p.w?.[1] + p?.f()[2];',
    6,
  ],
  [
    'a tensor as an index behind a question mark',
    'const p = { w: x }; let i = 0; while (p?.w[i] < 2) i++; return p?.w[i] + i;',
    3,
  ],
];

it.each(vectors)('%s', (_, body, expected) => {
  const f = converted(`export function f(x) { ${body} }`);
  expect(oracle(f, [tensor([1, 2, 3])]).item()).toBe(expected);
  expect(f([1, 2, 3])).toBe(expected);
});

const refused: readonly (readonly [body: string, message: string])[] = [
  [
    'const s = Symbol(); let o = { [s]: 1, a: 2 }; if (x > 0) o = { [s]: 5, a: 3 }; return o[s] * 10 + o.a;',
    "'o' is an instance of Object in the branch taken if it holds",
  ],
  [
    'const mk = (b) => ({ base: b, get twice() { return this.base * 2; } }); let o = mk(1); if (x > 0) o = mk(x); o.base = 7; return o.twice;',
    "'o' is an instance of Object in the branch taken if it holds",
  ],
  [
    'let l = [1, 2]; l.tag = 7; if (x > 0) { l = [3, 4]; l.tag = 8; } return l.tag * 10 + l[0];',
    "'l' is an instance of Array in the branch taken if it holds",
  ],
  [
    'let l = [1, , 3]; if (x > 0) { l = [4, , 6]; } return l[0] + l[2];',
    "'l' is an instance of Array in the branch taken if it holds",
  ],
  [
    'let n = 0, r = 0; switch (x) { case (n++, 3): r = 1; break; case (n++, 4): r = 2; break; default: r = 3; } return r * 10 + n;',
    'a case of the switch at input.js:1:53 assigns something in its test',
  ],
  [
    'class S extends Map { put(k, v) { super.set(k, v); return this; } } const s = new S(); s.put(1, 2); if (x > 0) s.put(1, 5); return s.get(1);',
    'a S made outside is changed by set()',
  ],
  ['const s = new Set([3]); s.add(x); return s.size;', 'a Set has tensors and numbers as keys'],
  ['const m = new Map(); m.set(x, 1); m.set(3, 2); return m.size;', 'a Map has tensors and numbers as keys'],
  ['return new Set([x, 3]).size;', 'a Set has tensors and numbers as keys'],
  ['return new Map([[x, 1], [3, 2]]).get(3);', 'a Map has tensors and numbers as keys'],
  ['const { 0: a } = x; return a;', 'a pattern with positions, { 0: a } = x, takes a tensor apart'],
  ['x.push(4); return x;', 'a tensor has no method push: it is no array, and does not change'],
  ['return x.includes(2) ? 1 : 2;', 'a tensor has no method includes'],
];

it.each(refused)('%s is an error', (body, message) => {
  expect(() => oracle(converted(`export function f(x) { ${body} }`), [3])).toThrow(message);
});

it.each([
  ['const l = [0]; for (const v of x) { l.push(l[l.length - 1] + v); } return l[3];'],
  ['const l = []; let n = 0; for (const v of x) { l.push(v); n += l.length; } return n;'],
])('%s is an error: what is pushed comes when the loop is over', (body) => {
  const f = converted(`export function f(x) { ${body} }`);
  expect(f([1, 2, 3])).toBe(6);
  expect(() => oracle(f, [tensor([1, 2, 3])])).toThrow('pushes to an array that it also reads');
});

it('a function in a default that assigns a parameter is refused where it stands', () => {
  const source =
    'export function f(x) { const h = (a, g = () => { a = a + 1; }) => { g(); return a; }; return h(x); }';
  expect(() => converted(source)).toThrow(
    'a function in the default of a parameter assigns the parameter a; assign it in the body',
  );
});

it('a whole number divided by 0 ends the call, since its % is NaN', () => {
  const f = converted('export function f(x) { let i = 0; if (x > 0) i = 0; else i = 3; return 7 % i; }');
  expect(compiled(f, [-1]).item()).toBe(1);
  expect(() => compiled(f, [1])).toThrow(
    'divided by 0, where % is NaN (let it start as a float32, tensor(0)): 7 % 0',
  );
});
