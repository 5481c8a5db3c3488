// differentiate: reverse-mode autodiff as a transform of functions, by replaying one under a tape under a trace. The vjp rules and the
// backward walk are those of eager mode, so a gradient has the same bits whichever way it is taken.
import { backward as walkBack, zerosOf } from '../autodiff/backward.ts';
import { Tape } from '../autodiff/tape.ts';
import { Builder } from '../ir/build.ts';
import { type Func, type Instr, instr, type Value } from '../ir/func.ts';
import { sizeOf } from '../ir/types.ts';
import { currentInterpreter, within } from '../ops/dispatch.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { replay } from '../trace/replay.ts';
import { Trace } from '../trace/tracer.ts';
import { invariant } from '../util/errors.ts';
import { withoutDead } from './dce.ts';
import { roleOf } from './fuse/cost.ts';

/** A function and its pullback. */
export interface Differentiated {
  /** Parameters as the function; results: its results, then the residuals. */
  readonly forward: Func;
  /** Parameters: the residuals, then the cotangents of the results listed in `outputs`; results: the cotangents of the parameters listed in `inputs`. */
  readonly backward: Func;
  /** How many values `backward` needs of `forward`: only what a rule really reads. */
  readonly residuals: number;
  /** The float32 results, in order. Others have no cotangent. */
  readonly outputs: readonly number[];
  /** The parameters that were asked for. */
  readonly inputs: readonly number[];
}

/**
 * Splits the gradient of `func` in two: what runs at once and what runs when the cotangents are known. `inputs` are the parameters to
 * differentiate by (float32 only; all of them where absent). A parameter that no result depends on gets zeros.
 * Throws a GradientError where an op on the way has no gradient rule.
 */
export function differentiate(func: Func, inputs: readonly number[] = floatsOf(func.params)): Differentiated {
  const outputs = floatsOf(func.results);
  const { joint, primalCount, cotangents } = trace(func, inputs, outputs);
  const resultCount = func.results.length;
  const primal = new Set<Value>(joint.params.slice(0, func.params.length));
  for (const made of joint.body.slice(0, primalCount)) for (const r of made.results) primal.add(r);

  // Dead code goes first, so that what only unused gradients would read is no residual.
  const live = withoutDead(joint);
  const later = live.body.filter((i) => !primal.has(i.results[0]!));
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
  return { forward, backward, residuals: residuals.length, outputs, inputs };
}

/** What the backward half takes over of the primal values it reads, and what it makes again: numbers from nothing, and views that are no smaller than what they show. */
function split(
  read: readonly Value[],
  { body }: Func,
  primal: ReadonlySet<Value>,
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

interface Joint {
  /** Parameters, then cotangents; results, then gradients. */
  readonly joint: Func;
  /** The first instructions are the function itself; what follows is the backward walk. */
  readonly primalCount: number;
  readonly cotangents: readonly Value[];
}

function trace(func: Func, inputs: readonly number[], outputs: readonly number[]): Joint {
  const recorder = new Trace(func.name, currentInterpreter());
  const tape = new Tape(recorder);
  const args = func.params.map((p, i) => recorder.parameter(p.type, `parameter ${i}`));
  const sources = inputs.map((i) => args[i]!);
  for (const s of sources) tape.watch(s);
  const results = within(tape, () => replay(func, args));
  const primalCount = recorder.finish([]).func.body.length;
  const cotangents = outputs.map((i) => recorder.parameter(func.results[i]!.type, `cotangent ${i}`));
  const gradients = within(recorder, () => {
    const targets = outputs.map((i) => results[i]!);
    const found = walkBack(tape, targets, cotangents, sources);
    return sources.map((s, i): Tensor => found[i] ?? zerosOf(s));
  });
  const { func: joint, captures } = recorder.finish([...results, ...gradients]);
  recorder.end();
  invariant(captures.length === 0, `@${func.name} reads tensors that are not its parameters`);
  return { joint, primalCount, cotangents: cotangents.map((c) => c.value) };
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
    const made = instr(old.op, old.args.map(here), old.attrs, old.regions, old.loc);
    builder.append(made).forEach((r, i) => map.set(old.results[i]!, r));
  }
  return builder.finish(name, results.map(here));
}
