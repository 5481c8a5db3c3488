// Which loops of a kernel are shared out between threads: those whose iterations write different elements, as their indices show.
import {
  changesOnly,
  type Extents,
  fillsFirst,
  type Lets,
  type Loop,
  messagesOf,
  readsAny,
  readsLeftovers,
  storesAny,
  writesApart,
  writesInOrder,
} from './independent.ts';
import type { Buffer, Kernel, Stmt } from './kernel.ts';
import { visitExprs } from './visit.ts';

export interface Division {
  /** Each part of the work has a share of the iterations of these, and all of everything else … */
  readonly loops: ReadonlySet<Stmt>;
  /** … but for these, small loops and single elements at the edges, which only the first part has. */
  readonly once: ReadonlySet<Stmt>;
  /** The fewest iterations of such a loop, in steps that stay together. */
  readonly extent: number;
  /** The parts are iterations of one loop of so many, which write one run after the other of everything the kernel writes: null where they are not. See partOf. */
  readonly inOrder: Loop | null;
  /** Does every thread do so much besides, such as filling scratch memory of its own, that it should do it once? */
  readonly repeats: boolean;
}

/** So many consecutive iterations of a laned loop stay together: whole vectors, and whole lines of a cache. */
const together = 16;

/** How many iterations of a loop that is shared out stay together. */
export function stepOf({ lanes }: Loop): number {
  return lanes === undefined ? 1 : together;
}

/** Of so many elements that are written in order: from which to which a part writes. */
export function rangeOf(
  loop: Loop,
  part: number,
  parts: number,
  elements: number,
): readonly [number, number] {
  const step = stepOf(loop);
  const boundary = (n: number): number =>
    Math.min(loop.extent, Math.floor((n * stepsOf(loop)) / parts) * step) * (elements / loop.extent);
  return [boundary(part), boundary(part + 1)];
}

// So that a step times a number of parts is an int32.
const mostSteps = 2 ** 24;
// Shares of the work: what is repeated is of no account below, and a division is of no use that saves less.
const repeatsFrom = 0.001;
const leastSaved = 0.2;
// A loop whose longest share is within this of an even one is shared out itself, not one inside of it.
const evenEnough = 1.1;

/** What is shared out in some statements, and what one thread does of all the work then, relative to `weight`. */
interface Found {
  readonly loops: readonly Loop[];
  readonly once: readonly Stmt[];
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

  // What all threads go through. `around` holds the extents of the loops around.
  const divide = (body: readonly Stmt[], around: Extents, outer: Lets): Found | null => {
    const lets = new Map(outer);
    const loops: Loop[] = [];
    const once: Stmt[] = [];
    let [repeated, time] = [0, 0];
    for (const s of body) {
      if (s.kind === 'let') lets.set(s.name, s.value);
      if (storesAny([s], outputs)) {
        const found = s.kind === 'for' ? divideLoop(s, around, lets) : null;
        if (found !== null) {
          loops.push(...found.loops);
          once.push(...found.once);
          repeated += found.repeated;
          time += found.time;
        } else if (isApart([s])) {
          once.push(s);
          time += weightOf([s]);
        } else return null;
        continue;
      }
      if (s.kind === 'if' || readsAny([s], updated)) return null;
      repeated += weightOf([s]);
      time += weightOf([s]);
    }
    return { loops, once, repeated, time };
  };
  const divideLoop = (loop: Loop, around: Extents, lets: Lets): Found | null => {
    const steps = stepsOf(loop);
    const longest = Math.ceil(steps / threads) / steps;
    const itself = isShareable(loop, around, lets)
      ? { loops: [loop], once: [], repeated: 0, time: longest * weightOf([loop]) }
      : null;
    if (loop.lanes !== undefined || (itself !== null && longest * threads < evenEnough)) return itself;
    const inside = divide(loop.body, new Map(around).set(loop.index, loop.extent), lets);
    if (inside === null || inside.loops.length === 0) return itself;
    const { extent } = loop;
    const { loops, once, repeated, time } = inside;
    const deeper = { loops, once, repeated: extent * repeated, time: extent * time };
    return itself !== null && itself.time <= deeper.time ? itself : deeper;
  };
  const isShareable = (loop: Loop, around: Extents, lets: Lets): boolean =>
    stepsOf(loop) >= 2 &&
    stepsOf(loop) <= mostSteps &&
    isApart(loop.body) &&
    writesApart(loop, outputs, around, lets);
  const isApart = (body: readonly Stmt[]): boolean =>
    changesOnly(body, new Set()) && fillsFirst(body, scratch);

  const found = divide(kernel.body, new Map(), new Map());
  if (found === null || found.loops.length === 0) return null;
  const whole = weightOf(kernel.body);
  const parts = [...found.loops, ...found.once];
  if (
    found.time > (1 - leastSaved) * whole ||
    ![...updated].every((buffer) => keepsOrder(buffer, found)) ||
    readsLeftovers(kernel.body, new Set(parts), scratch) ||
    !failsInOrder(kernel.body, parts)
  )
    return null;
  return {
    loops: new Set(found.loops),
    once: new Set(found.once),
    extent: Math.min(...found.loops.map(stepsOf)),
    inOrder: inOrder(kernel, parts),
    repeats: found.repeated > repeatsFrom * whole,
  };
}

// Updated elements are not asked for: nobody takes them away early.
function inOrder({ body, buffers }: Kernel, [first, ...others]: readonly Stmt[]): Loop | null {
  if (others.length > 0 || first?.kind !== 'for') return null;
  const at = body.indexOf(first);
  const sizes = new Map(buffers.flatMap(({ name, role, size }) => (role === 'out' ? [[name, size]] : [])));
  const lets = new Map(
    body.slice(0, Math.max(0, at)).flatMap((s) => (s.kind === 'let' ? [[s.name, s.value]] : [])),
  );
  return at >= 0 && writesInOrder(first, sizes, lets) ? first : null;
}

function stepsOf(loop: Loop): number {
  return Math.ceil(loop.extent / stepOf(loop));
}

/**
 * Is every element of an updated buffer still read before it is written, and not after? An iteration may read what another loop, or the same, writes in the iteration of the same number: then one thread must do
 * both, be it that both loops are cut alike or that neither is shared out.
 */
function keepsOrder(buffer: string, { loops, once }: Found): boolean {
  const name = new Set([buffer]);
  const meetIt = (list: readonly Stmt[]): readonly Stmt[] =>
    list.filter((s) => readsAny([s], name) || storesAny([s], name));
  const [divided, whole] = [meetIt(loops), meetIt(once)];
  if (divided.length === 0 || !readsAny([...divided, ...whole], name)) return true;
  return whole.length === 0 && cutAlike(divided);
}

function cutAlike([first, ...others]: readonly Stmt[]): boolean {
  return others.every(
    (l) =>
      l.kind === 'for' && first?.kind === 'for' && l.extent === first.extent && stepOf(l) === stepOf(first),
  );
}

/**
 * Is the assertion that fails in the first of all parts that fail the one that would fail first on one thread? So it is where there is but one message, and where the parts are one
 * loop after which nothing can fail.
 */
function failsInOrder(body: readonly Stmt[], parts: readonly Stmt[]): boolean {
  if (messagesOf(body).size <= 1) return true;
  const at = body.indexOf(parts[0]!);
  return parts.length === 1 && at >= 0 && messagesOf(body.slice(at + 1)).size === 0;
}

// About how much there is to do: expressions evaluated.
function weightOf(body: readonly Stmt[]): number {
  return body.reduce((sum, s) => sum + weightOfStmt(s), 0);
}

// Asked of a loop and of each loop around it.
const weights = new WeakMap<Stmt, number>();

function weightOfStmt(s: Stmt): number {
  let weight = weights.get(s);
  if (weight === undefined) {
    weight = weigh(s);
    weights.set(s, weight);
  }
  return weight;
}

function weigh(s: Stmt): number {
  if (s.kind === 'for') return s.extent * weightOf(s.body);
  if (s.kind === 'if') return Math.max(weightOf(s.then), weightOf(s.otherwise));
  let own = 0;
  visitExprs(s.kind === 'assert' ? s.cond : s.value, () => own++);
  return s.kind === 'reduce' ? s.extent * (own + weightOf(s.body)) : own;
}
