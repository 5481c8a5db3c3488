// The run-time host: a function's own source, converted and evaluated again, where its free names are what they were.
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { Program } from 'acorn';
import { parse } from 'acorn';
import type { Scope } from '../../trace/conversion.ts';
import { functionFrom } from '../../util/code.ts';
import { OptionError } from '../../util/errors.ts';
import { placeEvaluated } from '../../util/location.ts';
import { type FunctionNode, isFunction, type Node, walk } from '../ast.ts';
import { check } from '../check.ts';
import { functionOf } from '../convert/functions.ts';
import { ConversionError, Report } from '../diagnostics.ts';
import { Places } from '../places.ts';
import { type Rope, render, type SourceMap } from '../rope.ts';
import * as runtime from '../runtime/index.ts';
import { analyseScopes, type Binding } from '../scope.ts';
import { fileContext, parseOptions } from '../transform.ts';
import { type Origin, originOf } from './origin.ts';

// biome-ignore lint/suspicious/noExplicitAny: a function of any kind goes in, one of the same kind comes out
type AnyFunction = (...args: any[]) => any;

/** Has a host converted the function of this source? Every converted function announces itself first; a minifier may have been there since. */
export function isConverted(text: string): boolean {
  return /\.enter\(\{\s*at:\s*["'`]/.test(text);
}

/** The function converted, once: with its free names from `scope`. Throws a ConversionError for what cannot be converted, an OptionError for names that are missing. */
export function convertFunction(f: AnyFunction, scope: Scope): AnyFunction {
  if (isConverted(f.toString())) return f;
  const held = typeof scope === 'function' ? null : scope;
  const text = f.toString();
  const { code, map, runtimeName, missing } = convertText(text, originOf(text, f.name), held);
  const made = `(${runtimeName}, ${scopeName}) => (\n${code})`;
  if (typeof scope === 'function') {
    const factory = scope(`(${made})\n${evaluated(f.name, map, 1)}`);
    if (typeof factory !== 'function')
      throw new OptionError(
        'jit: the scope function must evaluate the code it is given: scope: (code) => eval(code)',
      );
    return factory(runtime, undefined) as AnyFunction;
  }
  if (missing.length > 0)
    throw new OptionError(
      `jit: the function ${f.name || '(anonymous)'} uses names that scope does not hold: ${missing.join(', ')}; give them as scope: { ${missing.join(', ')} }, or give the whole scope: (code) => eval(code)`,
    );
  const factory = functionFrom(
    [],
    `"use strict"; return ${made}\n${evaluated(f.name, map, headerLines + 1)}`,
  );
  if (factory === null)
    throw new OptionError(
      'jit: scope needs to evaluate code, which this page forbids; use a bundler plugin (tracejit/autograph/vite …) instead',
    );
  return (factory() as (ag: unknown, held: unknown) => AnyFunction)(runtime, scope);
}

const scopeName = '$scope';

// `new Function` writes its parameters above the body.
const headerLines = new Function('return 0;').toString().split('return')[0]!.split('\n').length - 1;

let count = 0;

/** The comment that names the evaluated code in stacks. Its places are those of the function it was made from, `above` lines further down. */
function evaluated(name: string, map: SourceMap, above: number): string {
  const url = `tracejit-autograph/${++count}/${name.replace(/\W+/g, '_') || 'anonymous'}.js`;
  const places = new TraceMap(map);
  placeEvaluated(url, (line, column) => {
    const found = originalPositionFor(places, { line: line - above, column: column - 1 });
    return found.line === null ? undefined : { file: map.file, line: found.line, column: found.column + 1 };
  });
  return `//# sourceURL=${url}${map.file.startsWith('<') ? '' : `\n${comment(map, above)}`}`;
}

// For debuggers, and Node with its source maps switched on.
function comment(map: SourceMap, above: number): string {
  const isPath = !/^\w+:/.test(map.file) && typeof process === 'object';
  const source = isPath
    ? `file://${map.file.startsWith('/') ? '' : `${process.cwd()}/`}${map.file}`
    : map.file;
  const shifted = { ...map, sources: [source], mappings: ';'.repeat(above) + map.mappings };
  const bytes = new TextEncoder().encode(JSON.stringify(shifted));
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return `//# sourceMappingURL=data:application/json;base64,${btoa(text)}`;
}

interface ConvertedText {
  readonly code: string;
  readonly map: SourceMap;
  readonly runtimeName: string;
  /** Free names that are neither global nor held. */
  readonly missing: readonly string[];
}

/** The text of a function, converted. With `held`, free names are members of it. */
export function convertText(
  text: string,
  origin: Origin,
  held: Readonly<Record<string, unknown>> | null,
): ConvertedText {
  const { file: id } = origin;
  const { source, program, fn, lead } = parseFunction(text, id);
  const places = new Places(source, null, { ...origin, lead });
  const report = new Report(id, places);
  const missing = new Set<string>();
  const free = (freeName: string): Binding | null => {
    const given = held !== null && Object.hasOwn(held, freeName);
    if (!given && freeName in globalThis) return null;
    if (held !== null && !given) missing.add(freeName);
    return {
      name: freeName,
      kind: 'let',
      declared: 0,
      owner: null,
      references: [],
      free: true,
      ...(held !== null && { spelled: `${scopeName}.${freeName}` }),
    };
  };
  const scopes = analyseScopes(program, free);
  check(fn, scopes, report);
  const file = fileContext(program, { source, id, places, report, scopes, converted: [fn] });
  const rope: Rope = functionOf(fn, file, true, false);
  if (report.found.length > 0) throw new ConversionError(report.found);
  return {
    ...render(rope, source, id, places, origin.text),
    runtimeName: file.names.ag,
    missing: [...missing],
  };
}

// A function prints itself as an expression, or as the method it is: then `function` is put in front of it.
function parseFunction(
  text: string,
  id: string,
): { source: string; program: Program; fn: FunctionNode; lead: number } {
  const method = text.replace(
    /^(?:static\s+)?(async\s+)?(?:get\s+|set\s+)?(\*\s*)?(?:#?[\w$]+|\[[^\]]*\])\s*\(/,
    '$1function $2(',
  );
  for (const candidate of [text, method]) {
    const source = `(${candidate})`;
    try {
      const program = parse(source, parseOptions);
      let fn: FunctionNode | undefined;
      walk(program, (node: Node) => {
        if (fn === undefined && isFunction(node)) fn = node;
        return fn === undefined;
      });
      // So many characters of its first line are not the function's own.
      if (fn !== undefined) return { source, program, fn, lead: 1 + candidate.length - text.length };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  const report = new Report(id, new Places(text));
  report.add(
    0,
    'the source of this function cannot be read at run time (a class, a built-in or a bound function); use a plugin or the register hook',
  );
  throw new ConversionError(report.found);
}
