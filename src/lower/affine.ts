// Index arithmetic in a canonical form: sums of integer multiples of atoms. Two indices are equal exactly when their keys are,
// and what `reshape` writes as division and remainder cancels by itself, because x rem d is kept as x - d·(x div d).
import type { Expr } from '../loop/kernel.ts';
import { add, binary, i32, index as indexLocal, mul, sub } from '../loop/make.ts';

/** What a sum is made of: a loop index, a truncating division, or any other expression (a loaded index, a clamp). */
export interface Atom {
  readonly key: string;
  readonly expr: Expr;
  readonly min: number;
  readonly max: number;
  /** Present for a loop index: it runs over 0 … extent-1. */
  readonly extent?: number;
  /** Present for a division: trunc(of / by). */
  readonly quotient?: { readonly of: Affine; readonly by: number };
}

export interface Term {
  readonly atom: Atom;
  readonly times: number;
}

/**
 * constant + Σ times·atom. All arithmetic is exact modulo 2^32, as i32 is; divisions are simplified only where the range proves them.
 * A class because key, range and expression are found when asked for: most sums are only steps on the way to another.
 */
export class Affine {
  readonly constant: number;
  readonly terms: readonly Term[];
  #key: string | undefined;
  #range: Range | undefined;
  #expr: Expr | undefined;

  constructor(constant: number, terms: readonly Term[]) {
    this.constant = constant;
    this.terms = terms;
  }
  get key(): string {
    this.#key ??= keyOf(this);
    return this.#key;
  }
  get min(): number {
    this.#range ??= rangeOf(this);
    return this.#range.min;
  }
  get max(): number {
    this.#range ??= rangeOf(this);
    return this.#range.max;
  }
  /** Large strides first, the constant last, remainders spelled as such. */
  get expr(): Expr {
    if (this.#expr === undefined) {
      this.#expr = spell(this);
      formOf.set(this.#expr, this);
    }
    return this.#expr;
  }
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function keyOf({ constant, terms }: Affine): string {
  const parts = terms.map(({ atom, times }) => `${times}*${atom.key}`);
  if (parts.length > 1) parts.sort();
  return parts.length === 0 ? String(constant) : `${parts.join('+')}+${constant}`;
}

// Ops compute with Exprs; these remember which canonical form an Expr stands for. Entries never change.
const formOf = new WeakMap<Expr, Affine>();

export function constant(value: number): Affine {
  return new Affine(value, []);
}

function atomic(atom: Atom): Affine {
  return new Affine(0, [{ atom, times: 1 }]);
}

/** The index of a loop; names are unique within a kernel's nest. */
export function loopIndex(name: string, extent: number): Affine {
  const expr = indexLocal(name);
  const form = atomic({ key: name, expr, min: 0, max: Math.max(0, extent - 1), extent });
  formOf.set(expr, form);
  return form;
}

/** a + times·b. */
export function plus(a: Affine, b: Affine, times = 1): Affine {
  const sum = a.constant + b.constant * times;
  if (b.terms.length === 0) return times * b.constant === 0 ? a : new Affine(sum, a.terms);
  const terms: Term[] = [...a.terms];
  for (const term of b.terms) {
    const at = terms.findIndex((t) => t.atom === term.atom || t.atom.key === term.atom.key);
    const total = (at < 0 ? 0 : terms[at]!.times) + term.times * times;
    if (at < 0) terms.push({ atom: term.atom, times: total });
    else if (total === 0) terms.splice(at, 1);
    else terms[at] = { atom: term.atom, times: total };
  }
  return new Affine(sum, terms);
}

export function scale(a: Affine, by: number): Affine {
  if (by === 1) return a;
  if (by === 0) return constant(0);
  return plus(constant(0), a, by);
}

/** trunc(x / by) for by > 0. */
export function quotient(x: Affine, by: number): Affine {
  if (by === 1) return x;
  if (x.terms.length === 0) return constant(Math.trunc(x.constant / by));
  if (x.min >= 0) {
    if (x.max < by) return constant(0);
    // x = by·whole + rest with rest >= 0, so ⌊x / by⌋ = whole + ⌊rest / by⌋.
    const [whole, rest] = divisiblePart(x, by);
    if (rest.min >= 0 && (whole.terms.length > 0 || whole.constant !== 0))
      return plus(whole, quotient(rest, by));
    // x = step·coarse + fine with 0 <= fine < step and step | by, so ⌊x / by⌋ = ⌊coarse / (by / step)⌋.
    for (const step of steps(x, by)) {
      const [coarse, fine] = divisiblePart(x, step);
      if (fine.min >= 0 && fine.max < step) return quotient(coarse, by / step);
    }
    const inner = x.terms.length === 1 && x.constant === 0 ? x.terms[0]! : undefined;
    if (inner?.times === 1 && inner.atom.quotient && inner.atom.quotient.of.min >= 0)
      return quotient(inner.atom.quotient.of, inner.atom.quotient.by * by);
  }
  return atomic({
    key: `(${x.key})/${by}`,
    get expr() {
      return binary('div', x.expr, i32(by));
    },
    min: Math.trunc(x.min / by),
    max: Math.trunc(x.max / by),
    quotient: { of: x, by },
  });
}

/** x rem by, with the sign of x, for by > 0. */
export function remainder(x: Affine, by: number): Affine {
  return plus(x, quotient(x, by), -by);
}

// [q, r] with x = by·q + r, q as large as the coefficients allow.
function divisiblePart(x: Affine, by: number): readonly [Affine, Affine] {
  const whole = Math.floor(x.constant / by);
  const divisible = x.terms.filter((t) => t.times % by === 0);
  const rest = x.terms.filter((t) => t.times % by !== 0);
  return [
    new Affine(
      whole,
      divisible.map(({ atom, times }) => ({ atom, times: times / by })),
    ),
    new Affine(x.constant - whole * by, rest),
  ];
}

// Coefficients of x that divide `by`, largest first.
function steps(x: Affine, by: number): number[] {
  const found = new Set(x.terms.map((t) => Math.abs(t.times)).filter((t) => t > 1 && t < by && by % t === 0));
  return [...found].sort((a, b) => b - a);
}

interface Remainder {
  readonly of: Affine;
  readonly by: number;
  readonly times: number;
}

// Finds times·(of rem by) in a sum: `times·of - times·by·(of div by)`, where `of` may itself be a division.
function splitRemainders(terms: readonly Term[]): { remainders: Remainder[]; others: readonly Term[] } {
  const remainders: Remainder[] = [];
  let others = terms;
  for (const term of terms) {
    const q = term.atom.quotient;
    if (!q || !others.includes(term)) continue;
    const found = matchRemainder(others, term, q.of, q.by);
    if (found === undefined) continue;
    remainders.push(found.remainder);
    others = found.others;
  }
  return { remainders, others };
}

function matchRemainder(
  terms: readonly Term[],
  term: Term,
  of: Affine,
  by: number,
): { remainder: Remainder; others: readonly Term[] } | undefined {
  for (const partner of terms) {
    const inner = partner.atom.quotient;
    if (partner === term || inner === undefined || inner.of.key !== of.key || by % inner.by !== 0) continue;
    const modulus = by / inner.by;
    if (term.times === -partner.times * modulus)
      return {
        remainder: { of: atomic(partner.atom), by: modulus, times: partner.times },
        others: terms.filter((t) => t !== term && t !== partner),
      };
  }
  if (of.constant !== 0 || term.times % by !== 0) return undefined;
  const times = -term.times / by;
  const used = of.terms.map((o) =>
    terms.find((t) => t.atom.key === o.atom.key && t.times === o.times * times),
  );
  if (used.includes(undefined)) return undefined;
  return {
    remainder: { of, by, times },
    others: terms.filter((t) => t !== term && !used.includes(t)),
  };
}

function rangeOf({ constant, terms }: Affine): Range {
  let min = constant;
  let max = constant;
  const include = (low: number, high: number, times: number): void => {
    min += times > 0 ? low * times : high * times;
    max += times > 0 ? high * times : low * times;
  };
  if (terms.some((t) => t.atom.quotient)) {
    const { remainders, others } = splitRemainders(terms);
    for (const { of, by, times } of remainders)
      include(of.min >= 0 ? 0 : 1 - by, Math.min(by - 1, Math.max(0, of.max)), times);
    for (const { atom, times } of others) include(atom.min, atom.max, times);
  } else {
    for (const { atom, times } of terms) include(atom.min, atom.max, times);
  }
  return { min, max };
}

function spell({ constant, terms }: Affine): Expr {
  const { remainders, others } = splitRemainders(terms);
  const parts = [
    ...others.map(({ atom, times }) => ({ expr: atom.expr, times })),
    ...remainders.map(({ of, by, times }) => ({ expr: binary('rem', of.expr, i32(by)), times })),
  ].sort((x, y) => Math.abs(y.times) - Math.abs(x.times) || y.times - x.times);
  // A positive part leads, so that no expression starts with a negation; else the constant does.
  const lead = parts.findIndex((p) => p.times > 0);
  if (lead > 0) parts.unshift(...parts.splice(lead, 1));
  let sum: Expr | null = lead < 0 ? i32(constant) : null;
  for (const { expr, times } of parts) {
    const size = Math.abs(times);
    const scaled = size === 1 ? expr : mul(expr, i32(size));
    sum = sum === null ? scaled : times > 0 ? add(sum, scaled) : sub(sum, scaled);
  }
  if (sum === null || lead < 0) return sum ?? i32(constant);
  return constant === 0 ? sum : constant > 0 ? add(sum, i32(constant)) : sub(sum, i32(-constant));
}

/** The canonical form of an index expression that an op built from the Exprs it was given. */
export function fromExpr(e: Expr): Affine {
  const known = formOf.get(e);
  if (known) return known;
  const form = convert(e);
  formOf.set(e, form);
  return form;
}

function convert(e: Expr): Affine {
  if (e.kind === 'const') return constant(e.value);
  if (e.kind === 'binary' && e.type === 'i32') {
    if (e.op === 'add') return plus(fromExpr(e.a), fromExpr(e.b));
    if (e.op === 'sub') return plus(fromExpr(e.a), fromExpr(e.b), -1);
    const a = fromExpr(e.a);
    const b = fromExpr(e.b);
    const factor = b.terms.length === 0 ? b.constant : undefined;
    if (e.op === 'mul') {
      if (factor !== undefined) return scale(a, factor);
      if (a.terms.length === 0) return scale(b, a.constant);
    }
    if (e.op === 'div' && factor !== undefined && factor > 0) return quotient(a, factor);
    if (e.op === 'rem' && factor !== undefined && factor > 0) return remainder(a, factor);
    if (e.op === 'min') return opaque(e, { min: Math.min(a.min, b.min), max: Math.min(a.max, b.max) });
    if (e.op === 'max') return opaque(e, { min: Math.max(a.min, b.min), max: Math.max(a.max, b.max) });
  }
  if (e.kind === 'unary' && e.op === 'neg') return scale(fromExpr(e.x), -1);
  if (e.kind === 'select') {
    const a = fromExpr(e.a);
    const b = fromExpr(e.b);
    return opaque(e, { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) });
  }
  return opaque(e, { min: -(2 ** 31), max: 2 ** 31 - 1 });
}

// Opaque expressions are compared by identity: the reader gives one Expr for one value at one index.
const numbers = new WeakMap<Expr, number>();
let count = 0;

function opaque(expr: Expr, range: { readonly min: number; readonly max: number }): Affine {
  if (!numbers.has(expr)) numbers.set(expr, count++);
  return atomic({ key: `#${numbers.get(expr)}`, expr, ...range });
}

/** Row-major linear index of a multi-index. */
export function flatten(at: readonly Affine[], shape: readonly number[]): Affine {
  let out = constant(0);
  at.forEach((x, axis) => {
    out = plus(x, out, shape[axis]!);
  });
  return out;
}

/** The multi-index of a row-major linear index. */
export function unflatten(linear: Affine, shape: readonly number[]): Affine[] {
  const at: Affine[] = new Array(shape.length);
  let rest = linear;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    at[axis] = axis === 0 ? rest : remainder(rest, size);
    if (axis > 0) rest = quotient(rest, size);
  }
  return at;
}
