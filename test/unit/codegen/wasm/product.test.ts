// Products large enough for panels: both operands in all orders, with rows and columns left over, against JavaScript, to the bit.
import { expect, test } from 'vitest';
import { sizeOf } from '../../../../src/ir/types.ts';
import { engines, execute, lowered, read } from '../../lower/run.ts';

const sizes = [
  // One block of rows, panels one at a time; the left operand is larger than 256 KB.
  { m: 263, n: 37, k: 260 },
  // Several blocks of rows, and the right operand is copied as a whole.
  { m: 203, n: 70, k: 1030 },
] as const;

for (const { m, n, k } of sizes)
  for (const left of [false, true])
    for (const right of [false, true])
      test(`${left ? `[${k},${m}]ᵀ` : `[${m},${k}]`} by ${right ? `[${n},${k}]ᵀ` : `[${k},${n}]`}`, () => {
        const func =
          read(`func @product(%0: f32[${left ? `${k},${m}` : `${m},${k}`}], %1: f32[${right ? `${n},${k}` : `${k},${n}`}]) {
          %2 = dot_general %0, %1 {leftBatch=[], rightBatch=[], leftContract=[${left ? 0 : 1}], rightContract=[${right ? 1 : 0}]} : f32[${m},${n}]
          return %2
        }`);
        // No special values: a NaN in every row would make all results NaN.
        const inputs = func.params.map(({ type }, n) =>
          Float32Array.from(
            { length: sizeOf(type.shape) },
            (_, i) => Math.sin(i * (n + 1.1)) * 10 ** (i % 4),
          ),
        );
        const [script] = execute(lowered(func), engines.compiled!, inputs);
        const [module] = execute(lowered(func, [], 'wasm'), engines['compiled, wasm']!, inputs);
        const at = script!.findIndex((x, i) => !Object.is(x, module![i]));
        expect(new Set(script).size).toBeGreaterThan((m * n) / 2);
        expect(at, `element ${at}: ${module![at]} instead of ${script![at]}`).toBe(-1);
      });
