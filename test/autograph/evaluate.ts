// Source text of a module with one exported function `f`, as it is and converted, without a module system in between.
import * as runtime from '../../src/autograph/runtime/index.ts';
import { transform } from '../../src/autograph/transform.ts';
import { ConversionError } from '../../src/autograph.ts';
import type { AnyFunction } from './staged.ts';

const marked = /export ((?:async )?function) f\(([^)]*)\) \{/;

export function plain(source: string): AnyFunction {
  return new Function(`${source.replace('export ', '')}\nreturn f;`)() as AnyFunction;
}

/** The module as the transform gives it. Throws a ConversionError. */
export function convertedCode(source: string): string {
  const { code, diagnostics } = transform(source.replace(marked, "export $1 f($2) { 'use jit';"), 'input.js');
  if (diagnostics.length > 0) throw new ConversionError(diagnostics);
  return code;
}

export function converted(source: string): AnyFunction {
  const code = convertedCode(source)
    .replace(/import \* as (\S+) from "[^"]*"; /, '')
    .replace('export ', '');
  return new Function('$ag', `${code}\nreturn f;`)(runtime) as AnyFunction;
}
