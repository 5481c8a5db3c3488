// The clock of a profile: told by marks between the steps of a program, it knows what each took in every run.

/** A call of a kernel in the last run. */
export interface KernelCall {
  readonly kernel: number;
  /** Milliseconds since the run began. */
  readonly start: number;
  readonly ms: number;
}

/** The marks that begin a run: it has been entered, and how long a mark takes. The step with the number n ends with the mark `firstStep` + n. */
export const entryMark = 0;
export const clockMark = 1;
export const firstStep = 2;

// Calls of a run that are kept: a loop may have millions.
const keptCalls = 100_000;

/** What marks are told: times of all runs, and the calls of the last. */
export class Stopwatch {
  // By kernel, then by run.
  readonly #times: number[][];
  readonly #totals: number[] = [];
  readonly #outside: number[] = [];
  readonly #calls: number[];
  readonly #spent: Float64Array;
  #last: KernelCall[] = [];
  #began = 0;
  #before = 0;
  #overhead = 0;

  constructor(kernels: number) {
    this.#times = Array.from({ length: kernels }, () => []);
    this.#calls = new Array<number>(kernels).fill(0);
    this.#spent = new Float64Array(kernels);
  }

  get runs(): number {
    return this.#totals.length;
  }
  /** Milliseconds of a run, and of what is no kernel in it; without reading the clock. */
  get ms(): number {
    return medianOf(this.#totals);
  }
  get outsideMs(): number {
    return medianOf(this.#outside);
  }

  begin(): void {
    this.#spent.fill(0);
    this.#calls.fill(0);
    this.#last = [];
    this.#began = performance.now();
    this.#before = this.#began;
  }

  mark(id: number): void {
    const now = performance.now();
    if (id >= firstStep) {
      const kernel = id - firstStep;
      const ms = Math.max(0, now - this.#before - this.#overhead);
      this.#spent[kernel]! += ms;
      this.#calls[kernel]!++;
      if (this.#last.length < keptCalls) this.#last.push({ kernel, start: this.#before - this.#began, ms });
    } else if (id === clockMark) this.#overhead = now - this.#before;
    this.#before = performance.now();
  }

  end(): void {
    const marks = this.#calls.reduce((sum, calls) => sum + calls, firstStep);
    const total = Math.max(0, performance.now() - this.#began - marks * this.#overhead);
    this.#totals.push(total);
    this.#outside.push(Math.max(0, total - this.#spent.reduce((sum, ms) => sum + ms, 0)));
    this.#times.forEach((times, id) => times.push(this.#spent[id]!));
  }

  /** Forgets all runs. */
  forget(): void {
    this.#totals.length = 0;
    this.#outside.length = 0;
    for (const times of this.#times) times.length = 0;
  }

  kernel(id: number): { readonly ms: number; readonly calls: number } {
    return { ms: medianOf(this.#times[id]!), calls: this.#calls[id]! };
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
