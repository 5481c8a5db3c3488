// Histories: what is computed from tensors that require a gradient remembers how, step by step, for backward().
import type { Func } from '../ir/func.ts';
import { withoutEffects } from '../ir/walk.ts';
import { call } from '../ops/call.ts';
import { bind, currentInterpreter, within } from '../ops/dispatch.ts';
import type { OpDef } from '../ops/opdef.ts';
import { stopGradient } from '../ops/stop-gradient.ts';
import { isRecording } from '../tensor/history.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { isControlOp } from '../trace/control/unfold.ts';
import { replay } from '../trace/replay.ts';
import { userLocation } from '../util/location.ts';
import { walkBack, wayBackOf } from './backward.ts';
import { plainly, type WayBack } from './cotangent.ts';
import { renew } from './identity.ts';
import { StaleTensor } from './stale.ts';
import { remember, versionOf } from './steps.ts';
import { type Entry, locationOf, pullbackOfCall, Tape } from './tape.ts';

/** `bind` where an operand has a history: the results get theirs. */
export function recordedBind(
  op: OpDef,
  args: readonly Tensor[],
  attrs: unknown,
  regions: readonly Func[],
): readonly Tensor[] {
  for (const { history } of args)
    if (history?.kind === 'symbolic') return history.bind(op, args, attrs, regions);
  const interpreter = currentInterpreter();
  const results = interpreter.bind(op, args, attrs, regions);
  if (results.length > 0 && isRecording() && op !== stopGradient.def) {
    const histories = args.map((a) => a.history);
    const loc =
      locationOf(results[0]!) ?? (op.vjp === undefined && op !== call.def ? userLocation() : undefined);
    remember(op.name, histories, args, results, loc, () =>
      op === call.def
        ? wayBackOfCall(regions, args)
        : isControlOp(op)
          ? recomputed(op.name, args, (own) => bind(op, own, attrs, regions.map(withoutEffects)))
          : wayBackOfOp(op, args, results, attrs, regions),
    );
  }
  return results;
}

function wayBackOfOp(
  op: OpDef,
  args: readonly Tensor[],
  results: readonly Tensor[],
  attrs: unknown,
  regions: readonly Func[],
): WayBack {
  const needs = args.map((a) => a.history !== null);
  const entry: Entry = {
    name: op.name,
    args,
    results,
    needs,
    rule: { kind: 'op', op, attrs, regions },
    loc: undefined,
  };
  const operands = unlessStale(op.name, args);
  return (given, sums) => wayBackOf({ ...entry, args: operands() })(given, sums);
}

// A call without a pullback of its own is followed into its body.
function wayBackOfCall([func, pullback]: readonly Func[], args: readonly Tensor[]): WayBack {
  if (pullback === undefined)
    return recomputed(func!.name, args, (own) => replay(withoutEffects(func!), own));
  const operands = unlessStale(func!.name, args);
  return plainly((cotangents) => pullbackOfCall(pullback, operands())(cotangents));
}

/** The way back through something that a tape follows, computed again for that; the passes make one of both. */
function recomputed(
  name: string,
  args: readonly Tensor[],
  compute: (own: readonly Tensor[]) => readonly Tensor[],
): WayBack {
  const operands = unlessStale(name, args);
  return (given, sums) => {
    const tape = new Tape(currentInterpreter());
    // Under identities of their own; one tensor may be several operands.
    const all = operands();
    const own = all.map((a, i) => (sums.first(i, 0) === i ? renew(a) : null));
    const known = all.map((_, i) => own[i] ?? own[sums.first(i, 0)]!);
    for (const a of known) tape.watch(a);
    const results = within(tape, () => compute(known));
    const found = walkBack(
      tape,
      [...known, ...results],
      [...own.map((a, i) => a && sums.sum(i)), ...given],
      known,
    );
    own.forEach((a, i) => {
      if (a !== null && found[i] != null) sums.set(i, found[i]);
    });
  };
}

/** The operands of a step, to be asked for at its backward pass: those that were values of a variable assigned since are stale. */
function unlessStale(step: string, args: readonly Tensor[]): () => readonly Tensor[] {
  const variables = args.map((a) => (a.history?.kind === 'leaf' ? a.history.variable : null));
  if (variables.every((v) => v === null)) return () => args;
  const versions = variables.map((v) => v && versionOf(v));
  return () =>
    args.map((a, i) => {
      const v = variables[i];
      return v && versionOf(v) !== versions[i] ? new StaleTensor(step, v) : a;
    });
}
