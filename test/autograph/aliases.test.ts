// Functions of JavaScript under other names, and questions that only numbers answer.
import { describe, expect, it, vi } from 'vitest';
import { jit, type Tensor, tensor } from '../../src/index.ts';
import { converted, plain } from './evaluate.ts';
import { compiled, oracle } from './staged.ts';

const same: readonly (readonly [what: string, body: string])[] = [
  ['taken out of Math', 'const { sqrt, PI } = Math; return sqrt(x) + PI;'],
  ['Math under another name', 'const M = Math; return M.max(x, 2) + M.floor(x / 2);'],
  ['Math as an argument', 'const root = (m, v) => m.sqrt(v); return root(Math, x);'],
  [
    'a function of Math as a value',
    'const f = x > 0 ? Math.sqrt(x) : 0; return [x, 4].map(Math.sqrt)[1] + f;',
  ],
  ['map(Number)', 'return [x > 1, x].map(Number).reduce((a, b) => a + b, 0);'],
  ['map(Boolean)', 'return [x > 1, x > 5].map(Boolean).some((v) => v) ? 1 : 2;'],
  ['taken out of Number', 'const { isInteger } = Number; return isInteger(x) ? 1 : 2;'],
  ['a method by its name', "const k = 'includes'; return [1, 4][k](x) ? 1 : 2;"],
  [
    'a method of a list of functions',
    'const fs = [(v) => v + 1, (v) => v * 2]; let s = 0; for (let i = 0; i < 2; i++) s += fs[i](x); return s;',
  ],
  [
    'a method that may be missing',
    'const o = { f: (v) => v * 2, v: 3 }; return (o.f?.(x) ?? 0) + (o.g?.(x) ?? 1) + (o?.h?.k(x).push(1) ?? 5);',
  ],
  ['a question that is lent', 'return Array.prototype.includes.call([1, 4], x) ? 1 : 2;'],
  [
    'a bound function',
    'const f = function (a, b) { return this.v + a * b; }; return f.bind({ v: x })(2, x) + f.call({ v: 1 }, x, x) + f.apply({ v: 2 }, [x, 3]);',
  ],
];

describe('is what JavaScript computes:', () => {
  it.each(same)('%s', (_, body) => {
    const source = `export function f(x) { ${body} }`;
    for (const x of [4, 2.25]) {
      expect(converted(source)(x)).toBe(plain(source)(x));
      expect(oracle(converted(source), [x]).item()).toBeCloseTo(plain(source)(x), 5);
      expect(compiled(converted(source), [x]).item()).toBeCloseTo(plain(source)(x), 5);
    }
  });
});

it('private methods that may be missing are called as ever', () => {
  const source = `export function f(x) {
    class Counter {
      #list = [];
      #add = (v) => { this.#list.push(v); return this.#list; };
      add(v) { return this.#add?.(v).concat([0]).length + (this?.#list.pop() ?? 0); }
    }
    return new Counter().add(x) + x;
  }`;
  expect(converted(source)(4)).toBe(plain(source)(4));
  expect(oracle(converted(source), [4]).item()).toBe(plain(source)(4));
});

const refused: readonly (readonly [body: string, message: string])[] = [
  [
    'return x.toFixed(2).length;',
    'toFixed() is a method of numbers, and this is a tensor f32[]. Ways out: print or console.log(x) shows its elements whenever the compiled program comes by; outside of jit, x.item().toFixed()',
  ],
  [
    'return x in [1, 2] ? 1 : 2;',
    'a tensor is used as the key of an array, but which member it names is known only to the compiled program; stack the members into one tensor and take x[i] of that',
  ],
  [
    'const o = { [x]: 1 }; return o[2];',
    'a tensor is used as the key of an object, but which member it names is known only to the compiled program; stack the members into one tensor and take x[i] of that',
  ],
  [
    'return (x > 0) === 1 ? 1 : 2;',
    '=== compares a bool and a number, which JavaScript never finds equal. Compare with true or false, or by ==, for which true is 1 and false is 0',
  ],
  [
    'return x !== true ? 1 : 2;',
    '=== compares a bool and a number, which JavaScript never finds equal. Compare with true or false, or by ==, for which true is 1 and false is 0',
  ],
  [
    'const a = new Float32Array(2); a[0] = x; return a[0];',
    'an element of a Float32Array is set to a tensor, but typed arrays hold numbers, and a tensor has none while a function is traced. Keep tensors in an array, [a, b], or in one tensor of the final size with dynamicUpdateSlice',
  ],
];

it.each(refused)('%s is an error', (body, message) => {
  expect(() => oracle(converted(`export function f(x) { ${body} }`), [2])).toThrow(message);
});

it('text with an eager tensor has its elements', () => {
  const f = converted("export function f(x) { let s = 'x is ' + x; s += x; return s; }");
  expect(f(tensor([1, 2]))).toBe('x is [1. 2.][1. 2.]');
});

it('a tensor is as long as its axis 0', () => {
  const f = converted(
    'export function f(x) { let s = 0; for (let i = 0; i < x.length; i++) s += x[i]; return s; }',
  );
  expect(f(tensor([1, 2, 4])).item()).toBe(7);
  expect(oracle(f, [tensor([1, 2, 4])]).item()).toBe(7);
  expect(() => tensor(1).length).toThrow(
    'a scalar tensor has no axis 0, and no length; x.size is its number of elements, 1',
  );
});

it('console.assert writes a line whenever the compiled program comes by and finds it wrong', () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const f = jit(
    (x: Tensor) =>
      converted("export function f(x) { console.assert(x > 5, 'small:', x); return x + 1; }")(x) as Tensor,
  );
  for (const x of [7, 4, 9, 3]) f(tensor(x));
  expect(log.mock.calls).toEqual([['Assertion failed: small: 4'], ['Assertion failed: small: 3']]);
  log.mockRestore();
});
