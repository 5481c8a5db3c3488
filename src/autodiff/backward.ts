// The one backward walk: eager gradients, gradients while tracing and the transform on IR all use it.
import { showType } from '../ir/types.ts';
import { constant } from '../ops/constant.ts';
import { bind, currentInterpreter, type Interpreter } from '../ops/dispatch.ts';
import type { OpDef, VjpContext } from '../ops/opdef.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { borders } from '../trace/control/border.ts';
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
import type { Entry, Span, SpansOfLoop, Tape } from './tape.ts';

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
  const spans = isRecorded() ? tape.spans.slice() : [];
  const again = new Map<Tensor, Tensor>();
  const now = (x: Tensor): Tensor => again.get(x) ?? x;
  const leaving: Span[] = [];
  const loops = new Set<SpansOfLoop>();
  for (let k = tape.entries.length - 1; k >= 0; k--) {
    for (let span = leaving.at(-1); span !== undefined && span.from > k; span = leaving.at(-1)) {
      crossBack(span, tape, sums);
      leaving.pop();
    }
    for (let span = spans.at(-1); span !== undefined && span.to === k + 1; span = spans.at(-1)) {
      spans.pop();
      if (!tape.entries.slice(span.from, span.to).some((e) => e.results.some((r) => sums.has(r)))) continue;
      crossBack(span, tape, sums);
      computeAgain(span, tape, again, loops);
      leaving.push(span);
    }
    const recorded = tape.entries[k]!;
    const entry =
      again.size === 0
        ? recorded
        : { ...recorded, args: recorded.args.map(now), results: recorded.results.map(now) };
    const { name, args, results, needs, loc } = recorded;
    if (!results.some((r) => sums.has(r))) continue;
    at(loc, () => {
      const given = results.map((r) => sums.get(r) ?? null);
      // A result's cotangent is complete now, and not needed again unless somebody asked for it.
      for (const r of results) if (!wanted.has(r)) sums.delete(r);
      const keys = args.map((a, i) => (needs[i] ? a : null));
      wayBackOf(entry)(given, operandsOf(name, keys, args, sums));
    });
  }
  return sources.map((s) => sums.get(s) ?? null);
}

function isRecorded(): boolean {
  for (let i: Interpreter | null = currentInterpreter(); i !== null; i = i.parent)
    if ('spans' in i && (i as Tape).recording) return true;
  return false;
}

function computeAgain(
  { from, to, begins }: Span,
  tape: Tape,
  again: Map<Tensor, Tensor>,
  loops: Set<SpansOfLoop>,
): void {
  for (const [now, before] of begins?.unchanged() ?? []) again.set(now, again.get(before) ?? before);
  if (begins !== null && !loops.has(begins.loop)) {
    loops.add(begins.loop);
    for (const [whole, rows] of begins.loop.rows) {
      const made = begins.loop.takenApart(again.get(whole) ?? whole, rows.length);
      rows.forEach((row, i) => again.set(row, made[i]!));
    }
  }
  for (const { args, results, rule, loc } of tape.entries.slice(from, to)) {
    const operands = args.map((x) => again.get(x) ?? x);
    let made: readonly Tensor[] = results;
    at(loc, () => {
      if (rule.kind === 'op') made = bind(rule.op, operands, rule.attrs, rule.regions);
      else if (rule.kind === 'custom' && rule.again !== null) made = rule.again(operands);
    });
    results.forEach((r, i) => again.set(r, made[i]!));
  }
}

// What goes into the way back of a round, or comes out of it, has an identity of its own on either side.
function crossBack({ from, to }: Span, tape: Tape, sums: Map<Tensor, Cotangent>): void {
  const entries = tape.entries.slice(from, to);
  const inside = new Set(entries.flatMap((e) => e.results));
  const last = entries.at(-1)?.results ?? [];
  const around = entries.flatMap((e) => e.args.filter((x) => !inside.has(x)));
  const keys = [...new Set([...last, ...around])].filter((x) => sums.has(x));
  const crossed = borders().cross(keys.map((x) => sums.get(x)!.value));
  keys.forEach((x, i) => sums.set(x, { ...sums.get(x)!, value: crossed[i]! }));
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
