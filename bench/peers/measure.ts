// One workload, everywhere: prepared by each contender, compared, and then measured round by round.
import { calm, type Sample, trusted } from '../canary.ts';
import { deviation } from './agreement.ts';
import type { Process } from './processes.ts';
import type { Entry, Row } from './table.ts';
import type { Arrays } from './wire.ts';
import type { Workload } from './workloads.ts';

export interface Effort {
  /** Undisturbed samples of each contender; it is given three times as many tries. */
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly sampleMs: number;
  /** A contender is left out of later rounds once it has had this much time on one workload. */
  readonly mostMs: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Measuring {
  readonly process: Process;
  readonly entry: Writable<Entry>;
  readonly samples: Sample<number>[];
  readonly readSamples: Sample<number>[];
}

export async function measured(
  { name, title, inputs, tolerance }: Workload,
  processes: readonly Process[],
  { rounds, warmUpMs, sampleMs, mostMs }: Effort,
): Promise<Row> {
  const given = inputs();
  const all: Measuring[] = [];
  let reference: Arrays | undefined;
  for (const process of processes) {
    const entry: Measuring['entry'] = { name: process.name, samples: [], readSamples: [], disturbed: 0 };
    all.push({ process, entry, samples: [], readSamples: [] });
    const answer = await process.ask({ kind: 'prepare', workload: name, inputs: given, warmUpMs });
    if (answer.kind === 'absent') entry.absent = answer.why;
    else if (answer.kind === 'failed') entry.failure = answer.message;
    else if (answer.kind === 'prepared') {
      reference ??= answer.results;
      entry.reads = answer.reads;
      entry.deviation = deviation(answer.results, reference);
      entry.agrees = entry.deviation <= tolerance;
    }
  }
  for (let round = 0; round < 3 * rounds; round++) {
    for (const { process, entry, samples, readSamples } of all) {
      const taken = [...samples, ...readSamples];
      const spent = taken.reduce((sum, { value }) => sum + value, 0);
      const enough = round >= rounds && calm(samples, process.leastCanary()).length >= rounds;
      if (entry.agrees === undefined || entry.failure !== undefined || enough || spent > mostMs) continue;
      for (const reading of entry.reads ? [false, true] : [false]) {
        const answer = await process.ask({ kind: 'sample', ms: sampleMs, reading });
        if (answer.kind === 'sampled')
          (reading ? readSamples : samples).push({ value: answer.ms, canary: answer.canary });
        else if (answer.kind === 'failed') entry.failure = answer.message;
      }
    }
  }
  for (const { process, entry, samples, readSamples } of all) {
    const best = process.leastCanary();
    const values = (of: readonly Sample<number>[]): number[] => trusted(of, best).map((s) => s.value);
    entry.samples = values(samples);
    entry.readSamples = values(readSamples);
    entry.disturbed = samples.length - calm(samples, best).length;
  }
  return { name, title, tolerance, entries: all.map(({ entry }) => entry) };
}
