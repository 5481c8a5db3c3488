// Mark steps: every executor tells the host when it comes by, and computes what it computes without them.
import '../../../src/tensor/eager.ts';
import { expect, test } from 'vitest';
import type { TypedArray } from '../../../src/array/nd.ts';
import { interpreterOf } from '../../../src/codegen/interpreter.ts';
import { compileProgram } from '../../../src/codegen/js/program.ts';
import type { Mark } from '../../../src/codegen/memory.ts';
import { compileWasm, emitModule } from '../../../src/codegen/wasm/program.ts';
import { moduleText } from '../../../src/codegen/wasm/text.ts';
import { parse } from '../../../src/ir/parse.ts';
import { lower } from '../../../src/lower/lower.ts';
import { printProgram } from '../../../src/lower/print.ts';
import type { Program } from '../../../src/lower/program.ts';
import { registry } from '../../../src/ops/index.ts';
import { outputsOf } from './programs.ts';

// Scalar functions and helpers of a module are functions too, whose numbers an import moves.
const func = parse(
  `func @f(%0: f32[5], %1: f32[5]) {
  %2 = mod %0, %1 : f32[5]
  %3 = sin %2 : f32[5]
  return %3
}`,
  registry,
);
const plain = lower(func, { precision: 'strict', target: 'wasm' });
const marked: Program = {
  ...plain,
  steps: plain.steps
    .flatMap((step, i) => [{ kind: 'mark', id: i } as const, step])
    .concat({ kind: 'mark', id: 9 }),
};
const inputs = [Float32Array.of(1, 5.5, -7, 3e9, 0), Float32Array.of(0.7, 2, 3, 7, 1)];

const executors: Record<string, (program: Program, mark: Mark) => (arrays: TypedArray[]) => void> = {
  interpreter: interpreterOf,
  JavaScript: (program, mark) => compileProgram(program, mark).run,
  WebAssembly: (program, mark) => compileWasm(program, 'strict', { mark }),
};

test.each(Object.entries(executors))('%s', (_, executor) => {
  const ids: number[] = [];
  const [expected, actual] = [outputsOf(plain), outputsOf(plain)];
  executor(plain, () => expect.unreachable('there is no mark'))([...inputs, ...expected]);
  const run = executor(marked, (id) => ids.push(id));
  run([...inputs, ...actual]);
  expect(actual).toEqual(expected);
  expect(ids).toEqual([0, 1, 9]);
});

test('marks print', () => {
  expect(printProgram(marked)).toContain('\n  mark 0\n  run k0_mod(');
  expect(moduleText(emitModule(marked).bytes)).toContain('(import "host" "mark" (func $mark (param i32)))');
  expect(moduleText(emitModule(marked).bytes)).toMatch(/i32\.const 9 call \$mark/);
});
