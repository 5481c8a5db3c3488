// The instructions of a function in groups that will share kernels, kept in an order in which they can run.
import type { Func, Instr, Value } from '../../ir/func.ts';
import { hasEffect, users } from '../../ir/walk.ts';
import type { FusionKind } from '../../ops/fusion.ts';
import { roleOf } from './cost.ts';
import { joined, type Summary, summaryOf } from './summary.ts';

/** `alone` groups hold one instruction that stays as it is. */
export interface Group {
  readonly kind: FusionKind | 'alone';
  /** In program order; for kind `group` one list for each loop nest, otherwise a single list. */
  readonly parts: readonly (readonly Instr[])[];
  /** All parts together. */
  readonly members: readonly Instr[];
  readonly summary: Summary;
  readonly next: Set<Group>;
  readonly previous: Set<Group>;
  position: number;
}

/**
 * Groups and the edges between them. Every edge points from a lower to a higher position at all times, which keeps the search for
 * cycles inside the window between two groups (Pearce and Kelly, A dynamic topological sort algorithm, 2006).
 */
export class FusionGraph {
  readonly func: Func;
  readonly users: ReadonlyMap<Value, readonly Instr[]>;
  readonly #results: ReadonlySet<Value>;
  readonly #places: ReadonlyMap<Instr, number>;
  readonly #groups = new Map<Instr, Group>();
  // Merging leaves holes.
  readonly #order: (Group | undefined)[];

  constructor(func: Func) {
    this.func = func;
    this.users = users(func);
    this.#results = new Set(func.results);
    this.#places = new Map(func.body.map((instr, i) => [instr, i]));
    this.#order = func.body.map((instr, position) => {
      const role = roleOf(instr);
      const kind = role === 'alone' || role === 'reduce' || role === 'contract' ? role : 'map';
      const group: Group = {
        kind,
        parts: [[instr]],
        members: [instr],
        summary: summaryOf(instr, (value) => this.#isNeeded(value, (user) => user === instr)),
        next: new Set(),
        previous: new Set(),
        position,
      };
      this.#groups.set(instr, group);
      return group;
    });
    let effect: Group | undefined;
    for (const instr of func.body) {
      const group = this.groupOf(instr);
      for (const arg of instr.args) if (arg.def) connect(this.groupOf(arg.def), group);
      if (!hasEffect(instr)) continue;
      if (effect) connect(effect, group);
      effect = group;
    }
  }

  groupOf(instr: Instr): Group {
    return this.#groups.get(instr)!;
  }

  /** All groups, each after those it reads from. */
  groups(): Group[] {
    return this.#order.filter((g) => g !== undefined);
  }

  /** Is the value needed by anything but these instructions? */
  neededOutside(value: Value, members: ReadonlySet<Instr>): boolean {
    return this.#isNeeded(value, (user) => members.has(user));
  }

  #isNeeded(value: Value, isMember: (user: Instr) => boolean): boolean {
    return this.#results.has(value) || (this.users.get(value) ?? []).some((user) => !isMember(user));
  }

  /** What two groups would be as one. */
  joined(a: Group, b: Group): Summary {
    const isMember = (instr: Instr): boolean => {
      const group = this.#groups.get(instr);
      return group === a || group === b;
    };
    return joined(a.summary, b.summary, isMember, (value) => this.#isNeeded(value, isMember));
  }

  /** The members of both groups in program order, in which each has its own. */
  membersOf({ members: a }: Group, { members: b }: Group): Instr[] {
    const all: Instr[] = [];
    let [i, j] = [0, 0];
    while (i < a.length && j < b.length)
      all.push(this.#places.get(a[i]!)! < this.#places.get(b[j]!)! ? a[i++]! : b[j++]!);
    return [...all, ...a.slice(i), ...b.slice(j)];
  }

  /** Would one kernel of both have to run before itself? True if some path leaves the earlier group and comes back into the later one. */
  makesCycle(a: Group, b: Group): boolean {
    const [first, last] = a.position < b.position ? [a, b] : [b, a];
    for (const between of this.#reachedBetween(first, last)) if (between.next.has(last)) return true;
    return false;
  }

  /** One group in place of two, which must not make a cycle; `summary` is what they are joined. */
  merge(
    a: Group,
    b: Group,
    kind: FusionKind,
    parts: readonly (readonly Instr[])[],
    summary: Summary = this.joined(a, b),
  ): Group {
    const members = parts.length === 1 ? parts[0]! : parts.flat();
    const merged: Group = {
      kind,
      parts,
      members,
      summary,
      next: new Set(),
      previous: new Set(),
      position: 0,
    };
    this.#replace(a, b, merged);
    for (const old of [a, b]) {
      for (const p of old.previous) {
        p.next.delete(old);
        connect(p, merged);
      }
      for (const n of old.next) {
        n.previous.delete(old);
        connect(merged, n);
      }
    }
    for (const old of [a, b]) {
      merged.next.delete(old);
      merged.previous.delete(old);
    }
    for (const instr of members) this.#groups.set(instr, merged);
    return merged;
  }

  // What reads from the earlier of the two moves behind the group that takes their place, in the order in which it was.
  #replace(a: Group, b: Group, merged: Group): void {
    const [first, last] = a.position < b.position ? [a, b] : [b, a];
    const after = new Set(this.#reachedBetween(first, last));
    const moving: Group[] = [];
    let next = first.position;
    const put = (group: Group): void => {
      this.#order[next] = group;
      group.position = next++;
    };
    for (let at = first.position; at <= last.position; at++) {
      const group = this.#order[at];
      if (group === undefined || group === first || group === last) continue;
      if (after.has(group)) moving.push(group);
      else put(group);
    }
    put(merged);
    moving.forEach(put);
    this.#order.fill(undefined, next, last.position + 1);
  }

  // The groups that read from `first`, directly or not, and stand before `last`; found one by one, so that a search may end early.
  *#reachedBetween(first: Group, last: Group): Generator<Group> {
    const reached = new Set<Group>();
    const stack = [first];
    for (let group = stack.pop(); group !== undefined; group = stack.pop()) {
      for (const next of group.next) {
        if (next.position >= last.position || reached.has(next)) continue;
        reached.add(next);
        stack.push(next);
        yield next;
      }
    }
  }
}

function connect(from: Group, to: Group): void {
  if (from === to) return;
  from.next.add(to);
  to.previous.add(from);
}
