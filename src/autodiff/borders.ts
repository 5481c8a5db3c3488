// What crosses the borders of branches and rounds in eager mode, as tapes and histories see it.
import { currentInterpreter, type Interpreter } from '../ops/dispatch.ts';
import { stack } from '../tensor/composites/shaping.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Borders, installBorders, loopOf } from '../trace/control/border.ts';
import { range } from '../util/seq.ts';
import { zerosOf } from './backward.ts';
import { detached, recordEverywhere } from './identity.ts';
import { type LoopOfSpans, type Round, Tape } from './tape.ts';

function tapesInForce(): readonly Tape[] {
  const tapes: Tape[] = [];
  for (let i: Interpreter | null = currentInterpreter(); i instanceof Tape; i = i.parent) tapes.push(i);
  return tapes;
}

/** May a gradient go back through it? */
function isFollowed(x: Tensor, tapes: readonly Tape[]): boolean {
  if (x.dtype !== 'float32' || x.history?.kind === 'symbolic') return false;
  return x.history !== null || tapes.some((tape) => tape.recording && tape.tracks(x));
}

const whereTensorsCross: Borders = {
  cross(tensors) {
    const tapes = tapesInForce();
    const moved = tensors.filter((x) => isFollowed(x, tapes));
    if (moved.length === 0) return tensors;
    const copies = moved.map(detached);
    // One step, so that cotangents pass it in the order of the tensors.
    recordEverywhere(
      'border',
      moved,
      copies,
      (cotangents) => cotangents,
      (args) => whereTensorsCross.cross(args),
    );
    // Where nothing is recorded now, it stays what it came from.
    copies.forEach((copy, k) => {
      copy.history ??= moved[k]!.history;
    });
    let next = 0;
    return tensors.map((x) => (x === moved[next] ? copies[next++]! : x));
  },

  stack(rows) {
    const tapes = tapesInForce();
    if (!rows.some((x) => isFollowed(x, tapes))) return stack(rows);
    const whole = stack(rows.map(detached));
    recordEverywhere(
      'stack',
      rows,
      [whole],
      ([cotangent]) => takenApart(cotangent!, rows.length),
      (again) => [whereTensorsCross.stack(again)],
    );
    return whole;
  },

  leave: (f) => left(f, null),

  loop(start, xs = [], length = 0) {
    const rows = xs.map((x) => takenApart(x, length));
    const first = whereTensorsCross.cross(start);
    // Those that all rounds hand through.
    let still = range(start.length);
    const loop: LoopOfSpans = { rows: xs.map((x, i) => [x, rows[i]!]), takenApart };
    return loopOf(first, rows, (f, now) => {
      const compared = (): readonly Tensor[] => {
        const made = f();
        still = still.filter((i) => made[i] === now[i]);
        return made;
      };
      return left(compared, { loop, unchanged: () => still.map((i) => [now[i]!, start[i]!]) });
    });
  },
};

// One step, whose cotangents are put together in one.
function takenApart(x: Tensor, length: number): readonly Tensor[] {
  if (!isFollowed(x, tapesInForce())) return range(length).map((at) => x.slice(at));
  const free = detached(x);
  const rows = range(length).map((at) => free.slice(at));
  recordEverywhere(
    'rows',
    [x],
    rows,
    (cotangents) => [
      // Rows that no round took, too.
      stack(range(x.shape[0]!).map((at) => cotangents[at] ?? zerosOf(rows[0]!))),
    ],
    ([again]) => takenApart(again!, length),
  );
  return rows;
}

function left(f: () => readonly Tensor[], round: Round | null): readonly Tensor[] {
  const tapes = tapesInForce();
  if (tapes.length === 0) return whereTensorsCross.cross(f());
  return tapes.reduce(
    (inside, tape) => () => tape.span(inside, round),
    () => crossed(f, tapes),
  )();
}

function crossed(f: () => readonly Tensor[], tapes: readonly Tape[]): readonly Tensor[] {
  const top = tapes[0]!;
  const before = top.assignments.length;
  const made = f();
  const variables = [...new Set(top.assignments.slice(before))];
  const values = variables.map((v) => top.read(v));
  const all = whereTensorsCross.cross([...made, ...values]);
  variables.forEach((v, k) => {
    for (const tape of tapes) tape.hold(v, all[made.length + k]!);
  });
  return all.slice(0, made.length);
}

installBorders(whereTensorsCross);
