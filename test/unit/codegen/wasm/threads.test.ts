// Programs shared out between threads: the bits of one thread, a process that ends, and errors where a worker ends or hangs.
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { Code } from '../../../../src/codegen/wasm/code.ts';
import { wasmMemory } from '../../../../src/codegen/wasm/memory.ts';
import { encodeModule, exportName, memoryImport } from '../../../../src/codegen/wasm/module.ts';
import {
  type Job,
  type Pool,
  replacePool,
  type StageCall,
  threadPool,
} from '../../../../src/codegen/wasm/pool.ts';
import { stagesOf } from '../../../../src/codegen/wasm/stages.ts';
import { inThreads } from '../../../../src/codegen/wasm/threads.ts';
import {
  cond,
  configure,
  jit,
  OptionError,
  type Profile,
  print,
  type Tensor,
  tensor,
  valueAndGrad,
  whileLoop,
} from '../../../../src/index.ts';
import { seeded } from '../../../../src/util/rng.ts';
import { lowered, read } from '../../lower/run.ts';

const patience = { worker: 200, caller: 400 };

async function started(pool: Pool, threads: number): Promise<void> {
  pool.grow(threads);
  for (let i = 0; i < 500 && pool.ready < threads - 1; i++) await new Promise((r) => setTimeout(r, 10));
  expect(pool.ready).toBeGreaterThanOrEqual(threads - 1);
}

function random(shape: readonly number[], seed: number): Tensor {
  const next = seeded(seed);
  const size = shape.reduce((p, d) => p * d, 1);
  return tensor(
    Float32Array.from({ length: size }, () => 4 * next() - 2),
    { shape },
  );
}

afterAll(() => threadPool().discard());

describe('the bits of one thread', () => {
  const [x, w, v, b] = [random([130, 90], 1), random([90, 70], 2), random([70, 130], 3), random([70], 4)];
  const cube = random([6, 40, 50], 5);
  const functions: Record<string, () => unknown> = {
    'elementwise functions': () => x.mul(3).tanh().exp().add(x.square()),
    softmax: () => x.softmax(-1),
    'softmax over columns': () => x.softmax(0),
    'sums over each axis': () => [cube.sum(0), cube.sum(1), cube.sum(2), cube.max(-1)],
    'a product with bias and activation': () => x.matmul(w).add(b).relu(),
    'products of transposes': () => [
      x.transpose().matmul(x),
      w.matmul(v),
      v.transpose().matmul(w.transpose()),
    ],
    'products with edges on both sides': () => random([67, 90], 7).matmul(random([90, 77], 8)),
    'sums of wide columns': () => random([40, 4096], 9).mul(2).sum(0),
    'elements taken by index': () =>
      x.gather(tensor(Int32Array.from({ length: 400 }, (_, i) => (7 * i) % 130)), 0),
    'batched products': () => cube.matmul(random([6, 50, 30], 6)),
    'a gradient': () => valueAndGrad((p: Tensor) => x.matmul(p).add(b).tanh().matmul(v).square().mean())(w),
    'views and joins': () => [x.transpose().add(1), x.flip(0).mul(2), x.slice([3, 100]).exp()],
    'running sums': () => x.cumsum(0).add(x.cumsum(1)),
  };

  const rounds = (from: Tensor): Tensor =>
    whileLoop(
      ({ n }) => n.less(5),
      ({ n, y }) => ({ n: n.add(1), y: y.matmul(v).matmul(x).matmul(w).tanh().add(n) }),
      { n: 0, y: from },
    ).y;
  functions['a loop of products'] = () => rounds(x.matmul(w));
  functions['branches, and one in a loop'] = () =>
    cond(
      x.sum().greater(0),
      () => rounds(x.matmul(w)),
      () => x.matmul(w).exp().matmul(v).matmul(x).matmul(w),
    );

  test.each(Object.keys(functions))('%s', async (name) => {
    await started(threadPool(), 3);
    const results = [1, 2, 3].map((threads) => {
      const f = jit(functions[name]!, { backend: 'wasm', threads });
      return [f(), f()];
    });
    const bits = (value: unknown): unknown =>
      Array.isArray(value) ? value.map(bits) : [...new Int32Array((value as Tensor).data().slice().buffer)];
    for (const result of results) expect(bits(result)).toEqual(bits(results[0]));
  });
});

describe('a profile of several threads', () => {
  const x = random([256, 256], 1);
  const profileWith = (threads: number): Profile =>
    jit((y: Tensor) => y.matmul(y).tanh().sum(), { backend: 'wasm', threads, name: 'f' }).profile(x);

  test('tells how many ran each kernel, how long they waited, and what one thread takes', () => {
    const profile = profileWith(2);
    const { threads, ms, aloneMs, kernels, calls } = profile;
    expect(threads).toBe(2);
    expect(ms).toBeGreaterThan(0);
    expect(aloneMs).toBeGreaterThan(0);
    const [product] = kernels;
    expect(product!.name).toMatch(/dot_general/);
    // A worker that gets no core takes no part.
    expect([1, 2]).toContain(product!.threads);
    expect(product!.waitingMs).toBeLessThanOrEqual(product!.ms);
    for (const kernel of kernels) expect(kernel.aloneMs).toBeGreaterThan(0);
    expect(calls.every((call) => call.threads === 1 || call.threads === 2)).toBe(true);
    const [first, head] = String(profile).split('\n');
    expect(first).toMatch(
      /^f: [\d.]+ µs a call in 2 threads, [\d.]+ in one, the median of \d+; wasm: asked for$/,
    );
    expect(head).toMatch(/ µs +time +threads +waiting +alone +bytes /);
  });

  test('says nothing of threads where there is one', () => {
    const profile = profileWith(1);
    expect([profile.threads, profile.aloneMs]).toEqual([1, null]);
    expect(String(profile)).not.toMatch(/threads|waiting|alone/);
  });
});

describe('results that leave while they are made', () => {
  test('are those that nothing writes afterwards, and whose parts are runs', () => {
    const leavingOf = (body: string): unknown => {
      const func = read(`func @f(%0: f32[300,400], %1: f32[400,300]) {\n${body}\n}`);
      const staged = stagesOf(lowered(func, [], 'wasm'), { threads: 2, costOf: () => 1e6 });
      return staged?.stages.map(({ leaving }) => leaving);
    };
    const whole = { output: 0, elements: 120_000 };
    expect(leavingOf('  %2 = exp %0 : f32[300,400]\n  return %2')).toEqual([[whole]]);
    expect(leavingOf('  %2 = exp %0 : f32[300,400]\n  return %2, %2')).toEqual([[whole]]);
    // One row of results is too small.
    expect(leavingOf('  %2 = sum %0 {axes=[1]} : f32[300]\n  return %2')).toEqual([[]]);
    // By columns, into the rows of others.
    const product =
      '%2 = dot_general %0, %1 {leftBatch=[], rightBatch=[], leftContract=[1], rightContract=[0]}';
    expect(leavingOf(`  ${product} : f32[300,300]\n  return %2`)?.toString()).toBe('');
  });

  test('have all their elements, whoever made them, at every call', async () => {
    await started(threadPool(), 3);
    const [x, y] = [random([500, 700], 1), random([500, 700], 2)];
    const f = (z: Tensor): Tensor[] => {
      const shared = z.mul(2);
      return [shared.tanh(), z.softmax(-1), shared.exp().add(1), z.sum(-1)];
    };
    const bits = (results: Tensor[]): unknown => results.map((t) => [...new Int32Array(t.data().buffer)]);
    const alone = jit(f, { backend: 'wasm', threads: 1 });
    const expected = [x, y].map((z) => bits(alone(z)));
    for (const threads of [2, 3]) {
      const together = jit(f, { backend: 'wasm', threads });
      for (let call = 0; call < 4; call++)
        expect(bits(together([x, y][call % 2]!)), `call ${call}`).toEqual(expected[call % 2]);
    }
  });

  test('are what the last kernel made of them', async () => {
    await started(threadPool(), 2);
    const x = random([300, 400], 3);
    const rounds = (threads: number): Tensor[] => {
      const f = jit(
        (z: Tensor) => [
          whileLoop(
            ({ n }) => n.less(4),
            ({ n, y }) => ({ n: n.add(1), y: y.tanh().add(n) }),
            { n: 0, y: z },
          ).y,
          cond(
            z.sum().greater(0),
            () => z.exp(),
            () => z.neg().exp(),
          ),
        ],
        { backend: 'wasm', threads },
      );
      return [...f(x), ...f(x)];
    };
    expect(rounds(2).map((t) => t.data())).toEqual(rounds(1).map((t) => t.data()));
  });

  test('do not leave a call that fails', async () => {
    await started(threadPool(), 2);
    const x = random([400, 400], 4);
    const rows = Int32Array.from({ length: 400 }, (_, i) => i);
    const f = jit((i: Tensor) => x.gather(i, 0).tanh(), { backend: 'wasm', threads: 2 });
    const good = f(tensor(rows));
    expect(() => f(tensor(rows.with(399, 400)))).toThrow(/gather/);
    expect(f(tensor(rows)).data()).toEqual(good.data());
  });
});

describe('what is shared out', () => {
  const [x, w] = [random([200, 200], 1), random([200, 200], 2)];
  const threadsOf = (f: () => Tensor): string => jit(f, { backend: 'wasm', threads: 2 }).lower().threads;

  test('are kernels inside of branches and loops, too, where they have enough to do', () => {
    const loopOf = (y: Tensor): Tensor =>
      whileLoop(
        ({ n }) => n.less(3),
        ({ n, z }) => ({ n: n.add(1), z: z.matmul(w).tanh() }),
        { n: 0, z: y },
      ).z;
    expect(threadsOf(() => loopOf(x))).toBe('2: asked for');
    expect(
      threadsOf(() =>
        cond(
          x.sum().greater(0),
          () => x.matmul(w),
          () => x,
        ),
      ),
    ).toBe('2: asked for');
    expect(threadsOf(() => loopOf(random([2, 200], 3)))).toMatch(/^1: no kernel can be shared out/);
  });

  test('are kernels that can fail, and the error is that of one thread', async () => {
    await started(threadPool(), 3);
    const rows = Int32Array.from({ length: 3000 }, (_, i) => i % 200);
    const indices = [300, 1700, 2900].map((wrong) => tensor(rows.with(wrong, 200 + wrong)));
    const good = tensor(rows);
    const results = [1, 2, 3].map((threads) => {
      const f = jit((i: Tensor, j: Tensor) => x.gather(i, 0).mul(w.gather(j, 1).transpose()), {
        backend: 'wasm',
        threads,
      });
      const outcome = (i: Tensor, j: Tensor): unknown => {
        try {
          return f(i, j).data();
        } catch (error) {
          return String(error);
        }
      };
      const [early, middle, late] = indices as [Tensor, Tensor, Tensor];
      return [
        outcome(middle, good),
        outcome(good, middle),
        outcome(early, late),
        outcome(late, early),
        outcome(good, good),
      ];
    });
    expect(results[0]![0]).toMatch(/gather/);
    expect(results[0]!.slice(0, 4).every((outcome) => typeof outcome === 'string')).toBe(true);
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test('leaves effects in their order', async () => {
    await started(threadPool(), 3);
    const seen = [1, 3].map((threads) => {
      const log = vi.spyOn(console, 'log').mockImplementation(() => {});
      const f = jit(
        (y: Tensor) =>
          whileLoop(
            ({ n }) => n.less(4),
            ({ n, z }) => {
              print('round', n, z.sum());
              return { n: n.add(1), z: z.matmul(w).tanh() };
            },
            { n: 0, z: y },
          ).z,
        { backend: 'wasm', threads },
      );
      f(x);
      const said = log.mock.calls.map(String);
      log.mockRestore();
      return said;
    });
    expect(seen[0]).toHaveLength(4);
    expect(seen[1]).toEqual(seen[0]);
  });
});

test('also of `fast`, whose instructions an engine may keep behind a switch', async () => {
  await started(threadPool(), 2);
  const a = random([120, 300], 1);
  const [one, two] = [1, 2].map((threads) =>
    jit((x: Tensor) => x.matmul(x.transpose()), { backend: 'wasm', precision: 'fast', threads }),
  );
  for (let i = 0; i < 5; i++) expect(two!(a).data()).toEqual(one!(a).data());
});

describe('a pool', () => {
  // Its function hangs or traps in other threads than the first.
  function moduleThat(does: 'hang' | 'trap' | 'answer'): Uint8Array {
    const code = new Code({ params: ['i32', 'i32', 'i32', 'i32', 'i32'], results: ['i32'] });
    const thread = 2;
    code.get(thread);
    code.branch(() => {
      if (does === 'hang') code.doWhile(() => code.i32(1));
      if (does === 'trap') {
        code.i32(1);
        code.i32(0);
        code.op('i32.div_s');
        code.set(thread);
      }
    });
    code.i32(0);
    return encodeModule([code.finish()], 0, { shared: true });
  }
  let programs = 1_000_000;
  function jobOf(bytes: Uint8Array): Job {
    const module = new WebAssembly.Module(bytes as BufferSource);
    return { program: ++programs, code: { module, bytes }, stage: 0 };
  }
  const shared = (pool: Pool, does: Parameters<typeof moduleThat>[0], call: StageCall, parts = 2): number =>
    pool.share(jobOf(moduleThat(does)), call, 0, 2, parts);
  // This thread takes one part and leaves the other to the worker.
  const slowly = (): number => {
    const end = performance.now() + 100;
    while (performance.now() < end);
    return 0;
  };

  test('shares a job out', async () => {
    const pool = replacePool(patience);
    await started(pool, 2);
    let own = 0;
    const counted = (): number => {
      own++;
      return slowly();
    };
    const status = shared(pool, 'answer', counted, 8);
    expect(status).toBe(0);
    expect(own).toBeLessThan(8);
  });

  test.each([
    ['hang', /a worker thread has not answered while it ran a part .* threads: 1 does without/],
    ['trap', /a worker thread has failed while it ran a part/],
  ] as const)('whose worker %ss is an error, and the next call has another', async (does, message) => {
    const pool = replacePool(patience);
    await started(pool, 2);
    expect(() => shared(pool, does, slowly)).toThrow(message);
    expect(pool.discarded).toBe(true);
    expect(threadPool()).not.toBe(pool);
    await started(threadPool(), 2);
    expect(shared(threadPool(), 'answer', slowly)).toBe(0);
  });

  test('whose workers are gone does the work without', async () => {
    const pool = replacePool(patience);
    await started(pool, 2);
    await Promise.all(pool.workers.map((w) => w.terminate()));
    expect(shared(pool, 'answer', () => 0)).toBe(0);
    expect(threadPool()).not.toBe(pool);
  });

  test('whose workers sleep wakes them up', async () => {
    const pool = replacePool({ ...patience, worker: 1 });
    await started(pool, 2);
    for (let i = 0; i < 100 && pool.sleeping < 1; i++) await new Promise((r) => setTimeout(r, 5));
    expect(pool.sleeping).toBe(1);
    let own = 0;
    const counted = (): number => {
      own++;
      return slowly();
    };
    shared(pool, 'answer', counted, 20);
    expect(own).toBeLessThan(20);
  });

  test('gives the status of the first part that has one, whoever runs it', async () => {
    const pool = replacePool(patience);
    await started(pool, 2);
    const code = new Code({ params: ['i32', 'i32', 'i32', 'i32', 'i32'], results: ['i32'] });
    const part = 3;
    // Part n fails with n, but for the first.
    code.get(part);
    const bytes = encodeModule([code.finish()], 0, { shared: true });
    for (let round = 0; round < 5; round++) {
      const own: number[] = [];
      const call: StageCall = (_region, _stage, _thread, n) => {
        own.push(n!);
        slowly();
        return n!;
      };
      expect(pool.share(jobOf(bytes), call, 0, 2, 8)).toBe(1);
      expect(own.length).toBeLessThan(8);
    }
  });

  test('passes on what a part of this thread throws', async () => {
    const pool = replacePool(patience);
    await started(pool, 2);
    const failing = (): number => {
      throw new RangeError('mine');
    };
    expect(() => shared(pool, 'answer', failing)).toThrow('mine');
    expect(pool.discarded).toBe(true);
  });

  test('gives the status of any part', () => {
    const { exports } = new WebAssembly.Instance(
      new WebAssembly.Module(moduleThat('answer') as BufferSource),
      { [memoryImport.module]: { [memoryImport.name]: wasmMemory() } },
    );
    expect((exports[exportName] as StageCall)(0, 0, 0, 0, 1)).toBe(0);
    const bytes = moduleThat('answer');
    const calls: unknown[] = [];
    const serial = { steps: [], division: null, cost: 0, leaving: [] };
    const run = inThreads(
      (...args) => {
        calls.push(args);
        return args[1] === 1 ? 7 : 0;
      },
      {
        code: { module: new WebAssembly.Module(bytes as BufferSource), bytes },
        staged: {
          stages: [serial, serial, serial],
          plan: [0, 1, 2].map((stage) => ({ kind: 'stage', stage })),
        },
        scalarAt: () => 0,
        threads: 2,
      },
    );
    expect(run(64)).toBe(7);
    expect(calls).toEqual([
      [64, 0, 0, 0, 1],
      [64, 1, 0, 0, 1],
    ]);
  });
});

describe('the option', () => {
  test('is a number from 1 to 64, or auto', () => {
    const message = /threads must be 'auto' or an integer from 1 to 64, got/;
    expect(() => jit((x: Tensor) => x, { threads: 0 })).toThrow(OptionError);
    expect(() => jit((x: Tensor) => x, { threads: 2.5 })).toThrow(message);
    expect(() => configure({ threads: 65 })).toThrow(message);
  });
});

describe('a process with threads', () => {
  test('ends by itself', { timeout: 60_000 }, () => {
    const script = `
      import { jit, tensor } from './src/index.ts';
      import { threadPool } from './src/codegen/wasm/pool.ts';
      const f = jit((x) => x.matmul(x).tanh(), { backend: 'wasm', threads: 2 });
      const x = tensor(new Float32Array(90000).fill(0.1), { shape: [300, 300] });
      f(x);
      for (let i = 0; i < 500 && threadPool().ready === 0; i++) await new Promise((r) => setTimeout(r, 10));
      for (let i = 0; i < 5; i++) f(x);
      console.log('ready', threadPool().ready);
    `;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, {
      timeout: 50_000,
      encoding: 'utf8',
    });
    expect([stdout.trim(), status], stderr).toEqual(['ready 1', 0]);
  });
});
