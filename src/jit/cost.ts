// What kernels cost: arithmetic counted from their loops, bytes from their buffers.
import type { Expr, Kernel, ScalarFunction, Stmt } from '../loop/kernel.ts';
import { bodyOf, operandsOf } from '../loop/visit.ts';
import { kernelsOf, type Program, type Step } from '../lower/program.ts';

export interface KernelCost {
  readonly kernel: string;
  /** Floating-point operations: arithmetic, comparisons and selections on f32 and f64; the steps of exp, log … are counted, indices are not. */
  readonly flops: number;
  /** Bytes of the buffers it reads and writes, each once. */
  readonly bytes: number;
}

export function kernelCosts(program: Program): readonly KernelCost[] {
  return kernelsOf(program).map(kernelCost);
}

// How often the rounds of a loop run is data; this is a guess for decisions that need some number.
const guessedRounds = 64;

/** What a whole run probably costs: each kernel's figures times how often it runs. */
export function expectedCosts(program: Program): readonly KernelCost[] {
  const walk = (steps: readonly Step[], times: number): readonly KernelCost[] =>
    steps.flatMap((step) => {
      switch (step.kind) {
        case 'run': {
          const { kernel, flops, bytes } = kernelCost(step.kernel);
          return [{ kernel, flops: times * flops, bytes: times * bytes }];
        }
        case 'if':
          return step.branches.flatMap((branch) => walk(branch, times / step.branches.length));
        case 'while':
          return walk([...step.before, ...step.body], times * guessedRounds);
        case 'copy':
        case 'effect':
        case 'mark':
          return [];
      }
    });
  return walk(program.steps, 1);
}

export function kernelCost(kernel: Kernel): KernelCost {
  return { kernel: kernel.name, flops: flopsOfBody(kernel.body), bytes: bytesOf(kernel) };
}

/** Operations of a whole run, probably. */
export function expectedFlops(program: Program): number {
  return expectedCosts(program).reduce((sum, { flops }) => sum + flops, 0);
}

// Nanoseconds per operation and per byte, as vectors of four do them from the second cache on.
const perFlop = 0.03;
const perByte = 0.03;

/** Nanoseconds that a kernel takes in WebAssembly on one thread, roughly. */
export function estimatedTime(kernel: Kernel): number {
  return flopsOfBody(kernel.body) * perFlop + bytesOf(kernel) * perByte;
}

/** Nanoseconds that a whole run probably takes there. */
export function expectedTime(program: Program): number {
  return expectedCosts(program).reduce((sum, { flops, bytes }) => sum + flops * perFlop + bytes * perByte, 0);
}

const bytesPer = { f32: 4, f64: 8, i32: 4, bool: 1 } as const;

function bytesOf({ buffers }: Kernel): number {
  return buffers
    .filter((b) => b.role !== 'scratch')
    .reduce((sum, b) => sum + b.size * bytesPer[b.type] * (b.role === 'inout' ? 2 : 1), 0);
}

// Asked several times while one program is compiled, and kernels that repeat have one body.
const counted = new WeakMap<readonly Stmt[], number>();

function flopsOfBody(body: readonly Stmt[]): number {
  let flops = counted.get(body);
  if (flops === undefined) {
    flops = flopsOf(body);
    counted.set(body, flops);
  }
  return flops;
}

function flopsOf(stmts: readonly Stmt[]): number {
  return stmts.reduce((sum, s) => sum + flopsOfStmt(s), 0);
}

function flopsOfStmt(s: Stmt): number {
  switch (s.kind) {
    case 'for':
      return s.extent * flopsOf(s.body);
    case 'let':
    case 'var':
    case 'assign':
      return flopsOfExpr(s.value);
    case 'store':
      return flopsOfExpr(s.index) + flopsOfExpr(s.value);
    case 'if':
      return flopsOfExpr(s.cond) + Math.max(flopsOf(s.then), flopsOf(s.otherwise));
    case 'reduce':
      return s.extent * (flopsOf(s.body) + flopsOfExpr(s.value) + (isFloat(s.type) ? 1 : 0));
    case 'assert':
      return flopsOfExpr(s.cond);
  }
}

function flopsOfExpr(e: Expr): number {
  let flops = operandsOf(e).reduce((sum, x) => sum + flopsOfExpr(x), 0);
  switch (e.kind) {
    case 'unary':
    case 'binary':
    case 'select':
      if (isFloat(e.type)) flops++;
      break;
    case 'compare':
      if (isFloat(e.a.type)) flops++;
      break;
    case 'call':
      flops += flopsOfFunction(e.fn);
      break;
    case 'const':
    case 'local':
    case 'load':
    case 'convert':
    case 'bits':
      break;
  }
  return flops;
}

const known = new WeakMap<ScalarFunction, number>();

function flopsOfFunction(fn: ScalarFunction): number {
  let flops = known.get(fn);
  if (flops === undefined) {
    flops = bodyOf(fn).reduce((sum, e) => sum + flopsOfExpr(e), 0);
    known.set(fn, flops);
  }
  return flops;
}

function isFloat(type: string): boolean {
  return type === 'f32' || type === 'f64';
}
