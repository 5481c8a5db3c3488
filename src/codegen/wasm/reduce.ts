// `reduce` statements. Sums and products of f32 keep the order of ir/order.ts: its eight lanes are two vectors, or eight vectors where four results are
// computed at once, each with lanes of its own. What any order leaves the same is taken up to sixteen elements at a time.
import { reduceOrder } from '../../ir/order.ts';
import { identityOf } from '../../loop/identity.ts';
import { indexRange } from '../../loop/interval.ts';
import type { Stmt } from '../../loop/kernel.ts';
import { fitsRegisters, roundOf } from '../../loop/registers.ts';
import { visitExprs } from '../../loop/visit.ts';
import { range } from '../../util/seq.ts';
import {
  type Binding,
  type Context,
  canRunInLanes,
  emitLoop,
  hoisting,
  inside,
  valueTypes,
  varies,
  withRange,
} from './context.ts';
import { emitCombination, emitExtract, emitScalar } from './scalar.ts';
import { combinationOpcode, emitVector } from './vector.ts';

type Reduce = Extract<Stmt, { readonly kind: 'reduce' }>;
type EmitStatements = (body: readonly Stmt[], context: Context) => void;

/** A reduction on its way into code. */
interface Emission {
  readonly s: Reduce;
  readonly emitBody: EmitStatements;
  /** `four`: four results at once. `across`: one result, four elements at once. */
  readonly mode: 'scalar' | 'four' | 'across';
}

const { lanes, block } = reduceOrder;

/** Binds the name of the reduction in the context. */
export function emitReduce(s: Reduce, context: Context, emitBody: EmitStatements): void {
  const ordered = (s.op === 'add' || s.op === 'mul') && (s.type === 'f32' || s.type === 'f64');
  const four = context.laned && variesInside(s, context);
  const { vectors } = context.library;
  const across = vectors && !four && s.type !== 'f64' && s.extent >= 4 && canRunInLanes(s.body, s.index);
  const around = withRange({ ...context, laned: four || across }, s.index, indexRange(s.extent));
  const emission: Emission = { s, emitBody, mode: four ? 'four' : across ? 'across' : 'scalar' };
  const total = context.code.local(four ? 'v128' : valueTypes[s.type]);
  const emit = (inner: Context): void => {
    if (ordered) inBlocks(emission, total, inner);
    else inAnyOrder(emission, total, inner);
  };
  // Inside of a laned loop vectors are made before that.
  if (around.laned && (across || context.hoisted === null)) hoisting(around, emit);
  else emit(around);
  context.names.set(
    s.name,
    four ? { kind: 'vector', local: total } : { kind: 'scalar', local: total, plus: 0 },
  );
}

function variesInside({ body, value }: Reduce, context: Context): boolean {
  let found = false;
  for (const part of [body, value])
    visitExprs(part, (e) => {
      if (e.kind === 'local') found ||= varies(e, context);
    });
  return found;
}

/** Leaves the element on the stack whose index is `at`. */
function emitElement({ s, emitBody }: Emission, at: Binding, context: Context): void {
  const inner = inside(context);
  inner.names.set(s.index, at);
  emitBody(s.body, inner);
  if (inner.laned) emitVector(s.value, inner);
  else emitScalar(s.value, inner);
}

function emitIdentity({ s }: Emission, context: Context, vector: boolean): void {
  const identity = identityOf(s.op, s.type);
  if (vector) emitVector(identity, context);
  else emitScalar(identity, context);
}

/** Combines the two values on the stack. */
function emitCombine({ s }: Emission, context: Context, vectors: boolean): void {
  const opcode = vectors ? combinationOpcode(s.op, s.type) : undefined;
  if (opcode === undefined) emitCombination(s.op, s.type, context);
  else context.code.op(opcode);
}

/** `accumulator = accumulator ∘ element at`. */
function emitStep(emission: Emission, accumulator: number, at: Binding, context: Context): void {
  context.code.get(accumulator);
  emitElement(emission, at, context);
  emitCombine(emission, context, context.laned);
  context.code.set(accumulator);
}

/** Locals that hold the identity. */
function accumulators(emission: Emission, count: number, context: Context): number[] {
  const { code, laned } = context;
  return range(count).map(() => {
    const local = code.local(laned ? 'v128' : valueTypes[emission.s.type]);
    emitIdentity(emission, context, laned);
    code.set(local);
    return local;
  });
}

// A body of more operations is written once and not eight times; then the lanes move through the locals.
const unrolledOperations = 16;

// Blocks one after the other. A lane is never -0, as it began as 0 + x or 1 · x: combining the first block with the identity changes nothing.
function inBlocks(emission: Emission, total: number, context: Context): void {
  const { code } = context;
  const { s, mode } = emission;
  const index = code.local('i32');
  const include = (count: number): void => {
    code.get(total);
    (mode === 'across' ? accumulateAcross : accumulate)(emission, index, count, context);
    emitCombine(emission, context, mode === 'four');
    code.set(total);
  };
  emitIdentity(emission, context, mode === 'four');
  code.set(total);
  code.i32(0);
  code.set(index);
  const rest = s.extent % block;
  const full = s.extent - rest;
  // Each block moves the index on by itself.
  if (full > 0) emitLoop(code, index, full, 0, () => include(block));
  if (rest > 0) include(rest);
}

/** Takes `count` elements from the local `index` on, moves it behind the last multiple of eight, and leaves their combination on the stack. */
function accumulateAcross(emission: Emission, index: number, count: number, context: Context): void {
  const { code } = context;
  const { s } = emission;
  const [low, high] = accumulators(emission, 2, context) as [number, number];
  const even = count - (count % lanes);
  const step = (half: number, plus: number) => (): void =>
    emitStep(emission, half, { kind: 'lanes', local: index, plus }, context);
  const { loads } = roundOf(s.body, s.value);
  sweeps(index, even, [step(low, 0), step(high, 4)], fitsRegisters(2, 2 * loads) ? 2 : 1, context);
  const rest = count - even;
  if (rest >= 4) emitStep(emission, low, { kind: 'lanes', local: index, plus: 0 }, context);
  for (let lane = rest >= 4 ? 4 : 0; lane < rest; lane++) {
    const half = lane < 4 ? low : high;
    code.get(half);
    code.get(half);
    emitExtract(s.type, lane % 4, context);
    emitElement(emission, { kind: 'scalar', local: index, plus: lane }, { ...context, laned: false });
    emitCombine(emission, context, false);
    code.lane('f32x4.replace_lane', lane % 4);
    code.set(half);
  }
  // Lane j with lane j + 4 are the two vectors; then their halves.
  code.get(low);
  code.get(high);
  emitCombine(emission, context, true);
  emitLanes(emission, context);
}

/** Combines the four lanes of the vector on the stack: j with j + 2, then the two. */
function emitLanes(emission: Emission, context: Context): void {
  const { code } = context;
  const { type } = emission.s;
  const vector = code.local('v128');
  code.tee(vector);
  code.get(vector);
  code.get(vector);
  code.shuffle([2, 3, 0, 1]);
  emitCombine(emission, context, true);
  code.tee(vector);
  emitExtract(type, 0, context);
  code.get(vector);
  emitExtract(type, 1, context);
  emitCombine(emission, context, false);
}

/** Takes `count` elements eight at a time, by one step for each accumulator: as many in one sweep as fit into registers. */
function sweeps(
  index: number,
  count: number,
  steps: readonly (() => void)[],
  together: number,
  context: Context,
): void {
  if (count === 0) return;
  const { code } = context;
  const start = code.local('i32');
  code.get(index);
  code.set(start);
  for (let first = 0; first < steps.length; first += together) {
    if (first > 0) {
      code.get(start);
      code.set(index);
    }
    upTo(index, count, lanes, context, () => {
      for (const step of steps.slice(first, first + together)) step();
    });
  }
}

/** A loop over the next `count` elements, which are a multiple of `step`. */
function upTo(index: number, count: number, step: number, { code }: Context, body: () => void): void {
  if (count === 0) return;
  const end = code.local('i32');
  code.get(index);
  code.i32(count);
  code.op('i32.add');
  code.set(end);
  emitLoop(code, index, { local: end }, step, body);
}

/** Like `accumulateAcross`, with a local for each lane. */
function accumulate(emission: Emission, index: number, count: number, context: Context): void {
  const { code } = context;
  const { loads, operations } = roundOf(emission.s.body, emission.s.value);
  const unrolled = operations <= unrolledOperations;
  const locals = accumulators(emission, unrolled ? Math.min(lanes, count) : lanes, context);
  if (unrolled) {
    const even = count - (count % lanes);
    const steps = locals.map(
      (local, lane) => (): void =>
        emitStep(emission, local, { kind: 'scalar', local: index, plus: lane }, context),
    );
    const together = [8, 4, 2].find((n) => fitsRegisters(n, n * loads)) ?? 1;
    sweeps(index, even, steps, together, context);
    for (const step of steps.slice(0, count - even)) step();
    emitTree(emission, locals, context);
    return;
  }
  upTo(index, count, 1, context, () => {
    for (const local of locals.slice(1)) code.get(local);
    code.get(locals[0]!);
    emitElement(emission, { kind: 'scalar', local: index, plus: 0 }, context);
    emitCombine(emission, context, context.laned);
    // The last on the stack goes to the last local, and each other one down.
    for (const local of [...locals].reverse()) code.set(local);
  });
  emitTree(
    emission,
    range(lanes).map((lane) => locals[(lane + lanes - (count % lanes)) % lanes]!),
    context,
  );
}

/** Lane j with lane j + 4, of those j with j + 2, and the last two; lanes that are missing hold the identity. */
function emitTree(emission: Emission, locals: readonly number[], context: Context): void {
  const combine = (lane: number, distance: number): void => {
    if (distance === lanes) {
      context.code.get(locals[lane]!);
      return;
    }
    combine(lane, distance * 2);
    if (lane + distance >= locals.length) return;
    combine(lane + distance, distance * 2);
    emitCombine(emission, context, context.laned);
  };
  combine(0, 1);
}

// Several accumulators keep the unit busy that combines them; of bodies with many operations they would only make more code.
const anyOrderVectors = 4;

function inAnyOrder(emission: Emission, total: number, context: Context): void {
  const { code } = context;
  const { s, mode } = emission;
  const index = code.local('i32');
  code.i32(0);
  code.set(index);
  if (mode !== 'across') {
    emitIdentity(emission, context, mode === 'four');
    code.set(total);
    const step = (): void => emitStep(emission, total, { kind: 'scalar', local: index, plus: 0 }, context);
    if (s.extent > 0) emitLoop(code, index, s.extent, 1, step);
    return;
  }
  const extremum = s.type === 'f32' && (s.op === 'min' || s.op === 'max') ? s.op : null;
  const { loads, operations } = roundOf(s.body, s.value);
  const fits = fitsRegisters(anyOrderVectors + (extremum === null ? 0 : 2), anyOrderVectors * loads);
  const several = fits && operations <= unrolledOperations && s.extent >= 4 * anyOrderVectors;
  const width = several ? anyOrderVectors : 1;
  const locals = accumulators(emission, width, context);
  const extreme = extremum && extremeOf(extremum, context);
  const step = (accumulator: number, plus: number): void => {
    const at: Binding = { kind: 'lanes', local: index, plus };
    if (extreme === null) emitStep(emission, accumulator, at, context);
    else extreme.take(accumulator, () => emitElement(emission, at, context));
  };
  const even = s.extent - (s.extent % (4 * width));
  emitLoop(code, index, even, 4 * width, () => {
    locals.forEach((local, n) => {
      step(local, 4 * n);
    });
  });
  let taken = even;
  for (; taken + 4 <= s.extent; taken += 4) step(locals[0]!, taken - even);
  code.get(locals[0]!);
  for (const local of locals.slice(1)) {
    code.get(local);
    emitCombine(emission, context, true);
  }
  emitLanes(emission, context);
  code.set(total);
  extreme?.finish(total);
  const scalar = { ...context, laned: false };
  for (; taken < s.extent; taken++)
    emitStep(emission, total, { kind: 'scalar', local: index, plus: taken - even }, scalar);
}

/**
 * Minima and maxima of f32 by `pmin` and `pmax`, one instruction where `f32x4.min` and `max` take eight. They lose a NaN and do not order zeros: so NaNs
 * are gathered beside, and signs: a largest element that is a zero is -0 only where all signs are set, a smallest one where any is.
 */
function extremeOf(op: 'min' | 'max', context: Context): Extreme {
  const { code } = context;
  const [value, nan, signs] = [code.local('v128'), code.local('v128'), code.local('v128')];
  code.v128({ i32: 0 });
  code.set(nan);
  code.v128({ i32: op === 'max' ? -1 : 0 });
  code.set(signs);
  return {
    take(accumulator, element) {
      code.get(accumulator);
      element();
      code.tee(value);
      code.op(op === 'max' ? 'f32x4.pmax' : 'f32x4.pmin');
      code.set(accumulator);
      code.get(nan);
      code.get(value);
      code.get(value);
      code.op('f32x4.ne', 'v128.or');
      code.set(nan);
      code.get(signs);
      code.get(value);
      code.op(op === 'max' ? 'v128.and' : 'v128.or');
      code.set(signs);
    },
    finish(total) {
      code.get(total);
      code.f32(0);
      code.op('f32.eq');
      code.branch(() => {
        code.f32(-0);
        code.f32(0);
        code.get(signs);
        code.op('i32x4.bitmask');
        code.i32(op === 'max' ? 15 : 0);
        code.op(op === 'max' ? 'i32.eq' : 'i32.ne', 'select');
        code.set(total);
      });
      code.get(nan);
      code.op('i32x4.bitmask');
      code.branch(() => {
        code.f32(NaN);
        code.set(total);
      });
    },
  };
}

interface Extreme {
  /** Includes the vector that `element` leaves on the stack. */
  take(accumulator: number, element: () => void): void;
  /** Corrects the scalar result. */
  finish(total: number): void;
}
