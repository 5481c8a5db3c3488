// Comparisons that nothing uses. JavaScript gives no sign when `if`, `?:`, `&&`, `||` or `!` is asked about an object, but this is the
// trace it leaves: the answer was always true.
import type { Func, Instr, Value } from '../ir/func.ts';
import type { OpDef } from '../ops/opdef.ts';
import type { Loc } from '../util/location.ts';
import { helperRunning, isReplaying } from './place.ts';

/** A scalar answer nobody asked for. */
export interface UnusedCondition {
  readonly value: Value;
  /** The function it is written in, if that is not the traced function itself but one it calls, which may have more results than this caller needs. */
  readonly helper: { readonly name: string | undefined } | null;
}

// Comparisons of one line, none of them used: a loop that asks a tensor whether to go on, and will for ever.
const endless = 1000;

/** The scalar comparisons of one trace. */
export class Conditions {
  readonly #made: UnusedCondition[] = [];
  readonly #seen = new Set<Value>();
  readonly #counts = new Map<Loc, number>();

  /**
   * Only answers are conditions: a constant, or an element picked from a mask, is as often taken along with others that are used. True where
   * a line has made so many that a loop may be asking for them.
   */
  note(op: OpDef, { results: [value], loc }: Instr): boolean {
    if (value?.type.dtype !== 'bool' || value.type.shape.length > 0 || loc === undefined || isReplaying())
      return false;
    if (op.lower.kind !== 'point' && op.lower.kind !== 'reduce') return false;
    this.#made.push({ value, helper: helperRunning() });
    const count = (this.#counts.get(loc) ?? 0) + 1;
    this.#counts.set(loc, count);
    return count === endless;
  }

  /** Has nothing used the answers of this line of the traced `body`? */
  areInVain(loc: Loc, body: readonly Instr[]): boolean {
    const answers = new Set(this.#made.map(({ value }) => value));
    const used = new Set<Value>([...this.#seen, ...body.flatMap(({ args }) => args)]);
    return body.every((i) => i.loc !== loc || i.results.every((r) => !answers.has(r) || !used.has(r)));
  }

  /** One of a branch or a loop body inside, that was found unused there. */
  inherit(unused: UnusedCondition): void {
    this.#made.push(unused);
  }

  /** The user's program has it: it was printed, or handed back by a transform. What becomes of it there leaves no trace. */
  see(value: Value): void {
    this.#seen.add(value);
  }

  /** One that neither `func` nor the user's program uses, those of the traced function itself first. */
  unused({ body, results }: Func): UnusedCondition | null {
    if (this.#made.length === 0) return null;
    const used = new Set<Value>([...this.#seen, ...results]);
    for (const { args } of body) for (const a of args) used.add(a);
    const unused = this.#made.filter(({ value }) => !used.has(value));
    return unused.find(({ helper }) => helper === null) ?? unused[0] ?? null;
  }
}
