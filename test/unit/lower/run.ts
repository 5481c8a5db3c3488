// Runs a lowered function in both ways there are, and compares the bits with the oracle of the tensor IR.
import { expect } from 'vitest';
import '../../../src/tensor/eager.ts';
import { allocate, flatData, type NdView, type TypedArray } from '../../../src/array/nd.ts';
import { interpreterOf } from '../../../src/codegen/interpreter.ts';
import { compileProgram } from '../../../src/codegen/js/program.ts';
import { locate } from '../../../src/codegen/memory.ts';
import { compileWasm } from '../../../src/codegen/wasm/program.ts';
import type { Func } from '../../../src/ir/func.ts';
import { parse } from '../../../src/ir/parse.ts';
import { type DType, sizeOf, type TensorType } from '../../../src/ir/types.ts';
import { verify } from '../../../src/ir/verify.ts';
import { verifyKernel } from '../../../src/loop/verify.ts';
import { lower } from '../../../src/lower/lower.ts';
import type { Program } from '../../../src/lower/program.ts';
import type { Target } from '../../../src/lower/schedule.ts';
import { evaluate } from '../../../src/ops/evaluate.ts';
import { registry } from '../../../src/ops/index.ts';
import { seeded } from '../../../src/util/rng.ts';
import { floats, ints, specialFloats, specialInts, view } from '../../ops/samples/sample.ts';
import { compileInParts } from '../codegen/wasm/parts.ts';
import { compileInThreads } from '../codegen/wasm/real-threads.ts';

export function read(text: string): Func {
  const func = parse(text, registry);
  verify(func);
  return func;
}

/** A program whose kernels obey the rules of the kernel language. */
export function lowered(func: Func, donated: readonly number[] = [], target: Target = 'js'): Program {
  const program = lower(func, { precision: 'strict', donated, target });
  for (const step of program.steps) if (step.kind === 'run') verifyKernel(step.kernel);
  return program;
}

export type Engine = (program: Program) => (arrays: TypedArray[]) => void;
export const engines: Readonly<Record<string, Engine>> = {
  interpreted: interpreterOf,
  compiled: (program) => compileProgram(program).run,
  'compiled, wasm': (program) => compileWasm(program),
  'compiled, wasm without vectors': (program) => compileWasm(program, 'strict', { vectors: false }),
  'compiled, wasm in 3 parts': compileInParts(3),
};

/** For programs after `startThreads(2)`. */
export const inTwoThreads: Engine = compileInThreads(2);

/** The results' arrays. `inputs` are given to the program as they are; fresh results start as rubbish. */
export function execute(program: Program, engine: Engine, inputs: readonly TypedArray[]): TypedArray[] {
  const located = locate(program);
  const fresh = program.outputs.map((slot) => {
    const { dtype, shape } = located.get(slot)!.slot.type;
    return allocate(dtype, sizeOf(shape)).fill(dtype === 'bool' ? 1 : 77);
  });
  const run = engine(program);
  // Twice: a second call must not see what the first left in the arena.
  for (let call = 0; call < 2; call++) {
    const given = call === 0 ? inputs.map((x) => x.slice()) : inputs;
    run([...given, ...fresh]);
  }
  return program.outputs.map((slot) => {
    const { memory } = located.get(slot)!;
    if (memory.kind === 'input') return inputs[memory.index]!;
    if (memory.kind === 'output') return fresh[memory.index]!;
    throw new Error(`a result lives in ${memory.kind} memory`);
  });
}

/** The program gives the bits of eager mode and leaves inputs alone that were not donated. */
export function expectSame(func: Func, args: readonly NdView[], donated: readonly number[] = []): void {
  const expected = evaluate(func, args).map((x) => flatData(x));
  const programs = [lowered(func, donated), lowered(func, donated, 'wasm')];
  const runs = Object.entries(engines).flatMap(([name, engine]) =>
    programs.map((program) => ({ name, engine, program })),
  );
  for (const { name, engine, program } of runs) {
    const inputs = args.map((a) => flatData(a).slice());
    const before = inputs.map((x) => x.slice());
    const actual = execute(program, engine, inputs);
    actual.forEach((y, i) => {
      expectBits(y, expected[i]!, `@${func.name} ${name}, result ${i}`);
    });
    inputs.forEach((x, i) => {
      if (!donated.includes(i)) expectBits(x, before[i]!, `@${func.name} ${name}, input ${i}`);
    });
  }
}

function expectBits(actual: TypedArray, expected: TypedArray, where: string): void {
  if (actual.length !== expected.length)
    expect.fail(`${where}: ${actual.length} elements instead of ${expected.length}`);
  const at = expected.findIndex((x, i) => !Object.is(x, actual[i]));
  if (at >= 0) expect.fail(`${where}, element ${at}: ${actual[at]} instead of ${expected[at]}`);
}

/** Random operands of the parameters' types, every seventh element a special one. */
export function randomArgs(types: readonly TensorType[], seed = 1): NdView[] {
  return types.map(({ dtype, shape }, i) => sprinkled(dtype, shape, seed * 31 + i));
}

function sprinkled(dtype: DType, shape: readonly number[], seed: number): NdView {
  if (dtype === 'bool') return view('bool', shape, [0, 1, 1, 0, 1]);
  const plain = flatData(dtype === 'float32' ? floats(shape, seed) : ints(shape, seed));
  const special = dtype === 'float32' ? specialFloats : specialInts;
  const random = seeded(seed);
  return view(
    dtype,
    shape,
    Array.from(plain, (x) => (random() < 1 / 7 ? special[Math.floor(random() * special.length)]! : x)),
  );
}

/** `expectSame` for IR text on random operands. */
export function expectText(text: string, donated: readonly number[] = []): void {
  const func = read(text);
  expectSame(func, randomArgs(func.params.map((p) => p.type)), donated);
}
