// Every way into a program: plugins, hooks, and what other tools do to the code before and after. Each must give the same answers.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import { createInstrumenter } from 'istanbul-lib-instrument';
import { rollup } from 'rollup';
import { minify } from 'terser';
import { jit, type Tensor, tensor } from 'tracejit';
import { build as viteBuild } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import webpack from 'webpack';
import esbuildPlugin from '../../src/autograph/hosts/esbuild.ts';
import rollupPlugin from '../../src/autograph/hosts/rollup.ts';
import vitePlugin from '../../src/autograph/hosts/vite.ts';
import webpackPlugin from '../../src/autograph/hosts/webpack.ts';
import { transform } from '../../src/autograph/transform.ts';

const root = join(import.meta.dirname, '../..');
const program = join(import.meta.dirname, 'hosts/program.ts');
const folder = mkdtempSync(join(tmpdir(), 'tracejit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const alias = {
  tracejit: join(root, 'src/index.ts'),
  'tracejit/autograph/runtime': join(root, 'src/autograph/runtime/index.ts'),
};
const types = readFileSync(program, 'utf8');
const strip = (options: esbuild.TransformOptions = {}): string =>
  esbuild.transformSync(types, { loader: 'ts', target: 'esnext', format: 'esm', ...options }).code;
const convert = (code: string): string => {
  const made = transform(code, 'program.js');
  expect(made.diagnostics).toEqual([]);
  expect(made.map).not.toBeNull();
  return made.code;
};

// The library once, for all variants of the program.
const library = join(folder, 'library.mjs');
let expected: unknown;
beforeAll(async () => {
  await esbuild.build({
    stdin: {
      contents:
        "export { jit } from './src/index.ts'; export * from './src/autograph/runtime/index.ts'; export { oracle } from './test/autograph/staged.ts';",
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile: library,
    alias,
  });
  expected = await answersOf(strip(), 'plainAnswers');
});

let files = 0;
/** What a module with this code answers. */
async function answersOf(code: string, name = 'answers'): Promise<unknown> {
  const file = join(folder, `program${files++}.mjs`);
  const linked = code.replace(
    /(["'])(?:tracejit|tracejit\/autograph\/runtime|[^"'\n]*\/staged(?:\.ts|\.js)?)\1/g,
    JSON.stringify(pathToFileURL(library).href),
  );
  writeFileSync(file, linked.replace(/\n\/\/# sourceMappingURL=(?!data:).*/, ''));
  const made = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Record<string, () => unknown>;
  return made[name]!();
}

describe('other tools', () => {
  it('nothing else', async () => expect(await answersOf(convert(strip()))).toEqual(expected));

  it('esbuild --minify behind it', async () => {
    const { code } = await esbuild.transform(convert(strip()), { minify: true, target: 'es2022' });
    expect(await answersOf(code)).toEqual(expected);
  });

  it('esbuild --minify in front of it', async () => {
    expect(await answersOf(convert(strip({ minify: true })))).toEqual(expected);
  });

  it('terser', async () => {
    const { code } = await minify(convert(strip()), { module: true, compress: { passes: 2 } });
    expect(code).not.toContain('use jit');
    expect(await answersOf(code!)).toEqual(expected);
  });

  it('names kept as tsx keeps them', async () => {
    expect(await answersOf(convert(strip({ keepNames: true })))).toEqual(expected);
  });

  const decorated = `import { jit } from 'tracejit';
    class Scaled {
      factor = 2;
      @jit step(x) { if (x > 0) return x * this.factor; return this.#away(x); }
      @jit #away(x) { return x < -10 ? x : -x; }
      @jit static positive(x) { return x > 0 ? x : -x; }
      async later() { return await this; }
    }
    export const answers = () => [...[3, -4, -14].map((x) => new Scaled().step(x).item()), Scaled.positive(-5).item()];`;
  const lowered = (options: esbuild.TransformOptions): string =>
    esbuild.transformSync(decorated, { loader: 'ts', ...options }).code;

  it.each([
    ['taken apart by esbuild', { target: 'es2022' }],
    ['taken apart as tsx does it', { target: 'es2022', keepNames: true }],
    ['taken apart and minified', { target: 'es2022', minify: true }],
  ] as const)('methods under @jit, without a mark, %s', async (_, options) => {
    const code = lowered(options);
    expect(code).not.toContain('@jit');
    expect(await answersOf(convert(code))).toEqual([6, 4, -14, 5]);
  });

  it('methods under @jit, as they were written', async () => {
    const code = convert(lowered({ target: 'esnext' }));
    expect(code).toContain('@jit #away');
    expect(await answersOf(esbuild.transformSync(code, { target: 'es2022' }).code)).toEqual([6, 4, -14, 5]);
  });

  it('istanbul in front of it, and behind', async () => {
    const instrument = (code: string): string =>
      createInstrumenter({ esModules: true, compact: false }).instrumentSync(code, program);
    expect(await answersOf(convert(instrument(strip())))).toEqual(expected);
    expect(await answersOf(instrument(convert(strip())))).toEqual(expected);
  });
});

it('modules of any shape', async () => {
  const shapes = `\uFEFF#!/usr/bin/env node\r
'use strict';\r
'use jit';\r
import { jit as compiled } from 'tracejit';\r
import * as whole from 'tracejit';\r
const factor = await Promise.resolve(2);\r
const { jit: taken } = whole;\r
class Scaled {\r
  step = whole['jit']((x) => { if (x > 0) return x * factor; return -x; });\r
  static of = whole?.jit((x) => x > 0 ? x : -x);\r
}\r
const members = { f: (0, whole.jit)(function (x) { if (x > 0) return x; return -x; }), g: taken((x) => x > 0 ? x : -x) };\r
const h = compiled((x) => x > 0 ? x : -x);\r
export default compiled(function (x) { if (x > 0) return x; return -x; });\r
export function answers() { return [new Scaled().step, Scaled.of, members.f, members.g, h].flatMap((f) => [f(2).item(), f(-3).item()]); }\r
export { h as other };\r
`;
  const wanted = [4, 3, 2, 3, 2, 3, 2, 3, 2, 3];
  const marked = shapes.slice(1);
  expect(await answersOf(convert(marked))).toEqual(wanted);
  expect(await answersOf(convert(marked.replace("'use jit';\r\n", '')))).toEqual(wanted);
  const broken = `${marked}export const wrong = compiled((x) => {\r\n  delete x.y;\r\n});\r\n`;
  const [said] = transform(broken, 'shapes.js').diagnostics;
  expect(said).toMatchObject({ line: 18, column: 3 });
  expect(said!.frame).toBe(
    '  17 | export const wrong = compiled((x) => {\n> 18 |   delete x.y;\n     |   ^\n  19 | });',
  );
});

describe('plugins', () => {
  it('esbuild', async () => {
    const made = await esbuild.build({
      entryPoints: [program],
      bundle: true,
      format: 'esm',
      write: false,
      external: ['tracejit', 'tracejit/*', '../staged.ts'],
      minify: true,
      plugins: [esbuildPlugin()],
    });
    expect(await answersOf(made.outputFiles[0]!.text)).toEqual(expected);
  });

  it('esbuild, with the JSX that the build or its tsconfig.json asks for', async () => {
    const entry = join(folder, 'element.tsx');
    writeFileSync(
      entry,
      `import { jit } from 'tracejit';
      export const f = jit((x) => (x > 0 ? x : -x)), made = <p>text</p>;`,
    );
    const built = async (options: esbuild.BuildOptions): Promise<string> => {
      const { outputFiles } = await esbuild.build({
        entryPoints: [entry],
        bundle: true,
        format: 'esm',
        write: false,
        external: ['tracejit', 'tracejit/*', 'react/*', 'other/*'],
        plugins: [esbuildPlugin()],
        ...options,
      });
      expect(outputFiles![0]!.text).toContain('.ifExpression(');
      return outputFiles![0]!.text;
    };
    expect(await built({})).toContain('React.createElement("p"');
    expect(await built({ jsx: 'automatic' })).toContain('from "react/jsx-runtime"');
    expect(await built({ jsxFactory: 'h' })).toContain('h("p"');
    writeFileSync(
      join(folder, 'tsconfig.json'),
      '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "other" } }',
    );
    expect(await built({})).toContain('from "other/jsx-runtime"');
  });

  it('rollup', async () => {
    const bundle = await rollup({
      input: program,
      external: (id) => id !== program,
      plugins: [
        {
          name: 'types',
          transform: (code) =>
            esbuild.transform(code, { loader: 'ts', sourcemap: 'external', sourcefile: program }),
        },
        rollupPlugin(),
      ],
    });
    const { output } = await bundle.generate({ format: 'esm', sourcemap: true });
    expect(output[0].map!.sources.some((s) => s.endsWith('program.ts'))).toBe(true);
    expect(await answersOf(output[0].code)).toEqual(expected);
  });

  it('vite', async () => {
    const made = await viteBuild({
      root,
      configFile: false,
      logLevel: 'silent',
      plugins: [vitePlugin()],
      build: {
        lib: { entry: program, formats: ['es'] },
        write: false,
        minify: true,
        rollupOptions: { external: /^tracejit|staged/ },
      },
    });
    const [first] = Array.isArray(made) ? made : [made];
    if (first === undefined || !('output' in first)) throw new Error('vite gave no output');
    expect(await answersOf(first.output[0].code)).toEqual(expected);
  });

  it('webpack', async () => {
    const plain = join(folder, 'program.js');
    writeFileSync(plain, strip());
    const compiler = webpack({
      mode: 'production',
      entry: plain,
      experiments: { outputModule: true },
      output: { path: folder, filename: 'webpack.mjs', library: { type: 'module' } },
      externalsType: 'module',
      externals: [/^tracejit|staged/],
      plugins: [webpackPlugin()],
    });
    await new Promise<void>((resolve, reject) => {
      compiler?.run((error, stats) => {
        if (error || stats?.hasErrors()) reject(error ?? new Error(stats?.toString()));
        else resolve();
      });
    });
    expect(await answersOf(readFileSync(join(folder, 'webpack.mjs'), 'utf8'))).toEqual(expected);
  });

  it('vitest, which runs this file', () => {
    const f = jit(
      (x: Tensor) => {
        'use jit';
        return x.mul(2);
      },
      { autograph: true },
    );
    expect(f(tensor(3)).item()).toBe(6);
  });
});

describe('node', () => {
  const node = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, args, { cwd: root })).stdout.trim();
  const register = `./${relative(root, join(root, 'src/autograph/hosts/register.ts'))}`;
  const script = join(folder, 'main.mts');

  it('--import tracejit/register, behind tsx', async () => {
    writeFileSync(
      script,
      `import { answers } from ${JSON.stringify(program)};\nconsole.log(JSON.stringify(answers()));\n`,
    );
    const found = await node('--import', 'tsx', '--import', register, script);
    expect(JSON.parse(found)).toEqual(expected);
  });

  it('errors point to the line that was written', async () => {
    const failing = join(import.meta.dirname, 'hosts/failing.ts');
    const found = await node('--import', 'tsx', '--import', register, failing);
    expect(found).toContain('hosts/failing.ts:17:');
  });
});
