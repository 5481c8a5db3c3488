// The oracle of the kernel language: runs a kernel over typed arrays, statement by statement, every access checked. Slow and trustworthy;
// it shares no code with the emitters.
import { reduceOrder } from '../ir/order.ts';
import { ArgumentError, InternalError, unreachable } from '../util/errors.ts';
import { identityOf } from './identity.ts';
import type { Buffer, Expr, Kernel, ScalarFunction, Stmt } from './kernel.ts';
import { applyBinary, applyCompare, applyConvert, applyUnary, bitsOfFloat, floatOfBits } from './scalar.ts';

export type KernelArray = Float32Array | Float64Array | Int32Array | Uint8Array;

interface Frame {
  readonly kernel: Kernel;
  readonly arrays: ReadonlyMap<string, KernelArray>;
  readonly locals: Map<string, number>;
}

/**
 * Runs the kernel. `arrays[i]` is the memory of the i-th buffer that is not scratch.
 * Throws an ArgumentError with the message of an assertion that does not hold, an InternalError for an access out of bounds.
 */
export function interpret(kernel: Kernel, arrays: readonly KernelArray[]): void {
  let next = 0;
  const memory = kernel.buffers.map((b): [string, KernelArray] => {
    const array = b.role === 'scratch' ? allocateScratch(b) : arrays[next++];
    if (array === undefined || array.length !== b.size)
      throw new InternalError(
        `kernel ${kernel.name}: buffer ${b.name} needs ${b.size} elements, got ${array?.length}`,
      );
    return [b.name, array];
  });
  if (next !== arrays.length)
    throw new InternalError(`kernel ${kernel.name} takes ${next} arrays, got ${arrays.length}`);
  run(kernel.body, { kernel, arrays: new Map(memory), locals: new Map() });
}

function allocateScratch(b: Buffer): KernelArray {
  switch (b.type) {
    case 'f32':
      return new Float32Array(b.size);
    case 'f64':
      return new Float64Array(b.size);
    case 'i32':
      return new Int32Array(b.size);
    case 'bool':
      return new Uint8Array(b.size);
  }
}

function run(body: readonly Stmt[], frame: Frame): void {
  for (const s of body) execute(s, frame);
}

function execute(s: Stmt, frame: Frame): void {
  switch (s.kind) {
    case 'for':
      for (let i = 0; i < s.extent; i++) {
        frame.locals.set(s.index, i);
        run(s.body, frame);
      }
      break;
    case 'let':
    case 'var':
    case 'assign':
      frame.locals.set(s.name, value(s.value, frame));
      break;
    case 'store': {
      const [array, at] = element(s.buffer, s.index, frame);
      array[at] = value(s.value, frame);
      break;
    }
    case 'if':
      run(value(s.cond, frame) === 1 ? s.then : s.otherwise, frame);
      break;
    case 'reduce':
      frame.locals.set(s.name, reduce(s, frame));
      break;
    case 'assert':
      if (value(s.cond, frame) !== 1) throw new ArgumentError(`${s.message}: got ${value(s.got, frame)}`);
      break;
    default:
      unreachable(s);
  }
}

/** The definition in ir/order.ts, word for word. */
function reduce(s: Extract<Stmt, { kind: 'reduce' }>, frame: Frame): number {
  const { lanes, block } = reduceOrder;
  const identity = value(identityOf(s.op, s.type), frame);
  const combine = (a: number, b: number): number => applyBinary(s.op, s.type, a, b);
  let total = identity;
  for (let start = 0; start < s.extent; start += block) {
    let level = new Array<number>(lanes).fill(identity);
    for (let i = start; i < Math.min(start + block, s.extent); i++) {
      frame.locals.set(s.index, i);
      run(s.body, frame);
      level[i % lanes] = combine(level[i % lanes]!, value(s.value, frame));
    }
    while (level.length > 1) {
      const half = level.length / 2;
      level = level.slice(0, half).map((a, lane) => combine(a, level[lane + half]!));
    }
    total = start === 0 ? level[0]! : combine(total, level[0]!);
  }
  return total;
}

function element(buffer: string, index: Expr, frame: Frame): [KernelArray, number] {
  const array = frame.arrays.get(buffer);
  if (array === undefined) throw new InternalError(`kernel ${frame.kernel.name} has no buffer ${buffer}`);
  const at = value(index, frame);
  if (!(at >= 0 && at < array.length))
    throw new InternalError(
      `kernel ${frame.kernel.name}: index ${at} of ${buffer}, which has ${array.length} elements`,
    );
  return [array, at];
}

function value(e: Expr, frame: Frame): number {
  switch (e.kind) {
    case 'const':
      return e.value;
    case 'local': {
      const x = frame.locals.get(e.name);
      if (x === undefined) throw new InternalError(`kernel ${frame.kernel.name} has no local ${e.name}`);
      return x;
    }
    case 'load': {
      const [array, at] = element(e.buffer, e.index, frame);
      return array[at]!;
    }
    case 'unary':
      return applyUnary(e.op, e.type, value(e.x, frame));
    case 'binary':
      // Like select, a conjunction guards what stands on its right.
      if (e.type === 'bool' && e.op === 'and') return value(e.a, frame) === 0 ? 0 : value(e.b, frame);
      if (e.type === 'bool' && e.op === 'or') return value(e.a, frame) === 1 ? 1 : value(e.b, frame);
      return applyBinary(e.op, e.type, value(e.a, frame), value(e.b, frame));
    case 'compare':
      return applyCompare(e.op, value(e.a, frame), value(e.b, frame));
    case 'select':
      return value(value(e.cond, frame) === 1 ? e.a : e.b, frame);
    case 'convert':
      return applyConvert(e.type, value(e.x, frame));
    case 'bits':
      return e.type === 'i32' ? bitsOfFloat(value(e.x, frame)) : floatOfBits(value(e.x, frame));
    case 'call':
      return applyFunction(
        e.fn,
        e.args.map((a) => value(a, frame)),
        frame,
      );
    default:
      return unreachable(e);
  }
}

function applyFunction(fn: ScalarFunction, args: readonly number[], frame: Frame): number {
  const locals = new Map(fn.params.map((p, i) => [p.name, args[i]!]));
  const inner: Frame = { ...frame, arrays: new Map(), locals };
  for (const { name, value: step } of fn.lets) locals.set(name, value(step, inner));
  return value(fn.result, inner);
}

/** The value of an expression of constants and calls only. */
export function evaluateConstant(e: Expr): number {
  return value(e, {
    kernel: { name: 'constant', buffers: [], body: [] },
    arrays: new Map(),
    locals: new Map(),
  });
}

/** A scalar function of numbers, by its definition. */
export function interpretFunction(fn: ScalarFunction): (...args: number[]) => number {
  const kernel: Kernel = { name: fn.name, buffers: [], body: [] };
  return (...args) => applyFunction(fn, args, { kernel, arrays: new Map(), locals: new Map() });
}
