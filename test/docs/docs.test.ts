// The code of README.md and docs/*.md runs, and prints what the page says. All `ts` blocks of a page are one module; a `text` block
// right behind a `ts` block is what that block prints (`npm run bless` rewrites it). Blocks marked `ts no-run` are excerpts.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { format } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { opsPage } from '../../tools/ops-doc.ts';

const here = import.meta.dirname ?? dirname(new URL(import.meta.url).pathname);
const root = resolve(here, '../..');
const bless = process.env.BLESS === '1';

const pages = [
  'README.md',
  'ARCHITECTURE.md',
  ...readdirSync(join(root, 'docs'))
    .filter((f) => f.endsWith('.md'))
    .map((f) => `docs/${f}`),
];

// Where the page's code stands while it runs; the page shows it as the reader's file.
const generatedPlace = /test\/docs\/generated\/\w+\.ts:\d+:\d+/g;

interface Block {
  readonly code: string;
  /** Where the expected output stands in the page, and what it says. */
  readonly output?: { readonly start: number; readonly text: string };
}

function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  const fence = /```ts\n([\s\S]*?)```\n(?:\n```text\n([\s\S]*?)```\n)?/g;
  for (const match of page.matchAll(fence)) {
    const [whole, code, text] = match;
    if (text === undefined) blocks.push({ code: code! });
    else
      blocks.push({
        code: code!,
        output: { start: match.index + whole.length - text.length - '```\n'.length, text },
      });
  }
  return blocks;
}

// Each block says when it begins, so that what is printed can be told apart.
function moduleOf(blocks: readonly Block[]): string {
  return blocks.map(({ code }, i) => `globalThis.docsBlock(${i});\n${code}`).join('\n');
}

describe('documentation', () => {
  for (const page of pages) {
    const text = readFileSync(join(root, page), 'utf8');
    const blocks = blocksOf(text);
    if (blocks.length === 0) continue;
    it(`${page} does what it says`, async () => {
      const printed: string[] = blocks.map(() => '');
      let current = 0;
      Object.assign(globalThis, {
        docsBlock: (i: number) => {
          current = i;
        },
      });
      const log = vi.spyOn(console, 'log').mockImplementation((...words: unknown[]) => {
        const text = format(...words).replaceAll(generatedPlace, 'app.ts');
        printed[current] += `${text.trimEnd()}\n`;
      });
      const file = join(here, 'generated', `${page.replace(/\W/g, '_')}.ts`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, moduleOf(blocks));
      try {
        await import(/* @vite-ignore */ file);
      } finally {
        log.mockRestore();
      }
      if (bless) {
        let blessed = text;
        for (const [i, { output }] of [...blocks.entries()].reverse()) {
          if (output)
            blessed =
              blessed.slice(0, output.start) + printed[i] + blessed.slice(output.start + output.text.length);
        }
        writeFileSync(join(root, page), blessed);
        return;
      }
      for (const [i, { output, code }] of blocks.entries()) {
        if (output) expect(printed[i], code).toBe(output.text);
      }
    });
  }

  it('docs/ops.md is what npm run docs writes', () => {
    expect(readFileSync(join(root, 'docs/ops.md'), 'utf8')).toBe(opsPage());
  });

  it('links between pages lead somewhere', () => {
    for (const page of pages) {
      for (const [, target] of readFileSync(join(root, page), 'utf8').matchAll(
        /\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g,
      )) {
        const path = resolve(dirname(join(root, page)), target!);
        expect(() => readdirSync(dirname(path)), `${page} links to ${relative(root, path)}`).not.toThrow();
        expect(readdirSync(dirname(path)).concat('.'), `${page} links to ${target}`).toContain(
          path.split('/').at(-1),
        );
      }
    }
  });
});
