// The transform: source text in, source text out, with a map. Functions are rewritten where they stand, so closures, `this` and private fields keep working.
import { type Options, Parser, type Program } from 'acorn';
import { checkOptions } from '../util/options.ts';
import { childrenOf, type Node, walk } from './ast.ts';
import { check } from './check.ts';
import type { FileContext, Names } from './context.ts';
import { variablesWithCells } from './convert/cells.ts';
import { functionOf } from './convert/functions.ts';
import { withDecorators } from './decorator-syntax.ts';
import { type Diagnostic, Report } from './diagnostics.ts';
import { directive, findEntries } from './entries.ts';
import { isCommonJs } from './imports.ts';
import { objectsOf } from './objects.ts';
import { type InputMap, Places } from './places.ts';
import { type Rope, render, type SourceMap, slice } from './rope.ts';
import { analyseScopes, type Scopes } from './scope.ts';

export interface TransformOptions {
  /** Packages that `jit` is imported from. Default `['tracejit']`. */
  readonly packages?: readonly string[];
  /** What converted code imports its runtime from. Default `tracejit/autograph/runtime`. */
  readonly runtime?: string;
  /** The map of what made `source` (a type stripper, say): messages then name places of the original. */
  readonly inputMap?: InputMap | null;
  /** What kind of module it is. By default a file without `import` and `export` that says `require`, `module` or `exports` is CommonJS. */
  readonly format?: 'module' | 'commonjs';
}

export interface Transformed {
  /** The converted source; the source itself where there is nothing to convert. */
  readonly code: string;
  /** Null where nothing was converted. */
  readonly map: SourceMap | null;
  /** Everything that cannot be converted. Where there is any, `code` is the source. */
  readonly diagnostics: readonly Diagnostic[];
}

export const defaultPackages: readonly string[] = ['tracejit'];
const defaultRuntime = 'tracejit/autograph/runtime';

/** Can there be anything to convert? A cheap answer that saves parsing. */
export function mayConvert(source: string, packages: readonly string[] = defaultPackages): boolean {
  return source.includes(directive) || (source.includes('jit') && packages.some((p) => source.includes(p)));
}

/**
 * Converts the functions of a module that are given to `jit` or marked 'use jit'. `id` names the file in messages and in the map.
 * The source is JavaScript: types must have been stripped.
 *
 *     transform(`import { jit } from 'tracejit'; export const f = jit((x) => { if (x > 0) x = -x; return x; });`, 'f.js').code
 */
export function transform(source: string, id: string, options: TransformOptions = {}): Transformed {
  checkOptions(options, ['packages', 'runtime', 'inputMap', 'format'], 'transform');
  const { packages = defaultPackages, runtime = defaultRuntime, inputMap, format } = options;
  const places = new Places(source, inputMap);
  const report = new Report(id, places);
  const unchanged = (): Transformed => ({ code: source, map: null, diagnostics: report.found });
  if (!mayConvert(source, packages)) return unchanged();

  const program = parseModule(source, report, format);
  if (program === null || imports(program, runtime)) return unchanged();
  const scopes = analyseScopes(program);
  const entries = findEntries(program, scopes, packages);
  if (entries.length === 0) return unchanged();
  for (const entry of entries) check(entry, scopes, report);
  const file = fileContext(program, { source, id, places, report, scopes, converted: entries });
  const converted = entries.map((entry) => functionOf(entry, file, true, false));
  if (report.found.length > 0) return unchanged();

  const parts: Rope[] = [];
  const first = importPlace(program);
  const requires = format === undefined ? isCommonJs(program, scopes) : format === 'commonjs';
  const line = requires
    ? `const ${file.names.ag} = require(${JSON.stringify(runtime)}); `
    : `import * as ${file.names.ag} from ${JSON.stringify(runtime)}; `;
  let from = 0;
  for (const [i, entry] of entries.entries()) {
    if (from <= first && first <= entry.start) {
      parts.push(slice(from, first), line);
      from = first;
    }
    parts.push(slice(from, entry.start), converted[i]!);
    from = entry.end;
  }
  parts.push(slice(from, source.length));
  return { ...render(parts, source, id, places.lines), diagnostics: [] };
}

export const parseOptions: Options = { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true };
const scriptOptions: Options = { ...parseOptions, sourceType: 'script', allowReturnOutsideFunction: true };

const parser = Parser.extend(withDecorators);

function parseModule(source: string, report: Report, format: TransformOptions['format']): Program | null {
  try {
    return parser.parse(source, format === 'commonjs' ? scriptOptions : parseOptions);
  } catch (error) {
    if (!(error instanceof SyntaxError) || !('pos' in error)) throw error;
    report.add(
      Number(error.pos),
      `this does not parse as JavaScript: ${error.message.replace(/ \(\d+:\d+\)$/, '')}. The transform runs after TypeScript types and JSX are stripped`,
    );
    return null;
  }
}

// What has the runtime already has been converted: by a build, say, before a hook meets it.
function imports({ body }: Program, runtime: string): boolean {
  return body.some((statement) => {
    if (statement.type === 'ImportDeclaration') return statement.source.value === runtime;
    if (statement.type !== 'VariableDeclaration') return false;
    return statement.declarations.some(({ init }) => {
      const [first] = init?.type === 'CallExpression' ? init.arguments : [];
      return first?.type === 'Literal' && first.value === runtime;
    });
  });
}

// Behind directives and a hashbang, in front of the first statement.
function importPlace(program: Program): number {
  const first = program.body.find(
    (s) => !(s.type === 'ExpressionStatement' && typeof s.directive === 'string'),
  );
  return first?.start ?? program.end;
}

type Known = Pick<FileContext, 'source' | 'id' | 'places' | 'converted' | 'report' | 'scopes'>;

/** What the converters need to know of a file. */
export function fileContext(program: Program, known: Known): FileContext {
  const file: FileContext = {
    ...known,
    names: namesFor(known.scopes),
    objects: objectsOf(program, known.scopes),
    classes: classesOfPrivates(program),
    derived: derivedConstructors(program),
    cells: variablesWithCells(program, known.scopes),
    functionOf: (node, outermost, constructs) => functionOf(node, file, outermost, constructs),
    rename: (node) => known.scopes.of.get(node)?.binding?.spelled ?? slice(node.start, node.end),
  };
  return file;
}

function namesFor({ names }: Scopes): Names {
  const fresh = (base: string): string => {
    let name = base;
    // Others are made from these by adding to them.
    for (let n = 0; [...names].some((x) => x.startsWith(name)); n++) name = `${base}${n}_`;
    return name;
  };
  return {
    ag: fresh('$ag'),
    did: fresh('$did'),
    ret: fresh('$ret'),
    value: fresh('$v'),
    flag: fresh('$jump'),
  };
}

function classesOfPrivates(program: Program): ReadonlyMap<Node, number> {
  const found = new Map<Node, number>();
  const around: { readonly number: number; readonly names: ReadonlySet<string> }[] = [];
  let count = 0;
  const visit = (node: Node): void => {
    const isClass = node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
    if (isClass) {
      const names = node.body.body.flatMap((m) =>
        'key' in m && m.key.type === 'PrivateIdentifier' ? [m.key.name] : [],
      );
      around.unshift({ number: ++count, names: new Set(names) });
    }
    if (node.type === 'PrivateIdentifier') {
      const owner = around.find(({ names }) => names.has(node.name));
      if (owner) found.set(node, owner.number);
    }
    for (const child of childrenOf(node)) visit(child);
    if (isClass) around.shift();
  };
  visit(program as Node);
  return found;
}

function derivedConstructors(program: Program): ReadonlySet<Node> {
  const found = new Set<Node>();
  walk(program, (node) => {
    if ((node.type === 'ClassDeclaration' || node.type === 'ClassExpression') && node.superClass)
      for (const m of node.body.body) if (m.type === 'MethodDefinition') found.add(m);
    return true;
  });
  return found;
}
