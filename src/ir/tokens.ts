// The words of IR text, with the line and column each stands at.
import { ParseError } from '../util/errors.ts';

export interface Token {
  readonly kind: 'word' | 'value' | 'name' | 'number' | 'string' | 'mark' | 'loc' | 'end';
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

// One alternative per token kind; the order matters (`-inf` before `-`, a location comment before other comments).
const pattern =
  /(?<space>[ \t\r]+)|(?<newline>\n)|\/\/ loc (?<loc>[^\n]*)|(?<comment>\/\/[^\n]*)|(?<number>-?(?:inf|nan|\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w.]))|(?<value>%\d+)|(?<name>@[\w$.-]*)|(?<word>[A-Za-z_][\w]*)|(?<string>"(?:[^"\\\n]|\\.)*")|(?<mark>[(){}[\],:=])/y;

/** The words of an IR text. Throws a ParseError at a character that starts none. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let start = 0;
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    const column = at - start + 1;
    if (!match) throw errorAt(`unexpected character ${JSON.stringify(text[at])}`, { line, column });
    const groups = match.groups!;
    if (groups.newline !== undefined) {
      line++;
      start = pattern.lastIndex;
      continue;
    }
    for (const kind of ['loc', 'number', 'value', 'name', 'word', 'string', 'mark'] as const) {
      const found = groups[kind];
      if (found !== undefined) tokens.push({ kind, text: found, line, column });
    }
  }
  tokens.push({ kind: 'end', text: '', line, column: text.length - start + 1 });
  return tokens;
}

/** An error at a place in the text, such as a token; lines and columns count from 1. */
export function errorAt(what: string, { line, column }: Pick<Token, 'line' | 'column'>): ParseError {
  return new ParseError(`line ${line}, column ${column}: ${what}`);
}

/** How an error message names a kind of token. */
export const tokenNames: Readonly<Record<Token['kind'], string>> = {
  word: 'a name',
  value: 'a value such as %0',
  name: 'a function name such as @f',
  number: 'a number',
  string: 'a string in double quotes',
  mark: 'a mark',
  loc: 'a location',
  end: 'the end of the text',
};
