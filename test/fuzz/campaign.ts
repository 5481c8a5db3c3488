// Runs random programs, shrinks what fails, and says how to keep it.
import { type Tensor, tensor } from 'tracejit';
import { print } from '../../src/ir/print.ts';
import type { TensorType } from '../../src/ir/types.ts';
import { type Care, type Disagreement, disagreement, type Mode } from './executors.ts';
import { type Case, generate } from './generate.ts';
import type { Program } from './program.ts';
import { shrink } from './shrink.ts';

const modes: readonly Mode[] = ['forward', 'gradient'];

/** A failure worth keeping: its shrunk program, and its inputs as the base64 text of their bytes. */
export interface Entry {
  readonly mode: Mode;
  readonly program: Program;
  readonly inputs: readonly string[];
}

function bytesOf(t: Tensor): string {
  const { buffer, byteOffset, byteLength } = t.data();
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

function tensorOf({ dtype, shape }: TensorType, bytes: string): Tensor {
  const { buffer } = new Uint8Array(Buffer.from(bytes, 'base64'));
  const data =
    dtype === 'float32'
      ? new Float32Array(buffer)
      : dtype === 'int32'
        ? new Int32Array(buffer)
        : new Uint8Array(buffer);
  return tensor(data, { dtype, shape: [...shape] });
}

function report(c: Case, mode: Mode, care: Care, found: Disagreement): string {
  const small = shrink(c, (candidate) => disagreement(candidate, mode, care)?.executor === found.executor);
  const { executor, what, func } = disagreement(small, mode, care)!;
  return [
    `seed ${c.seed}, ${mode}: ${executor} differs from eager mode: ${what}`,
    print(func),
    'to keep it: write this into test/fuzz/corpus/<name>.json',
    JSON.stringify({ mode, program: small.program, inputs: small.inputs.map(bytesOf) } satisfies Entry),
  ].join('\n');
}

/** The case of a kept failure. */
export function caseOf({ program, inputs }: Entry): Case {
  return { seed: 0, program, inputs: program.inputs.map((type, i) => tensorOf(type, inputs[i]!)) };
}

/** The report of the first failure of the program with this seed, or undefined. */
export function tryProgram(seed: number, care: Care): string | undefined {
  const c = generate(seed, 4 + (seed % 9));
  for (const mode of modes) {
    const found = disagreement(c, mode, care);
    if (found) return report(c, mode, care, found);
  }
  return undefined;
}
