// Who has which memory: the allocator against a plain model, programs that come and go, and a memory that grows under them.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Heap, pieceAlignment } from '../../../../src/codegen/wasm/heap.ts';
import { takePiece, wasmMemory, wasmMemoryUse } from '../../../../src/codegen/wasm/memory.ts';
import { compileWasm } from '../../../../src/codegen/wasm/program.ts';
import type { Kernel } from '../../../../src/loop/kernel.ts';
import * as k from '../../../../src/loop/make.ts';
import { ArgumentError, InternalError } from '../../../../src/util/errors.ts';
import { programOf } from '../programs.ts';

describe('the heap', () => {
  test('pieces are aligned, lie inside and never overlap, and all memory comes back', () => {
    const step = fc.oneof(
      fc.nat(500).map((bytes) => ({ kind: 'take', bytes }) as const),
      fc.nat(30).map((which) => ({ kind: 'give', which }) as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const heap = new Heap(100);
        const start = heap.end;
        heap.extend(start + 4096);
        const taken: { readonly address: number; readonly bytes: number }[] = [];
        for (const s of steps) {
          if (s.kind === 'give') {
            const [piece] = taken.splice(s.which, 1);
            if (piece !== undefined) heap.give(piece.address);
            continue;
          }
          const address = heap.take(s.bytes);
          if (address === undefined) continue;
          expect(address % pieceAlignment).toBe(0);
          expect(address).toBeGreaterThanOrEqual(start);
          expect(address + s.bytes).toBeLessThanOrEqual(heap.end);
          for (const other of taken)
            expect(
              address >= other.address + Math.max(1, other.bytes) ||
                other.address >= address + Math.max(1, s.bytes),
            ).toBe(true);
          taken.push({ address, bytes: s.bytes });
        }
        for (const { address } of taken) heap.give(address);
        expect(heap.used).toBe(0);
        expect(heap.take(4096)).toBe(start);
      }),
    );
  });

  test('says what is missing, and takes it', () => {
    const heap = new Heap(0);
    expect(heap.missing(1000)).toBe(1024);
    heap.extend(512);
    expect(heap.take(1000)).toBeUndefined();
    expect(heap.missing(1000)).toBe(512);
    heap.extend(1024);
    expect(heap.take(1000)).toBe(0);
  });

  test('what was not taken cannot be given back', () => {
    const heap = new Heap(0);
    heap.extend(128);
    const address = heap.take(64)!;
    heap.give(address);
    expect(() => heap.give(address)).toThrow(InternalError);
  });
});

function adding(n: number, what: number): Kernel {
  return {
    name: 'adding',
    buffers: [
      { name: 'a', type: 'f32', size: n, role: 'in' },
      { name: 'y', type: 'f32', size: n, role: 'out' },
    ],
    body: [
      k.lanedLoop('i', n, [k.store('y', k.index('i'), k.add(k.load('f32', 'a', k.index('i')), k.f32(what)))]),
    ],
  };
}

function check(run: ReturnType<typeof compileWasm>, n: number, what: number): void {
  const a = Float32Array.from({ length: n }, (_, i) => i);
  const y = new Float32Array(n);
  run([a, y]);
  expect([y[0], y[n - 1]]).toEqual([what, Math.fround(n - 1 + what)]);
}

describe('programs', () => {
  test('go on working when the memory grows', () => {
    const small = compileWasm(programOf(adding(10, 1)));
    check(small, 10, 1);
    const before = wasmMemory().buffer;
    // More than there is, whatever ran before in this process.
    const large = Math.ceil(wasmMemoryUse().size / 4) + 1;
    check(compileWasm(programOf(adding(large, 2))), large, 2);
    expect(wasmMemory().buffer).not.toBe(before);
    check(small, 10, 1);
  });

  test('that are dropped give their memory back', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const settle = async (): Promise<number> => {
      for (let i = 0; i < 5; i++) {
        collect();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return wasmMemoryUse().used;
    };
    const before = await settle();
    const { size } = wasmMemoryUse();
    const n = 100_000;
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 30; i++) check(compileWasm(programOf(adding(n, i))), n, i);
      await settle();
    }
    expect(await settle()).toBeLessThanOrEqual(before + 8 * n);
    // Three hundred programs of 800 kB each never had more than some tens of them at once.
    expect(wasmMemoryUse().size - size).toBeLessThan(150 * 2 ** 20);
  });

  test('that do not fit are refused with the sizes', () => {
    expect(() => takePiece(5 * 2 ** 30, 'huge', 'a result')).toThrow(ArgumentError);
    expect(() => takePiece(5 * 2 ** 30, 'huge', 'a result')).toThrow(
      /huge needs 5120\.0 MB.*4096\.0 MB.*backend: 'js'/,
    );
  });
});
