// Branches: JavaScript's where the condition is known, and where it is a traced tensor one `cond` over both, whose results are what they assigned.
import { isTensor } from '../../ops/coerce.ts';
import { currentInterpreter } from '../../ops/dispatch.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { cond } from '../../trace/control/branches.ts';
import { stagingTrace } from '../../trace/control/region.ts';
import { replay } from '../../trace/replay.ts';
import { type TracedFunction, TracedTensor, traceFunction } from '../../trace/tracer.ts';
import { TraceError } from '../../util/errors.ts';
import { decide } from './condition.ts';
import { type Construct, lineOf, locOf, valuesOf } from './construct.ts';
import { checkCurrent } from './copies.ts';
import { adapt, Merging, merge, type Sides, type Slot } from './merge.ts';
import {
  inRegion,
  type Key,
  type Member,
  membersOf,
  readMember,
  restore,
  stagedRegion,
  writeMember,
} from './regions.ts';
import { StagedThrow } from './throw.ts';
import { type Leaf, type Snapshot, tensorsIn, type Value, valueBefore, valueFrom } from './values.ts';
import { weaken } from './weak.ts';

type Branch = () => unknown;

export function ifStatement(
  test: unknown,
  then: Branch,
  otherwise: Branch | null,
  construct: Construct,
): void {
  const known = decide(test, construct);
  if (isTensor(known)) stage(known, then, otherwise ?? nothing, construct, null);
  else if (known) then();
  else otherwise?.();
}

/** A branch at the end of a function: both sides return. */
export function ifReturn(
  test: unknown,
  then: Branch,
  otherwise: Branch | null,
  construct: Construct,
): unknown {
  const known = decide(test, construct);
  if (!isTensor(known)) return known ? then() : otherwise?.();
  return stage(known, then, otherwise ?? nothing, construct, 'the value returned');
}

export function ifExpression(test: unknown, then: Branch, otherwise: Branch, construct: Construct): unknown {
  const known = decide(test, construct);
  if (!isTensor(known)) return known ? then() : otherwise();
  return stage(known, then, otherwise, construct, 'the value');
}

/** What follows a statement that may have returned. */
export function afterReturn(did: unknown, ret: unknown, rest: Branch, construct: Construct): unknown {
  const known = decide(did, construct);
  if (!isTensor(known)) return known ? ret : rest();
  return stage(known, () => ret, rest, construct, 'the value returned');
}

const nothing = (): undefined => undefined;

/** One side, traced: its function gives all tensors that what it left behind contains. */
interface Side {
  readonly traced: TracedFunction;
  /** It ends in a throw: nothing it leaves behind is ever read. */
  readonly threw: boolean;
  readonly values: readonly Snapshot[];
  readonly result: Snapshot;
  readonly members: readonly { readonly member: Member; readonly now: Snapshot }[];
  /** Where a tensor is among the results. */
  readonly position: ReadonlyMap<Tensor, number>;
}

function taken(raw: unknown): Snapshot {
  return { raw, value: valueFrom(raw) };
}

/** What a side left alone may be an object that it wrote to. */
function left({ members }: Side, snapshot: Snapshot): Snapshot {
  if (snapshot.value !== undefined) return snapshot;
  const { raw } = snapshot;
  const writtenTo = (object: object, key: string): Snapshot | undefined =>
    members.find(({ member }) => member.object === object && String(member.key) === key)?.now;
  const written = (object: object, key: string): Value | undefined => {
    checkCurrent(object, key, (root) => writtenTo(root, key) !== undefined);
    return writtenTo(object, key)?.value;
  };
  return {
    raw,
    get value() {
      return valueBefore(raw, written);
    },
  };
}

function attempt(f: Branch): { readonly raw: unknown; readonly threw: boolean } {
  try {
    return { raw: f(), threw: false };
  } catch (error) {
    if (!(error instanceof StagedThrow)) throw error;
    return { raw: undefined, threw: true };
  }
}

function traceSide(f: Branch, construct: Construct): Side {
  const before = valuesOf(construct);
  const trace = stagingTrace()!;
  let side: Omit<Side, 'traced'> | undefined;
  const body = (): readonly Tensor[] =>
    inRegion(
      (region) => {
        try {
          const { raw, threw } = attempt(f);
          const result = taken(raw);
          const values = valuesOf(construct).map((raw, k) =>
            Object.is(raw, before[k]) ? { raw } : taken(raw),
          );
          const members = membersOf(region).map((member) => ({
            member,
            now: taken(readMember(member.object, member.key)),
          }));
          const all = [result, ...values, ...members.map((m) => m.now)];
          const tensors = [
            ...new Set(all.flatMap(({ value }) => (value === undefined ? [] : tensorsIn(value)))),
          ];
          side = { threw, values, result, members, position: new Map(tensors.map((t, i) => [t, i])) };
          return tensors;
        } finally {
          for (const member of membersOf(region)) restore(member);
          construct.set?.(before);
        }
      },
      'branch',
      construct.at,
    );
  const { unused, ...traced } = traceFunction(body, [], { name: trace.name, parent: currentInterpreter() });
  if (unused !== null) trace.conditions.inherit(unused);
  return { ...side!, traced };
}

function stage(
  pred: Tensor,
  then: Branch,
  otherwise: Branch,
  construct: Construct,
  resultName: string | null,
): unknown {
  const before = valuesOf(construct);
  const one = traceSide(then, construct);
  const other = traceSide(otherwise, construct);
  const merging = new Merging(construct.at);
  const sides = sidesOf(construct);

  // What each variable is afterwards. The dead ones stay as they were: nothing reads them.
  const variables = before.map((was, k) => {
    const kind = construct.kinds![k];
    if (kind === 'd') return () => was;
    const unread = { one: isUnread(one, k, construct), other: isUnread(other, k, construct) };
    const [a, b] = [left(one, one.values[k]!), left(other, other.values[k]!)];
    return merge(construct.names![k]!, a, b, sides, merging, unread, construct.sole?.includes(k));
  });
  const members = mergeMembers(one, other, sides, merging);
  const result = resultName === null ? nothing : mergeResult(resultName, one, other, construct, merging);

  const results = emit(pred, one, other, merging.slots);
  // Behind a branch that throws on both sides nothing runs.
  if (one.threw && other.threw) throw thrownOnBothSides(construct);
  construct.set?.(variables.map((v) => v(results)));
  for (const write of members) write(results);
  const value = result(results);
  merging.copies.seal();
  return value;
}

function thrownOnBothSides({ at }: Construct): unknown {
  if (stagedRegion()?.kind === 'branch') return new StagedThrow();
  return new TraceError(
    `both sides of the condition at ${at} throw, whatever the tensors are; one of them must go on`,
    locOf(at),
  );
}

// A side that has returned is the last to see the variables; one that has not leaves no value returned.
function isUnread({ values, threw }: Side, k: number, { kinds = '' }: Construct): boolean {
  if (threw) return true;
  const returned = kinds.indexOf('r');
  if (k === returned) return values[k]!.raw === undefined;
  return kinds[k] !== 'f' && returned > 0 && values[returned - 1]!.raw === true;
}

// The `cond` itself: each side copied into its region, with the leaves that differ as results.
function emit(pred: Tensor, one: Side, other: Side, slots: readonly Slot[]): readonly Tensor[] {
  const pure = [one, other].every(
    ({ traced }) =>
      traced.writes.length === 0 &&
      traced.func.body.every((i) => i.op.effect === undefined && i.regions.length === 0),
  );
  if (slots.length === 0 && pure) {
    if (pred instanceof TracedTensor) pred.see();
    return [];
  }
  const side = (from: Side, leaf: (slot: Slot) => Leaf | null) => (): Tensor[] => {
    const results = runTraced(from.traced);
    return slots.map((slot) => {
      const x = leaf(slot);
      // What the side left alone is a tensor of the surroundings.
      const k = isTensor(x) ? from.position.get(x) : undefined;
      return adapt(k === undefined ? x : results[k]!, slot);
    });
  };
  const results = cond(
    pred,
    side(one, (s) => s.one),
    side(other, (s) => s.other),
  ) as readonly Tensor[];
  return results.map((r, k) => (slots[k]!.weak ? weaken(r) : r));
}

/** A traced function again, under the current interpreter; variables are read and assigned there. */
export function runTraced(
  { func, captures, writes }: TracedFunction,
  args: readonly Tensor[] = [],
): readonly Tensor[] {
  const interpreter = currentInterpreter();
  const operands = captures.map((c) => (c.kind === 'tensor' ? c.tensor : interpreter.read(c.variable)));
  const results = replay(func, [...args, ...operands]);
  const own = results.length - writes.length;
  writes.forEach((variable, k) => {
    interpreter.write(variable, results[own + k]!);
  });
  return results.slice(0, own);
}

function sidesOf(construct: Construct): Sides {
  return {
    one: 'in the branch taken if it holds',
    other: 'in the other',
    loc: locOf(construct.at),
    unset: (name, missing) => {
      const k = construct.names?.indexOf(name) ?? -1;
      const where = missing === 'in the other' ? 'the else branch' : 'the branch taken if it holds';
      return `'${name}' must also be set in ${where} of the condition at ${construct.at}: it is set only in the other one${lineOf(construct, k)}, and used afterwards. Set it in both, or before the condition`;
    },
  };
}

function mergeResult(
  name: string,
  one: Side,
  other: Side,
  construct: Construct,
  merging: Merging,
): (results: readonly Tensor[]) => unknown {
  const sides: Sides = {
    ...sidesOf(construct),
    unset: () =>
      `the function returns a value on one side of the condition at ${construct.at} and none on the other; a tensor decides which, so both sides must return`,
  };
  return merge(name, one.result, other.result, sides, merging, { one: one.threw, other: other.threw });
}

// Members written on either side. One that did not exist before must be set on both.
function mergeMembers(
  one: Side,
  other: Side,
  sides: Sides,
  merging: Merging,
): readonly ((results: readonly Tensor[]) => void)[] {
  const done = new Map<object, Set<Key | string>>();
  const writes: ((results: readonly Tensor[]) => void)[] = [];
  for (const { member } of [...one.members, ...other.members]) {
    const { object, key } = member;
    const id = typeof key === 'object' ? key.name : key;
    const seen = done.get(object) ?? new Set();
    if (seen.has(id)) continue;
    done.set(object, seen.add(id));
    const same = (m: Side['members'][number]): boolean =>
      m.member.object === object &&
      (typeof m.member.key === 'object' ? m.member.key.name : m.member.key) === id;
    const [a, b] = [one.members.find(same), other.members.find(same)];
    const name = Array.isArray(object) ? `[${String(id)}]` : String(id);
    // All is as it was before, here.
    const before = { raw: readMember(object, key) };
    const [was, is] = [a?.now ?? left(one, before), b?.now ?? left(other, before)];
    const merged = merge(name, was, is, sides, merging, { one: one.threw, other: other.threw });
    writes.push((results) => writeMember(object, key, merged(results)));
  }
  return writes;
}
