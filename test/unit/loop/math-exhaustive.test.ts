// Every float32 through every function of one argument: the error table of docs/numerics.md. Minutes per function, so only when asked:
// MATH_EXHAUSTIVE=1 for all, MATH_EXHAUSTIVE=exp,log for some; MATH_EVERY=61 takes every 61st float32 only.
import { describe, expect, it } from 'vitest';
import { compileScalar } from '../../../src/loop/compile.ts';
import { mathFunctions } from '../../../src/loop/math.ts';
import { bounds, fromBits, monotonic, references, ulpError } from './math-reference.ts';

const asked = process.env.MATH_EXHAUSTIVE ?? '';
const every = Number(process.env.MATH_EVERY ?? 1);
const chosen = mathFunctions.filter(
  (f) => f.params.length === 1 && (asked === '1' || asked.split(',').includes(f.name)),
);

describe('over all float32', () => {
  it.runIf(chosen.length === 0)('is left out', ({ skip }) =>
    skip('takes minutes per function; MATH_EXHAUSTIVE=1 runs it'),
  );

  it.each(chosen)('$name keeps its bound', { timeout: 7_200_000 }, (fn) => {
    const run = compileScalar(fn) as (x: number) => number;
    const exact = references[fn.name]! as (x: number) => number;
    let worst = 0;
    let at = 0;
    let falls = 0;
    for (const sign of [1, -1]) {
      let before = run(sign * 0);
      for (let bits = 0; bits <= 0x7f800000; bits += every) {
        const x = sign * fromBits(bits);
        const y = run(x);
        const error = ulpError(y, exact(x));
        if (error > worst) {
          worst = error;
          at = x;
        }
        if (sign * (y - before) < 0) falls++;
        before = y;
      }
    }
    console.log(`${fn.name}: ${worst.toFixed(4)} ulp at ${at}`);
    expect(worst).toBeLessThanOrEqual(bounds[fn.name]!);
    if (monotonic.has(fn.name)) expect(falls).toBe(0);
  });
});
