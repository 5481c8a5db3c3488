// Places of errors in functions that were converted at run time: the line and column in the file where the function was found again, and in the function where it was not.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'tracejit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const source = `import { configure, jit, tensor } from '${pathToFileURL(join(root, 'src/index.ts'))}';
import '${pathToFileURL(join(root, 'src/autograph.ts'))}';
const scope = (code) => eval(code);
const said = {};
const tell = (name, f) => {
  try {
    said[name] = 'no error';
    f();
  } catch (error) {
    said[name] = { message: error.message, stack: error.stack };
  }
};
const give = (f, x, how = scope) => jit(f, { scope: how })(tensor(x));

tell('condition', () => jit((x) => {
  let y = x;
  if (x > 0) y = 1;
  return y;
}, { scope })(tensor([1, 2])));

function rounds(x) {
  let y = x;
  while (y < 10) y = y.reshape([1]);
  return y;
}
tell('types', () => give(rounds, 1));
tell('names', () => give(rounds, 1, {}));

const product = (x) => { const y = x * 2; return y.matmul(y); };
tell('op', () => give(product, 1));

const waits = {
  async forIt(x) {
    await x;
    return x;
  },
};
tell('conversion', () => give(waits.forIt, 1));

const positive = (x) => {
  if (x > 0)
    throw new RangeError('positive');
  return x;
};
tell('check', () => give(positive, 1));

const always = (x) => {
  throw new Error('always');
};
tell('stack', () => give(always, 1));

const absent = (x) => {
  const y = x;
  return y.nothing(3);
};
tell('absent', () => give(absent, 1));
tell('absent, uncompiled', () => {
  configure({ jit: false });
  try { give(absent, 1); } finally { configure({ jit: true }); }
});

const twins = [(x) => x.matmul(x), (x) => x.matmul(x)];
tell('twins', () => jit(twins[1], { scope })(tensor(1)));
console.log(JSON.stringify(said));
`;

type Said = Record<string, { readonly message: string; readonly stack: string }>;
let said: Said;
let withoutMaps: Said;
beforeAll(async () => {
  const file = join(folder, 'main.mjs');
  writeFileSync(file, source);
  const run = async (maps: string): Promise<Said> =>
    JSON.parse(
      (await promisify(execFile)(process.execPath, [maps, '--import', 'tsx', file], { cwd: root })).stdout,
    ) as Said;
  [said, withoutMaps] = await Promise.all([run('--enable-source-maps'), run('--no-enable-source-maps')]);
});

/** `main.mjs:line:column` of a text that is there once. */
function placeOf(text: string): string {
  const lines = source.slice(0, source.indexOf(text)).split('\n');
  return `main.mjs:${lines.length}:${lines.at(-1)!.length + 1}`;
}

it.each([
  ['condition', 'if (x > 0) y = 1'],
  ['types', 'while (y < 10)'],
  ['names', 'while (y < 10)'],
  ['op', 'y.matmul(y)'.slice(2)],
  ['conversion', 'async forIt'],
  ['check', "throw new RangeError('positive')".slice(6)],
])('%s', (name, text) => {
  expect(said[name]!.message).toContain(placeOf(text));
});

it('everything that cannot be converted comes with its line', () => {
  expect(said.conversion!.message).toContain(`${placeOf('await x')}: await is not allowed inside jit`);
  expect(said.conversion!.message).toMatch(/> 34 \| {5}await x;\n {5}\| {5}\^/);
});

it('stacks, with source maps', () => {
  expect(said.stack!.stack).toContain(placeOf("new Error('always')"));
});

it.each(['absent', 'absent, uncompiled'])(
  'stacks of the language, with source maps and without: %s',
  (name) => {
    for (const { stack } of [said[name]!, withoutMaps[name]!]) {
      expect(stack).toContain(placeOf('nothing(3)'));
      expect(stack).not.toContain('tracejit-autograph');
    }
  },
);

it('a function whose text is there twice is named by the call of jit', () => {
  expect(said.twins!.message).toMatch(/at <anonymous function, given to jit at \S*main\.mjs:63:\d+>:1:10$/);
});
