// A program whose kernels are cut into parts as they are for threads, the parts run one after the other by this thread, the last first, and at the next call the first.
import type { TypedArray } from '../../../../src/array/nd.ts';
import { locate } from '../../../../src/codegen/memory.ts';
import { Arguments } from '../../../../src/codegen/wasm/arguments.ts';
import { wasmMemory } from '../../../../src/codegen/wasm/memory.ts';
import { exportName, memoryImport } from '../../../../src/codegen/wasm/module.ts';
import type { StageCall } from '../../../../src/codegen/wasm/pool.ts';
import { compileWasm, emitModule, scalarOf } from '../../../../src/codegen/wasm/program.ts';
import { follow } from '../../../../src/codegen/wasm/stages.ts';
import type { Program } from '../../../../src/lower/program.ts';
import { ArgumentError } from '../../../../src/util/errors.ts';

/** Everything that can be divided is worth it. */
export const always = (threads: number): { readonly threads: number; costOf(): number } => ({
  threads,
  costOf: () => 1e9,
});

export function compileInParts(parts: number): (program: Program) => (arrays: TypedArray[]) => void {
  return (program) => {
    const { bytes, layout, messages, staged } = emitModule(program, 'strict', always(parts));
    if (staged === null) return compileWasm(program);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes as BufferSource), {
      [memoryImport.module]: { [memoryImport.name]: wasmMemory() },
    });
    const located = locate(program);
    const call = exports[exportName] as StageCall;
    let calls = 0;
    const run = (arrays: TypedArray[]): void => {
      const backwards = calls++ % 2 === 0;
      const region = args.enter(arrays) | 0;
      const runStage = (stage: number): number => {
        const count = staged.stages[stage]!.division === null ? 1 : parts;
        const statuses = new Array<number>(count).fill(0);
        for (let i = 0; i < count; i++) {
          const part = backwards ? count - 1 - i : i;
          statuses[part] = call(region, stage, part, part, count);
        }
        return statuses.find((status) => status !== 0) ?? 0;
      };
      const status = follow(staged.plan, runStage, (slot) => scalarOf(slot, layout, located, region));
      if (status !== 0) throw new ArgumentError(messages[status - 1]!);
      args.leave(arrays);
    };
    const args = new Arguments(program, layout, run);
    return run;
  };
}
