// Interval analysis of integer expressions: what is known of an index from the extents of its loops.
import { unreachable } from '../util/errors.ts';
import type { Expr } from './kernel.ts';

/** The integers low … high, both included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** What is known of the locals in scope. A local that is missing may be anything. */
export type Ranges = ReadonlyMap<string, Interval>;

/** All of int32: nothing is known. */
export const everything: Interval = { low: -(2 ** 31), high: 2 ** 31 - 1 };
const bit: Interval = { low: 0, high: 1 };

/** The values of a loop index. */
export function indexRange(extent: number): Interval {
  return { low: 0, high: Math.max(0, extent - 1) };
}

/** Does the exact result of the i32 arithmetic stay in int32, so that it does not wrap? */
export function isExact(range: Interval): boolean {
  return range.low >= everything.low && range.high <= everything.high;
}

/** An interval that holds every value of an i32 or bool expression. Arithmetic that may wrap may be anything. */
export function rangeOf(e: Expr, ranges: Ranges): Interval {
  const range = exactRange(e, ranges);
  return isExact(range) ? range : everything;
}

/** Like `rangeOf`, of the outermost operation before it wraps. */
export function exactRange(e: Expr, ranges: Ranges): Interval {
  switch (e.kind) {
    case 'const':
      return { low: e.value, high: e.value };
    case 'local':
      return ranges.get(e.name) ?? (e.type === 'bool' ? bit : everything);
    case 'load':
    case 'compare':
    case 'bits':
    case 'call':
      return e.type === 'bool' ? bit : everything;
    case 'convert':
      return e.x.type === 'i32' || e.x.type === 'bool' ? rangeOf(e.x, ranges) : everything;
    case 'select': {
      const a = rangeOf(e.a, ranges);
      const b = rangeOf(e.b, ranges);
      return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
    }
    case 'unary': {
      if (e.type !== 'i32') return e.type === 'bool' ? bit : everything;
      const { low, high } = rangeOf(e.x, ranges);
      if (e.op === 'neg') return { low: 0 - high, high: 0 - low };
      const nearest = low > 0 ? low : high < 0 ? -high : 0;
      return { low: nearest, high: Math.max(Math.abs(low), Math.abs(high)) };
    }
    case 'binary':
      return e.type === 'i32'
        ? integerRange(e, rangeOf(e.a, ranges), rangeOf(e.b, ranges))
        : e.type === 'bool'
          ? bit
          : everything;
    default:
      return unreachable(e);
  }
}

function integerRange(e: Extract<Expr, { kind: 'binary' }>, a: Interval, b: Interval): Interval {
  switch (e.op) {
    case 'add':
      return { low: a.low + b.low, high: a.high + b.high };
    case 'sub':
      return { low: a.low - b.high, high: a.high - b.low };
    case 'mul': {
      const corners = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
      return { low: Math.min(...corners), high: Math.max(...corners) };
    }
    case 'div':
      if (b.low !== b.high || b.low <= 0) return everything;
      return { low: Math.trunc(a.low / b.low), high: Math.trunc(a.high / b.low) };
    case 'rem': {
      if (b.low !== b.high || b.low <= 0) return everything;
      const last = b.low - 1;
      return {
        low: a.low >= 0 ? (a.high <= last ? a.low : 0) : Math.max(a.low, -last),
        high: a.high <= 0 ? 0 : Math.min(a.high, last),
      };
    }
    case 'min':
      return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) };
    case 'max':
      return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
    case 'and':
      // A mask without a sign bit keeps at most its own bits.
      return b.low >= 0 ? { low: 0, high: b.high } : a.low >= 0 ? { low: 0, high: a.high } : everything;
    case 'or':
    case 'xor':
    case 'shl':
    case 'shr':
    case 'ushr':
      return everything;
    default:
      return unreachable(e.op);
  }
}

/**
 * Are both ends of `rangeOf` surely reached? True for sums of multiples of different loop indices, so that an index whose range leaves its buffer is a proven
 * error and not a lack of knowledge.
 */
export function reachesEnds(e: Expr, ranges: Ranges): boolean {
  const seen = new Set<string>();
  const linear = (x: Expr): boolean => {
    if (x.kind === 'const') return true;
    if (x.kind === 'local') {
      const fresh = ranges.has(x.name) && !seen.has(x.name);
      seen.add(x.name);
      return fresh;
    }
    if (x.kind !== 'binary') return false;
    if (x.op === 'add' || x.op === 'sub') return linear(x.a) && linear(x.b);
    return x.op === 'mul' && linear(x.a) && linear(x.b) && (x.a.kind === 'const' || x.b.kind === 'const');
  };
  return linear(e);
}
