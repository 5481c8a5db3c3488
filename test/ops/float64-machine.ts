// The kernel language in double precision: f32 is computed as f64, i32 and bool as they are.
import type { BinaryOp, CompareOp, Expr, Stmt, UnaryOp } from '../../src/loop/kernel.ts';
import { threefryWords } from '../../src/ops/random-bits.ts';
import { references } from '../unit/loop/math-reference.ts';

/** Runs kernels and evaluates expressions over buffers of doubles. */
export class Machine {
  readonly buffers = new Map<string, Float64Array>();
  readonly #locals = new Map<string, number>();

  run(statements: readonly Stmt[]): void {
    for (const s of statements) this.#step(s);
  }

  #step(s: Stmt): void {
    switch (s.kind) {
      case 'for':
        for (let i = 0; i < s.extent; i++) {
          this.#locals.set(s.index, i);
          this.run(s.body);
        }
        return;
      case 'let':
      case 'var':
      case 'assign':
        this.#locals.set(s.name, this.value(s.value));
        return;
      case 'store': {
        const buffer = this.#buffer(s.buffer);
        buffer[this.#inside(s.index, buffer)] = this.value(s.value);
        return;
      }
      case 'if':
        this.run(this.value(s.cond) ? s.then : s.otherwise);
        return;
      case 'reduce':
        throw new Error('no op builds its kernel with a reduce statement');
      case 'assert':
        if (!this.value(s.cond)) throw new Error(s.message);
        return;
    }
  }

  value(e: Expr): number {
    switch (e.kind) {
      case 'const':
        return e.value;
      case 'local':
        return this.#locals.get(e.name)!;
      case 'load': {
        const buffer = this.#buffer(e.buffer);
        return buffer[this.#inside(e.index, buffer)]!;
      }
      case 'unary': {
        const y = unary[e.op](this.value(e.x));
        return e.type === 'i32' ? y | 0 : y;
      }
      case 'binary':
        return arithmetic(e.op, e.type === 'i32', this.value(e.a), this.value(e.b));
      case 'compare':
        return comparisons[e.op](this.value(e.a), this.value(e.b)) ? 1 : 0;
      case 'select':
        return this.value(e.cond) ? this.value(e.a) : this.value(e.b);
      case 'convert': {
        const x = this.value(e.x);
        if (e.type === 'bool') return x !== 0 ? 1 : 0;
        if (e.type !== 'i32') return x;
        return Number.isNaN(x) ? 0 : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)));
      }
      case 'bits':
        throw new Error('bits of a float32 have no meaning in doubles');
      case 'call':
        return functions[e.fn.name]!(...e.args.map((x) => this.value(x)));
    }
  }

  #buffer(name: string): Float64Array {
    const buffer = this.buffers.get(name);
    if (buffer === undefined) throw new Error(`no buffer ${name}`);
    return buffer;
  }

  #inside(index: Expr, buffer: Float64Array): number {
    const at = this.value(index);
    if (!(at >= 0 && at < buffer.length)) throw new Error(`index ${at} of ${buffer.length} elements`);
    return at;
  }
}

function halfToEven(x: number): number {
  const down = Math.floor(x);
  const over = x - down;
  return over < 0.5 || (over === 0.5 && down % 2 === 0) ? down : down + 1;
}

const unary: Readonly<Record<UnaryOp, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  round: halfToEven,
  not: (x) => 1 - x,
};

const comparisons: Readonly<Record<CompareOp, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
};

/** One operation of two operands; `wraps` for int32. */
export function arithmetic(op: BinaryOp, wraps: boolean, a: number, b: number): number {
  const y = binary[op](a, b, wraps);
  return wraps ? y | 0 : y;
}

const binary: Readonly<Record<BinaryOp, (a: number, b: number, wraps: boolean) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b, wraps) => (wraps ? Math.imul(a, b) : a * b),
  div: (a, b) => a / b,
  rem: (a, b) => a % b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << b,
  shr: (a, b) => a >> b,
  ushr: (a, b) => a >>> b,
};

// By the names of loop/math.ts; independent of its algorithms.
const functions: Readonly<Record<string, (...x: number[]) => number>> = {
  ...references,
  threefry: (...x) => threefryWords(...(x as [number, number, number, number])).reduce((a, b) => a ^ b),
};
