// Placing: expressions that share parts become `let`s, each at the outermost loop where all it needs is known; reductions and
// assertions take their place before the first use. What may read out of bounds stays behind the condition that guards it, and what reads scratch memory
// between the stores that it stands between.
import type { Expr, Stmt } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import { mapOperands } from '../loop/rewrite.ts';
import { operandsOf } from '../loop/visit.ts';
import { InternalError } from '../util/errors.ts';
import type { Gathered, Reduction } from './reader.ts';

interface Scope {
  readonly parent: Scope | null;
  /** The names that are known from here on: the index of its loop, its variables. */
  readonly names: Set<string>;
  /** Number of loops around: an expression is worth hoisting only out of loops. */
  readonly loops: number;
  /** `arm`: one arm of a select, which unsafe expressions do not leave. `inline`: an arm that can hold no statements of its own. */
  readonly kind: 'root' | 'loop' | 'reduce' | 'arm' | 'inline';
  readonly out: Stmt[];
  readonly lets: Map<Expr, Expr>;
  readonly placed: Set<unknown>;
}

function inside(parent: Scope | null, kind: Scope['kind']): Scope {
  const loops = (parent?.loops ?? 0) + (kind === 'loop' || kind === 'reduce' ? 1 : 0);
  return { parent, names: new Set(), loops, kind, out: [], lets: new Map(), placed: new Set() };
}

function isGuarded(scope: Scope): boolean {
  return scope.kind === 'arm' || scope.kind === 'inline';
}

// The innermost scope, from here outwards, of which `test` holds.
function nearest(from: Scope, test: (scope: Scope) => boolean): Scope | undefined {
  for (let scope: Scope | null = from; scope; scope = scope.parent) if (test(scope)) return scope;
  return undefined;
}

/** The statements of a draft, whose expressions are graphs, with everything shared bound to a name. */
export function place(draft: readonly Stmt[], gathered: Gathered): readonly Stmt[] {
  const { intern, reductions, conditions, rounds, names, fresh } = gathered;
  const uses = countUses(draft, gathered);
  const needs = new Map<Expr, ReadonlySet<string>>();
  const unsafe = new Map<Expr, boolean>([...gathered.unsafe].map((e) => [e, true]));
  const root = inside(null, 'root');
  const rewritten = rewrittenBuffers(draft, gathered);
  const fleeting = new Map<Expr, boolean>();

  const reductionOf = (e: Expr): Reduction | undefined =>
    e.kind === 'local' ? reductions.get(e.name) : undefined;
  // Loop indices and variables that an expression needs, also through reductions.
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

  // Does it read what is stored anew, now and then? Loads of rows that are kept say themselves which round they belong to.
  const isFleeting = (e: Expr): boolean => {
    if (rewritten.size === 0) return false;
    const known = fleeting.get(e);
    if (known !== undefined) return known;
    const found =
      (e.kind === 'load' && rewritten.has(e.buffer) && !rounds.has(e)) || operandsOf(e).some(isFleeting);
    fleeting.set(e, found);
    return found;
  };

  // The outermost scope that knows all the names, but within the guard for unsafe expressions.
  const home = (from: Scope, wanted: ReadonlySet<string>, stays: boolean): Scope =>
    nearest(from, (s) => (stays && isGuarded(s)) || knowsAny(s, wanted)) ?? root;
  const find = (e: Expr, from: Scope): Expr | undefined => {
    for (let scope: Scope | null = from; scope; scope = scope.parent) {
      const known = scope.lets.get(e);
      if (known !== undefined) return known;
      // What an outer scope has read may be stored anew by a round of this loop.
      if (scope.kind === 'loop' && isFleeting(e)) return undefined;
    }
    return undefined;
  };
  const isPlaced = (what: unknown, from: Scope): boolean =>
    nearest(from, (s) => s.placed.has(what)) !== undefined;

  const spell = (e: Expr, scope: Scope, forced = false): Expr => {
    assertBefore(e, scope);
    if (e.kind === 'const') return e;
    if (e.kind === 'local') {
      const reduction = reductionOf(e);
      if (reduction) reduceBefore(reduction, scope);
      return e;
    }
    const known = find(e, scope);
    if (known) return known;
    if (weight(e) === 0) return spellOperands(e, scope);
    const at = isFleeting(e) ? scope : home(scope, namesIn(e), isUnsafe(e));
    const keeps = forced || (uses.get(e) ?? 0) > 1 || at.loops < scope.loops;
    if (!keeps || at.kind === 'inline') return spellOperands(e, scope);
    const value = spellOperands(e, at);
    if (value.kind === 'local') {
      at.lets.set(e, value);
      return value;
    }
    const name = fresh(e.kind === 'load' ? e.buffer : (names.get(e) ?? 't'));
    at.out.push(k.letIn(name, value));
    at.lets.set(e, k.local(e.type, name));
    return k.local(e.type, name);
  };
  const spellOperands = (e: Expr, scope: Scope): Expr =>
    e.kind === 'select' ? spellSelect(e, scope) : mapOperands(e, (x) => spell(x, scope));
  // Arms that need statements of their own become an `if`; the others stay an expression.
  const spellSelect = (e: Expr & { kind: 'select' }, scope: Scope): Expr => {
    const cond = spell(e.cond, scope);
    // The body of a reduction holds no `if`: there an arm repeats what it shares, and its assertions take the condition along.
    const inReduction = nearest(scope, (s) => s.kind === 'reduce') !== undefined;
    const kind = inReduction ? 'inline' : 'arm';
    const [yes, no] = [inside(scope, kind), inside(scope, kind)];
    const a = spell(e.a, yes);
    const b = spell(e.b, no);
    if (yes.out.length + no.out.length === 0 || inReduction) {
      scope.out.push(
        ...conditional(yes.out, (wanted) => k.select(cond, wanted, k.bool(true))),
        ...conditional(no.out, (wanted) => k.select(cond, k.bool(true), wanted)),
      );
      return cond === e.cond && a === e.a && b === e.b ? e : k.select(cond, a, b);
    }
    const name = fresh(names.get(e) ?? 't');
    const otherwise = b.kind === 'const' ? b : undefined;
    scope.out.push(
      k.variable(name, otherwise ?? k.constOf(e.type, 0)),
      k.when(cond, [...yes.out, k.assign(name, a)], otherwise ? [] : [...no.out, k.assign(name, b)]),
    );
    scope.lets.set(e, k.local(e.type, name));
    return k.local(e.type, name);
  };
  const assertBefore = (e: Expr, scope: Scope): void => {
    for (const { cond, message, got } of conditions.get(e) ?? []) {
      if (isPlaced(cond, scope)) continue;
      const at = home(scope, namesIn(cond), true);
      at.placed.add(cond);
      at.out.push(k.assert(spell(cond, at), message, spell(got, at)));
    }
  };
  const reduceBefore = (reduction: Reduction, scope: Scope): void => {
    if (isPlaced(reduction, scope)) return;
    const { name, op, index, extent, value } = reduction;
    const wanted = namesIn(k.local(value.type, name));
    let at = home(scope, wanted, isUnsafe(value));
    // An arm that can hold no statements is one of an elementwise select: it needs what it does not take as well, and what that asserts has been checked.
    while (at.kind === 'inline') at = home(at.parent!, wanted, isUnsafe(value));
    const body = inside(at, 'reduce');
    body.names.add(index);
    const result = spell(value, body);
    at.out.push({ kind: 'reduce', name, op, type: value.type, index, extent, body: body.out, value: result });
    at.placed.add(reduction);
  };

  // Stores that follow each other come after all their values: an in-place update must not overwrite what another value still reads.
  const storeAll = (run: readonly (Stmt & { kind: 'store' })[], scope: Scope): void => {
    const ready = run.map((s, i) => {
      const written = new Set(run.slice(0, i).map((earlier) => intern(earlier.index)));
      const value = intern(s.value);
      return k.store(s.buffer, spell(intern(s.index), scope), spell(value, scope, loadsAny(value, written)));
    });
    scope.out.push(...ready);
    if (run.some(({ buffer }) => rewritten.has(buffer))) forgetFleeting(scope);
  };
  // What was read before a store is not what is read after it.
  const forgetFleeting = (from: Scope): void => {
    for (let scope: Scope | null = from; scope; scope = scope.parent)
      for (const e of scope.lets.keys()) if (isFleeting(e)) scope.lets.delete(e);
  };
  const run = (stmts: readonly Stmt[], scope: Scope): void => {
    for (let i = 0; i < stmts.length; i++) {
      const s = stmts[i]!;
      if (s.kind === 'store') {
        // The results of one element. Those of the next are computed when these are stored, or registers would run out.
        const at = intern(s.index);
        const all: (Stmt & { kind: 'store' })[] = [];
        for (let next = s as Stmt | undefined; next?.kind === 'store'; next = stmts[i + all.length]) {
          if (intern(next.index) !== at || readsAny(next.value, new Set(all.map((s) => s.buffer)))) break;
          all.push(next);
        }
        storeAll(all, scope);
        i += all.length - 1;
      } else runOne(s, scope);
    }
  };
  const runOne = (s: Exclude<Stmt, { kind: 'store' }>, scope: Scope): void => {
    switch (s.kind) {
      case 'for': {
        const body = inside(scope, 'loop');
        body.names.add(s.index);
        run(s.body, body);
        scope.out.push({ ...s, body: body.out });
        return;
      }
      case 'var':
      case 'assign': {
        const value = spell(intern(s.value), scope);
        if (s.kind === 'var') scope.names.add(s.name);
        scope.out.push({ ...s, value });
        return;
      }
      case 'let':
      case 'if':
      case 'reduce':
      case 'assert':
        throw new InternalError(`a draft holds loops, variables and stores, not ${s.kind}`);
    }
  };
  run(draft, root);
  return root.out;
}

function knowsAny({ names }: Scope, wanted: ReadonlySet<string>): boolean {
  if (names.size > 0) for (const name of wanted) if (names.has(name)) return true;
  return false;
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

// The assertions of an arm under the condition of its select.
function conditional(stmts: readonly Stmt[], under: (cond: Expr) => Expr): readonly Stmt[] {
  return stmts.map((s) => {
    if (s.kind !== 'assert') throw new InternalError(`a select inside a reduction needs ${s.kind}`);
    return k.assert(under(s.cond), s.message, s.got);
  });
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

// 0 for what is cheaper to repeat than to keep: numbers, names, and short sums of indices, which engines fold into addresses.
function weight(e: Expr): 0 | 1 {
  return indexSize(e, longestIndex) > 0 ? 0 : 1;
}

// Budget left after an index sum without division; 0 where it is something else or larger.
function indexSize(e: Expr, budget: number): number {
  if (budget <= 0) return 0;
  if (e.kind === 'const' || e.kind === 'local') return budget - 1;
  if (e.kind !== 'binary' || e.type !== 'i32') return 0;
  if (e.op !== 'add' && e.op !== 'sub' && e.op !== 'mul') return 0;
  return indexSize(e.b, indexSize(e.a, budget));
}

function readsAny(e: Expr, buffers: ReadonlySet<string>, seen: Set<Expr> = new Set()): boolean {
  if (buffers.size === 0 || seen.has(e)) return false;
  seen.add(e);
  return (
    (e.kind === 'load' && buffers.has(e.buffer)) || operandsOf(e).some((x) => readsAny(x, buffers, seen))
  );
}

function loadsAny(e: Expr, indices: ReadonlySet<Expr>, seen: Set<Expr> = new Set()): boolean {
  if (indices.size === 0 || seen.has(e)) return false;
  seen.add(e);
  if (e.kind === 'load' && indices.has(e.index)) return true;
  return operandsOf(e).some((x) => loadsAny(x, indices, seen));
}
