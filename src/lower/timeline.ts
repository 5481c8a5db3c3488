// When everything happens: nodes and blocks get times in program order, and values the times at which they are made and read.
import type { Value } from '../ir/func.ts';
import type { Stmt } from '../loop/kernel.ts';
import { type Block, type Node, type Plan, rootOf } from './blocks.ts';

/** Both ends included. */
export interface Span {
  readonly begin: number;
  readonly end: number;
}

export interface Timeline {
  /** A kernel takes one moment; branches and loops begin before what is in them and end after it. */
  spanOf(node: Node): Span;
  /** A block ends when its results are handed over. */
  spanOfBlock(block: Block): Span;
  /** When a value, which is no alias, is first written: -1 for what is there before all steps. */
  madeAt(root: Value): number;
  /** When it is last read, aliases included: until the end of a loop that reads it in any round. At least `madeAt`. */
  lastRead(root: Value): number;
  /** When it is last read in a span, or -1. */
  lastReadIn(root: Value, span: Span): number;
  /** After it nothing can fail any more. In a loop that is when the loop has ended. */
  readonly lastAssert: number;
  /** When the results are handed to the caller. */
  readonly end: number;
}

export function timelineOf({ params, block, aliases, constants }: Plan): Timeline {
  const spans = new Map<Node | Block, Span>();
  const made = new Map<Value, number>();
  const reads = new Map<Value, number[]>();
  let now = 0;
  let lastAssert = -1;

  // `loops` around, outermost first: where they begin, and the reads that last until they end.
  interface Loop {
    readonly begin: number;
    readonly inside: { readonly root: Value; readonly at: number }[];
  }
  const read = (value: Value, at: number, loops: readonly Loop[]): void => {
    const root = rootOf(value, aliases);
    // What was made before a loop is read in every round, so until the outermost such loop ends.
    const loop = loops.find((l) => made.get(root)! < l.begin);
    if (loop === undefined) reads.get(root)!.push(at);
    else loop.inside.push({ root, at });
  };
  const make = (value: Value, at: number): void => {
    made.set(value, at);
    reads.set(value, []);
  };
  const walkBlock = (b: Block, loops: readonly Loop[]): void => {
    const begin = now++;
    for (const node of b.nodes) walkNode(node, loops);
    const end = now++;
    for (const r of b.results) read(r, end, loops);
    spans.set(b, { begin, end });
  };
  const walkNode = (node: Node, loops: readonly Loop[]): void => {
    const begin = now++;
    switch (node.kind) {
      case 'unit': {
        const { seed } = node.unit;
        for (const arg of node.unit.args) read(arg, begin, loops);
        if (seed !== undefined) read(seed, begin, loops);
        for (const result of node.unit.results) make(result, begin);
        if (hasAssert(node.unit.kernel.body)) lastAssert = Math.max(lastAssert, begin);
        spans.set(node, { begin, end: begin });
        return;
      }
      case 'effect':
        for (const arg of node.args) read(arg, begin, loops);
        if (node.effect.fails) lastAssert = Math.max(lastAssert, begin);
        break;
      case 'if':
        read(node.selector, begin, loops);
        for (const result of node.results) make(result, begin);
        for (const branch of node.branches) walkBlock(branch, loops);
        // A branch hands over its results at its end, also those that nobody reads.
        for (const result of node.results) reads.get(result)!.push(now);
        break;
      case 'while': {
        for (const { first } of node.carries) read(first, begin, loops);
        for (const { place } of node.carries) make(place, begin);
        const loop: Loop = { begin, inside: [] };
        walkBlock(node.cond, [...loops, loop]);
        walkBlock(node.body, [...loops, loop]);
        for (const { root } of loop.inside) reads.get(root)!.push(now);
        // The places last as long as the loop.
        for (const { place } of node.carries) reads.get(place)!.push(now);
        if (lastAssert >= begin) lastAssert = now;
        break;
      }
    }
    spans.set(node, { begin, end: now++ });
  };

  for (const p of params) make(p, -1);
  for (const value of constants.keys()) make(value, -1);
  walkBlock(block, []);
  const end = spans.get(block)!.end;
  return {
    spanOf: (node) => spans.get(node)!,
    spanOfBlock: (b) => spans.get(b)!,
    madeAt: (root) => made.get(root)!,
    lastRead: (root) => Math.max(made.get(root)!, ...reads.get(root)!),
    lastReadIn: (root, span) =>
      Math.max(-1, ...reads.get(root)!.filter((at) => span.begin <= at && at <= span.end)),
    lastAssert,
    end,
  };
}

export function hasAssert(body: readonly Stmt[]): boolean {
  return body.some((s) => {
    switch (s.kind) {
      case 'assert':
        return true;
      case 'for':
      case 'reduce':
        return hasAssert(s.body);
      case 'if':
        return hasAssert(s.then) || hasAssert(s.otherwise);
      case 'let':
      case 'var':
      case 'assign':
      case 'store':
        return false;
    }
  });
}
