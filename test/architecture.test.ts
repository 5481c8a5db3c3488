// The layers of ARCHITECTURE.md as data: every import is read and checked against them. Type-only imports are erased and may point up.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../src');

/** Each room and the rooms it may import at run time, itself always included. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  util: [],
  ir: ['util'],
  array: ['util', 'ir'],
  loop: ['util', 'ir'],
  ops: ['util', 'ir', 'array', 'loop'],
  tensor: ['util', 'ir', 'array', 'ops'],
  trace: ['util', 'ir', 'ops', 'tensor'],
  autodiff: ['util', 'ir', 'array', 'ops', 'tensor', 'trace'],
  passes: ['util', 'ir', 'array', 'ops', 'tensor', 'trace', 'autodiff'],
  lower: ['util', 'ir', 'ops', 'loop'],
  codegen: ['util', 'ir', 'loop', 'lower'],
  jit: ['util', 'ir', 'array', 'ops', 'loop', 'tensor', 'trace', 'autodiff', 'passes', 'lower', 'codegen'],
  autograph: ['util', 'ir', 'ops', 'tensor', 'trace', 'jit'],
  graph: ['util', 'ir', 'array', 'ops', 'tensor', 'trace', 'autodiff', 'jit'],
  // What is written against the public surface: its entry, and options and small functions of util.
  optim: ['util', 'index.ts'],
  data: ['util', 'index.ts'],
  nn: ['util', 'index.ts', 'optim', 'data'],
};

/** Narrower than rooms: files of `from` may import only these files of the room `to`. */
const onlyFiles: readonly { from: string; to: string; files: readonly string[]; because: string }[] = [
  {
    from: 'array',
    to: 'ir',
    files: ['ir/types.ts', 'ir/order.ts'],
    because: 'storage knows types, not functions',
  },
  { from: 'loop', to: 'ir', files: ['ir/order.ts'], because: 'the kernel language is below tensors' },
  {
    from: 'codegen',
    to: 'ir',
    files: ['ir/types.ts', 'ir/order.ts'],
    because: 'emitters see types and the order of sums, not functions',
  },
  {
    from: 'codegen',
    to: 'lower',
    files: ['lower/program.ts'],
    because: 'emitters see the Program, not how it was decided',
  },
];

/** What op files share. Any other import between op files is how a 10,000-line ops file begins. */
const sharedByOps =
  /^ops\/(families|opdef|dispatch|override|coerce|scalar|evaluate|rows|axes|constant|broadcast|cast|indices|window-shapes)\.ts$/;
/** Files of the ops room that are not op files. */
const opsMachinery = /^ops\/(index|families|coerce)\.ts$/;

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : path.endsWith('.ts') ? [path] : [];
  });
}

const files = filesBelow(source).map((path) => relative(source, path));
const texts = new Map(files.map((file) => [file, readFileSync(join(source, file), 'utf8')]));

function importsOf(file: string): Import[] {
  const statement = /^(?:import|export)\s+(type\s+)?((?:[^'";]*?\sfrom\s+)?)'(\.[^']+)'/gm;
  return [...texts.get(file)!.matchAll(statement)].map(([, type, names, path]) => {
    // `import { type A, type B }` is erased as well.
    const list = /\{([^}]*)\}/.exec(names!)?.[1];
    const allTypes = list?.split(',').every((n) => n.trim() === '' || n.trim().startsWith('type ')) ?? false;
    const onlyList = /^\s*\{[^}]*\}\s*from\s*$/.test(names!);
    return {
      from: file,
      to: relative(source, resolve(source, dirname(file), path!)),
      typeOnly: type !== undefined || (allTypes && onlyList),
    };
  });
}

const imports = files.flatMap(importsOf);
const room = (file: string): string | undefined => (file.includes('/') ? file.split('/')[0] : undefined);

describe('architecture', () => {
  it('reads the imports of every room', () => {
    expect(imports.length).toBeGreaterThan(files.length);
    for (const { from, to } of imports) expect(texts.has(to), `${from} imports ${to}`).toBe(true);
  });

  it('layers only look down', () => {
    const wrong = imports.filter(({ from, to, typeOnly }) => {
      const [a, b] = [room(from), room(to)];
      if (typeOnly || a === undefined || a === b) return false;
      return !mayImport[a]?.includes(b ?? to);
    });
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('every room is in the table', () => {
    expect([...new Set(files.map(room))].filter((r) => r !== undefined && !(r in mayImport))).toEqual([]);
  });

  it('narrow doors stay narrow', () => {
    const wrong = imports.filter(
      (i) =>
        !i.typeOnly &&
        onlyFiles.some((d) => room(i.from) === d.from && room(i.to) === d.to && !d.files.includes(i.to)),
    );
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('op files import no op files', () => {
    const wrong = imports.filter(
      ({ from, to, typeOnly }) =>
        !typeOnly &&
        room(from) === 'ops' &&
        room(to) === 'ops' &&
        !opsMachinery.test(from) &&
        !sharedByOps.test(to),
    );
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('there are no cycles at run time', () => {
    const next = new Map<string, string[]>();
    for (const { from, to, typeOnly } of imports)
      if (!typeOnly) next.set(from, [...(next.get(from) ?? []), to]);
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const to of next.get(file) ?? []) visit(to, [...path, file]);
      state.set(file, 'done');
    };
    files.forEach((file) => visit(file, []));
    expect(cycles).toEqual([]);
  });

  it('the first line of a file says what it is for', () => {
    const silent = files.filter(
      (file) => !texts.get(file)!.startsWith('// ') && !texts.get(file)!.startsWith('/**'),
    );
    expect(silent).toEqual([]);
  });

  it('lists the longest files', () => {
    const lengths = files
      .map((file) => ({ file, lines: texts.get(file)!.split('\n').length }))
      .sort((a, b) => b.lines - a.lines);
    console.info(
      `longest files: ${lengths
        .slice(0, 6)
        .map(({ file, lines }) => `${file} ${lines}`)
        .join(', ')}`,
    );
    expect(lengths[0]!.lines).toBeGreaterThan(0);
  });
});
