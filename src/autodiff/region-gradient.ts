// The way back through regions: each becomes a region that computes again what it needs of the way forward.
import type { Func } from '../ir/func.ts';
import type { TensorType } from '../ir/types.ts';
import { liveInstrs, withoutEffects } from '../ir/walk.ts';
import { constant } from '../ops/constant.ts';
import { currentInterpreter, within } from '../ops/dispatch.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { replay } from '../trace/replay.ts';
import { Trace } from '../trace/tracer.ts';
import { invariant } from '../util/errors.ts';
import { range } from '../util/seq.ts';
import { walkBack } from './backward.ts';
import { type MaybeCotangent, masked } from './cotangent.ts';
import type { Tape } from './tape.ts';

/** Makes tapes: the tape that asked, which this file cannot import. */
export type NewTape = Pick<Tape, 'another'>;

/** Traces a region that is nobody's argument: `write` gets a function that makes parameters, and returns the results. */
export function traceBack(write: (trace: Trace) => readonly Tensor[]): Func {
  const trace = new Trace('', currentInterpreter());
  try {
    const { func, captures } = within(trace, () => trace.finish(write(trace)));
    invariant(captures.length === 0, 'a gradient of a region reads what is not its own');
    const live = liveInstrs(func);
    return { ...func, body: func.body.filter((i) => live.has(i)) };
  } finally {
    trace.end();
  }
}

/** Of the operands, whose parameters begin at `first`, those that some region reads, and the regions with parameters for them only: what is not read need not be kept. */
export function readOperands(
  regions: readonly Func[],
  first: number,
  operands: readonly Tensor[],
): { readonly regions: readonly Func[]; readonly read: readonly number[] } {
  const used = new Set(regions.flatMap((r) => [...r.results, ...r.body.flatMap((i) => i.args)]));
  const read = range(operands.length).filter((i) => regions.some((r) => used.has(r.params[first + i]!)));
  return {
    read,
    regions: regions.map((r) => ({
      ...r,
      params: [...r.params.slice(0, first), ...read.map((i) => r.params[first + i]!)],
    })),
  };
}

/** The tensors a cotangent consists of. */
export function partsOf(cotangent: MaybeCotangent): readonly Tensor[] {
  if (cotangent === null) return [];
  return cotangent.present === null ? [cotangent.value] : [cotangent.value, cotangent.present];
}

/** The same cotangent as parameters of a region. */
export function parameterFor(
  cotangent: MaybeCotangent,
  { dtype, shape }: TensorType,
  trace: Trace,
): MaybeCotangent {
  if (cotangent === null) return null;
  const value = trace.parameter({ dtype, shape }, 'a cotangent');
  if (cotangent.present === null) return { ...cotangent, value };
  return { ...cotangent, value, present: trace.parameter({ dtype: 'bool', shape: [] }, 'its presence') };
}

/** What a region hands out of a cotangent that other regions or rounds may have or not: its value, `absent` where it has none, and whether it has one. */
export function handedOut(
  cotangent: MaybeCotangent,
  { dtype, shape }: TensorType,
  absent: number,
): readonly [value: Tensor, present: Tensor] {
  if (cotangent === null) return [constant(absent, dtype, shape), constant(0, 'bool')];
  return [masked(cotangent, absent), cotangent.present ?? constant(1, 'bool')];
}

/** The cotangents of `sources`, some of `args`, from those of `outputs`, some of the results; sums that sources have already go on. To be called in the trace that they belong to. */
export function cotangentsThrough(
  { another }: NewTape,
  func: Func,
  args: readonly Tensor[],
  sources: readonly { readonly tensor: Tensor; readonly sum: MaybeCotangent }[],
  outputs: readonly number[],
  given: readonly MaybeCotangent[],
): readonly MaybeCotangent[] {
  const tape = another(currentInterpreter());
  for (const { tensor } of sources) tape.watch(tensor);
  // What the way forward printed and checked is not printed and checked again.
  const results = within(tape, () => replay(withoutEffects(func), args));
  // Sums first: they are of what ran later.
  return walkBack(
    tape,
    [...sources.map((s) => s.tensor), ...outputs.map((k) => results[k]!)],
    [...sources.map((s) => s.sum), ...given],
    sources.map((s) => s.tensor),
  );
}

/** The way back through one of several regions. */
export interface Pullbacks {
  /** Parameters: those of the regions, then the parts of `given` and of `sums`; results: for each operand of `changed` the value, and the presence where it is not certain. */
  readonly regions: readonly Func[];
  /** The operands, of those wanted, to whose cotangents some region adds. */
  readonly changed: readonly number[];
  /** Of each of these: is it there behind every region? */
  readonly certain: readonly boolean[];
}

/** For each region the region that adds to the cotangents `sums` of the parameters `wanted` what comes from those of the results `outputs`. */
export function pullbacks(
  tapes: NewTape,
  regions: readonly Func[],
  wanted: readonly number[],
  sums: readonly MaybeCotangent[],
  outputs: readonly number[],
  given: readonly MaybeCotangent[],
): Pullbacks {
  const changes = new Set<number>();
  const uncertain = new Set<number>();
  const back = (region: Func): Func =>
    traceBack((trace) => {
      const args = region.params.map((p, i) => trace.parameter(p.type, `parameter ${i}`));
      const from = outputs.map((k, i) => parameterFor(given[i]!, region.results[k]!.type, trace));
      const sources = wanted.map((i, k) => ({
        tensor: args[i]!,
        sum: parameterFor(sums[k]!, region.params[i]!.type, trace),
      }));
      const found = cotangentsThrough(tapes, region, args, sources, outputs, from);
      return found.flatMap((cotangent, k) => {
        if (cotangent !== sources[k]!.sum) changes.add(k);
        if (cotangent === null || cotangent.present !== null) uncertain.add(k);
        return handedOut(cotangent, args[wanted[k]!]!.type, -0);
      });
    });
  const all = regions.map(back);
  const kept = range(wanted.length).filter((k) => changes.has(k));
  return {
    changed: kept.map((k) => wanted[k]!),
    certain: kept.map((k) => !uncertain.has(k)),
    regions: all.map((f) => ({
      ...f,
      results: kept.flatMap((k) => f.results.slice(2 * k, uncertain.has(k) ? 2 * k + 2 : 2 * k + 1)),
    })),
  };
}
