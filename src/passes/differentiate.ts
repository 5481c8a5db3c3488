// differentiate: reverse-mode autodiff as a transform of functions, by replaying one under a tape under a trace. The vjp rules and the
// backward walk are those of eager mode, so a gradient has the same bits whichever way it is taken.
import { walkBack } from '../autodiff/backward.ts';
import { certain, settled } from '../autodiff/cotangent.ts';
import { Tape } from '../autodiff/tape.ts';
import { Builder, remade } from '../ir/build.ts';
import type { Func, Instr, Value } from '../ir/func.ts';
import { sizeOf } from '../ir/types.ts';
import { currentInterpreter, within } from '../ops/dispatch.ts';
import { replay } from '../trace/replay.ts';
import type { SettingRead } from '../trace/setting.ts';
import { Trace } from '../trace/tracer.ts';
import { invariant } from '../util/errors.ts';
import { withoutDead } from './dce.ts';
import { roleOf } from './fuse/cost.ts';

/** A function and its pullback. */
export interface Differentiated {
  /** Parameters as the function; results: its results, then the residuals. */
  readonly forward: Func;
  /** Parameters: the residuals, then the cotangents of the results listed in `outputs`; results: the cotangents of the parameters listed in `inputs`, then a bool for each of `uncertain`. */
  readonly backward: Func;
  /**
   * What `backward` needs of the function's values, only what a rule really reads: numbered through parameters and then the results of
   * its instructions, so that the residuals for some of the outputs can be found among those for all.
   */
  readonly residuals: readonly number[];
  /** The results that have cotangents, in order: float32 ones. */
  readonly outputs: readonly number[];
  /** What it depends on besides the function. */
  readonly settings: readonly SettingRead[];
  /** Those of the parameters asked for that the outputs depend on. The others have no cotangent: zeros would become NaN where they meet an infinite derivative. */
  readonly inputs: readonly number[];
  /** Those of `inputs`, by position, of which data decide whether there is a cotangent: a branch not taken leaves zeros. */
  readonly uncertain: readonly number[];
}

/**
 * Splits the gradient of `func` in two: what runs at once and what runs when the cotangents are known. `wanted` are the parameters to
 * differentiate by (float32 only; all of them where absent), `outputs` the results that have cotangents (all float32 ones where absent).
 * Throws a GradientError where an op on the way has no gradient rule.
 */
export function differentiate(
  func: Func,
  wanted: readonly number[] = floatsOf(func.params),
  outputs: readonly number[] = floatsOf(func.results),
): Differentiated {
  const { joint, primalCount, cotangents, inputs, uncertain, settings } = trace(func, wanted, outputs);
  const resultCount = func.results.length;
  const values = [
    ...joint.params.slice(0, func.params.length),
    ...joint.body.slice(0, primalCount).flatMap((made) => made.results),
  ];
  const primal = new Map<Value, number>(values.map((v, number) => [v, number]));

  // Dead code goes first, so that what only unused gradients would read is no residual.
  const live = withoutDead(joint);
  const forwards = new Set(joint.body.slice(0, primalCount));
  const later = live.body.filter((i) => !forwards.has(i));
  const gradients = joint.results.slice(resultCount);
  const { residuals, again } = split([...later.flatMap((i) => i.args), ...gradients], live, primal);

  const forward = withoutDead({
    name: func.name,
    params: joint.params.slice(0, func.params.length),
    body: joint.body.slice(0, primalCount),
    results: [...joint.results.slice(0, resultCount), ...residuals],
  });
  const backward = rewritten(
    `${func.name}_backward`,
    [...residuals, ...cotangents],
    [...again, ...later],
    gradients,
  );
  const numbers = residuals.map((v) => primal.get(v)!);
  return { forward, backward, residuals: numbers, outputs, inputs, uncertain, settings };
}

/** What the backward half takes over of the primal values it reads, and what it makes again: numbers from nothing, and views that are no smaller than what they show. */
function split(
  read: readonly Value[],
  { body }: Func,
  primal: ReadonlyMap<Value, number>,
): { readonly residuals: readonly Value[]; readonly again: readonly Instr[] } {
  const residuals = new Set<Value>();
  const again = new Set<Instr>();
  const need = (v: Value): void => {
    if (!primal.has(v)) return;
    if (v.def === null || !isMadeAgain(v.def)) residuals.add(v);
    else if (!again.has(v.def)) {
      again.add(v.def);
      v.def.args.forEach(need);
    }
  };
  read.forEach(need);
  return { residuals: [...residuals], again: body.filter((i) => again.has(i)) };
}

function isMadeAgain(made: Instr): boolean {
  const role = roleOf(made);
  if (role !== 'view') return role === 'source';
  return sizeOf(made.results[0]!.type.shape) >= sizeOf(made.args[0]!.type.shape);
}

function floatsOf(values: readonly Value[]): readonly number[] {
  return values.flatMap((v, i) => (v.type.dtype === 'float32' ? [i] : []));
}

interface Joint extends Pick<Differentiated, 'inputs' | 'uncertain' | 'settings'> {
  /** Parameters, then cotangents; results, then gradients, then whether the uncertain ones are there. */
  readonly joint: Func;
  /** The first instructions are the function itself; what follows is the backward walk. */
  readonly primalCount: number;
  readonly cotangents: readonly Value[];
}

function trace(func: Func, wanted: readonly number[], outputs: readonly number[]): Joint {
  const recorder = new Trace(func.name, currentInterpreter());
  const tape = new Tape(recorder);
  const args = func.params.map((p, i) => recorder.parameter(p.type, `parameter ${i}`));
  const sources = wanted.map((i) => args[i]!);
  for (const s of sources) tape.watch(s);
  const results = within(tape, () => replay(func, args));
  const primalCount = recorder.finish([]).func.body.length;
  const cotangents = outputs.map((i) => recorder.parameter(func.results[i]!.type, `cotangent ${i}`));
  const targets = outputs.map((i) => results[i]!);
  const found = within(recorder, () => walkBack(tape, targets, cotangents.map(certain), sources));
  const gradients = found.filter((gradient) => gradient !== null);
  const inputs = wanted.filter((_, k) => found[k] !== null);
  const uncertain = gradients.flatMap(({ present }, k) => (present === null ? [] : [k]));
  const values = within(recorder, () => gradients.map(settled));
  const presences = uncertain.map((k) => gradients[k]!.present!);
  const { func: joint, captures } = recorder.finish([...results, ...values, ...presences]);
  recorder.end();
  invariant(captures.length === 0, `@${func.name} reads tensors that are not its parameters`);
  const settings = recorder.settings.list;
  return { joint, primalCount, cotangents: cotangents.map((c) => c.value), inputs, uncertain, settings };
}

/** A function of its own from instructions of another one; `params` become its parameters. */
function rewritten(
  name: string,
  params: readonly Value[],
  body: readonly Instr[],
  results: readonly Value[],
): Func {
  const builder = new Builder();
  const map = new Map<Value, Value>();
  for (const p of params) map.set(p, builder.param(p.type));
  const here = (v: Value): Value => map.get(v)!;
  for (const old of body) {
    builder.append(remade(old, old.args.map(here))).forEach((r, i) => map.set(old.results[i]!, r));
  }
  return builder.finish(name, results.map(here));
}
