// A module in the text format of WebAssembly, read from its bytes: what the engine gets, not what was meant to be written.
import { InternalError, invariant } from '../../util/errors.ts';
import { externalKinds, magic, nameSection, sectionIds, typeCodes } from './module.ts';
import { Reader } from './read.ts';
import { spellBody } from './spell.ts';

interface FunctionType {
  readonly params: readonly string[];
  readonly results: readonly string[];
}

interface ExternalNames {
  readonly functions: ReadonlyMap<number, string>;
  readonly locals: ReadonlyMap<number, ReadonlyMap<number, string>>;
}

/** The text of a module: all of it, one statement a line. Throws an InternalError for what this compiler does not write. */
export function moduleText(bytes: Uint8Array): string {
  const sections = sectionsOf(bytes);
  const list = <T>(id: number, item: (reader: Reader) => T): T[] => sections.get(id)?.list(item) ?? [];
  const names = namesIn(sections.get(sectionIds.custom));
  const types = list(sectionIds.type, functionType);
  const importedNames: string[] = [];
  const imports = list(sectionIds.import, (reader) => importLine(reader, types, importedNames));
  const typeIndices = list(sectionIds.function, (reader) => reader.u32());
  const nameOf = (index: number): string => `$${importedNames[index] ?? names.functions.get(index) ?? index}`;
  const globals = list(sectionIds.global, (reader) => {
    const type = valueType(reader.byte());
    invariant(reader.byte() === 1 && reader.byte() === 0x41, 'a global that is no variable');
    const line = `(global (mut ${type}) (${type}.const ${reader.i32()}))`;
    invariant(reader.byte() === 0x0b, 'the first value of a global is more than a constant');
    return line;
  });
  const exports = list(sectionIds.export, (reader) => {
    const name = reader.name();
    const kind = reader.byte();
    if (kind === externalKinds.global) return `(export "${name}" (global ${reader.u32()}))`;
    invariant(kind === externalKinds.function, 'an export that is neither a function nor a global');
    return `(export "${name}" (func ${nameOf(reader.u32())}))`;
  });
  const bodies = list(sectionIds.code, (reader) => reader.part());
  const functions = bodies.map((body, i) => {
    const index = importedNames.length + i;
    const locals = names.locals.get(index);
    const local = (l: number): string => (locals?.has(l) ? `$${locals.get(l)}` : String(l));
    return functionText(nameOf(index), types[typeIndices[i]!]!, body, { local, func: nameOf });
  });
  const parts = [[...imports, ...globals, ...exports].map((line) => `  ${line}\n`).join(''), ...functions];
  return `(module\n${parts.join('\n')})\n`;
}

function sectionsOf(bytes: Uint8Array): ReadonlyMap<number, Reader> {
  const reader = new Reader(bytes);
  for (const byte of magic) if (reader.byte() !== byte) throw new InternalError('no WebAssembly module');
  const sections = new Map<number, Reader>();
  while (!reader.done) sections.set(reader.byte(), reader.part());
  return sections;
}

function namesIn(section: Reader | undefined): ExternalNames {
  if (section === undefined) return { functions: new Map(), locals: new Map() };
  invariant(section.name() === nameSection.name, 'a custom section that holds no names');
  const parts = new Map<number, Reader>();
  while (!section.done) parts.set(section.byte(), section.part());
  const nameMap = (reader: Reader): ReadonlyMap<number, string> =>
    new Map(reader.list((r) => [r.u32(), r.name()] as const));
  const functions = parts.get(nameSection.functions);
  const locals = parts.get(nameSection.locals);
  return {
    functions: functions === undefined ? new Map() : nameMap(functions),
    locals: new Map(locals?.list((r) => [r.u32(), nameMap(r)] as const)),
  };
}

const typeNames = new Map<number, string>(Object.entries(typeCodes).map(([name, code]) => [code, name]));

function valueType(code: number): string {
  const name = typeNames.get(code);
  invariant(name !== undefined, `a value type with the code 0x${code.toString(16)}`);
  return name;
}

function functionType(reader: Reader): FunctionType {
  invariant(reader.byte() === 0x60, 'a type that is no function type');
  const some = (): string[] => reader.list((r) => valueType(r.byte()));
  return { params: some(), results: some() };
}

function importLine(reader: Reader, types: readonly FunctionType[], functions: string[]): string {
  const [module, name] = [reader.name(), reader.name()];
  const kind = reader.byte();
  if (kind === externalKinds.function) {
    functions.push(name);
    const { params, results } = types[reader.u32()]!;
    const parts = [...params.map((t) => ` (param ${t})`), ...results.map((t) => ` (result ${t})`)];
    return `(import "${module}" "${name}" (func $${name}${parts.join('')}))`;
  }
  invariant(kind === externalKinds.memory, 'an import that is neither a function nor a memory');
  // One bit for a maximum, one for memory that threads share.
  const flags = reader.byte();
  const limits = [reader.u32(), ...((flags & 1) !== 0 ? [reader.u32()] : [])];
  return `(import "${module}" "${name}" (memory ${limits.join(' ')}${(flags & 2) !== 0 ? ' shared' : ''}))`;
}

interface Indices {
  readonly local: (index: number) => string;
  readonly func: (index: number) => string;
}

function functionText(
  name: string,
  { params, results }: FunctionType,
  body: Reader,
  indices: Indices,
): string {
  const { local } = indices;
  const head = [
    `func ${name}`,
    ...params.map((type, i) => `(param ${local(i).startsWith('$') ? `${local(i)} ` : ''}${type})`),
    ...results.map((type) => `(result ${type})`),
  ];
  const locals = body.list((r) => new Array<string>(r.u32()).fill(valueType(r.byte()))).flat();
  const lines = spellBody(body, { ...indices, valueType });
  if (locals.length > 0) lines.unshift(`(local ${locals.join(' ')})`);
  return `  (${head.join(' ')}\n${lines.map((line) => `    ${line}\n`).join('')}  )\n`;
}
