// The transform as a plugin of bundlers. It runs after types are stripped; esbuild strips none before its plugins, so there it asks esbuild to.
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import remapping from '@jridgewell/remapping';
import type { BuildOptions, Plugin as EsbuildPlugin } from 'esbuild';
import { createUnplugin, type UnpluginInstance } from 'unplugin';
import { mayConvert } from '../transform.ts';
import { convertModule, type HostOptions, inlineMap, isOurs } from './module.ts';

type Build = Parameters<EsbuildPlugin['setup']>[0];

interface MapProvider {
  getCombinedSourcemap?: () => object;
}

export const autograph: UnpluginInstance<HostOptions | undefined, false> = createUnplugin(
  (options: HostOptions | undefined, { framework }) => {
    const name = 'tracejit-autograph';
    if (framework === 'esbuild')
      return { name, esbuild: { setup: (build) => setup(build as Build, options ?? {}) } };
    return {
      name,
      // Behind the loaders that strip types.
      ...((framework === 'webpack' || framework === 'rspack') && { enforce: 'post' as const }),
      transformInclude: isOurs,
      transform(code, id) {
        const combined = (this as MapProvider).getCombinedSourcemap;
        return convertModule(code, id, options ?? {}, () =>
          combined === undefined ? null : combined.call(this),
        );
      },
    };
  },
);

function setup(build: Build, options: HostOptions): void {
  build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path }) => {
    if (!isOurs(path)) return null;
    const source = await readFile(path, 'utf8');
    if (!mayConvert(source, options.packages)) return null;
    const plain = await stripped(build, path);
    const made = convertModule(plain.code, path, options, () => plain.map);
    if (made === null) return null;
    const map = remapping([made.map, plain.map] as never, () => null);
    return { contents: `${made.code}\n${inlineMap(map)}`, loader: 'js' };
  });
}

// What says what becomes of types and JSX. A `tsconfig.json` is found as the build itself finds it.
const stripping = [
  'absWorkingDir',
  'jsx',
  'jsxDev',
  'jsxFactory',
  'jsxFragment',
  'jsxImportSource',
  'jsxSideEffects',
  'loader',
  'tsconfig',
  'tsconfigRaw',
] as const;

/** One file by itself, as the build would strip it. */
async function stripped(
  { esbuild, initialOptions }: Build,
  path: string,
): Promise<{ readonly code: string; readonly map: object }> {
  const given = stripping.flatMap((name) =>
    initialOptions[name] === undefined ? [] : [[name, initialOptions[name]]],
  );
  const { outputFiles } = await esbuild.build({
    ...(Object.fromEntries(given) as Pick<BuildOptions, (typeof stripping)[number]>),
    entryPoints: [path],
    outdir: dirname(path),
    write: false,
    sourcemap: 'external',
    target: 'esnext',
    logLevel: 'silent',
  });
  const [map, code] = outputFiles;
  return { code: code!.text, map: JSON.parse(map!.text) as object };
}
