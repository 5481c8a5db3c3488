// Modules without vectors: the executor of that name in the every-op table and the fuzzer is what it says.
import '../../../../src/tensor/eager.ts';
import { expect, test } from 'vitest';
import { emitModule } from '../../../../src/codegen/wasm/program.ts';
import { moduleText } from '../../../../src/codegen/wasm/text.ts';
import { Builder } from '../../../../src/ir/build.ts';
import { registry } from '../../../../src/ops/index.ts';
import { optimize } from '../../../../src/passes/pipeline.ts';
import { samples } from '../../../ops/samples.ts';
import { lowered } from '../../lower/run.ts';

const vectorInstruction = /v128|[if]\d+x\d+/;

test('no op needs a vector', () => {
  let [modules, withVectors] = [0, 0];
  for (const [name, def] of registry)
    for (const { args, attrs, regions = [], about } of samples[name]!.slice(0, 4)) {
      const builder = new Builder();
      const params = args.map(({ dtype, shape }) => builder.param({ dtype, shape }));
      const func = builder.finish(name, builder.emit(def, params, attrs, regions));
      const program = lowered(optimize(func, { check: false }).func, [], 'wasm');
      const textOf = (vectors: boolean): string =>
        moduleText(emitModule(program, 'strict', null, vectors).bytes);
      expect(textOf(false), `${name} ${about}`).not.toMatch(vectorInstruction);
      modules++;
      if (vectorInstruction.test(textOf(true))) withVectors++;
    }
  expect(modules).toBeGreaterThan(200);
  expect(withVectors).toBeGreaterThan(100);
});
