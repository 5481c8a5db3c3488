// The processes that are measured: started with the run, asked one at a time, ended with it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Answer, type Command, messages, send } from './wire.ts';

/** What the table calls a contender, and the command that starts it. */
export interface Contender {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** Why it cannot take part on this machine, or null where it can. */
  readonly missing?: () => string | null;
}

const library = (file: string, ...args: string[]): Contender['command'] => [
  process.execPath,
  ...process.execArgv,
  fileURLToPath(new URL(`libraries/${file}.ts`, import.meta.url)),
  ...args,
];

const python = process.env.PYTHON ?? 'python3';

function pytorch(threads: number): Contender {
  const script = fileURLToPath(new URL('libraries/pytorch.py', import.meta.url));
  return {
    name: threads === 1 ? 'PyTorch' : `PyTorch ${threads} threads`,
    command: [python, script, String(threads)],
    missing: () =>
      spawnSync(python, ['-c', 'import torch']).status === 0
        ? null
        : `${python} has no torch (the environment variable PYTHON names another Python)`,
  };
}

/** The first is what the others are compared with. */
export const contenders: readonly Contender[] = [
  { name: 'tracejit', command: library('tracejit', 'strict') },
  { name: 'tracejit fast', command: library('tracejit', 'fast') },
  { name: 'tracejit 2 threads', command: library('tracejit', 'threads') },
  { name: 'tracejit fast 2 threads', command: library('tracejit', 'fast-threads') },
  { name: 'tfjs cpu', command: library('tfjs', 'cpu') },
  { name: 'tfjs wasm', command: library('tfjs', 'wasm') },
  { name: 'jax-js', command: library('jax') },
  { name: 'ort-web', command: library('onnx', '1') },
  { name: 'ort-web 2 threads', command: library('onnx', '2') },
  pytorch(1),
  pytorch(2),
];

export interface Process {
  readonly name: string;
  /** Waits for the answer. A process that has ended, or does not answer in time, has failed, and so has all that it is asked afterwards. */
  ask(command: Command): Promise<Answer>;
  /** The least that its canary took so far, here or in another process of the same program: milliseconds, infinite before the first sample. */
  leastCanary(): number;
  end(): void;
}

// For the slowest of them, one run takes seconds.
const patienceMs = 120_000;

// By program: the canaries of all that run in Node are one function.
const leastCanaries = new Map<string, number>();

export function start({ name, command: [program, ...args] }: Contender): Process {
  const child: ChildProcess = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe', 'pipe'] });
  const answers = messages<Answer>(child.stdio[3] as Readable);
  let lastWords = '';
  let over: string | undefined;
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-2000);
  });
  child.on('error', (error) => {
    over ??= error.message;
  });
  child.stdin!.on('error', () => {
    over ??= 'it takes no commands any more';
  });
  const leastCanary = (): number => leastCanaries.get(program) ?? Number.POSITIVE_INFINITY;
  const failed = (): Answer => ({ kind: 'failed', message: over ?? 'unknown' });
  return {
    name,
    async ask(command) {
      if (over !== undefined) return failed();
      send(child.stdin!, command);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), patienceMs);
      });
      const next = await Promise.race([answers.next(), late]);
      clearTimeout(timer);
      if (next === 'late') {
        over = `no answer in ${patienceMs / 1000} s`;
        child.kill();
      } else if (next.done) over ??= lastLineOf(lastWords) ?? `it ended with code ${child.exitCode}`;
      else {
        if (next.value.kind === 'sampled')
          leastCanaries.set(program, Math.min(leastCanary(), next.value.canary));
        return next.value;
      }
      return failed();
    },
    leastCanary,
    end: () => {
      child.stdin!.end();
    },
  };
}

/** The line of a report that says what went wrong. */
function lastLineOf(report: string): string | undefined {
  const lines = report.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1);
}
