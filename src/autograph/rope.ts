// Text under construction: slices of the original, generated pieces between them, and the source map that falls out.
import { addSegment, GenMapping, setSourceContent, toEncodedMap } from '@jridgewell/gen-mapping';

/** A stretch of the original source, copied as it is. */
interface Slice {
  readonly from: number;
  readonly to: number;
}
/** What is generated next belongs to this place of the original. */
interface Mark {
  readonly at: number;
}
/** A piece that is known only when all else is: whether a flag is ever read, which names are hoisted. */
export type Later = () => Rope;
export type Rope = string | Slice | Mark | Later | readonly Rope[];

export function slice(from: number, to: number): Rope {
  return { from, to };
}

export function mark(at: number): Rope {
  return { at };
}

/** Ropes with something in between. */
export function join(parts: readonly Rope[], separator: string): Rope {
  return parts.flatMap((p, i) => (i === 0 ? [p] : [separator, p]));
}

export interface SourceMap {
  readonly version: 3;
  readonly file: string;
  readonly sources: string[];
  readonly sourcesContent: string[];
  readonly names: string[];
  readonly mappings: string;
}

/** Offsets to lines (from 1) and columns (from 0). */
export class Lines {
  readonly #starts: readonly number[];

  constructor(source: string) {
    const starts = [0];
    for (let i = source.indexOf('\n'); i >= 0; i = source.indexOf('\n', i + 1)) starts.push(i + 1);
    this.#starts = starts;
  }

  at(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.#starts[low]! };
  }
}

function visitPieces(rope: Rope, visit: (piece: string | Slice | Mark) => void): void {
  if (Array.isArray(rope)) for (const r of rope as readonly Rope[]) visitPieces(r, visit);
  else if (typeof rope === 'function') visitPieces(rope(), visit);
  else visit(rope as string | Slice | Mark);
}

/** The text with its map: every word that was copied points to where it stood, what was generated to the mark before it. */
export function render(
  rope: Rope,
  source: string,
  id: string,
  lines: Pick<Lines, 'at'>,
  content: string = source,
): { code: string; map: SourceMap } {
  const map = new GenMapping({ file: id });
  setSourceContent(map, id, content);
  const parts: string[] = [];
  let line = 0;
  let column = 0;

  function point(offset: number): void {
    const place = lines.at(offset);
    addSegment(map, line, column, id, place.line - 1, place.column);
  }
  function advance(text: string): void {
    parts.push(text);
    const last = text.lastIndexOf('\n');
    if (last < 0) column += text.length;
    else {
      for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) line++;
      column = text.length - last - 1;
    }
  }

  visitPieces(rope, (piece) => {
    if (typeof piece === 'string') advance(piece);
    else if ('at' in piece) point(piece.at);
    else {
      const text = source.slice(piece.from, piece.to);
      const word = /[\p{L}\p{N}_$]+|[^\p{L}\p{N}_$]+/gu;
      for (const { 0: part, index } of text.matchAll(word)) {
        point(piece.from + index);
        advance(part);
      }
    }
  });
  return { code: parts.join(''), map: toEncodedMap(map) as SourceMap };
}
