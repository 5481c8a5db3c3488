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
  /** The sum of a tensor's cotangents that begins with this contribution. Compiled code adds it to what the loop carries, whether that is anything yet or not, so that it has an identity of its own. */
  begun(of: Tensor, first: Cotangent): Cotangent;
}

/** `sums` are the cotangents of the walk. */
export function roundsAgain({ entries, spans }: Tape, sums: Map<Tensor, Cotangent>): RoundsAgain {
  const ahead = spans.slice();
  const inside: { readonly span: Span; readonly around: ReadonlySet<Tensor> }[] = [];
  const loops = new Set<LoopOfSpans>();
  const values = new Map<Tensor, Tensor>();
  const now = (x: Tensor): Tensor => values.get(x) ?? x;
  const entriesOf = ({ from, to }: Span): readonly Entry[] => entries.slice(from, to);

  // What a round reads that is neither a carry nor a row.
  const aroundLoop = (span: Span): ReadonlySet<Tensor> => {
    if (span.round === null) return new Set();
    const { begins, loop } = span.round;
    const own = new Set([...begins, ...loop.rows.flatMap(([, rows]) => rows)]);
    return new Set(readBy(entriesOf(span)).filter((x) => !own.has(x)));
  };
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
    inside.push({ span, around: aroundLoop(span) });
  };
  const renamed = (old: readonly Tensor[], made: readonly Tensor[]): void => {
    old.forEach((x, i) => {
      values.set(x, made[i]!);
    });
  };

  return {
    arrive(index) {
      for (let last = inside.at(-1); last !== undefined && last.span.from > index; last = inside.at(-1)) {
        cross(entriesOf(last.span), sums);
        inside.pop();
      }
      for (let span = ahead.at(-1); span !== undefined && span.to > index; span = ahead.at(-1)) {
        ahead.pop();
        if (entriesOf(span).some(({ results }) => results.some((r) => sums.has(r)))) enter(span);
      }
    },
    again: (entry) =>
      values.size === 0 ? entry : { ...entry, args: entry.args.map(now), results: entry.results.map(now) },
    begun: (of, first) =>
      inside.some(({ around }) => around.has(of))
        ? { ...first, value: borders().cross([first.value])[0]! }
        : first,
  };
}

// The cotangents of what leaves the round, then the sums of what it reads.
function cross(entries: readonly Entry[], sums: Map<Tensor, Cotangent>): void {
  const moving = [...new Set([...(entries.at(-1)?.results ?? []), ...readBy(entries)])].filter((x) =>
    sums.has(x),
  );
  const crossed = borders().cross(moving.map((x) => sums.get(x)!.value));
  moving.forEach((x, i) => {
    sums.set(x, { ...sums.get(x)!, value: crossed[i]! });
  });
}

function readBy(entries: readonly Entry[]): readonly Tensor[] {
  const made = new Set(entries.flatMap(({ results }) => results));
  return entries.flatMap(({ args }) => args.filter((x) => !made.has(x)));
}
