// `npm run bench:peers [-- --only workload,… --with contender,… --rounds n --smoke]`: the same workloads in other libraries and here. Each contender is a
// process; in every round each is measured once, one after the other; medians are shown as tables and written to out/peers.json. Exits with 1 where results
// differ or something fails here.
import { execSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Effort, measured } from './measure.ts';
import { contenders, start } from './processes.ts';
import { describeMachine, type Row, showRow, showSummary } from './table.ts';
import { workloads } from './workloads.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    with: { type: 'string' },
    rounds: { type: 'string', default: '9' },
    smoke: { type: 'boolean', default: false },
  },
});

function refuse(message: string): never {
  console.error(message);
  process.exit(1);
}

function chosen<T extends { readonly name: string }>(
  all: readonly T[],
  names: string | undefined,
): readonly T[] {
  if (names === undefined) return all;
  return names.split(',').flatMap((wanted) => {
    // `softmax` is also `softmax-fused`, `tracejit` only itself.
    const found = all.filter(({ name }) => name === wanted || name.startsWith(`${wanted}-`));
    return found.length > 0
      ? found
      : refuse(`there is no ${wanted}; there are ${all.map(({ name }) => name).join(', ')}`);
  });
}

const rounds = Number(options.rounds);
if (!(Number.isInteger(rounds) && rounds > 0))
  refuse(`--rounds is a positive integer, not ${options.rounds}`);
const effort: Effort = options.smoke
  ? { rounds: 1, warmUpMs: 0, sampleMs: 0, mostMs: 0 }
  : { rounds, warmUpMs: 400, sampleMs: 40, mostMs: 6_000 };

const folder = fileURLToPath(new URL('.', import.meta.url));
if (!existsSync(join(folder, 'node_modules'))) {
  console.log('installing the other libraries into bench/peers/node_modules');
  // Through a shell, which finds npm on every platform.
  execSync('npm install --no-package-lock --no-audit --no-fund', { cwd: folder, stdio: 'inherit' });
}

console.log(describeMachine());
const processes = chosen(contenders, options.with).flatMap((contender) => {
  const missing = contender.missing?.() ?? null;
  if (missing === null) return [start(contender)];
  console.log(`without ${contender.name}: ${missing}`);
  return [];
});
const rows: Row[] = [];
for (const workload of chosen(workloads, options.only)) {
  const row = await measured(workload, processes, effort);
  rows.push(row);
  console.log(showRow(row));
}
for (const p of processes) p.end();
console.log(showSummary(rows));
if (!options.smoke) {
  mkdirSync('out', { recursive: true });
  const file = 'out/peers.json';
  writeFileSync(file, `${JSON.stringify({ machine: describeMachine(), effort, rows }, null, 2)}\n`);
  console.log(`\nwrote ${file} (milliseconds)`);
}
const entries = rows.flatMap((row) => row.entries);
if (entries.some((e) => e.agrees === false || (e.failure !== undefined && e.name.startsWith('tracejit'))))
  process.exitCode = 1;
