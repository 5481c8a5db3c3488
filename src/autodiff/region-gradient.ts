// The way back through regions: each becomes a region that computes again what it needs of the way forward.
import type { Func } from '../ir/func.ts';
import { liveInstrs, withoutEffects } from '../ir/walk.ts';
import { currentInterpreter, within } from '../ops/dispatch.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { replay } from '../trace/replay.ts';
import { Trace } from '../trace/tracer.ts';
import { invariant } from '../util/errors.ts';
import { range } from '../util/seq.ts';
import { backward, zerosOf } from './backward.ts';
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

/** The cotangents of `sources`, some of `args`, from those of the results of `func` listed in `outputs`. To be called in the trace that they belong to. */
export function cotangentsThrough(
  { another }: NewTape,
  func: Func,
  args: readonly Tensor[],
  sources: readonly Tensor[],
  outputs: readonly number[],
  given: readonly Tensor[],
): readonly (Tensor | null)[] {
  const tape = another(currentInterpreter());
  for (const s of sources) tape.watch(s);
  // What the way forward printed and checked is not printed and checked again.
  const results = within(tape, () => replay(withoutEffects(func), args));
  return backward(
    tape,
    outputs.map((k) => results[k]!),
    given,
    sources,
  );
}

/**
 * For each region the region that maps its parameters and the cotangents of the results `outputs` to those of the parameters listed in `inputs`:
 * the ones among `wanted` that some region passes a gradient to.
 */
export function pullbacks(
  tapes: NewTape,
  regions: readonly Func[],
  wanted: readonly number[],
  outputs: readonly number[],
): { readonly regions: readonly Func[]; readonly inputs: readonly number[] } {
  const flows = new Set<number>();
  const back = (region: Func): Func =>
    traceBack((trace) => {
      const args = region.params.map((p, i) => trace.parameter(p.type, `parameter ${i}`));
      const given = outputs.map((k) => trace.parameter(region.results[k]!.type, `cotangent ${k}`));
      const sources = wanted.map((i) => args[i]!);
      const found = cotangentsThrough(tapes, region, args, sources, outputs, given);
      found.forEach((g, k) => {
        if (g !== null) flows.add(wanted[k]!);
      });
      return found.map((g, k) => g ?? zerosOf(sources[k]!));
    });
  const all = regions.map(back);
  const inputs = wanted.filter((i) => flows.has(i));
  // What no region passes anything to has no cotangent, which is not the same as zeros.
  const kept = wanted.flatMap((i, k) => (flows.has(i) ? [k] : []));
  return { inputs, regions: all.map((f) => ({ ...f, results: kept.map((k) => f.results[k]!) })) };
}
