// Does the source of a function ask an argument whether it is true? JavaScript gives no sign of that when it happens, so the text is looked at: not parsed,
// but only where an argument was traced and then used by nothing, which is suspicious already.
import type { Loc } from '../util/location.ts';
import { sourceText } from '../util/source-text.ts';

/** A traced argument, and the piece of source that asks it. */
export interface Asked {
  readonly path: string;
  readonly code: string;
}

/**
 * The first of these arguments (`args[1]`, `args[0].training`) that a condition in the source of `f` asks: `if (x)`, `!x`, `x ? a : b`, `x && y`. Undefined where
 * there is none, or no source (built-in and bound functions).
 */
export function askedOf(f: (...args: never[]) => unknown, paths: readonly string[]): Asked | undefined {
  if (paths.length === 0) return undefined;
  const split = headAndBody(withoutText(Function.prototype.toString.call(f)));
  if (split === undefined) return undefined;
  for (const path of paths) {
    const name = nameOf(path, split.parameters);
    const code = name && asking(name).exec(split.body)?.[0];
    if (code) return { path, code: code.trim() };
  }
  return undefined;
}

/** Comments and literals say nothing about arguments. */
function withoutText(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, ' ');
}

/** The parameters, each as it is written, and the rest; undefined for what is no function or method with a source. */
function headAndBody(source: string): { parameters: readonly string[]; body: string } | undefined {
  const single = /^\s*(?:async\s+)?([\w$]+)\s*=>/.exec(source);
  if (single) return { parameters: [single[1]!], body: source.slice(single[0].length) };
  const open = source.indexOf('(');
  if (open < 0) return undefined;
  const parameters = [''];
  let depth = 0;
  for (let i = open; i < source.length; i++) {
    const c = source[i]!;
    if ('([{'.includes(c)) depth++;
    if (')]}'.includes(c)) depth--;
    if (depth === 0) return { parameters: parameters.map((p) => p.trim()), body: source.slice(i + 1) };
    if (depth === 1 && c === ',') parameters.push('');
    else if (i > open) parameters[parameters.length - 1] += c;
  }
  return undefined;
}

/** How the body spells an argument, as a pattern: `training`, `options.training`, or the name that a destructured key gets. */
function nameOf(path: string, parameters: readonly string[]): string | undefined {
  const [, position, rest = ''] = /^args\[(\d+)\]((?:\.[\w$]+)*)$/.exec(path) ?? [];
  const parameter = position === undefined ? undefined : parameters[Number(position)];
  if (parameter === undefined) return undefined;
  const plain = /^([\w$]+)\s*(?:=|$)/.exec(parameter)?.[1];
  const keys = rest.split('.').slice(1);
  const quoted = (name: string): string => name.replaceAll('$', '\\$');
  if (plain !== undefined) return [plain, ...keys].map(quoted).join('\\s*\\??\\.\\s*');
  const [key] = keys;
  if (key === undefined || keys.length > 1) return undefined;
  const renamed = new RegExp(`(?<![\\w$])${quoted(key)}\\s*:\\s*([\\w$]+)`).exec(parameter)?.[1];
  return quoted(renamed ?? key);
}

/** What asks for the truth of a name. */
function asking(name: string): RegExp {
  const whole = `(?<![\\w$.])${name}(?![\\w$])`;
  const end = '(?!\\s*[.(\\[]|\\s*\\?\\.)';
  return new RegExp(
    [
      `\\b(?:if|while)\\s*\\(\\s*!?\\s*${whole}\\s*(?:\\)|&&|\\|\\|)`,
      `!\\s*${whole}${end}`,
      `${whole}\\s*(?:\\?(?![.?])|&&|\\|\\|)`,
      `(?:&&|\\|\\|)\\s*!?\\s*${whole}\\s*(?:[?)])`,
    ].join('|'),
  );
}

/**
 * Does the source branch on the answer of the call at `loc`: `if (x.less(0))`, `while (…)`, `!x.less(0)`, `x.less(0) ? a : b`, `x.less(0) && …`? False where it
 * cannot be read, or where something else stands there.
 */
export function branchesOn(loc: Loc): boolean {
  const text = sourceText(loc.file);
  if (text === null) return false;
  const lines = text.split('\n');
  const line = lines[loc.line - 1] ?? '';
  const before = line.slice(0, loc.column - 1);
  const call = [line.slice(loc.column - 1), ...lines.slice(loc.line, loc.line + linesOfCall)].join('\n');
  const end = endOfCall(call);
  if (end < 0 || !before.endsWith('.')) return false;
  const behind = call.slice(end).replace(/^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)+/, '');
  if (/^(?:\?(?![.?])|&&|\|\|)/.test(behind)) return true;
  // In front of the call a chain of members and other calls, and nothing around it.
  const [, asks, chain] = /(\b(?:if|while)\s*\(\s*|!\s*)([\w$#.()[\]\s'"-]*)$/.exec(before) ?? [];
  if (asks === undefined || chain!.split('(').length !== chain!.split(')').length) return false;
  return asks.startsWith('!') ? !/[.([]/.test(behind[0] ?? '') : behind.startsWith(')');
}

// A call that is longer is none that compares.
const linesOfCall = 20;

/** Where the call ends that a text begins with, or -1. */
function endOfCall(text: string): number {
  const open = /^[\w$]+\s*\(/.exec(text)?.[0].length ?? -1;
  let depth = 1;
  for (let i = open; open > 0 && i < text.length; i++) {
    if (text[i] === '(') depth++;
    if (text[i] === ')' && --depth === 0) return i + 1;
  }
  return -1;
}
