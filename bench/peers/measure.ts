// One workload, everywhere: prepared by each contender, compared, and then measured round by round.
import { deviation } from './agreement.ts';
import type { Process } from './processes.ts';
import type { Entry, Row } from './table.ts';
import type { Arrays } from './wire.ts';
import type { Workload } from './workloads.ts';

export interface Effort {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly sampleMs: number;
  /** A contender is left out of later rounds once it has had this much time on one workload. */
  readonly mostMs: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Measuring {
  readonly process: Process;
  readonly entry: Writable<Entry> & { readonly samples: number[]; readonly readSamples: number[] };
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
    const entry: Measuring['entry'] = { name: process.name, samples: [], readSamples: [] };
    all.push({ process, entry });
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
  for (let round = 0; round < rounds; round++) {
    for (const { process, entry } of all) {
      const spent = [...entry.samples, ...entry.readSamples].reduce((sum, ms) => sum + ms, 0);
      if (entry.agrees === undefined || entry.failure !== undefined || spent > mostMs) continue;
      for (const reading of entry.reads ? [false, true] : [false]) {
        const answer = await process.ask({ kind: 'sample', ms: sampleMs, reading });
        if (answer.kind === 'sampled') (reading ? entry.readSamples : entry.samples).push(answer.ms);
        else if (answer.kind === 'failed') entry.failure = answer.message;
      }
    }
  }
  return { name, title, tolerance, entries: all.map(({ entry }) => entry) };
}
