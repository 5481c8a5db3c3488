// Functions as regions: traced by themselves, with what they take from their surroundings turned into operands, and the variables they
// assign into results.
import { type Func, param, type Value } from '../../ir/func.ts';
import type { TensorType } from '../../ir/types.ts';
import { currentInterpreter, type Interpreter, tellMissed } from '../../ops/dispatch.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import { type Capture, Trace, type TracedFunction, traceFunction } from '../tracer.ts';
import { marking } from './thrown.ts';

/** The trace that is written to, below all tapes; null in eager mode, where control flow is JavaScript's. */
export function stagingTrace(): Trace | null {
  for (let i: Interpreter | null = currentInterpreter(); i !== null; i = i.parent)
    if (i instanceof Trace) return i;
  return null;
}

/** Traces `f` on parameters of these types. */
export function traceRegion(
  f: (args: readonly Tensor[]) => readonly Tensor[],
  types: readonly TensorType[],
  paths: readonly string[],
): TracedFunction {
  const outer = stagingTrace();
  const name = outer?.name ?? '';
  const parent = currentInterpreter();
  const { unused, ...traced } = marking(() => traceFunction(f, types, { name, parent, paths }));
  if (unused !== null) outer?.conditions.inherit(unused);
  return traced;
}

/** Regions with one list of operands. */
export interface Closed {
  /** Their parameters: the arguments each was traced on, then the operands. Their results: their own, then one per variable. */
  readonly regions: readonly Func[];
  readonly operands: readonly Tensor[];
}

/** What variables any of them assigns, each once. */
export function assignedBy(traced: readonly TracedFunction[]): readonly Variable[] {
  return [...new Set(traced.flatMap((t) => t.writes))];
}

/**
 * Closes branches over what any of them captures. Each returns `own` results and then the value that every one of `variables` has at its end,
 * also where it assigns only some.
 */
export function closeBranches(traced: readonly TracedFunction[], variables: readonly Variable[]): Closed {
  const captures = union([
    ...traced.flatMap((t) => t.captures),
    ...variables.map((variable): Capture => ({ kind: 'variable', variable })),
  ]);
  const regions = traced.map(({ func, captures: own, writes }): Func => {
    const argumentCount = func.params.length - own.length;
    const at = paramsOf(captures, own, func.params.slice(argumentCount));
    const resultCount = func.results.length - writes.length;
    const last = variables.map((variable) => {
      const k = writes.indexOf(variable);
      return k >= 0 ? func.results[resultCount + k]! : at(variable);
    });
    return {
      name: '',
      params: [...func.params.slice(0, argumentCount), ...captures.map((c) => at(keyOf(c)))],
      body: func.body,
      results: [...func.results.slice(0, resultCount), ...last],
    };
  });
  return { regions, operands: captures.map(valueNow) };
}

/** Closes the regions of a loop: like branches, but `variables` are parameters behind the arguments, and not among the operands. */
export function closeLoop(
  traced: readonly TracedFunction[],
  variables: readonly Variable[],
  rowCount: number,
): Closed {
  const all = union(traced.flatMap((t) => t.captures));
  const captures = all.filter((c) => c.kind === 'tensor' || !variables.includes(c.variable));
  // A round reads what the one before has assigned.
  const reread = all.flatMap((c) => (c.kind === 'tensor' || captures.includes(c) ? [] : [c.variable]));
  tellMissed(reread, currentInterpreter());
  const carried = variables.map((variable): Capture => ({ kind: 'variable', variable }));
  const regions = traced.map(({ func, captures: own, writes }): Func => {
    const argumentCount = func.params.length - own.length;
    const at = paramsOf([...carried, ...captures], own, func.params.slice(argumentCount));
    const resultCount = func.results.length - writes.length;
    const last =
      writes.length === 0 ? [] : variables.map((v) => func.results[resultCount + writes.indexOf(v)]!);
    // Carries come before rows.
    const stateCount = argumentCount - Math.min(rowCount, argumentCount);
    return {
      name: '',
      params: [
        ...func.params.slice(0, stateCount),
        ...variables.map(at),
        ...func.params.slice(stateCount, argumentCount),
        ...captures.map((c) => at(keyOf(c))),
      ],
      body: func.body,
      results: [
        ...func.results.slice(0, stateCount),
        ...last,
        ...func.results.slice(stateCount, resultCount),
      ],
    };
  });
  return { regions, operands: captures.map(valueNow) };
}

const keyOf = (c: Capture): Tensor => (c.kind === 'tensor' ? c.tensor : c.variable);

function union(captures: readonly Capture[]): readonly Capture[] {
  return [...new Map(captures.map((c) => [keyOf(c), c])).values()];
}

// The parameters of a region for all captures: its own where it has one.
function paramsOf(
  all: readonly Capture[],
  own: readonly Capture[],
  params: readonly Value[],
): (key: Tensor) => Value {
  const known = new Map(own.map((c, i) => [keyOf(c), params[i]!]));
  for (const c of all) {
    const key = keyOf(c);
    const { dtype, shape } = key.type;
    if (!known.has(key)) known.set(key, param({ dtype, shape }));
  }
  return (key) => known.get(key)!;
}

function valueNow(c: Capture): Tensor {
  return c.kind === 'tensor' ? c.tensor : currentInterpreter().read(c.variable);
}
