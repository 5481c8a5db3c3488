// The worker threads of the process: started when they are first asked for, one job at a time, discarded when one of them fails.
import { ArgumentError } from '../../util/errors.ts';
import { givePiece, takePiece, wasmMemory, wasmViews } from './memory.ts';
import { effectImport, exportName, markImport, memoryImport } from './module.ts';
import { mayWait, startWorker, type WorkerHandle } from './worker-host.ts';
import { statusesPerPart, words } from './worker-source.ts';

/** A program as workers get it. */
export interface SharedCode {
  readonly module: WebAssembly.Module;
  readonly bytes: Uint8Array;
}

/** A stage of a program to be shared out. */
export interface Job {
  /** The number of the program. */
  readonly program: number;
  readonly code: SharedCode;
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

/** Is called by the calling thread with each part that is done and has not failed, no matter who ran it. */
export type TakeAway = (part: number) => void;

/** Is told of a job that is done: how many threads took part, and how many milliseconds the caller waited for parts of others after its own. */
export type Watch = (threads: number, waitedMs: number) => void;

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

// Workers that end again and again are not worth starting.
const mostFailures = 20;
let failures = 0;

export class Pool {
  readonly workers: WorkerHandle[] = [];
  // What workers have been given: by its number, where the module of a program is for those that no messages reach.
  readonly #programs = new Map<number, { readonly address: number | null }>();
  readonly #patience: Patience;
  readonly #address: number;
  readonly #control: Int32Array;
  #discarded = false;
  // The host starts no more workers.
  #isFull: boolean;

  constructor(patience: Patience = defaultPatience) {
    this.#patience = patience;
    this.#isFull = failures >= mostFailures;
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
  /** Parts of the last job that a thread has begun. */
  get begun(): number {
    return Atomics.load(this.#control, words.claim) & 0xffff;
  }

  /** How many programs workers have been given. */
  get programs(): number {
    return this.#programs.size;
  }

  /** Sees to it that so many threads are there in a while, the calling one included. */
  grow(threads: number): void {
    while (!this.#isFull && this.workers.length + 1 < threads) {
      const worker = startWorker(
        {
          memory: wasmMemory(),
          address: this.#address,
          thread: this.workers.length + 1,
          patience: this.#patience.worker,
          words,
          statusesPerPart,
          imports: { ...memoryImport, functions: [markImport.name, effectImport.name] },
          exported: exportName,
        },
        () => this.#lose(),
      );
      if (worker === null) {
        this.#isFull = true;
        return;
      }
      this.workers.push(worker);
      // It gets what the others have when it is needed again.
      for (const program of this.#programs.keys()) this.forget(program);
    }
  }

  // Sees to it that workers find the program.
  #provide({ program, code: { module, bytes } }: Job): void {
    const known = this.#programs.get(program);
    if (known !== undefined) {
      this.#control[words.bytes] = known.address ?? 0;
      this.#control[words.length] = bytes.length;
      return;
    }
    let address: number | null = null;
    for (const worker of this.workers) {
      if (worker.send !== null) worker.send({ program, module });
      else address ??= placed(bytes);
    }
    this.#programs.set(program, { address });
    this.#control[words.bytes] = address ?? 0;
    this.#control[words.length] = bytes.length;
  }

  /** The program is not run any more. */
  forget(program: number): void {
    const known = this.#programs.get(program);
    if (known === undefined) return;
    this.#programs.delete(program);
    if (known.address !== null) givePiece(known.address);
    for (const worker of this.workers) worker.send?.({ program, module: null });
  }

  wake(): void {
    if (this.sleeping > 0) Atomics.notify(this.#control, words.claim);
  }

  /**
   * Runs all parts of a job, by up to so many threads: what no worker takes runs here, by `call`, and after each of its own this thread takes away what parts have made.
   * Returns the status of the first part whose status is not 0, or 0.
   */
  share(
    job: Job,
    call: StageCall,
    region: number,
    threads: number,
    parts: number,
    takeAway?: TakeAway,
    watch?: Watch,
  ): number {
    const control = this.#control;
    this.#provide(job);
    control[words.program] = job.program;
    control[words.region] = region;
    control[words.stage] = job.stage;
    control[words.status] = 0;
    control[words.joined] = 0;
    control.fill(0, words.finished, words.finished + parts);
    Atomics.store(control, words.done, 0);
    Atomics.store(control, words.claim, (parts << 24) | (threads << 16));
    this.wake();
    let own = 0;
    try {
      for (;;) {
        const claim = Atomics.load(control, words.claim);
        const part = claim & 0xffff;
        if (part >= parts) break;
        if (Atomics.compareExchange(control, words.claim, claim, claim + 1) !== claim) continue;
        own++;
        const status = call(region, job.stage, 0, part, parts);
        if (status !== 0) this.#note(part, status);
        else if (takeAway !== undefined) {
          takeAway(part);
          this.#takeFinished(parts, takeAway);
        }
      }
    } catch (error) {
      // Others may still be at work on what this call leaves behind.
      this.discard();
      throw error;
    }
    const from = watch === undefined ? 0 : performance.now();
    if (own < parts) this.#await(parts - own);
    if (takeAway !== undefined) this.#takeFinished(parts, takeAway);
    watch?.(1 + bitsOf(Atomics.load(control, words.joined)), performance.now() - from);
    const noted = Atomics.load(control, words.status);
    if (noted === 0) return 0;
    // Once more in this thread, whose module is the one that is asked what failed.
    return call(region, job.stage, 0, Math.floor(noted / statusesPerPart), parts) || noted % statusesPerPart;
  }

  // What workers have done since.
  #takeFinished(parts: number, takeAway: TakeAway): void {
    const control = this.#control;
    for (let part = 0; part < parts; part++) {
      if (Atomics.load(control, words.finished + part) === 0) continue;
      control[words.finished + part] = 0;
      takeAway(part);
    }
  }

  // Workers do the same.
  #note(part: number, status: number): void {
    const noted = part * statusesPerPart + status;
    for (;;) {
      const before = Atomics.load(this.#control, words.status);
      if (before !== 0 && before < noted) return;
      if (Atomics.compareExchange(this.#control, words.status, before, noted) === before) return;
    }
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

  #lose(): void {
    if (this.#discarded) return;
    failures++;
    this.discard();
  }

  #fail(how: string): never {
    this.#lose();
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

function bitsOf(set: number): number {
  let bits = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}

const discardedAfter = 5000;

let thePool: Pool | undefined;

/** A program is gone. */
export function forgetProgram(program: number): void {
  thePool?.forget(program);
}

function placed(bytes: Uint8Array): number {
  const address = takePiece(bytes.length, 'a program', 'its module');
  wasmViews().bool.set(bytes, address);
  return address;
}

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
