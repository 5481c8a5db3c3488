// What cannot be converted, said with file, line, column and the code itself, all of it at once.
import { TracejitError } from '../util/errors.ts';
import type { Places } from './places.ts';

export interface Diagnostic {
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1. */
  readonly column: number;
  readonly message: string;
  /** The line, with a mark under the place. */
  readonly frame: string;
}

/** Source that the transform cannot convert. `diagnostics` has one entry per place. */
export class ConversionError extends TracejitError {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const [first] = diagnostics;
    super(
      diagnostics.map(showDiagnostic).join('\n\n'),
      first === undefined ? undefined : { file: first.file, line: first.line, column: first.column },
    );
    this.diagnostics = diagnostics;
  }
}

export function showDiagnostic({ file, line, column, message, frame }: Diagnostic): string {
  return `${file}:${line}:${column}: ${message}\n${frame}`;
}

/** Collects the diagnostics of one file. */
export class Report {
  readonly found: Diagnostic[] = [];
  readonly #file: string;
  readonly #places: Places;

  constructor(file: string, places: Places) {
    this.#file = file;
    this.#places = places;
  }

  add(offset: number, message: string): void {
    const { line, column } = this.#places.at(offset);
    if (this.found.some((d) => d.line === line && d.column === column + 1 && d.message === message)) return;
    this.found.push({
      file: this.#file,
      line,
      column: column + 1,
      message,
      frame: this.#frame(line, column),
    });
  }

  #frame(line: number, column: number): string {
    const width = String(line + 1).length;
    const shown = [line - 1, line, line + 1].flatMap((n) => {
      const text = this.#places.text[n - 1];
      if (text === undefined) return [];
      const row = `${n === line ? '>' : ' '} ${String(n).padStart(width)} | ${text}`;
      return n === line ? [row, `  ${' '.repeat(width)} | ${' '.repeat(column)}^`] : [row];
    });
    return shown.join('\n');
  }
}
