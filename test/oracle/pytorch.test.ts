// Values and gradients of the ops against PyTorch, where Python has it: what our own reference could get wrong everywhere alike.
// `PYTHON=/a/python npx vitest run test/oracle` names another Python.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { jit, type Tensor, tensor, vjp } from 'tracejit';
import { describe, expect, it } from 'vitest';
import { type OracleCase, oracleCases } from './cases.ts';

const python = process.env.PYTHON ?? 'python3';
const present = spawnSync(python, ['-c', 'import torch']).status === 0;
if (!present) console.log(`PyTorch is not compared with: ${python} has no torch`);

interface Answer {
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
  readonly gradients: readonly (readonly (number | string)[])[] | null;
}

function answersTo(cases: readonly OracleCase[]): readonly Answer[] {
  const script = fileURLToPath(new URL('evaluate.py', import.meta.url));
  const { status, stdout, stderr } = spawnSync(python, [script], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Answer[];
}

// Both compute in float32, each by its own formulas and orders: a few rounding steps relative to the largest element.
const tolerance = 2e-6;

function expectNear(actual: Tensor, expected: readonly (number | string)[], what: string): void {
  const wanted = expected.map(Number);
  const largest = wanted.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1);
  const got = [...actual.data()].map(Number);
  expect(got.length, what).toBe(wanted.length);
  got.forEach((x, i) => {
    const same = Object.is(x, wanted[i]) || Math.abs(x - wanted[i]!) <= tolerance * largest;
    expect(same, `${what}, element ${i}: ${x}, PyTorch ${wanted[i]}`).toBe(true);
  });
}

describe.skipIf(!present)('PyTorch agrees on', () => {
  const cases = present ? oracleCases() : [];
  const answers = present ? answersTo(cases) : [];
  it.each(cases.map((c, i) => [`${c.torch} of ${Object.values(c.inputs).map((x) => `[${x.shape}]`)}`, i]))(
    '%s',
    (title, i) => {
      const { ours, inputs, differentiable } = cases[i as number]!;
      const answer = answers[i as number]!;
      const args = Object.fromEntries(
        Object.entries(inputs).map(([name, x]) => [
          name,
          tensor([...x.data], { shape: x.shape, dtype: x.dtype }),
        ]),
      );
      for (const f of [ours, jit(ours)]) {
        const out = f(args);
        expect(out.shape, String(title)).toEqual(answer.shape);
        expectNear(out, answer.data, `${title}`);
      }
      if (!differentiable) return;
      const floats = Object.keys(inputs).filter((name) => inputs[name]!.dtype === 'float32');
      const f = (...xs: Tensor[]): Tensor =>
        ours({ ...args, ...Object.fromEntries(floats.map((name, n) => [name, xs[n]!])) });
      const [out, pullback] = vjp(f, ...floats.map((name) => args[name]!));
      const weights = Float32Array.from({ length: out.size }, (_, n) => Math.cos(n));
      const gradients = pullback(tensor(weights, { shape: out.shape })) as unknown as readonly Tensor[];
      floats.forEach((name, n) => {
        expectNear(gradients[n]!, answer.gradients![n]!, `${title}, gradient of ${name}`);
      });
    },
  );
});
