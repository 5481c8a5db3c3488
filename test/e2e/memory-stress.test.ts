// Memory under stress, with threads at work: growth under arrays that lie in the memory, running out of it, functions that come and go. Programs of more than a gigabyte take
// seconds and as many gigabytes of the machine, so only when asked: MEMORY_STRESS=1.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { jit, type Tensor, tensor, variable, zeros } from 'tracejit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { givePiece, takePiece, wasmMemory, wasmMemoryUse } from '../../src/codegen/wasm/memory.ts';
import { threadPool } from '../../src/codegen/wasm/pool.ts';
import { ArgumentError } from '../../src/util/errors.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function collected(): Promise<void> {
  for (let i = 0; i < 6; i++) {
    collect();
    await pause(5);
  }
}

beforeAll(async () => {
  threadPool().grow(2);
  for (let i = 0; i < 500 && threadPool().ready === 0; i++) await pause(10);
  expect(threadPool().ready).toBe(1);
});
afterAll(() => threadPool().discard());

const options = { backend: 'wasm', threads: 2 } as const;

test('the memory grows under variables and donated tensors, and under workers', async () => {
  const side = 300;
  const state = variable(zeros([side, side]));
  const step = jit((x: Tensor) => {
    state.assignAdd(x.matmul(x));
  }, options);
  const next = jit((x: Tensor) => x.add(1).mul(1), { ...options, donate: [0] });
  const ones = tensor(new Float32Array(side * side).fill(1), { shape: [side, side] });
  let donated: Tensor = zeros([side, side]);
  for (let round = 1; round <= 4; round++) {
    step(ones);
    donated = next(donated);
    const before = wasmMemory().buffer;
    // More than there is.
    const address = takePiece(wasmMemoryUse().size, 'a test', 'its growth');
    expect(wasmMemory().buffer).not.toBe(before);
    givePiece(address);
    step(ones);
    donated = next(donated);
    await pause(5);
  }
  expect(new Set(state.value().data())).toEqual(new Set([8 * side]));
  expect(new Set(donated.data())).toEqual(new Set([8]));
});

test('running out of memory is an error with the sizes, and what gives some back lets the next call run', () => {
  const crowded = jit((x: Tensor) => x.matmul(x).tanh(), { ...options, name: 'crowded' });
  const side = 600;
  const x = tensor(new Float32Array(side * side).fill(0.01), { shape: [side, side] });
  const taken: number[] = [];
  // All there can be, in pieces of which nobody touches a page.
  for (let bytes = 2 ** 31; bytes >= 2 ** 16; bytes /= 2) {
    try {
      for (;;) taken.push(takePiece(bytes, 'a test', 'most of the memory'));
    } catch (error) {
      expect(error).toBeInstanceOf(ArgumentError);
    }
  }
  const said =
    /^crowded needs \d+\.\d MB of WebAssembly memory for .*; \d+\.\d MB are in use by .*, and of the 4096\.0 MB there can be the host gave \d+\.\d MB\./;
  expect(() => crowded(x)).toThrow(ArgumentError);
  expect(() => crowded(x)).toThrow(said);
  for (const address of taken) givePiece(address);
  const expected = Math.tanh(side * 1e-4);
  expect(
    crowded(x)
      .data()
      .every((value) => Math.abs(value - expected) < 1e-6),
  ).toBe(true);
});

test('hundreds of functions that are dropped give back their memory, and their modules in workers', async () => {
  await collected();
  const before = wasmMemoryUse();
  const programs = threadPool().programs;
  // So much to do that workers are called even if they sleep.
  const x = tensor(new Float32Array(320_000).fill(0.5));
  let most = 0;
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 20; i++) {
      const factor = 1 + round * 20 + i;
      const f = jit((y: Tensor) => y.mul(factor).exp().sub(y), options);
      for (let call = 0; call < 3; call++) expect(f(x).size).toBe(320_000);
    }
    most = Math.max(most, threadPool().programs - programs);
    await collected();
  }
  // They were shared out at all. Two hundred results of 1.3 MB are 256 MB.
  expect(most).toBeGreaterThan(5);
  expect(threadPool().programs - programs).toBeLessThan(10);
  expect(wasmMemoryUse().used - before.used).toBeLessThan(30 * 2 ** 20);
});

describe.runIf(process.env.MEMORY_STRESS === '1')('programs of more than a gigabyte', () => {
  test.each([1, 2])('on %d threads', { timeout: 300_000 }, async (threads) => {
    // What the last one had is given back first.
    await collected();
    const size = 60 * 2 ** 20;
    const [a, b, c] = [1, 2, 3].map((value) => tensor(new Float32Array(size).fill(value))) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    // Copies of three arguments, and two results: 1.2 GB of the memory, and as much outside.
    const f = jit((x: Tensor, y: Tensor, z: Tensor) => [x.add(y), y.mul(z).add(x)], {
      backend: 'wasm',
      threads,
    });
    for (let call = 0; call < 2; call++) {
      const results = f(a, b, c).map((t) => t.data());
      for (const at of [0, 1, size >> 1, size - 2, size - 1])
        expect(results.map((data) => data[at])).toEqual([3, 7]);
    }
    expect(wasmMemoryUse().used).toBeGreaterThan(2 ** 30);
  });
});
