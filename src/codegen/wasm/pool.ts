// The worker threads of the process: started when they are first asked for, one job at a time, discarded when one of them fails.
import { ArgumentError } from '../../util/errors.ts';
import { givePiece, takePiece, wasmMemory } from './memory.ts';
import { exportName, memoryImport } from './module.ts';
import { type WorkerStart, words, workerSource } from './worker-source.ts';

/** What of `Worker` in Node and on the web is used here. */
export interface WorkerHandle {
  terminate(): unknown;
}

/** A stage of a program to be shared out. */
export interface Job {
  /** The number of the program, and where its module is in the memory. */
  readonly program: number;
  readonly bytes: number;
  readonly length: number;
  readonly stage: number;
}

/** Runs one part of a stage; see emitModule. */
export type StageCall = (
  region: number,
  stage?: number,
  thread?: number,
  part?: number,
  parts?: number,
) => number;

/** Milliseconds: how long a worker looks for work before it sleeps, and how long after its own share a caller waits for that of the others. */
export interface Patience {
  readonly worker: number;
  readonly caller: number;
}

const defaultPatience: Patience = { worker: 1.5, caller: 20_000 };

// Rounds of looking before the caller asks for the time, and milliseconds of looking before it sleeps.
const rounds = 4096;
const callerLooks = 0.2;
const callerSleeps = 20;

export class Pool {
  readonly workers: WorkerHandle[] = [];
  readonly #patience: Patience;
  readonly #address: number;
  readonly #control: Int32Array;
  #discarded = false;

  constructor(patience: Patience = defaultPatience) {
    this.#patience = patience;
    this.#address = takePiece(4 * words.count, 'a pool of threads', 'its control block');
    this.#control = new Int32Array(wasmMemory().buffer, this.#address, words.count).fill(0);
  }

  get discarded(): boolean {
    return this.#discarded;
  }
  /** Workers that have started. */
  get ready(): number {
    return Atomics.load(this.#control, words.ready);
  }
  /** Those of them that wait to be woken up. */
  get sleeping(): number {
    return Atomics.load(this.#control, words.sleeping);
  }

  /** Sees to it that so many threads are there in a while, the calling one included. */
  grow(threads: number): void {
    while (this.workers.length + 1 < threads) {
      const worker = startWorker(
        {
          memory: wasmMemory(),
          address: this.#address,
          thread: this.workers.length + 1,
          patience: this.#patience.worker,
          words,
          imports: memoryImport,
          exported: exportName,
        },
        () => this.discard(),
      );
      if (worker === null) return;
      this.workers.push(worker);
    }
  }

  wake(): void {
    if (this.sleeping > 0) Atomics.notify(this.#control, words.claim);
  }

  /** Runs all parts of a job, by up to so many threads: what no worker takes runs here, by `call`. Returns a status that is not 0, if there is one. */
  share(job: Job, call: StageCall, region: number, threads: number, parts: number): number {
    const control = this.#control;
    control[words.program] = job.program;
    control[words.bytes] = job.bytes;
    control[words.length] = job.length;
    control[words.region] = region;
    control[words.stage] = job.stage;
    control[words.status] = 0;
    Atomics.store(control, words.done, 0);
    Atomics.store(control, words.claim, (parts << 24) | (threads << 16));
    this.wake();
    let own = 0;
    let status = 0;
    try {
      for (;;) {
        const claim = Atomics.load(control, words.claim);
        const part = claim & 0xffff;
        if (part >= parts) break;
        if (Atomics.compareExchange(control, words.claim, claim, claim + 1) !== claim) continue;
        own++;
        status ||= call(region, job.stage, 0, part, parts);
      }
    } catch (error) {
      // Others may still be at work on what this call leaves behind.
      this.discard();
      throw error;
    }
    if (own < parts) this.#await(parts - own);
    return status || Atomics.load(control, words.status);
  }

  #await(count: number): void {
    const control = this.#control;
    const isDone = (): boolean => Atomics.load(control, words.done) >= count;
    const start = performance.now();
    while (!isDone()) {
      for (let i = 0; i < rounds; i++) if (isDone()) break;
      const waited = performance.now() - start;
      if (waited < callerLooks || isDone()) continue;
      if (waited > this.#patience.caller) this.#fail('has not answered');
      if (!mayWait) continue;
      Atomics.store(control, words.waiting, 1);
      const done = Atomics.load(control, words.done);
      if (done < count) Atomics.wait(control, words.done, done, callerSleeps);
      Atomics.store(control, words.waiting, 0);
    }
    if (Atomics.load(control, words.failed) !== 0) this.#fail('has failed');
  }

  #fail(how: string): never {
    this.discard();
    throw new ArgumentError(
      `a worker thread ${how} while it ran a part of a compiled function; its results, and what the function updates in place, are undefined. The next call starts new threads; threads: 1 does without`,
    );
  }

  /** Ends all threads. */
  discard(): void {
    if (this.#discarded) return;
    this.#discarded = true;
    for (const worker of this.workers) worker.terminate();
    if (thePool === this) thePool = undefined;
    // A worker that has not ended yet may still look at the control block: it is given back when all have.
    setTimeout(() => givePiece(this.#address), discardedAfter).unref?.();
  }
}

const discardedAfter = 5000;

let thePool: Pool | undefined;

/** The pool of the process. */
export function threadPool(): Pool {
  thePool ??= new Pool();
  return thePool;
}

/** For tests: a pool of another patience from now on. */
export function replacePool(patience: Patience): Pool {
  thePool?.discard();
  thePool = new Pool(patience);
  return thePool;
}

/** How many threads run at the same time here. */
export function availableThreads(): number {
  if (nodeThreads() === null) return globalThis.navigator?.hardwareConcurrency ?? 1;
  const os = nodeModule('node:os') as { availableParallelism?(): number; cpus(): readonly unknown[] };
  return os.availableParallelism?.() ?? os.cpus().length;
}

interface NodeProcess {
  getBuiltinModule?(name: string): unknown;
}
interface NodeWorker extends WorkerHandle {
  unref(): void;
  on(event: 'error' | 'exit', listener: () => void): void;
}
interface NodeThreads {
  readonly Worker: new (source: string, options: object) => NodeWorker;
}

// A page must not sleep; elsewhere the thread that calls may.
const mayWait = typeof document === 'undefined';

/** A worker, or null where the host has none. `failed` is called when it ends. */
function startWorker(start: WorkerStart, failed: () => void): WorkerHandle | null {
  try {
    const node = nodeThreads();
    if (node !== null) {
      const worker = new node.Worker(workerSource, {
        eval: true,
        workerData: start,
        execArgv: [],
        name: `tracejit ${start.thread}`,
      });
      worker.on('error', failed);
      worker.on('exit', failed);
      // A process may end although its threads wait for work.
      worker.unref();
      return worker;
    }
    if (typeof Worker === 'undefined' || globalThis.crossOriginIsolated !== true) return null;
    const url = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
    const worker = new Worker(url, { name: `tracejit ${start.thread}` });
    worker.onerror = failed;
    worker.postMessage(start);
    return worker;
  } catch {
    // A content-security policy, or no more threads: one does without.
    return null;
  }
}

// Not imported: a page has no such modules.
function nodeModule(name: string): unknown {
  return (globalThis as { process?: NodeProcess }).process?.getBuiltinModule?.(name);
}

function nodeThreads(): NodeThreads | null {
  const found = nodeModule('node:worker_threads');
  return found === undefined ? null : (found as NodeThreads);
}
