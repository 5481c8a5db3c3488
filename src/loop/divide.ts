// Which loops of a kernel may be shared out between threads: those whose iterations write different elements, as their indices show.
import type { Buffer, Expr, Kernel, Stmt } from './kernel.ts';
import { linearOf } from './linear.ts';
import { visitExprs } from './visit.ts';

type Loop = Extract<Stmt, { readonly kind: 'for' }>;

export interface Division {
  /** Each thread runs a share of these, and all of everything else. */
  readonly loops: ReadonlySet<Stmt>;
  /** The fewest iterations of such a loop, in steps that stay together. */
  readonly extent: number;
  /** Does every thread do so much besides, such as filling scratch memory of its own, that it should do it once? */
  readonly repeats: boolean;
}

/** So many consecutive iterations of a laned loop stay together: whole vectors, and whole lines of a cache. */
const together = 16;

/** How many iterations of a loop that is shared out stay together. */
export function stepOf({ lanes }: Loop): number {
  return lanes === undefined ? 1 : together;
}

// So that a step times a number of parts is an int32.
const mostSteps = 2 ** 24;
// Shares of the work: what is repeated is of no account below, and a division is of no use that saves less.
const repeatsFrom = 0.001;
const leastSaved = 0.2;
// A loop whose longest share is within this of an even one is shared out itself, not one inside of it.
const evenEnough = 1.1;

/** Loops that are shared out in some statements, and what one thread does of all the work then, relative to `weight`. */
interface Found {
  readonly loops: readonly Loop[];
  readonly repeated: number;
  readonly time: number;
}

/**
 * How the kernel is divided between so many threads, or null where it cannot be, or is not worth it. The indices show that iterations write different elements; that an
 * element is written once, and read at most by the iteration that writes it, and that scratch memory is filled before it is read, is what `divisible` says.
 */
export function divisionOf(kernel: Kernel, threads: number): Division | null {
  if (kernel.divisible !== true) return null;
  const named = (...roles: readonly Buffer['role'][]): ReadonlySet<string> =>
    new Set(kernel.buffers.filter((b) => roles.includes(b.role)).map((b) => b.name));
  const [outputs, updated, scratch] = [named('out', 'inout'), named('inout'), named('scratch')];

  // What all threads go through. `around` holds the extents of the loops around, `lets` what integer names stand for.
  const divide = (body: readonly Stmt[], around: Extents, outer: Lets): Found | null => {
    const lets = new Map(outer);
    const loops: Loop[] = [];
    let [repeated, time] = [0, 0];
    for (const s of body) {
      if (s.kind === 'let') lets.set(s.name, s.value);
      if (s.kind === 'for' && storesAny(s.body, outputs)) {
        const found = divideLoop(s, around, lets);
        if (found === null) return null;
        loops.push(...found.loops);
        repeated += found.repeated;
        time += found.time;
        continue;
      }
      if (s.kind === 'if' || s.kind === 'assert' || storesAny([s], outputs) || readsAny([s], updated))
        return null;
      repeated += weightOf([s]);
      time += weightOf([s]);
    }
    return { loops, repeated, time };
  };
  const divideLoop = (loop: Loop, around: Extents, lets: Lets): Found | null => {
    const steps = stepsOf(loop);
    const longest = Math.ceil(steps / threads) / steps;
    const itself = isShareable(loop, around, lets)
      ? { loops: [loop], repeated: 0, time: longest * weightOf([loop]) }
      : null;
    if (loop.lanes !== undefined || (itself !== null && longest * threads < evenEnough)) return itself;
    const inside = divide(loop.body, new Map(around).set(loop.index, loop.extent), lets);
    if (inside === null || inside.loops.length === 0) return itself;
    const { extent } = loop;
    const deeper = { loops: inside.loops, repeated: extent * inside.repeated, time: extent * inside.time };
    return itself !== null && itself.time <= deeper.time ? itself : deeper;
  };
  const isShareable = (loop: Loop, around: Extents, lets: Lets): boolean =>
    stepsOf(loop) >= 2 &&
    stepsOf(loop) <= mostSteps &&
    changesOnly(loop.body, new Set()) &&
    fillsFirst(loop.body, scratch) &&
    writesApart(loop, outputs, around, lets);

  const found = divide(kernel.body, new Map(), new Map());
  if (found === null || found.loops.length === 0) return null;
  const whole = weightOf(kernel.body);
  if (found.time > (1 - leastSaved) * whole || !cutAlike(found.loops.filter((l) => readsAny([l], updated))))
    return null;
  return {
    loops: new Set(found.loops),
    extent: Math.min(...found.loops.map(stepsOf)),
    repeats: found.repeated > repeatsFrom * whole,
  };
}

function stepsOf(loop: Loop): number {
  return Math.ceil(loop.extent / stepOf(loop));
}

/** An element that one of these loops updates may be read by another, in the iteration of the same number: then one thread must do both. */
function cutAlike([first, ...others]: readonly Loop[]): boolean {
  return first === undefined || others.every((l) => l.extent === first.extent && stepOf(l) === stepOf(first));
}

// About how much there is to do: expressions evaluated.
function weightOf(body: readonly Stmt[]): number {
  return body.reduce((sum, s) => {
    if (s.kind === 'for') return sum + s.extent * weightOf(s.body);
    if (s.kind === 'if') return sum + Math.max(weightOf(s.then), weightOf(s.otherwise));
    let own = 0;
    visitExprs(s.kind === 'assert' ? s.cond : s.value, () => own++);
    return sum + (s.kind === 'reduce' ? s.extent * (own + weightOf(s.body)) : own);
  }, 0);
}

type Extents = ReadonlyMap<string, number>;
type Lets = ReadonlyMap<string, Expr>;

function storesAny(body: readonly Stmt[], buffers: ReadonlySet<string>): boolean {
  return body.some((s) => {
    if (s.kind === 'store') return buffers.has(s.buffer);
    if (s.kind === 'for') return storesAny(s.body, buffers);
    return s.kind === 'if' && (storesAny(s.then, buffers) || storesAny(s.otherwise, buffers));
  });
}

function readsAny(body: readonly Stmt[], buffers: ReadonlySet<string>): boolean {
  if (buffers.size === 0) return false;
  let found = false;
  visitExprs(body, (e) => {
    found ||= e.kind === 'load' && buffers.has(e.buffer);
  });
  return found;
}

/** Are all variables that the body assigns its own? An assertion is refused, too: which of several fails first must not depend on threads. */
function changesOnly(body: readonly Stmt[], own: Set<string>): boolean {
  return body.every((s) => {
    if (s.kind === 'var') own.add(s.name);
    if (s.kind === 'assign') return own.has(s.name);
    if (s.kind === 'for' || s.kind === 'reduce') return changesOnly(s.body, new Set(own));
    if (s.kind === 'if') return changesOnly(s.then, new Set(own)) && changesOnly(s.otherwise, new Set(own));
    return s.kind !== 'assert';
  });
}

/** Is each scratch buffer that the body stores to stored to, unconditionally, before it is read? */
function fillsFirst(body: readonly Stmt[], scratch: ReadonlySet<string>): boolean {
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

/** Do different values of the loop's index mean different elements of every output, whatever the other loops' indices are? */
function writesApart(loop: Loop, outputs: ReadonlySet<string>, around: Extents, outer: Lets): boolean {
  const check = (body: readonly Stmt[], extents: Extents, lets: Lets): boolean => {
    const known = new Map(lets);
    return body.every((s) => {
      if (s.kind === 'let') known.set(s.name, s.value);
      if (s.kind === 'for') return check(s.body, new Map(extents).set(s.index, s.extent), known);
      if (s.kind === 'if') return check(s.then, extents, known) && check(s.otherwise, extents, known);
      if (s.kind !== 'store' || !outputs.has(s.buffer)) return true;
      const times = multiples(s.index, known);
      return times?.has(loop.index) && isInjective(times, extents);
    });
  };
  return check(loop.body, new Map(around).set(loop.index, loop.extent), outer);
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
