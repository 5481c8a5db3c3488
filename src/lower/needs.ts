// What the expressions of a draft need of the place where they are computed: names that must be known, conditions that must hold, scratch memory that must be as it was.
import type { Expr, Stmt } from '../loop/kernel.ts';
import { operandsOf } from '../loop/visit.ts';
import type { Gathered, Reduction } from './reader.ts';

export interface Needs {
  /** How often it is an operand, of reductions and conditions too. */
  usesOf(e: Expr): number;
  /** The loop indices and variables that it needs, also through reductions. */
  namesIn(e: Expr): ReadonlySet<string>;
  /** May it read out of bounds, where the condition that guards it does not hold? */
  isUnsafe(e: Expr): boolean;
  /** Does it read what is stored anew, now and then? */
  isFleeting(e: Expr): boolean;
  /** Buffers that are stored to and loaded from: scratch memory. */
  readonly rewritten: ReadonlySet<string>;
}

export function needsOf(draft: readonly Stmt[], gathered: Gathered): Needs {
  const { reductions, conditions, rounds } = gathered;
  const uses = countUses(draft, gathered);
  const needs = new Map<Expr, ReadonlySet<string>>();
  const unsafe = new Map<Expr, boolean>([...gathered.unsafe].map((e) => [e, true]));
  const rewritten = rewrittenBuffers(draft, gathered);
  const fleeting = new Map<Expr, boolean>();

  const reductionOf = (e: Expr): Reduction | undefined =>
    e.kind === 'local' ? reductions.get(e.name) : undefined;
  const namesIn = (e: Expr): ReadonlySet<string> => {
    const known = needs.get(e);
    if (known) return known;
    const reduction = reductionOf(e);
    const round = rounds.get(e);
    const found = reduction
      ? without(namesIn(reduction.value), reduction.index)
      : e.kind === 'local'
        ? new Set([e.name])
        : union([...operandsOf(e).map(namesIn), ...(round === undefined ? [] : [new Set([round])])]);
    needs.set(e, found);
    // It stays where its conditions can be checked. They may contain it, so its own names come first.
    const checked = (conditions.get(e) ?? []).map(({ cond }) => namesIn(cond));
    if (checked.length === 0) return found;
    const all = union([found, ...checked]);
    needs.set(e, all);
    return all;
  };
  const isUnsafe = (e: Expr): boolean => {
    const known = unsafe.get(e);
    if (known !== undefined) return known;
    const reduction = reductionOf(e);
    const found = reduction ? isUnsafe(reduction.value) : operandsOf(e).some(isUnsafe);
    unsafe.set(e, found);
    return found;
  };

  // Loads of rows that are kept say themselves which round they belong to.
  const isFleeting = (e: Expr): boolean => {
    if (rewritten.size === 0) return false;
    const known = fleeting.get(e);
    if (known !== undefined) return known;
    const found =
      (e.kind === 'load' && rewritten.has(e.buffer) && !rounds.has(e)) || operandsOf(e).some(isFleeting);
    fleeting.set(e, found);
    return found;
  };
  return { usesOf: (e) => uses.get(e) ?? 0, namesIn, isUnsafe, isFleeting, rewritten };
}

const noNames: ReadonlySet<string> = new Set();

function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  let all = noNames;
  // Most often one operand needs what all need: its set serves for all.
  for (const set of sets) {
    if (hasAll(all, set)) continue;
    all = hasAll(set, all) ? set : new Set([...all, ...set]);
  }
  return all;
}

function hasAll(set: ReadonlySet<string>, wanted: ReadonlySet<string>): boolean {
  if (set.size < wanted.size) return false;
  for (const name of wanted) if (!set.has(name)) return false;
  return true;
}

function without(set: ReadonlySet<string>, name: string): ReadonlySet<string> {
  return new Set([...set].filter((n) => n !== name));
}

// How often each expression is an operand, reductions and conditions included.
function countUses(draft: readonly Stmt[], { intern, reductions, conditions }: Gathered): Map<Expr, number> {
  const uses = new Map<Expr, number>();
  const use = (e: Expr): void => {
    const before = uses.get(e) ?? 0;
    uses.set(e, before + 1);
    if (before > 0) return;
    for (const x of operandsOf(e)) use(x);
    for (const { cond, got } of conditions.get(e) ?? []) {
      use(cond);
      use(got);
    }
    const reduction = e.kind === 'local' ? reductions.get(e.name) : undefined;
    if (reduction) use(reduction.value);
  };
  const enter = (stmts: readonly Stmt[]): void => {
    for (const s of stmts) {
      if (s.kind === 'for') enter(s.body);
      else if (s.kind === 'store') {
        use(intern(s.index));
        use(intern(s.value));
      } else if ('value' in s) use(intern(s.value));
    }
  };
  enter(draft);
  return uses;
}

/** Scratch memory: stored to and loaded from. */
function rewrittenBuffers(draft: readonly Stmt[], { intern, reductions }: Gathered): ReadonlySet<string> {
  const stored = new Set<string>();
  const loaded = new Set<string>();
  const seen = new Set<Expr>();
  const look = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.kind === 'load') loaded.add(e.buffer);
    for (const x of operandsOf(e)) look(x);
    const reduction = e.kind === 'local' ? reductions.get(e.name) : undefined;
    if (reduction) look(reduction.value);
  };
  const enter = (stmts: readonly Stmt[]): void => {
    for (const s of stmts) {
      if (s.kind === 'for') enter(s.body);
      if (s.kind === 'store') stored.add(s.buffer);
      if ('value' in s) look(intern(s.value));
    }
  };
  enter(draft);
  return new Set([...stored].filter((buffer) => loaded.has(buffer)));
}

// Nodes in an index that is repeated and not kept.
const longestIndex = 24;

/** Is it cheaper to repeat than to keep? So are numbers, names, and short sums of indices, which engines fold into addresses. */
export function isRepeated(e: Expr): boolean {
  return indexSize(e, longestIndex) > 0;
}

// Budget left after an index sum without division; 0 where it is something else or larger.
function indexSize(e: Expr, budget: number): number {
  if (budget <= 0) return 0;
  if (e.kind === 'const' || e.kind === 'local') return budget - 1;
  if (e.kind !== 'binary' || e.type !== 'i32') return 0;
  if (e.op !== 'add' && e.op !== 'sub' && e.op !== 'mul') return 0;
  return indexSize(e.b, indexSize(e.a, budget));
}
