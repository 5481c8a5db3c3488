// Every op of the registry, lowered as it stands: its kernels obey the rules, and generated code gives the bits of the kernel interpreter.
import '../../../src/tensor/eager.ts';
import { describe, expect, test } from 'vitest';
import { allocate, flatData, type TypedArray } from '../../../src/array/nd.ts';
import { interpreterOf } from '../../../src/codegen/interpreter.ts';
import { compileProgram } from '../../../src/codegen/js/program.ts';
import { Builder } from '../../../src/ir/build.ts';
import { sizeOf } from '../../../src/ir/types.ts';
import { verifyKernel } from '../../../src/loop/verify.ts';
import { lower } from '../../../src/lower/lower.ts';
import type { Program } from '../../../src/lower/program.ts';
import { registry } from '../../../src/ops/index.ts';
import { samples } from '../../ops/samples.ts';

type Run = (arrays: readonly TypedArray[]) => void;

/** The arrays of a program's own results after a run. */
function resultsOf(program: Program, run: Run, inputs: readonly TypedArray[]): readonly TypedArray[] {
  const count = Math.max(0, ...program.slots.map((s) => (s.place.kind === 'output' ? s.place.index + 1 : 0)));
  const outputs: TypedArray[] = new Array(count);
  for (const { type, place } of program.slots)
    if (place.kind === 'output') outputs[place.index] = allocate(type.dtype, sizeOf(type.shape)).fill(1);
  run([...inputs.map((x) => x.slice()), ...outputs]);
  return outputs.filter((x) => x !== undefined);
}

for (const precision of ['strict', 'fast'] as const) {
  describe(precision, () => {
    // Ops of kind host (calls, control flow) are no kernels by themselves; fusions are made of what is tested here.
    const lowered = [...registry.values()].filter((def) => def.lower.kind !== 'host');

    test.each(lowered.map((def) => [def.name, def] as const))('%s', (name, def) => {
      for (const { args, attrs, regions = [], about } of samples[name]!) {
        const builder = new Builder();
        const params = args.map(({ dtype, shape }) => builder.param({ dtype, shape }));
        const func = builder.finish(name, builder.emit(def, params, attrs, regions));
        const program = lower(func, { precision });
        for (const step of program.steps) if (step.kind === 'run') verifyKernel(step.kernel);
        const inputs = args.map((a) => flatData(a));
        const actual = resultsOf(program, compileProgram(program).run, inputs);
        expect(actual, about).toEqual(resultsOf(program, interpreterOf(program), inputs));
      }
    });
  });
}
