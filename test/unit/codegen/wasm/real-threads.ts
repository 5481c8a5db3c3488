// A program whose kernels are shared out between real threads, whatever it would be worth: what parts.ts does in one thread.
import type { TypedArray } from '../../../../src/array/nd.ts';
import { locate } from '../../../../src/codegen/memory.ts';
import { Arguments } from '../../../../src/codegen/wasm/arguments.ts';
import { wasmMemory } from '../../../../src/codegen/wasm/memory.ts';
import { exportName, memoryImport } from '../../../../src/codegen/wasm/module.ts';
import { replacePool, type StageCall, threadPool } from '../../../../src/codegen/wasm/pool.ts';
import { compileWasm, emitModule, scalarOf } from '../../../../src/codegen/wasm/program.ts';
import { inThreads } from '../../../../src/codegen/wasm/threads.ts';
import type { Program } from '../../../../src/lower/program.ts';
import { ArgumentError } from '../../../../src/util/errors.ts';
import { always } from './parts.ts';

/** Is everything to be run in real threads too, as `THREADS=1` asks for, and not only a sample of it? */
export const everything: boolean = process.env.THREADS !== undefined;

/** Stages that were shared out since the threads were started, and those of them in which a worker took part. */
export const shared: { stages: number; byWorkers: number } = { stages: 0, byWorkers: 0 };

/** Starts threads that look for work all the time, the calling one included: a kernel of a few elements is done before one that sleeps is awake. */
export async function startThreads(threads: number): Promise<void> {
  const pool = replacePool({ worker: 10_000, caller: 20_000 });
  Object.assign(shared, { stages: 0, byWorkers: 0 });
  pool.grow(threads);
  for (let i = 0; i < 500 && pool.ready < threads - 1; i++) await new Promise((r) => setTimeout(r, 10));
  if (pool.ready < threads - 1)
    throw new Error(`${pool.ready} workers instead of ${threads - 1} have started`);
}

export function endThreads(): void {
  threadPool().discard();
}

// Milliseconds that the calling thread waits in its first part until a worker has begun another: it sleeps, so that the worker has a core.
const patience = 20;
const bell = new Int32Array(new SharedArrayBuffer(4));

function awaitWorkers(): void {
  const pool = threadPool();
  const start = performance.now();
  while (pool.begun === 1) {
    const waited = performance.now() - start;
    if (waited > patience) return;
    if (waited > 0.02) Atomics.wait(bell, 0, 0, 0.05);
  }
}

export function compileInThreads(threads: number): (program: Program) => (arrays: TypedArray[]) => void {
  return (program) => {
    const { bytes, layout, messages, staged } = emitModule(program, 'strict', always(threads));
    if (staged === null) return compileWasm(program);
    const module = new WebAssembly.Module(bytes as BufferSource);
    const { exports } = new WebAssembly.Instance(module, {
      [memoryImport.module]: { [memoryImport.name]: wasmMemory() },
    });
    const exported = exports[exportName] as StageCall;
    const call: StageCall = (region, stage, thread, part, parts) => {
      if (parts! > 1) awaitWorkers();
      return exported(region, stage, thread, part, parts);
    };
    const located = locate(program);
    const run = inThreads(call, {
      code: { module, bytes },
      staged,
      threads,
      scalarAt: (slot, region) => scalarOf(slot, layout, located, region),
      watch: (joined) => {
        shared.stages++;
        if (joined > 1) shared.byWorkers++;
      },
    });
    const onArrays = (arrays: TypedArray[]): void => {
      if (threadPool().ready < threads - 1)
        throw new Error('the threads have not been started, or have ended');
      const status = run(args.enter(arrays) | 0);
      if (status !== 0) throw new ArgumentError(messages[status - 1]!);
      args.leave(arrays);
    };
    const args = new Arguments(program, layout, onArrays);
    return onArrays;
  };
}
