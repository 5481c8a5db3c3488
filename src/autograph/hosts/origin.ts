// Where a function that jit was given stands in the user's files: found again by its text, or else told by what is known of it.
import { showLocation, userLocation } from '../../util/location.ts';
import { sourceText } from '../../util/source-text.ts';
import type { Start } from '../places.ts';

export interface Origin extends Omit<Start, 'lead'> {
  /** The file, or what stands for it in `file:line:column`. */
  readonly file: string;
}

/** Where `text`, the source of a function that jit is called with right now, stands. Lines and columns are those of the function itself where its place is not certain. */
export function originOf(text: string, name: string): Origin {
  const call = userLocation();
  const called = name === '' ? 'anonymous function' : name;
  if (call === undefined) return { file: called, line: 1, column: 0, text };
  const content = sourceText(call.file);
  const at = content === null ? -1 : placeOf(text, name, content);
  if (content === null || at < 0)
    return { file: `<${called}, given to jit at ${showLocation(call)}>`, line: 1, column: 0, text };
  const before = content.slice(0, at).split('\n');
  return { file: call.file, line: before.length, column: before.at(-1)!.length, text: content };
}

// Only a text that is there once, under the name of the function or in the call itself, is certainly this function. Where types are stripped the text is another.
function placeOf(text: string, name: string, content: string): number {
  const at = content.indexOf(text);
  if (at < 0 || content.indexOf(text, at + 1) >= 0) return -1;
  const before = content.slice(0, at).trimEnd();
  const own = escaped(name);
  const says = new RegExp(`^(?:static\\s+)?(?:async\\s+)?(?:function\\s*)?(?:\\*\\s*)?${own}\\s*\\(`);
  const isNamed = name !== '' && (says.test(text) || new RegExp(`(?<![\\w$])${own}\\s*[=:]$`).test(before));
  return isNamed || /[\w$)]\s*\($/.test(before) ? at : -1;
}

function escaped(name: string): string {
  return name.replace(/[^\w]/g, (c) => `\\${c}`);
}
