// What a library has to offer to be measured, and the process that offers it.
import { createWriteStream } from 'node:fs';
import { canary } from '../canary.ts';
import { type Answer, type Arrays, type Command, messages, send } from './wire.ts';

/** One workload in one library, ready to run. */
export interface Case {
  /**
   * Does the work once: an op on its inputs, or a step of training from the state the last one left. When it returns, or its promise does, the result is
   * complete: a tensor of the library, and of a step the loss as a number.
   */
  readonly run: () => unknown;
  /** The same, with the elements of the result read into a typed array; for ops whose result is large. */
  readonly runAndRead?: () => unknown;
  /** What is compared: the elements of the result, or losses and parameters of the first steps. Called once, before anything is measured. */
  readonly results: () => Arrays | Promise<Arrays>;
  readonly dispose?: () => void;
}

/** Makes a workload of its inputs. A string instead of it says what the library lacks. */
export type Library = Readonly<Record<string, ((inputs: Arrays) => Case | Promise<Case>) | string>>;

/** Steps of training after which losses and parameters are compared. */
export const comparedSteps = 3;

/** The float32 array of a result. */
export function floats(data: ArrayLike<number>): {
  readonly shape: readonly number[];
  readonly data: Float32Array;
} {
  return { shape: [data.length], data: Float32Array.from(data) };
}

/** Serves commands on stdin, answers on file descriptor 3: libraries write to the console. Ends with its stdin. */
export async function serve(library: Library): Promise<void> {
  const answers = createWriteStream('', { fd: 3 });
  let current: Case | undefined;
  for await (const command of messages<Command>(process.stdin)) {
    try {
      if (command.kind === 'prepare') {
        current?.dispose?.();
        current = undefined;
        const make = library[command.workload] ?? 'not one of its uses';
        if (typeof make === 'string') {
          send(answers, { kind: 'absent', why: make });
          continue;
        }
        current = await make(command.inputs);
        const results = await current.results();
        await measure(current.run, command.warmUpMs);
        if (current.runAndRead !== undefined) await measure(current.runAndRead, command.warmUpMs / 4);
        send(answers, { kind: 'prepared', results, reads: current.runAndRead !== undefined });
      } else {
        const run = command.reading ? current?.runAndRead : current?.run;
        if (run === undefined) throw new Error('nothing was prepared');
        const before = canary();
        const ms = await measure(run, command.ms);
        send(answers, { kind: 'sampled', ms, canary: Math.max(before, canary()) });
      }
    } catch (error) {
      send(answers, {
        kind: 'failed',
        message: error instanceof Error ? error.message : String(error),
      } satisfies Answer);
    }
  }
  answers.end();
}

/** Milliseconds of one run: runs for about `ms`, at least once, and looks at the clock about fifty times. */
async function measure(run: () => unknown, ms: number): Promise<number> {
  const start = performance.now();
  let [runs, chunk, elapsed] = [0, 1, 0];
  while (runs === 0 || elapsed < ms) {
    for (let i = 0; i < chunk; i++) {
      const pending = run();
      if (pending instanceof Promise) await pending;
    }
    runs += chunk;
    elapsed = performance.now() - start;
    chunk = Math.max(1, Math.floor(((runs / Math.max(elapsed, 1e-3)) * ms) / 50));
  }
  return elapsed / runs;
}
