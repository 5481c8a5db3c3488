// What is converted without a mark: however `jit` is called in the file, and whatever compilers made of it.
import { describe, expect, it } from 'vitest';
import { transform } from '../../src/autograph/transform.ts';

/** How many functions of the module were converted. */
function convertedIn(source: string): number {
  const { code, diagnostics } = transform(source, 'file.js');
  expect(diagnostics).toEqual([]);
  return code.split('.enter(').length - 1;
}

describe('jit is found', () => {
  it.each([
    ['imported', "import { jit } from 'tracejit'; jit((x) => x > 0);"],
    ['imported as', "import { jit as compile } from 'tracejit'; compile((x) => x > 0);"],
    ['of the whole', "import * as t from 'tracejit'; t.jit((x) => x > 0);"],
    ['imported later', "const { jit } = await import('tracejit'); jit((x) => x > 0);"],
    ['required', "const { jit: compile } = require('tracejit'); compile((x) => x > 0);"],
    ['required as a whole', "const t = require('tracejit'); t.jit((x) => x > 0);"],
    ['as esbuild writes it', "var t = __toESM(require('tracejit')); (0, t.jit)((x) => x > 0);"],
    ['by another name', "import { jit } from 'tracejit'; const compile = jit; compile((x) => x > 0);"],
    ['of a named function', "import { jit } from 'tracejit'; const f = (x) => x > 0; jit(f);"],
    [
      'of a variable that it is given back to',
      "import { jit } from 'tracejit'; let f = (x) => x > 0; f = jit(f);",
    ],
    ['whose name is kept', "import { jit } from 'tracejit'; const f = __name((x) => x > 0, 'f'); jit(f);"],
    ['of a derivative', "import { grad, jit } from 'tracejit'; const g = grad((x) => x > 0); jit(g);"],
    ['of a member', "import { jit } from 'tracejit'; const m = { f(x) { return x > 0; } }; jit(m.f);"],
    ['of a field', "import { jit } from 'tracejit'; class A { #w = 1; step = jit((x) => x > this.#w); }"],
    ['as a decorator', "import { jit } from 'tracejit'; class A { @jit f(x) { return x > 0; } }"],
    [
      'as a decorator beside others',
      "import * as t from 'tracejit'; @a.b(1) export class A { @c @t.jit static #f(x) { return x > 0; } @(d) e = 1; }",
    ],
    [
      'as TypeScript takes it apart',
      `import { jit } from 'tracejit';
       let A = (() => { let _d; return class A {
         static { _d = [jit]; __esDecorate(this, null, _d, { kind: "method", name: "f" }, null, []); }
         f(x) { return x > 0; } other(x) { return x > 0; } }; })();`,
    ],
    [
      'as Babel takes it apart',
      `import { jit } from 'tracejit';
       class A { static { [_i] = _applyDecs(this, [], [[jit, 2, "f"]]).e; } f(x) { return x > 0; } other(x) { return x > 0; } }`,
    ],
  ])('%s', (_, source) => expect(convertedIn(source)).toBe(1));

  it.each([
    ['from elsewhere', "import { jit } from 'other'; jit((x) => x > 0); // tracejit"],
    ['of a file of its own', "import 'tracejit'; const jit = (f) => f; jit((x) => x > 0);"],
    ['switched off', "import { jit } from 'tracejit'; jit((x) => x > 0, { autograph: false });"],
  ])('not: %s', (_, source) => expect(convertedIn(source)).toBe(0));
});

describe('the module', () => {
  it('CommonJS requires the runtime, behind its directives', () => {
    const { code } = transform(
      "'use strict'; const { jit } = require('tracejit'); jit((x) => !x);",
      'file.cjs',
    );
    expect(code).toMatch(/^'use strict'; const \$ag = require\("tracejit\/autograph\/runtime"\); const/);
  });

  it('is converted once, however many hosts meet it', () => {
    const { code } = transform("import { jit } from 'tracejit'; jit((x) => !x);", 'file.js');
    expect(transform(code, 'file.js').code).toBe(code);
  });

  it('says all that cannot be converted, each with line, column and the code', () => {
    const { diagnostics } = transform(
      "import { jit } from 'tracejit';\njit((x) => {\n  delete x.a;\n  const g = async () => await x;\n  return eval('x');\n});",
      'file.js',
    );
    expect(diagnostics.map(({ line, column }) => `${line}:${column}`)).toEqual([
      '3:3',
      '4:13',
      '4:25',
      '5:10',
    ]);
    for (const { frame } of diagnostics) expect(frame).toMatch(/^ +\| +\^$/m);
  });
});
