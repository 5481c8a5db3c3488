// Functions to try passes on: the fuzzer's random programs and their gradients, with arguments.
import { grad, type Tensor } from 'tracejit';
import type { NdView } from '../../../src/array/nd.ts';
import type { Func } from '../../../src/ir/func.ts';
import { currentInterpreter, within } from '../../../src/ops/dispatch.ts';
import { Trace } from '../../../src/trace/tracer.ts';
import { type Case, generate } from '../../fuzz/generate.ts';
import { run } from '../../fuzz/program.ts';

/** How many programs an ordinary run tries; the environment variable FUZZ_PROGRAMS sets another number. */
export const programs: number = Number(process.env.FUZZ_PROGRAMS ?? 100);

export interface RandomFunc {
  readonly seed: number;
  readonly func: Func;
  readonly args: readonly NdView[];
}

export function* randomFuncs(count: number): Generator<RandomFunc> {
  for (let seed = 0; seed < count; seed++) {
    const c = generate(seed, 4 + (seed % 12));
    yield { seed, ...traced(c, (inputs) => run(c.program, inputs)) };
    const floats = c.program.inputs.flatMap((t, i) => (t.dtype === 'float32' ? [i] : []));
    if (floats.length === 0) continue;
    const loss = (...inputs: Tensor[]): Tensor =>
      run(c.program, inputs)
        .filter((t) => t.dtype === 'float32')
        .reduce((sum, t) => sum.add(t.sum()), inputs[floats[0]!]!.sum());
    yield { seed, ...traced(c, (inputs) => grad(loss, floats)(...inputs) as Tensor[]) };
  }
}

// Without the checks of `traceFunction`: random programs compute scalar conditions that nothing reads, which users may not.
function traced(c: Case, f: (inputs: readonly Tensor[]) => readonly Tensor[]): Omit<RandomFunc, 'seed'> {
  const trace = new Trace('random', currentInterpreter());
  const inputs = c.inputs.map((t, i) => trace.parameter(t.type, `input ${i}`));
  const { func, captures } = within(trace, () => trace.finish(f(inputs)));
  const captured = captures.map((x) => {
    if (x.kind !== 'tensor') throw new Error('a program without variables captured one');
    return x.tensor;
  });
  return { func, args: [...c.inputs, ...captured].map((t) => t.requireView()) };
}
