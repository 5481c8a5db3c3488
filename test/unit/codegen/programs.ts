// Programs around single kernels, and all executors run on them.
import { expect } from 'vitest';
import type { TypedArray } from '../../../src/array/nd.ts';
import { interpreterOf } from '../../../src/codegen/interpreter.ts';
import { type CompiledProgram, compileProgram } from '../../../src/codegen/js/program.ts';
import { compileWasm } from '../../../src/codegen/wasm/program.ts';
import type { DType } from '../../../src/ir/types.ts';
import type { Kernel, Scalar } from '../../../src/loop/kernel.ts';
import type { Place, Program, Slot } from '../../../src/lower/program.ts';

const dtypes: Readonly<Record<Exclude<Scalar, 'f64'>, DType>> = {
  f32: 'float32',
  i32: 'int32',
  bool: 'bool',
};
const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** A program of one step; `in` buffers are its inputs, all others but scratch its outputs. */
export function programOf(kernel: Kernel, name = kernel.name): Program {
  const bound = kernel.buffers.filter((b) => b.role !== 'scratch');
  const counts = { input: 0, output: 0 };
  const slots = bound.map((b, id): Slot => {
    const kind = b.role === 'in' ? 'input' : 'output';
    const place: Place = { kind, index: counts[kind]++ };
    return { id, type: { dtype: dtypes[b.type as Exclude<Scalar, 'f64'>], shape: [b.size] }, place };
  });
  const idsOf = (kind: Place['kind']): number[] =>
    slots.filter((s) => s.place.kind === kind).map((s) => s.id);
  return {
    name,
    slots,
    inputs: idsOf('input'),
    outputs: idsOf('output'),
    steps: [{ kind: 'run', kernel, slots: slots.map((s) => s.id) }],
    arenaBytes: 0,
  };
}

/** Fresh arrays for the outputs; what is in them before a kernel runs must not matter, so they are not zero. */
export function outputsOf(program: Program): TypedArray[] {
  return program.outputs.map((id) => {
    const { type } = program.slots.find((s) => s.id === id)!;
    return new arrays[type.dtype](type.shape.reduce((a, b) => a * b, 1)).fill(1);
  });
}

export interface Runs {
  readonly compiled: CompiledProgram;
  /** Results of the generated JavaScript and of the interpreter. */
  readonly actual: readonly TypedArray[];
  readonly expected: readonly TypedArray[];
}

/** Runs a kernel by the interpreter and as JavaScript on the same inputs, and checks that WebAssembly gives what the interpreter does. */
export function runAll(kernel: Kernel, inputs: readonly TypedArray[]): Runs {
  const program = programOf(kernel);
  const compiled = compileProgram(program);
  const actual = outputsOf(program);
  const expected = outputsOf(program);
  compiled.run([...inputs, ...actual]);
  interpreterOf(program)([...inputs, ...expected]);
  const module = outputsOf(program);
  compileWasm(program)([...inputs, ...module]);
  expect(module, 'by WebAssembly').toEqual(expected);
  return { compiled, actual, expected };
}
