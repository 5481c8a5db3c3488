// The one backward walk: eager gradients, gradients while tracing and the transform on IR all use it.
import { sameType, showType } from '../ir/types.ts';
import { constant } from '../ops/constant.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { at } from '../trace/place.ts';
import { GradientError, invariant } from '../util/errors.ts';
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
  const cotangentOf = new Map<Tensor, Tensor>();
  const add = (tensor: Tensor, contribution: Tensor): void => {
    const sum = cotangentOf.get(tensor);
    cotangentOf.set(tensor, sum === undefined ? contribution : sum.add(contribution));
  };
  targets.forEach((target, i) => {
    const cotangent = cotangents[i];
    if (cotangent && tape.tracks(target)) add(target, cotangent);
  });

  const wanted = new Set(sources);
  for (let k = tape.entries.length - 1; k >= 0; k--) {
    const entry = tape.entries[k]!;
    if (!entry.results.some((r) => cotangentOf.has(r))) continue;
    at(entry.loc, () => {
      const given = entry.results.map((r) => cotangentOf.get(r) ?? null);
      // A result's cotangent is complete now, and not needed again unless somebody asked for it.
      for (const r of entry.results) if (!wanted.has(r)) cotangentOf.delete(r);
      pullBack(entry, given).forEach((contribution, i) => {
        if (contribution === null || !entry.needs[i]) return;
        const arg = entry.args[i]!;
        invariant(
          sameType(contribution.type, arg.type),
          `the vjp of ${entry.name} gave ${showType(contribution.type)} for operand ${i} of type ${showType(arg.type)}`,
        );
        add(arg, contribution);
      });
    });
  }
  return sources.map((s) => cotangentOf.get(s) ?? null);
}

/** The cotangents of an entry's operands from those of its results. */
export function pullBack(entry: Entry, cotangents: readonly (Tensor | null)[]): readonly (Tensor | null)[] {
  const { rule, args, results, needs, name, loc } = entry;
  if (rule.kind === 'custom') return rule.pullback(cotangents);
  const { op, attrs, regions } = rule;
  if (op.vjp === undefined) {
    throw new GradientError(
      `${name} has no gradient rule, and the result depends on it through ${args.map((a) => showType(a.type)).join(', ')}; wrap its operand in stopGradient(x) if no gradient should flow there, or give one with customGradient`,
      loc,
    );
  }
  const complete = cotangents.map((ct, i) => ct ?? zerosOf(results[i]!));
  return op.vjp(complete, { args, results, attrs, regions, needs });
}

/** Zeros of a tensor's dtype and shape: the cotangent of what nothing depends on. */
export function zerosOf(x: Tensor): Tensor {
  return constant(0, x.dtype, x.shape);
}
