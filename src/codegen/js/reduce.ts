// The JavaScript of a `reduce` statement. Sums and products of floats follow the fixed order of ir/order.ts; all else is a plain loop.
import { reduceOrder } from '../../ir/order.ts';
import { identityOf } from '../../loop/identity.ts';
import { indexRange, rangeOf } from '../../loop/interval.ts';
import { spellExpr, spellName } from '../../loop/javascript.ts';
import type { Expr, Stmt } from '../../loop/kernel.ts';
import { add, assign, binary, i32, index, letIn, local } from '../../loop/make.ts';
import { mapStmt } from '../../loop/rewrite.ts';
import { simplifyExpr } from '../../loop/simplify-expr.ts';
import { visitExprs } from '../../loop/visit.ts';
import { range } from '../../util/seq.ts';
import { block, type Context, type SpellStatements, withRange } from './context.ts';
import { spellIndex } from './element.ts';

type Reduce = Extract<Stmt, { readonly kind: 'reduce' }>;

export function spellReduce(s: Reduce, context: Context, spell: SpellStatements): string[] {
  const ordered = (s.op === 'add' || s.op === 'mul') && (s.type === 'f32' || s.type === 'f64');
  return [
    `let ${spellName(s.name)} = ${spellExpr(identityOf(s.op, s.type))};`,
    ...(ordered ? inOrder(s, context, spell) : inAnyOrder(s, context, spell)),
  ];
}

const { lanes, block: blockSize } = reduceOrder;

const combine = (s: Reduce, name: string, value: Expr): Expr => binary(s.op, local(s.type, name), value);

function inAnyOrder(s: Reduce, context: Context, spell: SpellStatements): string[] {
  const i = spellName(s.index);
  return block(
    `for (let ${i} = 0; ${i} < ${s.extent}; ${i}++)`,
    spell(
      [...s.body, assign(s.name, combine(s, s.name, s.value))],
      withRange(context, s.index, indexRange(s.extent)),
    ),
  );
}

function inOrder(s: Reduce, context: Context, spell: SpellStatements): string[] {
  const rest = s.extent % blockSize;
  const full = s.extent - rest;
  const lines: string[] = [];
  if (full > blockSize) {
    const start = context.fresh(`${s.index}_block`);
    const inner = withRange(context, start, { low: 0, high: full - blockSize });
    lines.push(
      ...block(
        `for (let ${start} = 0; ${start} < ${full}; ${start} += ${blockSize})`,
        oneBlock(s, index(start), blockSize, inner, spell),
      ),
    );
  } else if (full > 0) lines.push(...block('', oneBlock(s, i32(0), blockSize, context, spell)));
  if (rest > 0) lines.push(...block('', oneBlock(s, i32(full), rest, context, spell)));
  return lines;
}

/** A spelled block: its lines, and the local that holds each lane at their end; fewer than eight where the others have no elements. */
interface Lanes {
  readonly lines: readonly string[];
  readonly names: readonly string[];
}

/** The lanes of the block of `size` elements from `first` on, and their combination with the total of the blocks before it. */
function oneBlock(s: Reduce, first: Expr, size: number, context: Context, spell: SpellStatements): string[] {
  const accumulate = nodesOf(s) > unrolledNodes ? rolled : unrolled;
  const { lines, names } = accumulate(s, first, size, context, spell);
  const identity = spellExpr(identityOf(s.op, s.type));
  // Lanes without elements hold the identity, and combining it changes nothing: 1 · x is x, and 0 + x is x unless that is -0, which no sum
  // that began with 0 is. For the same reason the first block may be combined with the identity.
  return [
    `let ${names.map((name) => `${name} = ${identity}`).join(', ')};`,
    ...lines,
    ...spell([assign(s.name, combine(s, s.name, tree(s, names)))], context),
  ];
}

/** Lane j with lane j + 4, of those j with j + 2, and the last two. */
function tree(s: Reduce, names: readonly string[]): Expr {
  let level: (Expr | undefined)[] = range(lanes).map((lane) =>
    lane < names.length ? local(s.type, names[lane]!) : undefined,
  );
  while (level.length > 1) {
    const upper = level.slice(level.length / 2);
    level = level.slice(0, upper.length).map((a, lane) => {
      const b = upper[lane];
      return a !== undefined && b !== undefined ? binary(s.op, a, b) : a;
    });
  }
  return level[0]!;
}

// A body of more nodes is written once and not eight times; then the lanes move through the locals.
const unrolledNodes = 40;

function nodesOf(s: Reduce): number {
  let nodes = 0;
  const count = (): void => {
    nodes++;
  };
  visitExprs(s.body, count);
  visitExprs(s.value, count);
  return nodes;
}

/** Eight elements at a time, one for each lane; then the rest one by one, or all where a loop would go round once. */
function unrolled(s: Reduce, first: Expr, size: number, context: Context, spell: SpellStatements): Lanes {
  const names = laneNames(s, Math.min(lanes, size), context);
  const element = (lane: number, at: Expr, inner: Context): string[] => {
    // `(r + 1) * n` becomes `r * n + n`: then the lanes share all of their address but a constant.
    const here = { ranges: inner.ranges, values: new Map([[s.index, at]]) };
    const simplify = (e: Expr): Expr => simplifyExpr(e, here);
    const inside = (body: readonly Stmt[]): readonly Stmt[] => body.map((x) => mapStmt(x, simplify, inside));
    const total = assign(names[lane]!, combine(s, names[lane]!, simplify(s.value)));
    const lines = spell([...inside(s.body), total], inner);
    return s.body.length > 0 ? block('', lines) : lines;
  };
  const even = size < 2 * lanes ? 0 : size - (size % lanes);
  const lines: string[] = [];
  if (even > 0) {
    const i = spellName(s.index);
    const start = rangeOf(first, context.ranges);
    const inner = withRange(context, s.index, { low: start.low, high: start.high + even - lanes });
    lines.push(
      ...block(
        `for (let ${i} = ${spellExpr(first)}; ${i} < ${after(first, even, context)}; ${i} += ${lanes})`,
        range(lanes).flatMap((lane) => element(lane, plus(index(s.index), lane), inner)),
      ),
    );
  }
  for (let at = even; at < size; at++) lines.push(...element(at % lanes, plus(first, at), context));
  return { lines, names };
}

/** One element at a time: it goes to the first local, and all locals move up, so that each lane comes round after eight elements. */
function rolled(s: Reduce, first: Expr, size: number, context: Context, spell: SpellStatements): Lanes {
  const names = laneNames(s, lanes, context);
  const next = context.fresh(`${s.name}_next`);
  const i = spellName(s.index);
  const start = rangeOf(first, context.ranges);
  const inner = withRange(context, s.index, { low: start.low, high: start.high + size - 1 });
  const lines = block(`for (let ${i} = ${spellExpr(first)}; ${i} < ${after(first, size, context)}; ${i}++)`, [
    ...spell([...s.body, letIn(next, combine(s, names[0]!, s.value))], inner),
    ...names.map((name, lane) => `${name} = ${names[lane + 1] ?? next};`),
  ]);
  return { lines, names: range(lanes).map((lane) => names[(lane + lanes - (size % lanes)) % lanes]!) };
}

function laneNames(s: Reduce, count: number, context: Context): string[] {
  return range(count).map((lane) => context.fresh(`${s.name}_${lane}`));
}

function plus(first: Expr, by: number): Expr {
  return first.kind === 'const' ? i32(first.value + by) : by === 0 ? first : add(first, i32(by));
}

/** The text of `first + size`, which is no int32 to wrap but the bound of a loop. */
function after(first: Expr, size: number, context: Context): string {
  return spellIndex(plus(first, size), context.ranges);
}
