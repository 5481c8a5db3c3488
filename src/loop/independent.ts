// What shows that parts of a kernel can run apart: which elements they write, and what they leave for others.
import type { Expr, Stmt } from './kernel.ts';
import { linearOf } from './linear.ts';
import { visitExprs } from './visit.ts';

export type Loop = Extract<Stmt, { readonly kind: 'for' }>;
/** Of the loops around, by their indices. */
export type Extents = ReadonlyMap<string, number>;
/** What integer names stand for. */
export type Lets = ReadonlyMap<string, Expr>;

export function storesAny(body: readonly Stmt[], buffers: ReadonlySet<string>): boolean {
  return body.some((s) => {
    if (s.kind === 'store') return buffers.has(s.buffer);
    if (s.kind === 'for') return storesAny(s.body, buffers);
    return s.kind === 'if' && (storesAny(s.then, buffers) || storesAny(s.otherwise, buffers));
  });
}

export function readsAny(body: readonly Stmt[], buffers: ReadonlySet<string>): boolean {
  if (buffers.size === 0) return false;
  let found = false;
  visitExprs(body, (e) => {
    found ||= e.kind === 'load' && buffers.has(e.buffer);
  });
  return found;
}

/** Are all variables that the body assigns its own? */
export function changesOnly(body: readonly Stmt[], own: Set<string>): boolean {
  return body.every((s) => {
    if (s.kind === 'var') own.add(s.name);
    if (s.kind === 'assign') return own.has(s.name);
    if (s.kind === 'for' || s.kind === 'reduce') return changesOnly(s.body, new Set(own));
    if (s.kind === 'if') return changesOnly(s.then, new Set(own)) && changesOnly(s.otherwise, new Set(own));
    return true;
  });
}

/** Is each scratch buffer that the body stores to stored to, unconditionally, before it is read? */
export function fillsFirst(body: readonly Stmt[], scratch: ReadonlySet<string>): boolean {
  const read = new Set<string>();
  const filled = new Set<string>();
  const look = (e: Expr): void =>
    visitExprs(e, (x) => {
      if (x.kind === 'load' && !filled.has(x.buffer)) read.add(x.buffer);
    });
  let good = true;
  const enter = (list: readonly Stmt[], conditional: boolean): void => {
    for (const s of list) {
      switch (s.kind) {
        case 'for':
          enter(s.body, conditional || s.extent === 0);
          break;
        case 'reduce':
          enter(s.body, conditional);
          look(s.value);
          break;
        case 'if':
          look(s.cond);
          enter(s.then, true);
          enter(s.otherwise, true);
          break;
        case 'let':
        case 'var':
        case 'assign':
          look(s.value);
          break;
        case 'assert':
          look(s.cond);
          look(s.got);
          break;
        case 'store':
          look(s.index);
          look(s.value);
          if (!scratch.has(s.buffer)) break;
          if (read.has(s.buffer) || (conditional && !filled.has(s.buffer))) good = false;
          filled.add(s.buffer);
          break;
      }
    }
  };
  enter(body, false);
  return good;
}

type Store = Extract<Stmt, { readonly kind: 'store' }>;

/** Does something hold of every store in a body, of the loops around it and of what is bound there? */
function everyStore(
  body: readonly Stmt[],
  extents: Extents,
  lets: Lets,
  holds: (store: Store, extents: Extents, known: Lets) => boolean,
): boolean {
  const known = new Map(lets);
  return body.every((s) => {
    if (s.kind === 'let') known.set(s.name, s.value);
    if (s.kind === 'for') return everyStore(s.body, new Map(extents).set(s.index, s.extent), known, holds);
    if (s.kind === 'if')
      return everyStore(s.then, extents, known, holds) && everyStore(s.otherwise, extents, known, holds);
    return s.kind !== 'store' || holds(s, extents, known);
  });
}

/** Do different values of the loop's index mean different elements of every output, whatever the other loops' indices are? */
export function writesApart(loop: Loop, outputs: ReadonlySet<string>, around: Extents, outer: Lets): boolean {
  return everyStore(loop.body, new Map(around).set(loop.index, loop.extent), outer, (s, extents, known) => {
    if (!outputs.has(s.buffer)) return true;
    const times = multiples(s.index, known);
    return times?.has(loop.index) === true && isInjective(times, extents);
  });
}

/**
 * Do the iterations write one run of elements after the other, each 1 / extent of the whole, in every output? `outputs` holds their sizes; the loop is in no other.
 */
export function writesInOrder(loop: Loop, outputs: ReadonlyMap<string, number>, outer: Lets): boolean {
  return everyStore(loop.body, new Map(), outer, (s, extents, known) => {
    const size = outputs.get(s.buffer);
    if (size === undefined) return true;
    const run = size / loop.extent;
    const times = multiples(s.index, known);
    if (times === null || times.get(loop.index) !== run) return false;
    // All other indices are in known loops inside.
    let [least, most] = [startOf(s.index, known), startOf(s.index, known)];
    for (const [name, factor] of times) {
      if (name === loop.index) continue;
      const extent = extents.get(name);
      if (extent === undefined) return false;
      if (factor < 0) least += factor * (extent - 1);
      else most += factor * (extent - 1);
    }
    return least >= 0 && most < run;
  });
}

/** What an index is where all loops are at 0. */
function startOf(index: Expr, lets: Lets): number {
  const { constant, terms } = linearOf(index);
  return terms.reduce((sum, { atom, times }) => {
    const value = atom.kind === 'local' ? lets.get(atom.name) : undefined;
    return value === undefined ? sum : sum + times * startOf(value, lets);
  }, constant);
}

/** By what an index multiplies each loop index; null where it depends on anything else. */
function multiples(index: Expr, lets: Lets): ReadonlyMap<string, number> | null {
  const found = new Map<string, number>();
  const collect = (e: Expr, times: number): boolean =>
    linearOf(e).terms.every(({ atom, times: own }) => {
      if (atom.kind !== 'local') return false;
      const value = lets.get(atom.name);
      if (value !== undefined) return collect(value, own * times);
      found.set(atom.name, (found.get(atom.name) ?? 0) + own * times);
      return true;
    });
  return collect(index, 1) ? found : null;
}

// As digits of a number with mixed radices: each multiple is more than all smaller ones come to.
function isInjective(times: ReadonlyMap<string, number>, extents: Extents): boolean {
  let reach = 0;
  for (const [name, factor] of [...times].sort((a, b) => Math.abs(a[1]) - Math.abs(b[1]))) {
    const extent = extents.get(name);
    if (extent === undefined) return false;
    if (extent > 1 && Math.abs(factor) <= reach) return false;
    reach += Math.abs(factor) * (extent - 1);
  }
  return true;
}

/**
 * Does anything read scratch memory that one of `parts` stored to before? Who runs it may have run another part, or none. `body` is in program order, and what a loop leaves
 * its next iteration finds.
 */
export function readsLeftovers(
  body: readonly Stmt[],
  parts: ReadonlySet<Stmt>,
  scratch: ReadonlySet<string>,
): boolean {
  const left = new Set<string>();
  const walk = (list: readonly Stmt[]): boolean =>
    list.some((s) => {
      if (s.kind === 'for' && !parts.has(s) && holdsAny(s.body, parts)) return walk(s.body) || walk(s.body);
      const stale = new Set([...left].filter((name) => readsAny([s], new Set([name]))));
      if (stale.size > 0 && !(storesAll([s], stale) && fillsFirst([s], stale))) return true;
      for (const name of scratch) {
        if (!storesAny([s], new Set([name]))) continue;
        if (parts.has(s)) left.add(name);
        else left.delete(name);
      }
      return false;
    });
  return walk(body);
}

function holdsAny(body: readonly Stmt[], parts: ReadonlySet<Stmt>): boolean {
  return body.some((s) => parts.has(s) || (s.kind === 'for' && holdsAny(s.body, parts)));
}

function storesAll(body: readonly Stmt[], buffers: ReadonlySet<string>): boolean {
  return [...buffers].every((name) => storesAny(body, new Set([name])));
}

/** The messages of the assertions. */
export function messagesOf(body: readonly Stmt[]): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (list: readonly Stmt[]): void => {
    for (const s of list) {
      if (s.kind === 'assert') found.add(s.message);
      if (s.kind === 'for' || s.kind === 'reduce') walk(s.body);
      if (s.kind === 'if') {
        walk(s.then);
        walk(s.otherwise);
      }
    }
  };
  walk(body);
  return found;
}
