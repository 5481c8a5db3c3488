// The steps of which histories consist.
import { type Computed, type History, isRecording, type Sealed, type Step } from '../tensor/history.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { Trace } from '../trace/tracer.ts';
import type { Loc } from '../util/location.ts';
import { baseInterpreter } from './base.ts';
import { plainly, type WayBack } from './cotangent.ts';
import { locationOf, type Pullback } from './tape.ts';

/** `args` and `results` are of one step, which is no op. What it remembers of them, the pullback holds. */
export function recordStep(
  name: string,
  args: readonly Tensor[],
  results: readonly Tensor[],
  pullback: () => Pullback,
): void {
  if (!isRecording() || args.every((a) => a.history === null)) return;
  remember(
    name,
    args.map((a) => a.history),
    args,
    results,
    locationOf(results[0]!),
    () => plainly(pullback()),
  );
}

let steps = 0;

/** Gives `results` a history, where one of the inputs has one. Null in place of a result that is none of this step's. */
export function remember(
  name: string,
  inputs: readonly (History | null)[],
  inputTypes: readonly { readonly type: Tensor['type'] }[],
  results: readonly (Tensor | null)[],
  loc: Loc | undefined,
  back: () => WayBack,
): void {
  const differentiable = results.filter((r) => r?.dtype === 'float32') as readonly Tensor[];
  if (differentiable.length === 0) return;
  if (!inputs.some((h) => h !== null && h.kind !== 'sealed')) {
    const sealed = inputs.find((h): h is Sealed => h !== null);
    if (sealed !== undefined) for (const r of differentiable) r.history = sealed;
    return;
  }
  const base = baseInterpreter();
  const outputs: Computed[] = [];
  const step: Step = {
    number: steps++,
    name,
    loc,
    inputs,
    inputTypes,
    outputs,
    home: base instanceof Trace ? base : null,
    back: back(),
  };
  for (const r of results) {
    const output: Computed = { kind: 'computed', by: step, hooks: null, kept: null };
    outputs.push(output);
    if (r?.dtype === 'float32') r.history = output;
  }
}

/** Counts the assignments of a variable, as seen by the current interpreter. */
export function versionOf(variable: Variable): number {
  const base = baseInterpreter();
  return base instanceof Trace ? base.versionOf(variable) : variable.version;
}
