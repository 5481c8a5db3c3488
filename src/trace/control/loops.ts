// whileLoop, forLoop and scan: repetition whose length may be data. In a trace the body is traced once, and the loop runs inside the compiled program.
import { showType, type TensorType } from '../../ir/types.ts';
import { isTensor } from '../../ops/coerce.ts';
import { constant } from '../../ops/constant.ts';
import { currentInterpreter } from '../../ops/dispatch.ts';
import { iota } from '../../ops/iota.ts';
import { scanOp } from '../../ops/scan.ts';
import { whileOp } from '../../ops/while.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import { ArgumentError, ShapeError, TraceError, TreeError } from '../../util/errors.ts';
import { checkOptions } from '../../util/options.ts';
import { unflatten } from '../tree.ts';
import { borders } from './border.ts';
import { checkFunction } from './branches.ts';
import { assignedBy, closeLoop, stagingTrace, traceRegion } from './region.ts';
import {
  checkSame,
  conditionOf,
  type Like,
  rounds,
  type State,
  scalarOf,
  stateOf,
  type Tensors,
} from './state.ts';

/**
 * Repeats `state = body(state)` as long as `pred(state)` holds, and returns the last state: nested objects and arrays of tensors, whose
 * structure, dtypes and shapes every round keeps. `pred` returns a bool scalar. Both functions may read anything around them; the body may
 * assign variables. Under eager mode it is a JavaScript loop; in `jit` both are traced once, and the loop runs inside the compiled program.
 * Gradients flow backwards through all rounds, however many there were.
 *
 * Throws a TreeError, DTypeError or ShapeError that names the path where a round changes the kind of state, a DTypeError or ShapeError for a
 * condition that is no bool scalar.
 *
 *     whileLoop((s) => s.error.greater(1e-6), ({ x }) => newton(x), { x: tensor(1), error: tensor(1) })
 */
export function whileLoop<const S>(
  pred: (state: Tensors<S>) => Tensor | boolean,
  body: (state: Tensors<S>) => Like<S>,
  init: S,
): Tensors<S> {
  checkFunction(pred, 'whileLoop', 'the condition');
  checkFunction(body, 'whileLoop', 'the body');
  const start = stateOf(init, 'state', 'whileLoop');
  const back = (tensors: readonly Tensor[]): Tensors<S> => unflatten(start.tree, tensors) as Tensors<S>;
  const ask = (tensors: readonly Tensor[]): Tensor | boolean => conditionOf(pred(back(tensors)), 'whileLoop');
  const step = (tensors: readonly Tensor[]): readonly Tensor[] =>
    nextState('whileLoop', start, body(back(tensors)));
  return back(repeated('whileLoop', start, ask, step));
}

/**
 * `state = body(i, state)` for the integers `i` from `lo` up to and without `hi`; returns the last state, of which what `whileLoop` says holds.
 * Bounds are integers or int32 scalar tensors; `i` is an int32 scalar tensor.
 *
 *     forLoop(0, n, (i, sum) => sum.add(x.gather(i)), tensor(0))
 */
export function forLoop<const S>(
  lo: Tensor | number,
  hi: Tensor | number,
  body: (i: Tensor, state: Tensors<S>) => Like<S>,
  init: S,
): Tensors<S> {
  checkFunction(body, 'forLoop', 'the body');
  const [from, to] = [bound(lo, 'lower'), bound(hi, 'upper')];
  const start = stateOf(init, 'state', 'forLoop');
  const back = (tensors: readonly Tensor[]): Tensors<S> => unflatten(start.tree, tensors) as Tensors<S>;
  const step = (i: Tensor, tensors: readonly Tensor[]): readonly Tensor[] =>
    nextState('forLoop', start, body(i, back(tensors)));
  if (typeof from === 'number' && typeof to === 'number') {
    const length = Math.max(0, to - from);
    const indices = stagingTrace() === null ? undefined : iota([length], 0, 'int32');
    return back(counted(length, indices, from, start, step));
  }
  // The counter is the first of the tensors.
  const counter = typeof from === 'number' ? constant(from, 'int32') : from;
  const withCounter: State = {
    tree: start.tree,
    tensors: [counter, ...start.tensors],
    paths: ['i', ...start.paths],
  };
  const last = repeated(
    'forLoop',
    withCounter,
    ([i]) => i!.less(to),
    ([i, ...tensors]) => [i!.add(1), ...step(i!, tensors)],
  );
  return back(last.slice(1));
}

export interface ScanOptions {
  /** From the last row to the first; what a round gives is stacked where its rows came from. Default false. */
  readonly reverse?: boolean;
  /** The number of rounds, where `xs` holds no tensors. */
  readonly length?: number;
}

/**
 * `[carry, y] = f(carry, x)` for each `x` along axis 0 of `xs`; returns the last carry and all `y` stacked along a new axis 0. `init`, `xs` and
 * `y` are nested objects and arrays of tensors; the carry keeps its structure, dtypes and shapes. In `jit` the body is traced once, and the loop
 * runs inside the compiled program. Gradients flow backwards through all rounds.
 *
 * Throws a ShapeError where the tensors of `xs` differ in size along axis 0; a TreeError, DTypeError or ShapeError where a round changes the
 * kind of carry.
 *
 *     scan((sum, x) => [sum.add(x), sum.add(x)], tensor(0), tensor([1, 2, 3]))   // [6, [1, 3, 6]]
 */
export function scan<const C, X, Y>(
  f: (carry: Tensors<C>, x: Tensors<X>) => readonly [carry: Like<C>, y: Y],
  init: C,
  xs: X,
  options: ScanOptions = {},
): [carry: Tensors<C>, ys: Tensors<Y>] {
  checkFunction(f, 'scan', 'the function');
  checkOptions(options, ['reverse', 'length'], 'scan');
  const { reverse = false } = options;
  const start = stateOf(init, 'carry', 'scan');
  const rows = stateOf(xs, 'xs', 'scan');
  const length = lengthOf(rows, options.length);
  let made: State | undefined;
  const step = (carry: readonly Tensor[], x: readonly Tensor[]): readonly Tensor[] => {
    const result: unknown = f(
      unflatten(start.tree, carry) as Tensors<C>,
      unflatten(rows.tree, x) as Tensors<X>,
    );
    if (!Array.isArray(result) || result.length !== 2)
      throw new TreeError(`scan: the function must return [carry, y], got ${kindOf(result)}`);
    const next = nextState('scan', start, result[0]);
    const y = stateOf(result[1], 'y', 'scan');
    if (made !== undefined)
      checkSame('scan', { ...rounds, first: 'in one round', second: 'in the next' }, made, y);
    made = y;
    return [...next, ...y.tensors];
  };
  const results =
    stagingTrace() === null
      ? scanned(length, reverse, start.tensors, rows.tensors, step)
      : stagedScan({ length, reverse }, start, rows, step);
  const count = start.tensors.length;
  return [
    unflatten(start.tree, results.slice(0, count)) as Tensors<C>,
    unflatten(made!.tree, results.slice(count)) as Tensors<Y>,
  ];
}

/** The state a round gave, of the kind of the one before the loop. */
function nextState(where: string, start: State, given: unknown): readonly Tensor[] {
  const root = /^\w+/.exec(start.paths.at(-1) ?? 'state')![0];
  const next = stateOf(given, root, where);
  // A counter stands before what the user sees.
  checkSame(where, rounds, start, next);
  return next.tensors;
}

function repeated(
  where: string,
  start: State,
  ask: (tensors: readonly Tensor[]) => Tensor | boolean,
  step: (tensors: readonly Tensor[]) => readonly Tensor[],
): readonly Tensor[] {
  if (stagingTrace() === null) {
    const loop = borders().loop(start.tensors);
    while (isTrue(ask(loop.now))) loop.round(step);
    return loop.now;
  }
  const types = start.tensors.map((t) => t.type);
  const asked = traceRegion(
    (tensors) => {
      const answer = ask(tensors);
      if (answer === true)
        throw new TraceError(
          `${where}: the condition is the JavaScript value true, whatever the state is, so the loop would never end; compute it from the state, for example state.error.greater(1e-6)`,
        );
      return [answer === false ? constant(0, 'bool') : answer];
    },
    types,
    start.paths,
  );
  if (asked.writes.length > 0)
    throw new TraceError(
      `${where}: the condition assigns variable '${asked.writes[0]!.name}'; assign it in the body, which runs once per round`,
    );
  const round = traceRegion(step, types, start.paths);
  const { regions, operands } = closeLoop([asked, round], round.writes, 0);
  const results = whileOp(regions[0]!, regions[1]!, [...start.tensors, ...valuesOf(round.writes)], operands);
  return withoutVariables(results, start.tensors.length, round.writes);
}

function isTrue(answer: Tensor | boolean): boolean {
  return typeof answer === 'boolean' ? answer : answer.item<boolean>();
}

// A loop of known length over the integers; `indices` counts from 0.
function counted(
  length: number,
  indices: Tensor | undefined,
  from: number,
  start: State,
  step: (i: Tensor, tensors: readonly Tensor[]) => readonly Tensor[],
): readonly Tensor[] {
  if (indices === undefined) {
    const loop = borders().loop(start.tensors);
    for (let i = 0; i < length; i++) loop.round((now) => step(constant(from + i, 'int32'), now));
    return loop.now;
  }
  const rows: State = { tree: { kind: 'leaf', index: 0 }, tensors: [indices], paths: ['i'] };
  return stagedScan({ length, reverse: false }, start, rows, (tensors, [i]) =>
    step(from === 0 ? i! : i!.add(from), tensors),
  );
}

function stagedScan(
  order: { readonly length: number; readonly reverse: boolean },
  start: State,
  rows: State,
  step: (carry: readonly Tensor[], x: readonly Tensor[]) => readonly Tensor[],
): readonly Tensor[] {
  const count = start.tensors.length;
  const types = [...start.tensors.map((t) => t.type), ...rows.tensors.map((t) => rowType(t.type))];
  const paths = [...start.paths, ...rows.paths.map((path) => `${path}[i]`)];
  const round = traceRegion((args) => step(args.slice(0, count), args.slice(count)), types, paths);
  const { regions, operands } = closeLoop([round], assignedBy([round]), rows.tensors.length);
  const carries = [...start.tensors, ...valuesOf(round.writes)];
  const results = scanOp(
    regions[0]!,
    { count: undefined, carries, xs: rows.tensors, constants: operands },
    order,
  );
  return withoutVariables(results, count, round.writes);
}

// Assigns what the loop left in variables; the results without them.
function withoutVariables(
  results: readonly Tensor[],
  count: number,
  variables: readonly Variable[],
): readonly Tensor[] {
  const interpreter = currentInterpreter();
  variables.forEach((variable, k) => {
    interpreter.write(variable, results[count + k]!);
  });
  return [...results.slice(0, count), ...results.slice(count + variables.length)];
}

function valuesOf(variables: readonly Variable[]): readonly Tensor[] {
  return variables.map((variable) => currentInterpreter().read(variable));
}

// The same in eager mode, as a JavaScript loop.
function scanned(
  length: number,
  reverse: boolean,
  start: readonly Tensor[],
  rows: readonly Tensor[],
  step: (carry: readonly Tensor[], x: readonly Tensor[]) => readonly Tensor[],
): readonly Tensor[] {
  const count = start.length;
  const loop = borders().loop(start, rows, length);
  const made: (readonly Tensor[])[] = [];
  for (let k = 0; k < length; k++) {
    const at = reverse ? length - 1 - k : k;
    const next = loop.round((carry) =>
      step(
        carry,
        loop.rows.map((x) => x[at]!),
      ),
    );
    made[at] = next.slice(count);
  }
  // Without a round only tracing tells what one would give.
  if (length === 0) {
    const types = [...start.map((t) => t.type), ...rows.map((t) => rowType(t.type))];
    const { func } = traceRegion((args) => step(args.slice(0, count), args.slice(count)), types, []);
    return [
      ...start,
      ...func.results.slice(count).map(({ type: { dtype, shape } }) => constant(0, dtype, [0, ...shape])),
    ];
  }
  return [...loop.now, ...made[0]!.map((_, k) => borders().stack(made.map((ys) => ys[k]!)))];
}

function lengthOf(rows: State, given: number | undefined): number {
  if (given !== undefined && !(Number.isSafeInteger(given) && given >= 0))
    throw new ArgumentError(`scan: length must be an integer >= 0, got ${String(given)}`);
  rows.tensors.forEach((x, i) => {
    if (x.ndim === 0)
      throw new ShapeError(
        `scan: ${rows.paths[i]} is a scalar ${showType(x.type)}; xs needs an axis 0 to go along`,
      );
  });
  const [first] = rows.tensors;
  const length = first?.type.shape[0] ?? given;
  if (length === undefined)
    throw new ArgumentError(
      'scan: xs holds no tensors; say how many rounds there are: scan(f, init, xs, { length })',
    );
  rows.tensors.forEach((x, i) => {
    if (x.type.shape[0] !== length)
      throw new ShapeError(
        `scan: xs must have one size along axis 0, but ${rows.paths[0]} is ${showType(first!.type)} and ${rows.paths[i]} is ${showType(x.type)}`,
      );
  });
  if (given !== undefined && given !== length)
    throw new ArgumentError(`scan: length is ${given}, but xs has ${length} rows`);
  return length;
}

function bound(x: Tensor | number, which: string): Tensor | number {
  if (typeof x === 'number') {
    if (!Number.isInteger(x) || Math.abs(x) >= 2 ** 31)
      throw new ArgumentError(`forLoop: the ${which} bound must be an integer that int32 holds, got ${x}`);
    return x;
  }
  return scalarOf(x, 'int32', `forLoop: the ${which} bound must be an int32 scalar`, {
    dtype: "convert it: x.cast('int32')",
    shape: 'choose one element, for example with x.slice(0)',
  });
}

function rowType({ dtype, shape }: TensorType): TensorType {
  return { dtype, shape: shape.slice(1) };
}

function kindOf(x: unknown): string {
  if (isTensor(x)) return `a tensor ${showType(x.type)}`;
  if (Array.isArray(x)) return `an array of length ${x.length}`;
  return x === null ? 'null' : `${typeof x}`;
}
