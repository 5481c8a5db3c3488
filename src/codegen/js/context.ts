// What the spelling of a statement needs to know of its surroundings.
import type { Interval, Ranges } from '../../loop/interval.ts';
import type { Stmt } from '../../loop/kernel.ts';

export interface Context {
  /** What is known of the integer locals in scope. */
  readonly ranges: Ranges;
  /** A name like `base` that nothing in the kernel has. The same base gives the same name, so siblings may share it. */
  fresh(base: string): string;
  /** Where a message stands in the program's table. */
  messageIndex(message: string): number;
}

/** Spells statements, with the statements inside of them. */
export type SpellStatements = (body: readonly Stmt[], context: Context) => string[];

export function withRange(context: Context, name: string, range: Interval): Context {
  return { ...context, ranges: new Map(context.ranges).set(name, range) };
}

/** `head { … }` over several lines; without a head a plain block. */
export function block(head: string, lines: readonly string[]): string[] {
  return [head === '' ? '{' : `${head} {`, ...lines.map((line) => `  ${line}`), '}'];
}
