// What is checked inside of a page; types are all that it imports, so that each page can load the library in its own way.
import type * as code from '../../src/codegen/wasm/code.ts';
import type * as module from '../../src/codegen/wasm/module.ts';
import type * as pool from '../../src/codegen/wasm/pool.ts';
import type * as tracejit from '../../src/index.ts';

export interface Library {
  readonly tracejit: typeof tracejit;
  readonly pool: typeof pool;
  readonly code: typeof code;
  readonly module: typeof module;
}

export type CheckList = 'threads' | 'noWorkers' | 'notIsolated' | 'noCode';

type Check = (library: Library) => void | Promise<void>;

type Tensor = tracejit.Tensor;

function expect(holds: boolean, otherwise: () => string): void {
  if (!holds) throw new Error(otherwise());
}

function same(name: string, a: readonly Tensor[], b: readonly Tensor[]): void {
  a.forEach((x, n) => {
    const [left, right] = [x, b[n]!].map((t) => new Int32Array(Float32Array.from(t.data()).buffer));
    const at = left!.findIndex((bits, i) => bits !== right![i]);
    expect(at < 0 && left!.length === right!.length, () => `${name}: result ${n} differs at ${at}`);
  });
}

function numbers({ tracejit }: Library, shape: readonly number[], from: number): Tensor {
  const size = shape.reduce((p, d) => p * d, 1);
  return tracejit.tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i * from)),
    { shape },
  );
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function started({ pool }: Library): Promise<pool.Pool> {
  const it = pool.threadPool();
  it.grow(2);
  for (let i = 0; i < 500 && it.ready === 0; i++) await pause(10);
  expect(it.ready === 1, () => `${it.ready} workers have started in five seconds`);
  return it;
}

/** Parts of jobs that ran in workers while `work` ran. */
function partsOfWorkers(it: pool.Pool, work: () => void): number {
  const share = it.share;
  let others = 0;
  it.share = (job, call, region, threads, parts) => {
    others += parts;
    const counted: pool.StageCall = (...place) => {
      others--;
      return call(...place);
    };
    return share.call(it, job, counted, region, threads, parts);
  };
  try {
    work();
  } finally {
    it.share = share;
  }
  return others;
}

const layers = [64, 256, 10] as const;

/** Losses and weights of some steps of a small network, on so many threads. */
function trained(library: Library, threads: number, backend: 'auto' | 'js' = 'auto'): readonly Tensor[] {
  const { jit, valueAndGrad, variable } = library.tracejit;
  const [x, y] = [numbers(library, [128, layers[0]], 0.7), numbers(library, [128, layers[2]], 0.3)];
  const w = variable(numbers(library, [layers[0], layers[1]], 0.01));
  const v = variable(numbers(library, [layers[1], layers[2]], 0.02));
  const step = jit(
    (inputs: Tensor, targets: Tensor) => {
      const loss = (p: { w: Tensor; v: Tensor }): Tensor =>
        inputs.matmul(p.w).tanh().matmul(p.v).sub(targets).square().mean();
      const [value, g] = valueAndGrad(loss)({ w: w.value(), v: v.value() });
      w.assignSub(g.w.mul(0.1));
      v.assignSub(g.v.mul(0.1));
      return value;
    },
    { threads, backend },
  );
  const losses: Tensor[] = [];
  for (let i = 0; i < 10; i++) losses.push(step(x, y));
  return [...losses, w.value(), v.value()];
}

function product(library: Library, threads: number): tracejit.Jitted<[Tensor, Tensor], Tensor> {
  return library.tracejit.jit((a: Tensor, b: Tensor) => a.matmul(b), { threads });
}

const sameOnTwoThreads: Check = (library) => {
  const [a, b] = [numbers(library, [200, 300], 0.1), numbers(library, [300, 170], 0.2)];
  const [one, two] = [product(library, 1), product(library, 2)];
  for (let i = 0; i < 5; i++) same('a product', [two(a, b)], [one(a, b)]);
  same('training', trained(library, 2), trained(library, 1));
};

const workersTakeParts: Check = async (library) => {
  const it = await started(library);
  const a = numbers(library, [400, 400], 0.1);
  const f = product(library, 2);
  f(a, a);
  let taken = 0;
  for (let i = 0; i < 50 && taken === 0; i++) taken = partsOfWorkers(it, () => void f(a, a));
  expect(taken > 0, () => 'no part of fifty products ran in a worker');
};

const says =
  (expected: RegExp): Check =>
  (library) => {
    const a = numbers(library, [300, 300], 0.1);
    const { backend, threads } = product(library, 2).lower(a, a);
    expect(
      expected.test(`${backend}; threads ${threads}`),
      () => `lower() says ${backend}; threads ${threads}`,
    );
  };

// A function that traps in other threads than the first.
const crashes: Check = async (library) => {
  const it = await started(library);
  const { Code } = library.code;
  const { encodeModule } = library.module;
  const body = new Code({ params: ['i32', 'i32', 'i32', 'i32', 'i32'], results: ['i32'] });
  const thread = 2;
  body.i32(1);
  body.get(thread);
  body.op('i32.eqz', 'i32.div_s');
  body.op('drop');
  body.i32(0);
  const bytes = encodeModule([body.finish()], 0, { shared: true });
  const job = {
    program: -1,
    code: { bytes, module: new WebAssembly.Module(bytes as BufferSource) },
    stage: 0,
  };
  const slowly = (): number => {
    for (const end = performance.now() + 200; performance.now() < end; );
    return 0;
  };
  let message = 'nothing';
  try {
    it.share(job, slowly, 0, 2, 2);
  } catch (error) {
    message = (error as Error).message;
  }
  expect(/a worker thread has failed while it ran a part/.test(message), () => `it says ${message}`);
  expect(it.discarded && library.pool.threadPool() !== it, () => 'the pool is still in use');
  await workersTakeParts(library);
};

const growsUnderWorkers: Check = async (library) => {
  await workersTakeParts(library);
  const { jit, zeros } = library.tracejit;
  const large = jit((x: Tensor) => x.add(1).exp(), { threads: 2 });
  const y = large(zeros([8_000_000])).data();
  expect(y[0] === y[7_999_999] && Math.abs(y[0]! - Math.E) < 1e-6, () => `exp(1) is ${y[0]}`);
  await workersTakeParts(library);
};

const isolation =
  (expected: boolean): Check =>
  () =>
    expect(globalThis.crossOriginIsolated === expected, () => `crossOriginIsolated is not ${expected}`);

const sameInJavaScript: Check = (library) => same('training', trained(library, 1, 'js'), trained(library, 2));

const lists: Readonly<Record<CheckList, Readonly<Record<string, Check>>>> = {
  threads: {
    'is isolated': isolation(true),
    'says that there are threads': says(/^wasm: .*; threads 2: asked for$/),
    'workers start and take parts': workersTakeParts,
    'two threads give the bits of one': sameOnTwoThreads,
    'workers that slept wake up': async (library) => {
      await workersTakeParts(library);
      await pause(100);
      const { sleeping } = library.pool.threadPool();
      expect(sleeping === 1, () => `${sleeping} workers sleep`);
      await workersTakeParts(library);
    },
    'the memory grows under workers': growsUnderWorkers,
    'a worker that crashes is an error, and there is another': crashes,
    'JavaScript, or the interpreter, gives the same bits': sameInJavaScript,
  },
  noWorkers: {
    'is isolated': isolation(true),
    'goes on without, to the same bits': async (library) => {
      // Each attempt ends in an event of the page.
      for (let i = 0; i < 40; i++) {
        sameOnTwoThreads(library);
        await pause(20);
      }
      expect(library.pool.threadPool().ready === 0, () => 'there are workers');
    },
  },
  notIsolated: {
    'is not isolated': isolation(false),
    'says why there are no threads': says(/^wasm: .*; threads 1: this page is not cross-origin isolated/),
    'goes on without, to the same bits': sameOnTwoThreads,
    'JavaScript gives the same bits': sameInJavaScript,
    'starts no worker': (library) => {
      sameOnTwoThreads(library);
      expect(library.pool.threadPool().workers.length === 0, () => 'there are workers');
    },
  },
  noCode: {
    'says that it interprets, and why': says(
      /^interpreter: WebAssembly is forbidden on this host: .*; threads 1: /,
    ),
    'gives the bits of eager mode': (library) => {
      const a = numbers(library, [20, 30], 0.1);
      const f = (x: Tensor): Tensor => x.matmul(x.transpose()).softmax(-1);
      same('a product', [library.tracejit.jit(f)(a)], [f(a)]);
    },
    'refuses WebAssembly where it is asked for': (library) => {
      const f = library.tracejit.jit((x: Tensor) => x.add(1), { backend: 'wasm' });
      let error: unknown;
      try {
        f(numbers(library, [4], 0.1));
      } catch (thrown) {
        error = thrown;
      }
      expect(error instanceof library.tracejit.OptionError, () => `it throws ${error}`);
    },
  },
};

/** By the name of each check of a list: null, or how it failed. */
export async function runChecks(list: CheckList, library: Library): Promise<Record<string, string | null>> {
  const outcome: Record<string, string | null> = {};
  for (const [name, check] of Object.entries(lists[list])) {
    try {
      await check(library);
      outcome[name] = null;
    } catch (error) {
      outcome[name] = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
  }
  return outcome;
}
