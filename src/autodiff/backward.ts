// The one backward walk: eager gradients, gradients while tracing and the transform on IR all use it.
import { showType } from '../ir/types.ts';
import { constant } from '../ops/constant.ts';
import type { OpDef, VjpContext } from '../ops/opdef.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { withStandIns } from '../trace/open-shape.ts';
import { at } from '../trace/place.ts';
import { GradientError } from '../util/errors.ts';
import {
  type Cotangent,
  certain,
  eitherOf,
  joined,
  type MaybeCotangent,
  masked,
  operandsOf,
  plainly,
  settled,
  type WayBack,
} from './cotangent.ts';
import { roundsAgain } from './rounds.ts';
import type { Entry, Tape } from './tape.ts';

/**
 * Cotangents of `sources` from those of `targets` (null: none), under the current interpreter, which must not be `tape` itself.
 * Null for a source that no target depends on. Contributions to one tensor are added in reverse order of execution,
 * for one entry in order of its operands, so that every way of running a program adds them alike.
 */
export function backward(
  tape: Tape,
  targets: readonly Tensor[],
  cotangents: readonly (Tensor | null)[],
  sources: readonly Tensor[],
): readonly (Tensor | null)[] {
  const given = cotangents.map((ct) => ct && certain(ct));
  return walkBack(tape, targets, given, sources).map((found) => found && settled(found));
}

/** The same for cotangents of which data may decide whether they are there. A target may be a source: what is given for it is where its sum begins. */
export function walkBack(
  tape: Tape,
  targets: readonly Tensor[],
  cotangents: readonly MaybeCotangent[],
  sources: readonly Tensor[],
): readonly MaybeCotangent[] {
  const sums = new Map<Tensor, Cotangent>();
  targets.forEach((target, i) => {
    const cotangent = cotangents[i];
    if (!cotangent || !tape.tracks(target)) return;
    const sum = sums.get(target);
    sums.set(target, sum === undefined ? cotangent : joined(sum, cotangent));
  });

  const wanted = new Set(sources);
  const rounds = tape.isWatched() ? roundsAgain(tape, sums) : null;
  for (let k = tape.entries.length - 1; k >= 0; k--) {
    rounds?.arrive(k);
    const entry = tape.entries[k]!;
    const { name, args, results, needs, loc } = entry;
    if (!results.some((r) => sums.has(r))) continue;
    at(loc, () => {
      const given = results.map((r) => sums.get(r) ?? null);
      // A result's cotangent is complete now, and not needed again unless somebody asked for it.
      for (const r of results) if (!wanted.has(r)) sums.delete(r);
      const keys = args.map((a, i) => (needs[i] ? a : null));
      wayBackOf(rounds?.again(entry) ?? entry)(given, operandsOf(name, keys, args, sums));
    });
  }
  return sources.map((s) => sums.get(s) ?? null);
}

/** How an entry goes back. */
export function wayBackOf(entry: Entry): WayBack {
  const { rule, args, results, needs, name, loc } = entry;
  if (rule.kind === 'custom') return plainly(rule.pullback);
  if (rule.kind === 'flow') return rule.back;
  const { op, attrs, regions } = rule;
  const { vjp } = op;
  if (vjp === undefined) {
    throw new GradientError(
      `${name} has no gradient rule, and the result depends on it through ${args.map((a) => showType(a.type)).join(', ')}; wrap its operand in stopGradient(x) if no gradient should flow there, or give one with customGradient`,
      loc,
    );
  }
  const context = { args, results, attrs, regions, needs };
  if (op.vjpInto !== undefined && needs[0]) return addingInto(op.vjpInto, context);
  return plainly((cotangents) =>
    withStandIns(() =>
      vjp(
        cotangents.map((ct, i) => ct ?? zerosOf(results[i]!)),
        context,
      ),
    ),
  );
}

// The sum of the operand's cotangent grows in place, whoever else adds to it: the op reads a part of its operand only.
function addingInto(vjpInto: NonNullable<OpDef['vjpInto']>, context: VjpContext<unknown>): WayBack {
  return ([given], operands) => {
    const sum = operands.sum(0);
    const base = sum === null ? zerosOf(context.args[0]!) : settled(sum);
    // What is added to -0 stays what it is.
    const value = withStandIns(() => vjpInto(base, masked(given!, -0), context));
    const present = sum === null ? given!.present : eitherOf(sum.present, given!.present);
    operands.set(0, { value, present, absent: present === null ? null : 0 });
  };
}

/** Zeros of a tensor's dtype and shape: the cotangent of what nothing depends on. */
export function zerosOf(x: Tensor): Tensor {
  return constant(0, x.dtype, x.type.shape);
}
