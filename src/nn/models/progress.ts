// What `fit` shows while it runs: a bar on a terminal, a line per epoch elsewhere, or nothing.
import type { SingleBar } from 'cli-progress';
import { OptionError } from '../../index.ts';
import type { Logs } from './callbacks.ts';

export type Verbose = 'auto' | 'bar' | 'lines' | 'silent';

export interface Display {
  begin(epoch: number, batches: number): void;
  step(batch: number, logs: { logs(): Logs }): void;
  end(logs: Logs): void;
  /** Also where training ends with an error. */
  stop(): void;
}

const silent: Display = { begin: () => {}, step: () => {}, end: () => {}, stop: () => {} };

export async function progress(verbose: Verbose, epochs: number, where: string): Promise<Display> {
  if (verbose === 'silent') return silent;
  if (verbose !== 'auto' && verbose !== 'bar' && verbose !== 'lines')
    throw new OptionError(
      `${where}: verbose must be 'auto', 'bar', 'lines' or 'silent', got ${JSON.stringify(verbose)}`,
    );
  const terminal = typeof process === 'object' && process.stdout?.isTTY === true;
  if (verbose === 'lines' || (verbose === 'auto' && !terminal)) return lines(epochs);
  const bar = await barClass();
  return bar === null ? lines(epochs) : bars(epochs, bar);
}

type BarClass = new (options: object) => SingleBar;

// Loaded only where a bar is drawn; a browser has no terminal and no such package.
async function barClass(): Promise<BarClass | null> {
  try {
    const { default: all } = await import('cli-progress');
    return all.SingleBar;
  } catch {
    return null;
  }
}

const shownEvery = 50;

function bars(epochs: number, Bar: BarClass): Display {
  let bar: SingleBar | null = null;
  let last = 0;
  return {
    begin(epoch, batches) {
      bar = new Bar({
        format: `epoch ${epoch + 1}/${epochs} {bar} {value}/{total}  {eta_formatted}  {logs}`,
        barsize: 24,
        hideCursor: true,
        stream: process.stdout,
        // Who asks for a bar gets one, in a file too.
        noTTYOutput: true,
      });
      bar.start(batches, 0, { logs: '' });
      last = performance.now();
    },
    step(batch, totals) {
      const now = performance.now();
      if (now - last < shownEvery) return;
      last = now;
      bar?.update(batch, { logs: show(totals.logs()) });
    },
    end(logs) {
      bar?.update(bar.getTotal(), { logs: show(logs) });
      bar?.stop();
      bar = null;
    },
    stop: () => bar?.stop(),
  };
}

function lines(epochs: number): Display {
  let epoch = 0;
  let start = 0;
  return {
    begin(now) {
      epoch = now;
      start = performance.now();
    },
    step: () => {},
    end(logs) {
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`epoch ${epoch + 1}/${epochs}  ${seconds} s  ${show(logs)}`);
    },
    stop: () => {},
  };
}

function show(logs: Logs): string {
  return Object.entries(logs)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join('  ');
}
