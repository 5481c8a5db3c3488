// The sections of a module: one imported memory, functions, and what is exported.
import { invariant } from '../../util/errors.ts';
import { sameList } from '../../util/seq.ts';
import { Bytes } from './bytes.ts';

export type ValueType = 'i32' | 'f32' | 'f64' | 'v128';

export interface Signature {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A function: the types of the locals after its parameters, and its instructions without the final `end`. */
export interface WasmFunction extends Signature {
  readonly locals: readonly ValueType[];
  readonly body: Uint8Array;
  /** For people: what a stack trace, a profile or the text of the module calls it and its parameters. */
  readonly names?: FunctionNames;
}

export interface FunctionNames {
  readonly name: string;
  readonly params: readonly string[];
}

/** Are they the same but for their names? */
export function isSameCode(a: WasmFunction, b: WasmFunction): boolean {
  return sameList(a.params, b.params) && sameList(a.locals, b.locals) && sameBytes(a.body, b.body);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The module imports its memory under these names, and exports one function. */
export const memoryImport = { module: 'host', name: 'memory' } as const;
/** A function of the host that a module may import. */
export interface ImportedFunction extends Signature {
  readonly name: string;
}
/** What mark steps call, with their number. */
export const markImport: ImportedFunction = { name: 'mark', params: ['i32'], results: [] };
/** What effect steps call, with the number of the effect and the address of the region. */
export const effectImport: ImportedFunction = { name: 'effect', params: ['i32', 'i32'], results: [] };
export const exportName = 'run';
/** The one global, of modules with assertions: what the one that failed last is about. */
export const gotExport = { name: 'got', index: 0 } as const;

// All that 32-bit addresses reach.
export const mostPages = 65536;

export const typeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };
export const sectionIds = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  global: 6,
  export: 7,
  code: 10,
} as const;
export const externalKinds = { function: 0x00, memory: 0x02, global: 0x03 } as const;
/** The custom section of this name holds names, in parts. */
export const nameSection = { name: 'name', functions: 1, locals: 2 } as const;
export const magic: Uint8Array = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

// Of a global: it changes, and begins as `i32.const 0`.
const zeroAtFirst = Uint8Array.of(0x01, 0x41, 0x00, 0x0b);

export interface ModuleOptions {
  /** The memory that it imports is shared. */
  readonly shared?: boolean;
  /** Functions of the host: they have the first numbers. */
  readonly imports?: readonly ImportedFunction[];
  /** It has assertions, and so the global that says what one is about. */
  readonly asserts?: boolean;
}

/** A module of these functions, of which `exported` can be called from outside. Imported functions have the numbers before theirs. */
export function encodeModule(
  functions: readonly WasmFunction[],
  exported: number,
  { shared = false, imports = [], asserts = false }: ModuleOptions = {},
): Uint8Array {
  const imported = imports.length;
  invariant(
    exported >= imported && exported < imported + functions.length,
    `a module without its function ${exported}`,
  );
  const types = new Map<string, { readonly index: number; readonly signature: Signature }>();
  const typeOf = (signature: Signature): number => {
    const key = `${signature.params}>${signature.results}`;
    const known = types.get(key) ?? { index: types.size, signature };
    types.set(key, known);
    return known.index;
  };
  const importTypes = imports.map(typeOf);
  const typeIndices = functions.map(typeOf);

  const out = new Bytes();
  out.append(magic);
  const section = (id: number, write: (bytes: Bytes) => void): void => {
    const content = new Bytes();
    write(content);
    out.byte(id);
    out.u32(content.length);
    out.append(content.view);
  };
  section(sectionIds.type, (bytes) => {
    bytes.u32(types.size);
    for (const { signature } of types.values()) {
      bytes.byte(0x60);
      for (const list of [signature.params, signature.results]) {
        bytes.u32(list.length);
        for (const type of list) bytes.byte(typeCodes[type]);
      }
    }
  });
  section(sectionIds.import, (bytes) => {
    bytes.u32(1 + imported);
    imports.forEach(({ name }, i) => {
      bytes.name(memoryImport.module);
      bytes.name(name);
      bytes.byte(externalKinds.function);
      bytes.u32(importTypes[i]!);
    });
    bytes.name(memoryImport.module);
    bytes.name(memoryImport.name);
    bytes.byte(externalKinds.memory);
    // No pages at the least: the memory there is will do. Shared memory has a maximum, which may be any.
    bytes.byte(shared ? 0x03 : 0x00);
    bytes.u32(0);
    if (shared) bytes.u32(mostPages);
  });
  section(sectionIds.function, (bytes) => {
    bytes.u32(typeIndices.length);
    for (const index of typeIndices) bytes.u32(index);
  });
  if (asserts)
    section(sectionIds.global, (bytes) => {
      bytes.u32(1);
      bytes.byte(typeCodes.i32);
      bytes.append(zeroAtFirst);
    });
  section(sectionIds.export, (bytes) => {
    bytes.u32(asserts ? 2 : 1);
    bytes.name(exportName);
    bytes.byte(externalKinds.function);
    bytes.u32(exported);
    if (!asserts) return;
    bytes.name(gotExport.name);
    bytes.byte(externalKinds.global);
    bytes.u32(gotExport.index);
  });
  section(sectionIds.code, (bytes) => {
    bytes.u32(functions.length);
    for (const f of functions) {
      const content = encodeBody(f);
      bytes.u32(content.length);
      bytes.append(content.view);
    }
  });
  section(sectionIds.custom, (bytes) => encodeNames(functions, imported, bytes));
  return out.view.slice();
}

function encodeNames(functions: readonly WasmFunction[], first: number, bytes: Bytes): void {
  const named = functions.flatMap(({ names }, i) =>
    names === undefined ? [] : [{ index: first + i, ...names }],
  );
  bytes.name(nameSection.name);
  const part = (id: number, write: (content: Bytes) => void): void => {
    const content = new Bytes();
    content.u32(named.length);
    write(content);
    bytes.byte(id);
    bytes.u32(content.length);
    bytes.append(content.view);
  };
  part(nameSection.functions, (content) => {
    for (const { index, name } of named) {
      content.u32(index);
      content.name(name);
    }
  });
  part(nameSection.locals, (content) => {
    for (const { index, params } of named) {
      content.u32(index);
      content.u32(params.length);
      params.forEach((param, local) => {
        content.u32(local);
        content.name(param);
      });
    }
  });
}

function encodeBody({ locals, body }: WasmFunction): Bytes {
  // Locals are declared in runs of one type.
  const runs: { readonly type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  const bytes = new Bytes();
  bytes.u32(runs.length);
  for (const { type, count } of runs) {
    bytes.u32(count);
    bytes.byte(typeCodes[type]);
  }
  bytes.append(body);
  bytes.byte(0x0b);
  return bytes;
}
