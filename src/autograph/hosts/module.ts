// What all hosts do with a module: decide whether it is theirs, convert it, and throw what cannot be converted.
import { ConversionError } from '../diagnostics.ts';
import type { InputMap } from '../places.ts';
import type { SourceMap } from '../rope.ts';
import { mayConvert, type TransformOptions, transform } from '../transform.ts';

export type HostOptions = Omit<TransformOptions, 'inputMap'>;

// The folder this package is in: its own modules say `jit` too.
const packageRoot = decodeURIComponent(
  import.meta.url.replace(/autograph\/hosts\/module\.[jt]s.*$/, ''),
).replace(/^file:\/\//, '');
const script = /\.[cm]?[jt]sx?$/;

/** The path of a module without query and scheme. */
export function pathOf(id: string): string {
  return decodeURIComponent(id.replace(/^file:\/\//, '').replace(/[?#].*$/, ''));
}

/** Is it a script that belongs to the program? */
export function isOurs(id: string): boolean {
  const path = pathOf(id);
  return script.test(path) && !/[\\/]node_modules[\\/]/.test(path) && !path.startsWith(packageRoot);
}

/** The converted module, or null where there is nothing to convert. Throws a ConversionError. */
export function convertModule(
  code: string,
  id: string,
  options: HostOptions = {},
  inputMap: () => InputMap | null = () => null,
): { readonly code: string; readonly map: SourceMap } | null {
  if (!isOurs(id) || !mayConvert(code, options.packages)) return null;
  const path = pathOf(id);
  const made = transform(code, shown(path), { ...options, inputMap: inputMap() });
  if (made.diagnostics.length > 0) throw new ConversionError(made.diagnostics);
  return made.map === null ? null : { code: made.code, map: { ...made.map, file: path, sources: [path] } };
}

// Messages name files the way the reader does.
function shown(path: string): string {
  const here = `${process.cwd()}/`;
  return path.startsWith(here) ? path.slice(here.length) : path;
}

/** A source map as a comment. */
export function inlineMap(map: object): string {
  const encoded = Buffer.from(JSON.stringify(map)).toString('base64');
  return `//# sourceMappingURL=data:application/json;base64,${encoded}`;
}
