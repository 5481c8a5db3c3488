// The package as a user has it, built and installed in a folder of its own: errors, guards and members behave alike whatever host converts the program.
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import { build as viteBuild } from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import esbuildPlugin from '../../src/autograph/hosts/esbuild.ts';
import vitePlugin from '../../src/autograph/hosts/vite.ts';

const root = join(import.meta.dirname, '../..');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tracejit-installed-')));
const run = promisify(execFile);
afterAll(() => rmSync(folder, { recursive: true }));

// A comment /*@name*/ stands before every place that an error must name.
const written = `import { jit, tensor«, type Tensor» } from 'tracejit';
«interface Gap {
  readonly size: number;
}»
function nested(x«: Tensor») {
  const inner = (limit«: number»)«: number» => {
    for (let i = 0; i < limit; i++) {
      if (i === 2) {
        throw /*@thrown*/ new RangeError('thrown');
      }
    }
    return limit;
  };
  return x.mul(
    1 +
      /*@called*/ inner(
        3,
      ),
  );
}
function misshapen(x«: Tensor»)«: Tensor» {
  if (x.sum() > 0) {
    return x
      .mul(2)
      ./*@misshapen*/ add(
        tensor([1, 2, 3]),
      );
  }
  return x;
}
function absent(x«: Tensor»)«: Tensor» {
  const y = x
    .mul(2)
    ./*@absent*/ missing(3);
  return y;
}
let rate«: number» = 1;
let calls«: number» = 0;
const scaled = jit((x«: Tensor»)«: Tensor» => (x > 0 ? x * rate : -x), { name: 'scaled' });
const counted = jit((x«: Tensor»)«: Tensor» => { /*@counted*/ calls += 1; return x * 2; }, { name: 'counted' });
class Model {
  #weight«: number» = 3;
  bias«: number» = 1;
  step = jit((x«: Tensor», y«: Tensor»)«: Tensor» => {
    if (x > y) return this.#away(x * this.#weight);
    return y + this.bias;
  });
  #away(x«: Tensor»)«: Tensor» { 'use jit'; return x > 10 ? -x : x; }
}
const failure = (f«: () => unknown»)«: { message: string; stack: string }» => {
  try {
    f();
  } catch (error) {
    const { message, stack } = error« as Error»;
    return { message, stack: stack«!» };
  }
  throw new Error('no error');
};
const warnings«: string[]» = [];
console.warn = (text) => void warnings.push(text);
const value = (x«: Tensor»)«: number» => x.item();
const found = {
  nested: failure(() => jit(nested)(tensor([1, 2]))),
  misshapen: failure(() => jit(misshapen)(tensor([1, 2]))),
  absent: failure(() => jit(absent)(tensor([1, 2]))),
  rates: [1, 5].map((r) => { rate = r; return value(scaled(tensor(2))); }),
  traces: scaled.traces.map((t) => t.why),
  counted: value(counted(tensor(4))),
  members: [[2, 1], [5, 1], [1, 2]].map(([x, y]) => value(new Model().step(tensor(x«!»), tensor(y«!»)))),
  warnings,
};
console.log(JSON.stringify(found));
`;

// The types of the program stand between « and ».
const typed = written.replace(/[«»]/g, '');
const plain = written.replace(/«[^»]*»/g, '');

interface Failure {
  readonly message: string;
  readonly stack: string;
}
interface Found {
  readonly nested: Failure;
  readonly misshapen: Failure;
  readonly absent: Failure;
  readonly rates: readonly number[];
  readonly traces: readonly string[];
  readonly counted: number;
  readonly members: readonly number[];
  readonly warnings: readonly string[];
}

/** The line and column behind a mark of the program, both from 1. */
function placeOf(text: string, name: string): string {
  const mark = new RegExp(`/\\*@${name}\\*/ ?`).exec(text)!;
  const before = text.slice(0, mark.index + mark[0].length).split('\n');
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

const node = (...args: readonly string[]): Promise<Found> => runBy(process.execPath, args);

async function runBy(binary: string, args: readonly string[]): Promise<Found> {
  const { stdout } = await run(binary, args, { cwd: folder });
  return JSON.parse(stdout) as Found;
}

// Where `npm run test:node24` has put it.
const node24 = existsSync(join(root, 'out'))
  ? readdirSync(join(root, 'out'))
      .filter((name) => name.startsWith('node-24.'))
      .map((name) =>
        join(root, 'out', name, `node_modules/node-${process.platform}-${process.arch}/bin/node`),
      )
      .find(existsSync)
  : undefined;

beforeAll(async () => {
  const modules = join(folder, 'node_modules');
  const home = join(modules, 'tracejit');
  mkdirSync(home, { recursive: true });
  symlinkSync(join(root, 'node_modules/tsx'), join(modules, 'tsx'));
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
  for (const name of ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'src'])
    cpSync(join(root, name), join(home, name), { recursive: true });
  await run(process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    '-p',
    join(home, 'tsconfig.build.json'),
  ]);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'plain.js'), plain);
  writeFileSync(join(folder, 'typed.ts'), typed);
}, 60_000);

const external = /^tracejit/;
const hosts: Readonly<
  Record<
    string,
    {
      readonly text: string;
      readonly file: string;
      readonly missing?: string;
      readonly found: () => Promise<Found>;
    }
  >
> = {
  'register, JavaScript': {
    text: plain,
    file: 'plain.js',
    found: () => node('--import', 'tracejit/register', 'plain.js'),
  },
  'register behind tsx': {
    text: typed,
    file: 'typed.ts',
    found: () => node('--import', 'tsx', '--import', 'tracejit/register', 'typed.ts'),
  },
  'register in front of tsx': {
    text: typed,
    file: 'typed.ts',
    found: () => node('--import', 'tracejit/register', '--import', 'tsx', 'typed.ts'),
  },
  'register by registerHooks of Node 24, which strips types itself': {
    text: typed,
    file: 'typed.ts',
    ...(node24 === undefined && { missing: 'Node 24 is not there; npm run test:node24 fetches it' }),
    found: () => runBy(node24!, ['--import', 'tracejit/register', 'typed.ts']),
  },
  'an esbuild bundle': {
    text: typed,
    file: 'typed.ts',
    found: async () => {
      await esbuild.build({
        absWorkingDir: folder,
        entryPoints: ['typed.ts'],
        bundle: true,
        format: 'esm',
        sourcemap: true,
        minify: true,
        external: ['tracejit', 'tracejit/*'],
        outfile: 'esbuild.mjs',
        plugins: [esbuildPlugin()],
      });
      return node('--enable-source-maps', 'esbuild.mjs');
    },
  },
  'a Vite build': {
    text: typed,
    file: 'typed.ts',
    found: async () => {
      await viteBuild({
        root: folder,
        configFile: false,
        logLevel: 'silent',
        plugins: [vitePlugin()],
        build: {
          lib: { entry: 'typed.ts', formats: ['es'], fileName: () => 'vite.mjs' },
          outDir: 'vite',
          minify: false,
          sourcemap: true,
          rollupOptions: { external },
        },
      });
      return node('--enable-source-maps', 'vite/vite.mjs');
    },
  },
};

describe.each(Object.entries(hosts))('%s', (_, { text, file, missing, found: start }) => {
  let found: Found;
  beforeAll(async () => {
    if (missing === undefined) found = await start();
  });
  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  it('errors name the place that was written', () => {
    const at = (name: string): string => `${file}:${placeOf(text, name)}`;
    expect(found.nested.message).toBe('thrown');
    expect(found.nested.stack).toContain(at('thrown'));
    expect(found.nested.stack).toContain(at('called'));
    expect(found.misshapen.message).toContain(at('misshapen'));
    expect(found.absent.stack).toContain(at('absent'));
  });

  it('what a captured variable was is part of a trace, and a change says so', () => {
    expect(found.rates).toEqual([2, 10]);
    expect(found.traces).toEqual(['first call', 'captured rate 1 -> 5']);
  });

  it('an assignment to a captured variable is reported at the first trace', () => {
    expect(found.counted).toBe(8);
    // A build names files from the folder it ran in.
    expect(found.warnings.map((w) => w.replace(`${folder}/`, ''))).toEqual([
      `counted assigns the captured variable 'calls' (${file}:${placeOf(text, 'counted')}): that happens once per trace, not once per call. Return the value, or keep it in a Variable with assign()`,
    ]);
  });

  it('fields reach this and private members', () => expect(found.members).toEqual([6, -15, 3]));
});
