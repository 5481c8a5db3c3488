// The table of docs/autograph.md and the folders of constructs: every row has folders that show it, and no folder is without a row.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** The rows by the first code in them. */
const rows: Readonly<Record<string, readonly string[]>> = {
  if: ['if', 'conditional'],
  '&&': ['logical'],
  '??': ['nullish', 'chains'],
  while: ['while', 'do-while', 'for'],
  'for (const row of x)': ['for-of-tensor'],
  'for-of': ['for-of-array', 'for-in'],
  break: ['break', 'continue', 'labels'],
  return: ['return', 'return-in-loop'],
  switch: ['switch'],
  '+ - * / % **': ['operators'],
  '=== !== == !=': ['identity'],
  '& | ^ ~ << >> >>>': ['bitwise'],
  '+=': ['update', 'assignment', 'nullish'],
  'p.w = …': ['members'],
  destructuring: ['destructuring', 'parameters'],
  'x[i]': ['members-read'],
  'list.push(v)': ['collections', 'changes'],
  'Object.assign(p, …)': ['changes'],
  'list.some(f)': ['callbacks'],
  map: ['callbacks', 'identity'],
  'Math.*': ['math', 'globals'],
  typeof: ['globals'],
  'console.log': ['text'],
  '${t}': ['text'],
  try: ['try', 'try-return', 'try-staged', 'try-throw'],
  throw: ['throw'],
  closures: ['closures', 'hoisting', 'classes', 'accessors', 'recursion'],
  async: ['asynchronous'],
};

const docs = readFileSync(join(import.meta.dirname, '../../docs/autograph.md'), 'utf8');
const table = docs.slice(docs.indexOf('| construct |')).split('\n\n')[0]!;

function nameOf(line: string): string {
  const cell = line.slice(2).split(/(?<!\\) \| /)[0]!;
  const code = /^`+ ?`?(.*?)`/.exec(cell)?.[1];
  return (code ?? cell.split(/,| of/)[0]!).replaceAll('\\|', '|');
}

it('has folders for every row, and a row for every folder', () => {
  const lines = table.split('\n').slice(2);
  expect(lines.map(nameOf)).toEqual(Object.keys(rows));
  const folders = new Set(Object.values(rows).flat());
  expect([...folders].sort()).toEqual(readdirSync(join(import.meta.dirname, 'constructs')).sort());
});
