// Golden files: `// run: command …` lines, an input, `// ==>`, the expected text. `npm run bless` rewrites what is expected.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from './commands.ts';

const root = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const bless = process.env.BLESS === '1';
const arrow = '// ==>\n';

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return path.endsWith('.ir') ? [path] : [];
  });
}

function split(text: string, file: string): { head: string; input: string; expected: string } {
  const [before, expected, ...more] = text.split(arrow);
  if (before === undefined || more.length > 0) throw new Error(`${file}: more than one ${arrow.trim()}`);
  const lines = before.split('\n');
  const first = lines.findIndex((line) => !line.startsWith('//'));
  return {
    head: lines.slice(0, first).join('\n'),
    input: lines.slice(first).join('\n'),
    expected: expected ?? '',
  };
}

describe('golden files', () => {
  for (const file of filesBelow(root).sort()) {
    const name = relative(root, file);
    it(name, () => {
      const text = readFileSync(file, 'utf8');
      const { head, input, expected } = split(text, name);
      const runs = [...head.matchAll(/^\/\/ run: (.+)$/gm)].map((m) => m[1]!.trim().split(/\s+/));
      if (runs.length === 0) throw new Error(`${name}: no line "// run: <command>"`);
      let result = input;
      for (const [command, ...words] of runs) {
        const run = commands[command!];
        if (!run)
          throw new Error(`${name}: no command ${command}; there are ${Object.keys(commands).join(', ')}`);
        result = run(result, words);
      }
      if (bless) writeFileSync(file, `${head}\n${input}${arrow}${result}`);
      else {
        expect(expected, `${name} expects nothing; write it with npm run bless`).not.toBe('');
        expect(result).toBe(expected);
      }
    });
  }
});
