// Placing: expressions that share parts become `let`s, each at the outermost loop where all it needs is known; reductions and
// assertions take their place before the first use. What may read out of bounds stays behind the condition that guards it, and what reads scratch memory
// between the stores that it stands between.
import type { Expr, Stmt } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import { mapOperands } from '../loop/rewrite.ts';
import { operandsOf } from '../loop/visit.ts';
import { InternalError } from '../util/errors.ts';
import { isRepeated, needsOf } from './needs.ts';
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
  const { intern, reductions, conditions, names, fresh } = gathered;
  const { usesOf, namesIn, isUnsafe, isFleeting, rewritten } = needsOf(draft, gathered);
  const root = inside(null, 'root');

  const reductionOf = (e: Expr): Reduction | undefined =>
    e.kind === 'local' ? reductions.get(e.name) : undefined;
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
    if (isRepeated(e)) return spellOperands(e, scope);
    const at = isFleeting(e) ? scope : home(scope, namesIn(e), isUnsafe(e));
    const keeps = forced || usesOf(e) > 1 || at.loops < scope.loops;
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
        ...conditional(yes.out, (inside, outside) => k.select(cond, inside, outside)),
        ...conditional(no.out, (inside, outside) => k.select(cond, outside, inside)),
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

// The assertions of an arm under the condition of its select: outside of it they hold, and read nothing.
function conditional(stmts: readonly Stmt[], within: (inside: Expr, outside: Expr) => Expr): readonly Stmt[] {
  return stmts.map((s) => {
    if (s.kind !== 'assert') throw new InternalError(`a select inside a reduction needs ${s.kind}`);
    return k.assert(within(s.cond, k.bool(true)), s.message, within(s.got, k.constOf(s.got.type, 0)));
  });
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
