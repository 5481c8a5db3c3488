// Errors of converted functions in files that vitest runs: stacks and messages name the lines and columns that were written.
import { jit, type Tensor, tensor } from 'tracejit';
import { expect, it } from 'vitest';

const here = import.meta.filename;

/** `line:column` of the first frame in this file. */
function placeIn(stack: string): string {
  const frame = stack.split('\n').find((line) => line.includes(here));
  return /:(\d+:\d+)\)?$/.exec(frame ?? '')?.[1] ?? stack;
}

/** Where a text stands in this file; each is here once. */
interface Place {
  readonly line: number;
  readonly column: number;
}

function thrownBy(f: () => unknown): Error {
  try {
    f();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

const rounds = (x: number, { limit }: { readonly limit: number }): number => {
  'use jit';
  let n = 0;
  while (x < limit) {
    x *= 2;
    n++;
    if (n === 3) {
      throw new RangeError(`after ${n} rounds`);
    }
  }
  return n;
};

it('a throw', async () => {
  const expected = await placeOf('new RangeError(`after');
  expect(placeIn(thrownBy(() => rounds(1, { limit: 100 })).stack!)).toBe(
    `${expected.line}:${expected.column}`,
  );
});

it('a condition of two types', async () => {
  const f = jit((x: Tensor) => {
    let y: Tensor | null = null;
    const two = x.mul(2);
    if (two.greater(0)) {
      y = two;
    }
    return y!.add(1);
  });
  const { line, column } = await placeOf('if (two.greater(0))');
  const { message } = thrownBy(() => f(tensor(3)));
  expect(message).toContain(`autograph/positions.test.ts:${line}:${column}`);
});

async function placeOf(text: string): Promise<Place> {
  const { readFile } = await import('node:fs/promises');
  const lines = (await readFile(here, 'utf8')).split('\n');
  const line = lines.findIndex((l) => l.includes(text));
  return { line: line + 1, column: lines[line]!.indexOf(text) + 1 };
}
