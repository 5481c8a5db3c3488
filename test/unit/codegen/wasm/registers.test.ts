// What the engine makes of kernels: the machine code it prints is read, and loops that keep vectors on the stack are counted.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const program = fileURLToPath(new URL('./compile-many.ts', import.meta.url));
const optimiseAll = ['--no-liftoff', '--no-wasm-lazy-compilation', '--no-wasm-tier-up'];

interface Instruction {
  readonly address: number;
  readonly text: string;
}

/** An innermost loop of a kernel. */
interface Loop {
  readonly kernel: string;
  readonly texts: readonly string[];
}

function loopsIn(listing: string): readonly Loop[] {
  const kernel = /^name: (k\d+_\S+)/m.exec(listing)?.[1];
  if (kernel === undefined) return [];
  const all = [...listing.matchAll(/^0x([0-9a-f]+) +[0-9a-f]+ +[0-9a-f]+ +(.*)$/gm)].map(
    ([, address, text]): Instruction => ({ address: Number.parseInt(address!, 16), text: text! }),
  );
  // Behind the return is what is seldom run, such as calls that let the engine interrupt a loop.
  const end = all.findIndex(({ text }) => text.startsWith('ret'));
  const code = all.slice(0, end + 1);
  const places = new Map(code.map(({ address }, i) => [address, i]));
  const loops = code.flatMap(({ text }, last) => {
    const target = /^j\w+ 0x([0-9a-f]+)/.exec(text)?.[1];
    const first = target === undefined ? undefined : places.get(Number.parseInt(target, 16));
    return first !== undefined && first <= last ? [{ first, last }] : [];
  });
  const inner = loops.filter((a) => !loops.some((b) => b !== a && a.first <= b.first && b.last <= a.last));
  return inner.map(({ first, last }) => ({
    kernel,
    texts: code.slice(first, last + 1).map(({ text }) => text),
  }));
}

/** What the engine prints. It goes to a file: of a pipe the end would be lost when the process ends. */
function machineCode(): string {
  const folder = mkdtempSync(join(tmpdir(), 'machine-code-'));
  try {
    const path = join(folder, 'listing');
    const file = openSync(path, 'w');
    const { stderr, status } = spawnSync(
      process.execPath,
      ['--import', 'tsx', ...optimiseAll, '--print-wasm-code', program],
      {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', file, 'pipe'],
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    );
    closeSync(file);
    expect(status, stderr).toBe(0);
    return readFileSync(path, 'latin1');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const isStore = (text: string): boolean => /^v?mov\w+ \[rbp/.test(text) && text.includes('xmm');
const isArithmetic = (text: string): boolean =>
  /^v?(add|sub|mul|div|min|max|sqrt|cmp|p?and|p?or|p?xor|padd|psub|psll|psra|psrl)\w* xmm/.test(text);
const count = (loop: Loop, which: (text: string) => boolean): number => loop.texts.filter(which).length;

// Up to here a round is a tile of a product, some terms of a sum or a short map: the least function has more arithmetic, and what is gathered lane by lane more of the rest.
const shortRound = { arithmetic: 24, instructions: 48 } as const;

test.runIf(process.arch === 'x64' && process.versions.v8.startsWith('11.'))(
  'loops keep their vectors in registers',
  () => {
    const loops = machineCode()
      .split('--- WebAssembly code ---')
      .flatMap(loopsIn)
      // A call saves what is in registers.
      .filter((loop) => !loop.texts.some((text) => text.startsWith('call')));
    expect(loops.length).toBeGreaterThan(500);
    const tell = (loop: Loop): string =>
      `${loop.kernel}: ${count(loop, isStore)} of ${loop.texts.length} instructions`;
    const short = loops.filter(
      (loop) =>
        count(loop, isArithmetic) <= shortRound.arithmetic && loop.texts.length <= shortRound.instructions,
    );
    expect(short.length).toBeGreaterThan(200);
    expect(short.filter((loop) => count(loop, isStore) > 0).map(tell)).toEqual([]);
    // Functions have more constants than there are registers, and those of two halves more values; see docs/decisions/registers.md.
    expect(loops.filter((loop) => count(loop, isStore) > loop.texts.length / 8).map(tell)).toEqual([]);
  },
);
