// A profile as a table for people, and as a trace for the viewers of browsers.
import type { Limits } from '../codegen/wasm/limits.ts';
import type { KernelProfile, Profile } from './profile.ts';

type Measured = Omit<Profile, 'toString' | 'chromeTrace'>;

const longestTypes = 60;

export function profileTable(measured: Measured): string {
  const { name, backend, runs, ms, aloneMs, kernels, threads, limits } = measured;
  const bySize = [...kernels].sort((a, b) => b.ms - a.ms);
  const percent = (part: number): string => `${((100 * part) / ms).toFixed(1)} %`;
  const micro = (part: number): string => (part * 1e3).toFixed(1);
  const total = (of: (k: KernelProfile) => number): number => kernels.reduce((sum, k) => sum + of(k), 0);
  const all: KernelProfile = {
    ...{ name: 'all kernels', types: '', ofLimit: null, threads: 0 },
    calls: total((k) => k.calls),
    ms: total((k) => k.ms),
    waitingMs: total((k) => k.waitingMs),
    aloneMs: aloneMs === null ? null : total((k) => k.aloneMs!),
    bytes: total((k) => k.bytes),
    flops: total((k) => k.flops),
  };
  // Only where there are several.
  const sharing = (...cells: readonly string[]): readonly string[] => (threads > 1 ? cells : []);
  const row = (k: KernelProfile): readonly string[] => [
    k.name,
    k.types.length <= longestTypes ? k.types : `${k.types.slice(0, longestTypes)}…`,
    String(k.calls),
    micro(k.ms),
    percent(k.ms),
    ...sharing(k.threads === 0 ? '' : String(k.threads), micro(k.waitingMs), micro(k.aloneMs ?? k.ms)),
    count(k.bytes),
    count(k.flops),
    k.ms === 0 ? '' : (k.bytes / k.ms / 1e6).toFixed(1),
    k.ms === 0 ? '' : (k.flops / k.ms / 1e6).toFixed(1),
    k.ofLimit === null ? '' : `${(100 * k.ofLimit).toFixed(0)} %`,
  ];
  const head = [
    ...['kernel', 'tensors', 'calls', 'µs', 'time', ...sharing('threads', 'waiting', 'alone')],
    ...['bytes', 'flops', 'GB/s', 'GFLOP/s', 'of limit'],
  ];
  const besides = [
    ['guards', measured.guardsMs],
    ['arguments in', measured.argumentsMs],
    ['results out', measured.resultsMs],
  ] as const;
  const among = aloneMs === null ? '' : ` in ${threads} threads, ${micro(aloneMs)} in one`;
  return [
    `${name}: ${micro(ms)} µs a call${among}, the median of ${runs}; ${backend}`,
    ...columns([
      head,
      ...bySize.map(row),
      row(all),
      ...besides.map(([what, part]) => [what, '', '', micro(part), percent(part)]),
    ]),
    ...(limits === null ? [] : [showLimits(limits)]),
  ].join('\n');
}

function showLimits({ flops, fusedFlops, bandwidth }: Limits): string {
  const sets = bandwidth.map((b) => `${(b.perSecond / 1e9).toFixed(0)} at ${count(b.bytes)}B`).join(', ');
  const fused = fusedFlops === flops ? '' : ` (${(fusedFlops / 1e9).toFixed(0)} fused)`;
  return `limits of one thread here: ${(flops / 1e9).toFixed(0)} GFLOP/s${fused}; GB/s by bytes touched: ${sets}`;
}

/** `3.2M`: three digits and a power of a thousand. */
function count(x: number): string {
  const [unit, scale] = x >= 1e9 ? ['G', 1e9] : x >= 1e6 ? ['M', 1e6] : x >= 1e3 ? ['k', 1e3] : ['', 1];
  const scaled = x / scale;
  return `${scale === 1 || scaled >= 100 ? scaled.toFixed(0) : scaled.toFixed(1)}${unit}`;
}

// The first two columns are words, the others numbers.
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => (row[c] ?? '').length)));
  return rows.map((row) =>
    `  ${row.map((cell, c) => (c < 2 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  ')}`.trimEnd(),
  );
}

/** Complete events of the trace format, in microseconds. */
export function chromeTrace({ name, kernels, calls }: Measured): string {
  const events = calls.map(({ kernel, start, ms, threads }) => {
    const { name: kernelName, types, calls: count, bytes, flops } = kernels[kernel]!;
    return {
      ...{ name: kernelName, cat: 'kernel', ph: 'X', pid: 1, tid: 1 },
      ...{ ts: start * 1e3, dur: ms * 1e3 },
      args: { types, threads, bytes: bytes / count, flops: flops / count },
    };
  });
  const process = { name: 'process_name', ph: 'M', pid: 1, tid: 1, args: { name } };
  return JSON.stringify({ traceEvents: [process, ...events], displayTimeUnit: 'ns' });
}
