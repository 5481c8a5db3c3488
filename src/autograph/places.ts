// Where things stand for the reader: in the file that was written, before types were stripped from it.
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { Lines } from './rope.ts';

export interface Position {
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 0. */
  readonly column: number;
}

/** A source map, as an object or as JSON. */
export type InputMap = string | object;

/** Where a source stands that is a part of something larger. */
export interface Start {
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 0. */
  readonly column: number;
  /** So many characters of its first line are not part of the text. */
  readonly lead: number;
  /** The whole text. */
  readonly text: string;
}

/** Offsets of a source as positions in what it was made from. */
export class Places {
  readonly lines: Lines;
  /** The lines of the text that positions refer to. */
  readonly text: readonly string[];
  readonly #map: TraceMap | null;
  readonly #start: Start | null;

  constructor(source: string, map?: InputMap | null, start: Start | null = null) {
    this.lines = new Lines(source);
    const traced = map == null ? null : new TraceMap(map as string);
    const usable = traced !== null && traced.sources.length === 1;
    this.#map = usable ? traced : null;
    this.#start = start;
    this.text = ((usable ? traced.sourcesContent?.[0] : start?.text) ?? source).split(/\r?\n/);
  }

  at(offset: number): Position {
    const made = this.lines.at(offset);
    if (this.#start !== null) return within(this.#start, made);
    if (this.#map === null) return made;
    const { line, column } = originalPositionFor(this.#map, made);
    return line === null ? made : { line, column };
  }
}

function within(start: Start, { line, column }: Position): Position {
  return {
    line: line + start.line - 1,
    column: line === 1 ? start.column + Math.max(0, column - start.lead) : column,
  };
}
