// `npm run fuzz [programs] [first seed]`: the long run. Prints progress; stops at the first failure with its shrunk program. With `THREADS=1` by two real threads.
import { everything, shared, startThreads } from '../unit/codegen/wasm/real-threads.ts';
import { tryProgram } from './campaign.ts';

const [programs = 100_000, first = 1_000_000] = process.argv.slice(2).map(Number);
if (!Number.isSafeInteger(programs) || !Number.isSafeInteger(first)) {
  console.error('usage: npm run fuzz [programs] [first seed]');
  process.exit(2);
}

const threads = everything;
if (threads) await startThreads(2);
const start = performance.now();
for (let i = 0; i < programs; i++) {
  // What costs most of the time is done for one program in ten.
  const failure = tryProgram(first + i, threads ? 'threads' : i % 10 === 0 ? 'thorough' : 'quick');
  if (failure !== undefined) {
    console.error(failure);
    process.exit(1);
  }
  if ((i + 1) % 1000 === 0 || i + 1 === programs) {
    const minutes = (performance.now() - start) / 60_000;
    console.log(
      `${i + 1} programs from seed ${first}, forward and gradient: no difference (${minutes.toFixed(1)} min)`,
    );
  }
}
if (threads) console.log(`${shared.byWorkers} of ${shared.stages} kernels were run by two threads`);
