// Every float32 through every function of one argument: the error table of docs/numerics.md. Minutes per function, so only when asked:
// MATH_EXHAUSTIVE=1 for all, MATH_EXHAUSTIVE=exp,log for some; MATH_EVERY=61 takes every 61st float32 only.
import { describe, expect, it } from 'vitest';
import { compileWasm } from '../../../src/codegen/wasm/program.ts';
import type { Kernel, ScalarFunction } from '../../../src/loop/kernel.ts';
import * as k from '../../../src/loop/make.ts';
import { mathFunctions } from '../../../src/loop/math.ts';
import { programOf } from '../codegen/programs.ts';
import { bounds, monotonic, references, ulpError } from './math-reference.ts';

const asked = process.env.MATH_EXHAUSTIVE ?? '';
const every = Number(process.env.MATH_EVERY ?? 1);
const chosen = mathFunctions.filter(
  (f) => f.params.length === 1 && (asked === '1' || asked.split(',').includes(f.name)),
);

const size = 2 ** 20;
const infinity = 0x7f800000;
const signBit = 0x80000000;

/** f(-x) = -f(x), or f(x): then the references for positive arguments serve for both. */
const odd: ReadonlySet<string> = new Set(['sin', 'tan', 'asin', 'atan', 'sinh', 'tanh', 'erf']);
const even: ReadonlySet<string> = new Set(['cos', 'cosh']);

/** A block of arguments and results. */
interface Block {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** The function over arguments that are given as bits, four at a time. Each block has arrays of its own: those of an earlier call may be known still. */
function blocksOf(fn: ScalarFunction): (bitsAt: (i: number) => number) => Block {
  const kernel: Kernel = {
    name: fn.name,
    buffers: [
      { name: 'x', type: 'f32', size, role: 'in' },
      { name: 'y', type: 'f32', size, role: 'out' },
    ],
    body: [
      k.lanedLoop('i', size, [k.store('y', k.index('i'), k.call(fn, k.load('f32', 'x', k.index('i'))))]),
    ],
  };
  const run = compileWasm(programOf(kernel));
  return (bitsAt) => {
    const bits = new Int32Array(size);
    for (let i = 0; i < size; i++) bits[i] = bitsAt(i);
    const block: Block = { x: new Float32Array(bits.buffer), y: new Float32Array(size) };
    run([block.x, block.y]);
    return block;
  };
}

describe('over all float32', () => {
  it.runIf(chosen.length === 0)('is left out', ({ skip }) =>
    skip('takes minutes per function; MATH_EXHAUSTIVE=1 runs it'),
  );

  it.each(chosen)('$name keeps its bound', { timeout: 7_200_000 }, (fn) => {
    const over = blocksOf(fn);
    const exact = references[fn.name]! as (x: number) => number;
    const mirrored = odd.has(fn.name) ? signBit : even.has(fn.name) ? 0 : null;
    let worst = 0.5;
    let at = 0;
    let falls = 0;
    let asymmetries = 0;
    for (const sign of mirrored === null ? [0, signBit] : [0]) {
      let before = sign === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      for (let first = 0; first <= infinity; first += size * every) {
        const count = Math.min(size, Math.floor((infinity - first) / every) + 1);
        const bitsAt = (i: number): number => (first + Math.min(i, count - 1) * every) | sign;
        const { x, y } = over(bitsAt);
        for (let i = 0; i < count; i++) {
          const result = y[i]!;
          const reference = exact(x[i]!);
          // Most results are the float32 next to the exact one: off by half an ulp at most, which says nothing.
          if (!Object.is(result, Math.fround(reference))) {
            const error = ulpError(result, reference);
            if (error > worst) [worst, at] = [error, x[i]!];
          }
          if (sign === 0 ? result < before : result > before) falls++;
          before = result;
        }
        if (mirrored === null) continue;
        const opposite = over((i) => bitsAt(i) | signBit).y;
        for (let i = 0; i < count; i++)
          if (!Object.is(opposite[i], mirrored === signBit ? -y[i]! : y[i]!)) asymmetries++;
      }
    }
    console.log(`${fn.name}: ${worst.toFixed(4)} ulp at ${at}`);
    expect(worst).toBeLessThanOrEqual(bounds[fn.name]!);
    expect(asymmetries).toBe(0);
    if (monotonic.has(fn.name)) expect(falls).toBe(0);
  });
});
