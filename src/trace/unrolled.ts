// JavaScript loops that unroll: in a trace every round writes its instructions anew. Correct, and slow to compile; nothing else would say so.
import { TraceError } from '../util/errors.ts';
import { type Loc, showLocation } from '../util/location.ts';

// Of instructions that one line of the user's wrote. No program means the second number; long before it, compiling takes minutes.
const suspicious = 5_000;
const most = 100_000;

const remedy =
  'a JavaScript loop inside jit is unrolled: every round is compiled by itself. Write it as forLoop(lo, hi, (i, state) => next, init), as whileLoop, or as scan((carry, x) => [carry, y], init, xs) over the rows of a tensor: these trace their body once';

// Each line is mentioned once.
const mentioned = new Set<string>();

/** Counts the instructions of a trace by the lines that wrote them. */
export class Unrolling {
  readonly #counts = new Map<Loc, number>();

  /** `loc` is one object per line. Warns on the console, once per line; throws a TraceError where it is far too much. */
  note(trace: string, loc: Loc): void {
    const count = (this.#counts.get(loc) ?? 0) + 1;
    this.#counts.set(loc, count);
    if (count < suspicious) return;
    const place = showLocation(loc);
    if (count >= most) throw new TraceError(`${trace}: one line gave ${count} instructions; ${remedy}`, loc);
    if (mentioned.has(place)) return;
    mentioned.add(place);
    console.warn(`${trace}: the line ${place} gave ${count} instructions; ${remedy}`);
  }
}
