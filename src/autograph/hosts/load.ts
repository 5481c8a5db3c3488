// A module on its way from a loader to Node, converted.

import * as module from 'node:module';
import remapping from '@jridgewell/remapping';
import { mayConvert } from '../transform.ts';
import { convertModule, inlineMap, isOurs } from './module.ts';

export interface Loaded {
  readonly format?: string | null | undefined;
  readonly source?: string | ArrayBuffer | Uint8Array | null | undefined;
}

const inlined = /\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([A-Za-z0-9+/=]+)\s*$/;

// Newer versions of Node strip types themselves, but only behind the hooks; in this mode every character keeps its place.
function stripped(code: string): string {
  const { stripTypeScriptTypes } = module as { stripTypeScriptTypes?: (code: string) => string };
  return stripTypeScriptTypes === undefined ? code : stripTypeScriptTypes(code);
}

/** A module on its way to Node with its functions converted. */
export function convertLoaded<L extends Loaded>(url: string, loaded: L): L {
  const { format, source } = loaded;
  if (source == null || !url.startsWith('file:')) return loaded;
  if (format !== 'module' && format !== 'module-typescript') return loaded;
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
  if (!isOurs(url) || !mayConvert(text)) return loaded;
  const plain = format === 'module' ? text : stripped(text);
  return { ...loaded, format: 'module', source: convertSource(plain, url, 'module') };
}

/** The source with its functions converted. A map that a loader before put at its end is carried on. */
export function convertSource(source: string, id: string, format: 'module' | 'commonjs'): string {
  if (!isOurs(id) || !mayConvert(source)) return source;
  const encoded = inlined.exec(source)?.[1];
  const before =
    encoded === undefined ? null : (JSON.parse(Buffer.from(encoded, 'base64').toString()) as object);
  const made = convertModule(source.replace(inlined, ''), id, { format }, () => before);
  if (made === null) return source;
  const map = before === null ? made.map : remapping([made.map, before] as never, () => null);
  return `${made.code}\n${inlineMap(map)}`;
}
