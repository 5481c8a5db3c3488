// The examples run, and find what they look for.
import { tensor } from 'tracejit';
import { expect, it } from 'vitest';
import { languageModel, search } from '../../examples/autograph/beam.ts';
import { cubeRoot, slope } from '../../examples/autograph/newton.ts';
import { points, train } from '../../examples/autograph/training.ts';

it("Newton's iteration stops by its tolerance", () => {
  const { x, rounds } = cubeRoot(tensor(27));
  expect(x.item()).toBeCloseTo(3, 5);
  expect(rounds.item()).toBeGreaterThan(3);
  expect(slope(tensor(27)).item()).toBeCloseTo(1 / 27, 6);
});

it('the search ends with the best finished sequence', () => {
  const table = languageModel(6, 4);
  const { sequence, score, length } = search(table, tensor(3, { dtype: 'int32' }));
  const rows = table.toArray() as number[][];
  const words = (sequence.toArray() as number[]).slice(-length.item());
  // The score is that of the sequence, up to its first end.
  let [last, sum] = [3, 0];
  for (const word of words) {
    sum += last === 0 ? 0 : rows[last]![word]!;
    last = word;
  }
  expect(score.item()).toBeCloseTo(sum, 5);
  expect(length.item()).toBeLessThan(12);
  expect(words.at(-1)).toBe(0);
});

it('training inside jit ends when the loss is small', () => {
  const { x, y } = points(64);
  const { line, steps, loss } = train(x, y, tensor(1e-3), tensor(500, { dtype: 'int32' }));
  expect(loss.item()).toBeLessThan(1e-3);
  expect(steps.item()).toBeGreaterThan(5);
  expect(steps.item()).toBeLessThan(100);
  expect((line.w.toArray() as number[])[1]).toBeCloseTo(-2, 1);
  expect(train(x, y, tensor(1e-3), tensor(3, { dtype: 'int32' })).steps.item()).toBe(3);
});
