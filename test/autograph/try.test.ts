// What a try block may not hide: eager mode would compute it, or JavaScript throw it only where a branch runs.
import { expect, it } from 'vitest';
import { TraceError } from '../../src/index.ts';
import { converted, plain } from './evaluate.ts';
import { oracle } from './staged.ts';

const refused: readonly (readonly [what: string, body: string, message: string])[] = [
  [
    'a throw in a staged branch',
    "try { if (x > 1) throw new RangeError('large'); } catch { x = 0; } return x;",
    'a throw in a staged branch inside the try block at input.js:1:35: compiled code has no exceptions to catch. Choose the value of the handler by a condition, or move the try out of the jitted function. It would throw RangeError: large',
  ],
  [
    'a throw of a helper',
    "const g = (a) => { if (a > 3) throw new Error('large'); return a; }; try { x = g(x); } catch { x = 9; } return x;",
    'a throw in a staged branch inside the try block at input.js:1:104: compiled code has no exceptions to catch. Choose the value of the handler by a condition, or move the try out of the jitted function. It would throw Error: large',
  ],
  [
    'an exception while a branch is traced',
    'try { if (x > 1) { x = [].reduce((a) => a); } } catch { x = 0; } return x;',
    'what is staged at input.js:1:41 inside the try block at input.js:1:35 throws while it is traced, and compiled code has no exceptions to catch: TypeError: Reduce of empty array with no initial value. Move the try out of the jitted function, or what throws out of the condition',
  ],
  [
    'a try that is staged',
    'for (let i = 0; i < 5; i++) { try { if (i > x) break; } finally { x += 10; } } return x;',
    'the try at input.js:1:65 is inside a staged branch or loop: exceptions belong to tracing, and compiled code has none. Move the try out of the condition, or out of the jitted function',
  ],
];

it.each(refused)('%s is refused, whatever is caught', (_, body, message) => {
  const source = `export function f(x) { ${body} }`;
  expect(converted(source)(2)).toBe(plain(source)(2));
  for (const x of [0, 2, 9]) {
    let error: unknown;
    try {
      oracle(converted(source), [x]);
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(TraceError);
    expect((error as TraceError).summary).toBe(message);
  }
});

it('what cannot be traced is no answer of the handler', () => {
  const source =
    'export function f(x) { try { try { return parseFloat(x); } catch { return 1; } } catch { return 2; } }';
  expect(() => oracle(converted(source), [2])).toThrow(/was converted to a string/);
});
