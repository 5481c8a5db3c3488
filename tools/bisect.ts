// Names the rewrite that breaks a program: npx tsx tools/bisect.ts program.ir [seed]
// The file holds one function. It is run as it stands by the reference kernels and, optimised with less and less fuel, as compiled
// JavaScript, on arguments drawn from the seed; the first rewrite after which the bits differ is guilty.
import { readFileSync } from 'node:fs';
import '../src/tensor/eager.ts';
import { allocate, flatData, type NdView, ndView } from '../src/array/nd.ts';
import { compileProgram } from '../src/codegen/js/program.ts';
import type { Func } from '../src/ir/func.ts';
import { parse } from '../src/ir/parse.ts';
import { print } from '../src/ir/print.ts';
import { sizeOf, type TensorType } from '../src/ir/types.ts';
import { memoryUse } from '../src/jit/memory.ts';
import { lower } from '../src/lower/lower.ts';
import { evaluate } from '../src/ops/evaluate.ts';
import { registry } from '../src/ops/index.ts';
import { findGuilty } from '../src/passes/bisect.ts';
import { firstDifference } from '../src/passes/check.ts';
import { pipeline } from '../src/passes/pipeline.ts';
import { seeded } from '../src/util/rng.ts';

const special = [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** -140];

function draw({ dtype, shape }: TensorType, random: () => number): NdView {
  const data = allocate(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    if (dtype === 'bool') data[i] = random() < 0.5 ? 0 : 1;
    // Small, so that indices fall inside.
    else if (dtype === 'int32') data[i] = Math.floor(random() * 4);
    else data[i] = random() < 0.1 ? special[Math.floor(random() * special.length)]! : 4 * random() - 2;
  }
  return ndView(dtype, shape, data);
}

function compiled(func: Func, args: readonly NdView[]): readonly NdView[] {
  const program = lower(func, { precision: 'strict' });
  const arrays = [
    ...args.map((a) => flatData(a).slice()),
    ...func.results.map((r) => allocate(r.type.dtype, sizeOf(r.type.shape))),
  ];
  compileProgram(program).run(arrays);
  // A result may lie in the array of a parameter or of another result.
  const { arrayOfOutput } = memoryUse(program);
  return func.results.map((r, i) => ndView(r.type.dtype, r.type.shape, arrays[arrayOfOutput[i]!]!));
}

function main(): void {
  const [file, seed = '1'] = process.argv.slice(2);
  if (file === undefined) throw new Error('usage: npx tsx tools/bisect.ts program.ir [seed]');
  const func = parse(readFileSync(file, 'utf8'), registry);
  const random = seeded(Number(seed));
  const args = func.params.map((p) => draw(p.type, random));
  const expected = evaluate(func, args);
  const broken = (optimized: Func): boolean => {
    try {
      return compiled(optimized, args).some((got, i) => firstDifference(expected[i]!, got) !== undefined);
    } catch (error) {
      console.error(String(error));
      return true;
    }
  };
  const guilty = findGuilty(func, pipeline, broken, { check: false });
  if (guilty === undefined)
    console.log('not broken: the compiled program gives the bits of the reference kernels');
  else if (guilty === 'unoptimized')
    console.log(`broken without any rewrite: look at lowering or code generation\n${print(func)}`);
  else console.log(`rewrite ${guilty.fuel}, pass ${guilty.pass}: ${guilty.rewrite}\n${guilty.change}`);
}

main();
