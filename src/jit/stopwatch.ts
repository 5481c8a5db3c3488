// The clock of a profile: told by marks between the steps of a program, it knows what each took in every run.

/** A call of a kernel in the last run. */
export interface KernelCall {
  readonly kernel: number;
  /** Milliseconds since the run began. */
  readonly start: number;
  readonly ms: number;
  /** How many threads ran parts of it. */
  readonly threads: number;
}

/** A kernel in all runs: medians in milliseconds, and what the last run says. */
export interface KernelTime {
  readonly ms: number;
  /** Of that, how long the caller waited for others when it had nothing to do any more. */
  readonly waitingMs: number;
  readonly calls: number;
  /** How many ran it: the most in a run, the median of the runs. */
  readonly threads: number;
}

/** The marks that begin a run: it has been entered, and how long a mark takes. The step with the number n ends with the mark `firstStep` + n. */
export const entryMark = 0;
export const clockMark = 1;
export const firstStep = 2;

// Calls of a run that are kept: a loop may have millions.
const keptCalls = 100_000;

/** By kernel, of the run that is under way. */
interface Current {
  ms: number;
  waitingMs: number;
  calls: number;
  threads: number;
}

/** What marks are told: times of all runs, and the calls of the last. */
export class Stopwatch {
  // By kernel, then by run.
  readonly #times: { readonly ms: number[]; readonly waitingMs: number[]; readonly threads: number[] }[];
  readonly #totals: number[] = [];
  readonly #entering: number[] = [];
  readonly #leaving: number[] = [];
  readonly #current: Current[];
  #last: KernelCall[] = [];
  #began = 0;
  #entered = 0;
  #before = 0;
  #overhead = 0;
  // Of the kernel that the next mark ends.
  #threads = 1;
  #waited = 0;

  constructor(kernels: number) {
    this.#times = Array.from({ length: kernels }, () => ({
      ms: [],
      waitingMs: [],
      threads: [],
    }));
    this.#current = this.#times.map(() => ({ ms: 0, waitingMs: 0, calls: 0, threads: 1 }));
  }

  get runs(): number {
    return this.#totals.length;
  }
  /** Milliseconds of a run, of what comes before its first step and of what comes after its last; without reading the clock. */
  get ms(): number {
    return medianOf(this.#totals);
  }
  get enteringMs(): number {
    return medianOf(this.#entering);
  }
  get leavingMs(): number {
    return medianOf(this.#leaving);
  }

  begin(): void {
    for (const kernel of this.#current) Object.assign(kernel, { ms: 0, waitingMs: 0, calls: 0, threads: 1 });
    this.#last = [];
    this.#began = performance.now();
    this.#before = this.#began;
  }

  mark(id: number): void {
    const now = performance.now();
    if (id >= firstStep) {
      const kernel = id - firstStep;
      const ms = Math.max(0, now - this.#before - this.#overhead);
      const threads = this.#threads;
      const current = this.#current[kernel]!;
      current.ms += ms;
      current.waitingMs += Math.min(ms, this.#waited);
      current.calls++;
      current.threads = Math.max(current.threads, threads);
      if (this.#last.length < keptCalls)
        this.#last.push({ kernel, start: this.#before - this.#began, ms, threads });
    } else if (id === clockMark) this.#overhead = now - this.#before;
    else this.#entered = now - this.#began;
    this.#threads = 1;
    this.#waited = 0;
    this.#before = performance.now();
  }

  /** Several threads have run the kernel whose mark is next. */
  shared(threads: number, waitedMs: number): void {
    this.#threads = threads;
    this.#waited = waitedMs;
  }

  end(): void {
    const now = performance.now();
    const marks = this.#current.reduce((sum, { calls }) => sum + calls, firstStep);
    this.#totals.push(Math.max(0, now - this.#began - marks * this.#overhead));
    this.#entering.push(Math.max(0, this.#entered - this.#overhead));
    this.#leaving.push(Math.max(0, now - this.#before));
    this.#times.forEach((times, id) => {
      times.ms.push(this.#current[id]!.ms);
      times.waitingMs.push(this.#current[id]!.waitingMs);
      times.threads.push(this.#current[id]!.threads);
    });
  }

  /** Forgets all runs. */
  forget(): void {
    const ofKernels = this.#times.flatMap(({ ms, waitingMs, threads }) => [ms, waitingMs, threads]);
    for (const list of [this.#totals, this.#entering, this.#leaving, ...ofKernels]) list.length = 0;
  }

  kernel(id: number): KernelTime {
    const { calls } = this.#current[id]!;
    const { ms, waitingMs, threads } = this.#times[id]!;
    return {
      ms: medianOf(ms),
      waitingMs: medianOf(waitingMs),
      calls,
      threads: Math.round(medianOf(threads)),
    };
  }

  get lastCalls(): readonly KernelCall[] {
    return this.#last;
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
