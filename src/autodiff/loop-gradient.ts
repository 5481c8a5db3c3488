// The way back through a loop: a scan over what its rounds began with, from the last round to the first. Cotangents of carries are carried, and so
// are the sums of those of constants, to which every round adds in its turn: the order in which eager mode comes by.
import type { Func, Value } from '../ir/func.ts';
import type { TensorType } from '../ir/types.ts';
import { defOf } from '../ops/opdef.ts';
import { scanOp } from '../ops/scan.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Trace } from '../trace/tracer.ts';
import { range } from '../util/seq.ts';
import { certain, type MaybeCotangent, settled } from './cotangent.ts';
import {
  cotangentsThrough,
  handedOut,
  type NewTape,
  parameterFor,
  partsOf,
  readOperands,
  traceBack,
} from './region-gradient.ts';

/** A loop that ran, and what was kept of it. */
export interface LoopRun {
  /** Takes carries, rows and constants; gives the next carries and what is stacked. */
  readonly body: Func;
  readonly carries: readonly Tensor[];
  readonly xs: readonly Tensor[];
  readonly constants: readonly Tensor[];
  /** The carries that change, and for each what the rounds began with, stacked. */
  readonly changing: readonly number[];
  readonly kept: readonly Tensor[];
  /** Rows of stacks; the rounds there really were, where that is data. */
  readonly length: number;
  readonly count: Tensor | undefined;
  readonly reverse: boolean;
}

/** Cotangents of what went into a loop: whole ones of carries and rows, and of constants the sums with what the loop adds. */
export interface LoopCotangents {
  readonly carries: readonly MaybeCotangent[];
  readonly xs: readonly MaybeCotangent[];
  readonly constants: readonly MaybeCotangent[];
}

/** A cotangent that goes around: of a carry, or the sum of a constant's. */
interface Slot {
  readonly type: TensorType;
  /** What it is behind the last round. */
  readonly start: MaybeCotangent;
  /** Its elements while there is none. */
  readonly absent: number;
  /** Before any round there may be none, and one later, or the other way round. */
  uncertain: boolean;
}

/** Cotangents from those of the last carries, of what was stacked, and from the sums of those of constants so far. */
export function goBack(
  tapes: NewTape,
  run: LoopRun,
  isWanted: (x: Tensor) => boolean,
  ofCarries: readonly MaybeCotangent[],
  ofStacks: readonly MaybeCotangent[],
  ofConstants: readonly MaybeCotangent[],
): LoopCotangents {
  const { body, carries, xs, constants, changing, kept, length, count, reverse } = run;
  const stacks = range(ofStacks.length).filter((k) => ofStacks[k] && ofStacks[k].value.dtype === 'float32');
  const active = activeCarries(run, isWanted);
  const wantedRows = range(xs.length).filter((i) => isWanted(xs[i]!));
  const wantedConstants = range(constants.length).filter((i) => isWanted(constants[i]!));
  if ((stacks.length === 0 && active.every((i) => !ofCarries[i])) || length === 0)
    return {
      carries: carries.map((_, i) => (active.includes(i) ? (ofCarries[i] ?? null) : null)),
      xs: xs.map(() => null),
      constants: ofConstants,
    };
  const still = range(carries.length).filter((i) => !changing.includes(i));
  const slots: Slot[] = [
    ...active.map((i) => slotFor(carries[i]!.type, ofCarries[i] ?? null, -0)),
    ...wantedConstants.map((i) => {
      const param = body.params[carries.length + xs.length + i]!;
      return slotFor(constants[i]!.type, ofConstants[i] ?? null, isLastReadInPart(body, param) ? 0 : -0);
    }),
  ];
  const sources = [
    ...active.map((i) => body.params[i]!),
    ...wantedConstants.map((i) => body.params[carries.length + xs.length + i]!),
  ];
  const isReached = reachedFrom(run, active, sources, slots, stacks);
  slots.forEach((slot, k) => {
    slot.uncertain ||= slot.start === null && isReached(k);
  });
  const rows = [...kept, ...xs];
  const around = [...constants, ...still.map((i) => carries[i]!)];
  const stacked = stacks.map((k) => ofStacks[k]!);

  const traceRound = (): Round => {
    let again = false;
    let found: readonly MaybeCotangent[] = [];
    const func = traceBack((trace) => {
      const sums = slots.map((slot) => slotParameter(slot, trace));
      const row = ({ dtype, shape }: TensorType): Tensor =>
        trace.parameter({ dtype, shape: shape.slice(1) }, 'a row');
      const keptRows = kept.map((x) => row(x.type));
      const ownRows = xs.map((x) => row(x.type));
      const values = stacked.map((c) => row(c.value.type));
      const whole = ({ type: { dtype, shape } }: Tensor): Tensor =>
        trace.parameter({ dtype, shape }, 'a constant');
      const known = constants.map(whole);
      const unchanged = still.map((i) => whole(carries[i]!));
      const given = stacked.map((c, k) => ({
        ...c,
        value: values[k]!,
        present: c.present === null ? null : whole(c.present),
      }));
      const before = carries.map((_, i) =>
        changing.includes(i) ? keptRows[changing.indexOf(i)]! : unchanged[still.indexOf(i)]!,
      );
      found = cotangentsThrough(
        tapes,
        body,
        [...before, ...ownRows, ...known],
        [
          ...wantedConstants.map((i, k) => ({ tensor: known[i]!, sum: sums[active.length + k]! })),
          ...active.map((i) => ({ tensor: before[i]!, sum: null })),
          ...wantedRows.map((i) => ({ tensor: ownRows[i]!, sum: null })),
        ],
        [...active, ...stacks.map((k) => carries.length + k)],
        [...sums.slice(0, active.length), ...given],
      );
      const [w, a] = [wantedConstants.length, active.length];
      found = [...found.slice(w, w + a), ...found.slice(0, w), ...found.slice(w + a)];
      slots.forEach((slot, k) => {
        const end = found[k] ?? null;
        const same = slot.start === null ? end === null : end !== null && end.present === null;
        if (slot.uncertain || same) return;
        slot.uncertain = true;
        again = true;
      });
      if (again) return [];
      return [
        ...slots.flatMap((slot, k) => {
          if (slot.uncertain) return handedOut(found[k]!, slot.type, slot.absent);
          return slot.start === null ? [] : [found[k]!.value];
        }),
        ...wantedRows.flatMap((_, k) => {
          const cotangent = found[slots.length + k]!;
          if (cotangent === null) return [];
          return cotangent.present === null ? [cotangent.value] : [settled(cotangent), cotangent.present];
        }),
      ];
    });
    return again ? traceRound() : { func, found };
  };
  const { func, found } = traceRound();

  const starts = slots.flatMap((slot) =>
    slot.uncertain ? handedOut(slot.start, slot.type, slot.absent) : partsOf(slot.start),
  );
  const rowOperands = [...rows, ...stacked.map((c) => c.value)];
  const operands = [
    ...rowOperands,
    ...around,
    ...stacked.flatMap((c) => (c.present === null ? [] : [c.present])),
  ];
  const { regions, read } = readOperands([func], starts.length, operands);
  const made = scanOp(
    regions[0]!,
    {
      count,
      carries: starts,
      xs: read.filter((i) => i < rowOperands.length).map((i) => operands[i]!),
      constants: read.filter((i) => i >= rowOperands.length).map((i) => operands[i]!),
    },
    { length, reverse: !reverse },
  );

  let next = 0;
  const take = (): Tensor => made[next++]!;
  const ends = slots.map((slot, k): MaybeCotangent => {
    if (!slot.uncertain) return slot.start && certain(take());
    const [value, present] = [take(), take()];
    // One that a round leaves nobody is not there, if there are rounds.
    if (found[k] == null && (slot.start === null || count === undefined)) return null;
    // One that every round leaves there is there, if there are rounds.
    const isThere = count === undefined && found[k] != null && found[k].present === null;
    return isThere ? certain(value) : { value, present, absent: slot.absent };
  });
  const ofRows = wantedRows.map((_, k): MaybeCotangent => {
    const cotangent = found[slots.length + k]!;
    if (cotangent === null) return null;
    const value = take();
    return cotangent.present === null ? certain(value) : { value, present: take().any(), absent: 0 };
  });
  const place = (
    list: readonly number[],
    values: readonly MaybeCotangent[],
    size: number,
  ): MaybeCotangent[] => range(size).map((i) => (list.includes(i) ? values[list.indexOf(i)]! : null));
  return {
    carries: place(active, ends, carries.length),
    xs: place(wantedRows, ofRows, xs.length),
    constants: place(wantedConstants, ends.slice(active.length), constants.length),
  };
}

/** The way back through one round. */
interface Round {
  /** Takes slots, rows, constants; gives slots, then cotangents of rows. */
  readonly func: Func;
  /** What it found for each slot and each row. */
  readonly found: readonly MaybeCotangent[];
}

function slotFor({ dtype, shape }: TensorType, start: MaybeCotangent, absent: number): Slot {
  const uncertain = start !== null && start.present !== null;
  return { type: { dtype, shape }, start, absent, uncertain };
}

function slotParameter({ type, start, absent, uncertain }: Slot, trace: Trace): MaybeCotangent {
  if (!uncertain) return parameterFor(start, type, trace);
  const value = trace.parameter(type, 'a cotangent');
  return { value, present: trace.parameter({ dtype: 'bool', shape: [] }, 'its presence'), absent };
}

// Then the way back begins with it, and where there is no sum yet, it adds to zeros.
function isLastReadInPart(body: Func, param: Value): boolean {
  const reader = body.body.findLast((i) => i.args.includes(param));
  return reader !== undefined && reader.args[0] === param && defOf(reader).vjpInto !== undefined;
}

/**
 * Which slots may have a cotangent after any round: those that begin with one, and what is behind them or behind what was stacked. Some of them may not,
 * where an op hands no cotangent on; but to find that out by tracing the round would take a tracing per slot.
 */
function reachedFrom(
  { body, carries }: LoopRun,
  active: readonly number[],
  sources: readonly Value[],
  slots: readonly Slot[],
  stacks: readonly number[],
): (slot: number) => boolean {
  const marked = new Set<Value>(stacks.map((k) => body.results[carries.length + k]!));
  const reached = new Set(range(slots.length).filter((k) => slots[k]!.start !== null));
  for (let size = -1; size !== reached.size; ) {
    size = reached.size;
    for (const k of reached) if (k < active.length) marked.add(body.results[active[k]!]!);
    for (const { results, args } of body.body.toReversed())
      if (results.some((r) => marked.has(r)))
        for (const a of args) if (a.type.dtype === 'float32') marked.add(a);
    sources.forEach((s, k) => {
      if (marked.has(s)) reached.add(k);
    });
  }
  return (slot) => reached.has(slot);
}

/** The float32 carries that depend on something wanted, in any round. */
function activeCarries(
  { body, carries, xs, constants }: LoopRun,
  isWanted: (x: Tensor) => boolean,
): readonly number[] {
  const active = new Set<Value>();
  [...carries, ...xs, ...constants].forEach((x, i) => {
    if (isWanted(x)) active.add(body.params[i]!);
  });
  for (let size = -1; size !== active.size; ) {
    size = active.size;
    for (const instr of body.body)
      if (instr.args.some((a) => active.has(a)))
        for (const r of instr.results) if (r.type.dtype === 'float32') active.add(r);
    carries.forEach((_, i) => {
      if (active.has(body.results[i]!)) active.add(body.params[i]!);
    });
  }
  return range(carries.length).filter((i) => active.has(body.params[i]!));
}
