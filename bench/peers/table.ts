// What a run of bench:peers prints.
import { arch, cpus } from 'node:os';
import { median } from '../canary.ts';

/** One contender on one workload: measured, absent (with what it lacks), or failed. */
export interface Entry {
  readonly name: string;
  readonly absent?: string;
  readonly failure?: string;
  readonly reads?: boolean;
  /** The largest relative difference to the first contender's results, and whether it is within the tolerance. */
  readonly deviation?: number;
  readonly agrees?: boolean;
  /** Milliseconds per run, one sample a round; and with the result read into a typed array. Without the disturbed ones, unless all of them were. */
  readonly samples: readonly number[];
  readonly readSamples: readonly number[];
  /** How many samples were taken while the core was not ours alone. */
  readonly disturbed: number;
}

export interface Row {
  readonly name: string;
  readonly title: string;
  readonly tolerance: number;
  readonly entries: readonly Entry[];
}

export function describeMachine(): string {
  const [cpu] = cpus();
  return `Node ${process.versions.node}, V8 ${process.versions.v8}, ${cpus().length} × ${cpu?.model.trim() || arch()}`;
}

export function showTime(ms: number | undefined): string {
  if (ms === undefined) return '–';
  if (ms >= 1) return `${ms.toPrecision(ms >= 100 ? 4 : 3)} ms`;
  if (ms >= 1e-3) return `${(ms * 1e3).toPrecision(3)} µs`;
  return `${(ms * 1e6).toPrecision(3)} ns`;
}

/** All contenders on one workload: time, ratio to the first, time with reading, difference. */
export function showRow({ title, tolerance, entries }: Row): string {
  const first = median(entries[0]?.samples ?? []);
  const lines = entries.map((entry): readonly string[] => {
    const { name, absent, failure, samples, readSamples, disturbed, deviation, agrees } = entry;
    if (failure !== undefined) return [name, 'failed', '', '', '', firstLine(failure), ''];
    if (absent !== undefined) return [name, '–', '', '', '', firstLine(absent), ''];
    const ms = median(samples);
    const ratio = ms === undefined || first === undefined ? '' : `${(ms / first).toPrecision(3)} ×`;
    const difference = agrees
      ? `within ${deviation!.toPrecision(1)}`
      : `DIFFERS by ${deviation!.toPrecision(1)}`;
    return [
      name,
      showTime(ms),
      showTime(samples.length > 0 ? Math.min(...samples) : undefined),
      ratio,
      readSamples.length > 0 ? showTime(median(readSamples)) : '',
      difference,
      disturbed > 0 ? `${disturbed} disturbed` : '',
    ];
  });
  return `\n${title} (results may differ by ${tolerance})\n${columns([['', 'median', 'best', 'ratio', 'and read', '', ''], ...lines], [5, 6])}`;
}

/** One line per workload: here, the best of the other JavaScript libraries with one thread, and the ratio to it with one thread. */
export function showSummary(rows: readonly Row[]): string {
  const lines = rows.map(({ title, entries }): readonly string[] => {
    const own = entries.filter((e) => e.name.startsWith('tracejit'));
    const others = entries.filter((e) => !/^tracejit|^PyTorch|threads$/.test(e.name) && e.samples.length > 0);
    const best = [...others].sort((a, b) => median(a.samples)! - median(b.samples)!)[0];
    const bestMs = median(best?.samples ?? []);
    const times = own.map((e) => median(e.samples));
    const ratio =
      bestMs === undefined || times[0] === undefined ? '–' : `${(bestMs / times[0]).toPrecision(3)} ×`;
    return [
      title,
      ...times.map(showTime),
      best === undefined ? '–' : `${showTime(bestMs)} ${best.name}`,
      ratio,
    ];
  });
  const own = (rows[0]?.entries ?? []).filter((e) => e.name.startsWith('tracejit'));
  const head = [
    '',
    ...own.map((e) => e.name.replace(/^tracejit ?/, '') || 'strict'),
    'best JavaScript peer',
    'peer / strict',
  ];
  return `\n${columns([head, ...lines])}`;
}

/** Rows of cells side by side; the first column and those of `texts` begin on the left, numbers end on the right. */
function columns(rows: readonly (readonly string[])[], texts: readonly number[] = []): string {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => [...(row[c] ?? '')].length)));
  const cell = (text: string, c: number): string => {
    const padding = ' '.repeat(Math.max(0, widths[c]! - [...text].length));
    return c === 0 || texts.includes(c) ? text + padding : padding + text;
  };
  return rows.map((row) => `  ${row.map(cell).join('   ')}`.trimEnd()).join('\n');
}

function firstLine(text: string): string {
  const line = text.split('\n')[0]!;
  return line.length <= 100 ? line : `${line.slice(0, 100)}…`;
}
