// What the transform tells the runtime of a construct: its place, and the variables assigned in it.
import type { Loc } from '../../util/location.ts';

export interface Construct {
  /** `file:line:column` of the original. */
  readonly at: string;
  /** Variables assigned in it and declared outside; the lists are parallel. */
  readonly names?: readonly string[];
  /** Per name: `h` read at the head of the loop, `a` read afterwards, `d` dead, `f` the flag of a jump, `r` the value returned. */
  readonly kinds?: string;
  /** Per name: the line of its first assignment in the construct. */
  readonly lines?: readonly number[];
  /** The variables, by number, whose objects nothing else has: they are literals, and only their members are read. */
  readonly sole?: readonly number[];
  readonly get?: () => unknown[];
  readonly set?: (values: readonly unknown[]) => void;
}

export function valuesOf({ get }: Construct): readonly unknown[] {
  return get?.() ?? [];
}

export function locOf(at: string): Loc | undefined {
  const match = /^(.*):(\d+):(\d+)$/.exec(at);
  return match === null ? undefined : { file: match[1]!, line: Number(match[2]), column: Number(match[3]) };
}

/** `line 5`, where the construct's first assignment to a variable stands. */
export function lineOf({ lines }: Construct, k: number): string {
  const line = lines?.[k] ?? 0;
  return line === 0 ? '' : ` (line ${line})`;
}
