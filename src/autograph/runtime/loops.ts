// Loops: JavaScript's as long as their condition is known. Where it is a traced tensor, what is left of the loop is staged.
import { isTensor } from '../../ops/coerce.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { stagingTrace } from '../../trace/control/region.ts';
import { TracedTensor } from '../../trace/tracer.ts';
import { ShapeError, TraceError } from '../../util/errors.ts';
import { ifStatement } from './branches.ts';
import { isIterator, refuseOutside } from './changes.ts';
import { decide } from './condition.ts';
import { type Construct, locOf, valuesOf } from './construct.ts';
import { not } from './logic.ts';
import { inRegion, keep, membersOf, restore } from './regions.ts';
import { stageRows, stageWhile } from './staged-loops.ts';

type Stop = (() => unknown) | null;

/** One loop as the transform takes it apart. */
export interface LoopParts {
  readonly test: () => unknown;
  readonly body: () => void;
  readonly update: (() => void) | null;
  /** Has a jump left it? */
  readonly stop: Stop;
  readonly state: Construct;
}

export function whileStatement(
  test: () => unknown,
  body: () => void,
  update: (() => void) | null,
  stop: Stop,
  state: Construct,
): void {
  run({ test, body, update, stop, state });
}

export function doWhileStatement(
  test: () => unknown,
  body: () => void,
  _update: null,
  stop: Stop,
  state: Construct,
): void {
  body();
  const parts: LoopParts = { test, body, update: null, stop, state };
  const stopped = stop?.() ?? false;
  if (isTensor(stopped)) stageRest(parts);
  else if (stopped === false) run(parts);
}

/** The parts of a `for` with variables of its own in every iteration, made from their values. */
interface Iteration extends LoopParts {
  own(): readonly unknown[];
}

/** A `for` loop whose variables closures keep: every iteration has its own. */
export function forStatement(
  init: () => readonly unknown[],
  make: (values: readonly unknown[]) => Iteration,
): void {
  let now = make(init());
  for (;;) {
    const going = proceed(now);
    if (going !== true) return;
    now.body();
    const stopped = now.stop?.() ?? false;
    if (isTensor(stopped)) stageRest(now);
    if (stopped !== false) return;
    now = make(now.own());
    now.update?.();
  }
}

function run(parts: LoopParts): void {
  const { body, update, stop } = parts;
  for (;;) {
    const going = proceed(parts);
    if (going !== true) return;
    body();
    const stopped = stop?.() ?? false;
    if (isTensor(stopped)) stageRest(parts);
    if (stopped !== false) return;
    update?.();
  }
}

// Asks the test; where the answer is a traced tensor, stages the loop from here on.
function proceed(parts: LoopParts): boolean {
  const { test, state } = parts;
  if (stagingTrace() === null) return decide(test(), state) as boolean;
  const before = valuesOf(state);
  const [known, asked] = inRegion((region) => [decide(test(), state), region] as const, 'question', state.at);
  if (!isTensor(known)) {
    keep(asked);
    return known;
  }
  if (asked.changed)
    throw new TraceError(
      `the test of the loop at ${state.at} changes an array, a Map or a Set, and is a traced tensor; a staged loop asks it in every iteration, and the compiled program has none to change`,
      locOf(state.at),
    );
  // Asked once too often: the loop asks again inside.
  if (known instanceof TracedTensor) known.see();
  membersOf(asked).forEach(restore);
  state.set?.(before);
  stageWhile(parts);
  return false;
}

// A jump out of the loop that only the compiled program knows of: whether the next iteration runs is data from here on.
function stageRest(parts: LoopParts): void {
  const { update, stop, state } = parts;
  const stopped = stop!();
  if (update !== null) ifStatement(not(stopped), update, null, state);
  stageWhile(parts);
}

/** for-of: over JavaScript's iterables an unrolled loop, over the rows of a traced tensor a staged one. */
export function forOf(
  items: Iterable<unknown>,
  body: (item: unknown) => void,
  stop: Stop,
  state: Construct,
  readToo: () => readonly unknown[] = () => [],
): void {
  if (isTensor(items)) {
    const rows: Tensor = items.resolve();
    if (rows.ndim === 0)
      throw new ShapeError(
        `the loop at ${state.at} goes over a scalar tensor, which has no axis 0`,
        locOf(state.at),
      );
    if (stagingTrace() !== null) {
      stageRows(rows, body, stop, state, readToo);
      return;
    }
  }
  if (isIterator(items)) refuseOutside(items, 'for-of');
  each(items, body, stop, state);
}

export function forIn(object: object, body: (key: unknown) => void, stop: Stop, state: Construct): void {
  if (isTensor(object))
    throw new TraceError(
      `the for-in at ${state.at} goes over a tensor; go over its rows with for-of`,
      locOf(state.at),
    );
  const keys = function* (): Iterable<string> {
    for (const key in object) yield key;
  };
  each(keys(), body, stop, state);
}

function each(items: Iterable<unknown>, body: (item: unknown) => void, stop: Stop, state: Construct): void {
  for (const item of items) {
    const stopped = stop?.() ?? false;
    // The items are JavaScript's: each iteration is written out, and runs if none before it has left the loop.
    if (isTensor(stopped)) ifStatement(not(stopped), () => body(item), null, state);
    else body(item);
    if (stop?.() === true) return;
  }
}
