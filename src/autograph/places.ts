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

/** Offsets of a source as positions in what it was made from. */
export class Places {
  readonly lines: Lines;
  /** The lines of the text that positions refer to. */
  readonly text: readonly string[];
  readonly #map: TraceMap | null;

  constructor(source: string, map?: InputMap | null) {
    this.lines = new Lines(source);
    const traced = map == null ? null : new TraceMap(map as string);
    const usable = traced !== null && traced.sources.length === 1;
    this.#map = usable ? traced : null;
    this.text = ((usable ? traced.sourcesContent?.[0] : undefined) ?? source).split('\n');
  }

  at(offset: number): Position {
    const made = this.lines.at(offset);
    if (this.#map === null) return made;
    const { line, column } = originalPositionFor(this.#map, made);
    return line === null ? made : { line, column };
  }
}
