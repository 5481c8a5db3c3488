// The derivative of every construct: of the converted function, by the tape, by the compiled program and under jit, against differences of the JavaScript it came from.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cast, grad, jit, type Tensor, tensor } from '../../src/index.ts';
import { lift } from '../../src/ops/coerce.ts';
import { converted, plain } from './evaluate.ts';

const root = join(import.meta.dirname, 'constructs');

// Beside whole numbers, where loops and rounding jump.
const shift = 0.28125;
const step = 1e-5;

function argumentsOf(source: string): readonly (readonly unknown[])[] {
  const line = /^\/\/ args: (.*)$/m.exec(source)![1]!;
  return JSON.parse(`[${line.replaceAll('] [', '], [')}]`) as unknown[][];
}

// For-of over rows has its own test of gradients in jit.test.ts.
const sources = readdirSync(root)
  .map((name) => [name, readFileSync(join(root, name, 'input.js'), 'utf8')] as const)
  .filter(([, source]) => argumentsOf(source).every((args) => typeof args[0] === 'number'));

let sloping = 0;

it.each(sources)('%s', (_, source) => {
  for (const [first, ...rest] of argumentsOf(source) as number[][]) {
    const x = first! + shift;
    const value = (y: number): number => Number(plain(source)(y, ...rest));
    const expected = (value(x + step) - value(x - step)) / (2 * step);
    if (Math.abs(expected) > 0.1) sloping += 1;
    const f = (y: Tensor): Tensor => cast(lift(converted(source)(y, ...rest), 'the result'), 'float32');
    const found = grad(f)(tensor(x)).item<number>();
    expect(found).toBeCloseTo(expected, 3);
    expect(grad(jit(f))(tensor(x)).item()).toBeCloseTo(expected, 3);
    expect(jit(grad(f))(tensor(x)).item()).toBeCloseTo(expected, 3);
  }
});

it('is not about constants', () => {
  expect(sloping).toBeGreaterThan(sources.length);
});
