// Random programs in every executor, forward and gradient, to the bit. Few in an ordinary run; `npm run fuzz` runs 100,000.
// FUZZ_PROGRAMS sets how many, FUZZ_SEED where to begin. A failure is shrunk, printed, and belongs into corpus/ once understood.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Tensor, tensor } from 'tracejit';
import { describe, expect, it } from 'vitest';
import { print } from '../../src/ir/print.ts';
import type { TensorType } from '../../src/ir/types.ts';
import { type Disagreement, disagreement, type Mode } from './executors.ts';
import { type Case, generate } from './generate.ts';
import type { Program } from './program.ts';
import { shrink } from './shrink.ts';

const programs = Number(process.env.FUZZ_PROGRAMS ?? 300);
const firstSeed = Number(process.env.FUZZ_SEED ?? 1);
const modes: readonly Mode[] = ['forward', 'gradient'];
const corpus = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, 'corpus');

/** A failure of the past: its shrunk program, and its inputs as the base64 text of their bytes. */
interface Entry {
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

function report(c: Case, mode: Mode, found: Disagreement): string {
  const small = shrink(c, (candidate) => disagreement(candidate, mode)?.executor === found.executor);
  const { executor, what, func } = disagreement(small, mode)!;
  return [
    `seed ${c.seed}, ${mode}: ${executor} differs from eager mode: ${what}`,
    print(func),
    'to keep it: write this into test/fuzz/corpus/<name>.json',
    JSON.stringify({ mode, program: small.program, inputs: small.inputs.map(bytesOf) } satisfies Entry),
  ].join('\n');
}

describe('random programs', () => {
  it(`${programs} programs agree in every executor`, { timeout: Math.max(120_000, programs * 60) }, () => {
    for (let i = 0; i < programs; i++) {
      const c = generate(firstSeed + i, 4 + (i % 9));
      for (const mode of modes) {
        // What costs most of the time a long run does for one program in ten.
        const found = disagreement(c, mode, programs <= 1000 || i % 10 === 0);
        if (found) expect.fail(report(c, mode, found));
      }
      if ((i + 1) % 5000 === 0) console.info(`${i + 1} programs, no difference`);
    }
  });
});

describe('failures of the past', () => {
  const files = readdirSync(corpus).filter((f) => f.endsWith('.json'));
  it('there are some', () => expect(files.length).toBeGreaterThan(0));
  for (const file of files) {
    it(file, () => {
      const { mode, program, inputs } = JSON.parse(readFileSync(join(corpus, file), 'utf8')) as Entry;
      const c: Case = {
        seed: 0,
        program,
        inputs: program.inputs.map((type, i) => tensorOf(type, inputs[i]!)),
      };
      const found = disagreement(c, mode);
      expect(found && `${found.executor}: ${found.what}`).toBeUndefined();
    });
  }
});
