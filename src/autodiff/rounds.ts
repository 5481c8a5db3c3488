// Back through the branches and rounds of eager mode where a tape records that: compiled code computes a round again on its way back, and what goes into that way or
// comes out of it has crossed a border. Eager mode does the same then, so that second derivatives are the same sums.
import { bind } from '../ops/dispatch.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { borders } from '../trace/control/border.ts';
import { at } from '../trace/place.ts';
import type { Cotangent } from './cotangent.ts';
import type { Entry, LoopOfSpans, Span, Tape } from './tape.ts';

/** Goes along with a walk over the entries of a tape, from the last to the first. */
export interface RoundsAgain {
  /** To be called before the walk takes the entry of this index. */
  arrive(index: number): void;
  /** The entry, on the values that were computed again. */
  again(entry: Entry): Entry;
}

/** `sums` are the cotangents of the walk. */
export function roundsAgain({ entries, spans }: Tape, sums: Map<Tensor, Cotangent>): RoundsAgain {
  const ahead = spans.slice();
  const inside: Span[] = [];
  const loops = new Set<LoopOfSpans>();
  const values = new Map<Tensor, Tensor>();
  const now = (x: Tensor): Tensor => values.get(x) ?? x;
  const entriesOf = ({ from, to }: Span): readonly Entry[] => entries.slice(from, to);

  const enter = (span: Span): void => {
    cross(entriesOf(span), sums);
    if (span.round !== null) {
      const { loop, unchanged } = span.round;
      // They are read where the loop found them, as its other surroundings are.
      for (const [carry, before] of unchanged()) values.set(carry, now(before));
      if (!loops.has(loop)) {
        loops.add(loop);
        for (const [whole, rows] of loop.rows) renamed(rows, loop.takenApart(now(whole), rows.length));
      }
    }
    for (const { args, results, rule, loc } of entriesOf(span))
      at(loc, () => {
        if (rule.kind === 'op') renamed(results, bind(rule.op, args.map(now), rule.attrs, rule.regions));
        else if (rule.kind === 'custom' && rule.again !== null) renamed(results, rule.again(args.map(now)));
      });
    inside.push(span);
  };
  const renamed = (old: readonly Tensor[], made: readonly Tensor[]): void => {
    old.forEach((x, i) => {
      values.set(x, made[i]!);
    });
  };

  return {
    arrive(index) {
      for (let span = inside.at(-1); span !== undefined && span.from > index; span = inside.at(-1)) {
        cross(entriesOf(span), sums);
        inside.pop();
      }
      for (let span = ahead.at(-1); span !== undefined && span.to > index; span = ahead.at(-1)) {
        ahead.pop();
        if (entriesOf(span).some(({ results }) => results.some((r) => sums.has(r)))) enter(span);
      }
    },
    again: (entry) =>
      values.size === 0 ? entry : { ...entry, args: entry.args.map(now), results: entry.results.map(now) },
  };
}

// The cotangents of what leaves the round, then the sums of what it reads.
function cross(entries: readonly Entry[], sums: Map<Tensor, Cotangent>): void {
  const made = new Set(entries.flatMap(({ results }) => results));
  const read = entries.flatMap(({ args }) => args.filter((x) => !made.has(x)));
  const moving = [...new Set([...(entries.at(-1)?.results ?? []), ...read])].filter((x) => sums.has(x));
  const crossed = borders().cross(moving.map((x) => sums.get(x)!.value));
  moving.forEach((x, i) => {
    sums.set(x, { ...sums.get(x)!, value: crossed[i]! });
  });
}
