// Every construct: what it is converted to (`BLESS=1` rewrites), that it stays JavaScript on numbers and stages on tensors, with the same answer;
// and what is said where it cannot be staged.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configure, TracejitError } from '../../src/index.ts';
import { converted, convertedCode, plain } from './evaluate.ts';
import { compiled, oracle } from './staged.ts';

const root = join(import.meta.dirname, 'constructs');
const bless = process.env.BLESS === '1';

function argumentsOf(source: string): readonly (readonly unknown[])[] {
  const line = /^\/\/ args: (.*)$/m.exec(source)![1]!;
  return JSON.parse(`[${line.replaceAll('] [', '], [')}]`) as unknown[][];
}

function compare(file: string, found: string): void {
  if (bless) writeFileSync(file, found);
  else expect(found).toBe(readFileSync(file, 'utf8'));
}

describe.each(readdirSync(root).sort())('%s', (name) => {
  const source = readFileSync(join(root, name, 'input.js'), 'utf8');

  it('is converted', () => {
    compare(join(root, name, 'expected.js'), convertedCode(source));
  });

  it.each(argumentsOf(source))('stays JavaScript and stages: %j %j', (...args) => {
    const given = args.filter((a) => a !== undefined);
    const expected: unknown = Array.isArray(given[0]) ? undefined : plain(source)(...given);
    if (expected !== undefined) expect(converted(source)(...given)).toBe(expected);
    const staged = oracle(converted(source), given).item();
    expect(compiled(converted(source), given).item()).toBe(staged);
    if (expected !== undefined) expect(staged).toBeCloseTo(expected as number, 5);
    else expect(staged).toBe(rowsExpected(given[0] as number[]));
  });

  it('says what cannot be staged', () => {
    const failing = readFileSync(join(root, name, 'error.js'), 'utf8');
    const before = configure({ checkConditions: true });
    try {
      compare(join(root, name, 'error.txt'), errorOf(failing));
    } finally {
      configure(before);
    }
  });
});

// The program of for-of-tensor, on the numbers themselves.
function rowsExpected(rows: readonly number[]): number {
  let sum = 0;
  const sums = rows.map((row) => (sum += row));
  return sums[0]! + sums[1]! * 10 + sums[2]! * 100 + sum;
}

function errorOf(source: string): string {
  try {
    const value: unknown = oracle(converted(source), argumentsOf(source)[0]!);
    return `no error: ${String(value)}`;
  } catch (error) {
    if (!(error instanceof TracejitError)) throw error;
    return `${error.name}: ${error.summary}\n`
      .replace(/\(?\S*test\/autograph\S*\)?/g, '(here)')
      .replace(/ at \S*evaluate\S*/g, '');
  }
}
