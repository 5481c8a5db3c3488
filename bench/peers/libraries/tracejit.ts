// The workloads here. `node tracejit.ts [strict | fast | threads | fast-threads]`
import { type JitOptions, jit, layerNorm, type Tensor, tensor, valueAndGrad } from 'tracejit';
import * as mlp from '../../workloads/mlp.ts';
import * as ops from '../../workloads/ops.ts';
import { adamState, type Params, zerosOf } from '../../workloads/optimizers.ts';
import * as tiny from '../../workloads/tiny-mlp.ts';
import * as transformer from '../../workloads/transformer.ts';
import { type Case, comparedSteps, floats, serve } from '../contender.ts';
import type { Arrays, NumericArray } from '../wire.ts';

const variants: Readonly<Record<string, JitOptions>> = {
  strict: { threads: 1 },
  fast: { threads: 1, precision: 'fast' },
  threads: { threads: 2 },
  'fast-threads': { threads: 2, precision: 'fast' },
};
const options = variants[process.argv[2] ?? 'strict'];
if (options === undefined) throw new Error(`there are ${Object.keys(variants).join(', ')}`);

const tensorOf = ({ data, shape }: NumericArray): Tensor => tensor(data, { shape });

/** A function of the inputs. */
function op(f: (...inputs: Tensor[]) => Tensor): (inputs: Arrays) => Case {
  return (inputs) => {
    const compiled = jit(f, options);
    const args = Object.values(inputs).map(tensorOf);
    const runAndRead = (): ArrayLike<number> => compiled(...args).data();
    return { run: () => compiled(...args), runAndRead, results: () => ({ result: floats(runAndRead()) }) };
  };
}

/** A step from one state to the next and a loss; the old state is donated, as its memory becomes the new one's. */
function training<State>(
  f: (state: State, x: Tensor, y: Tensor) => [State, Tensor],
  names: readonly [x: string, y: string],
  initial: (params: Params) => State,
  paramsOf: (state: State) => Params,
): (inputs: Arrays) => Case {
  return (inputs) => {
    const step = jit(f, { ...options, donate: [0] });
    const {
      [names[0]]: x,
      [names[1]]: y,
      ...given
    } = Object.fromEntries(Object.entries(inputs).map(([name, array]) => [name, tensorOf(array)]));
    let state = initial(given);
    const run = (): number => {
      const [next, loss] = step(state, x!, y!);
      state = next;
      return loss.item() as number;
    };
    const results = (): Arrays => {
      const losses = Array.from({ length: comparedSteps }, run);
      const params = Object.entries(paramsOf(state)).map(([name, p]) => [name, floats(p.data())] as const);
      return { losses: floats(losses), ...Object.fromEntries(params) };
    };
    return { run, results };
  };
}

const gelu = op(ops.gelu);
const geluOp = op((x) => x.gelu());
const matmul = op(ops.matmul);

await serve({
  square: (inputs) => {
    const compiled = jit(
      valueAndGrad((x: Tensor) => x.square()),
      options,
    );
    const x = tensorOf(inputs.x!);
    const run = (): number => {
      const [value, slope] = compiled(x);
      return (value.item() as number) + (slope.item() as number);
    };
    return { run, results: () => ({ result: floats(compiled(x).map((t) => t.item() as number)) }) };
  },
  'gelu-4096': gelu,
  'gelu-4096-fused': geluOp,
  'gelu-1000000': gelu,
  'gelu-1000000-fused': geluOp,
  softmax: op(ops.softmax),
  'softmax-fused': op((x) => x.softmax(-1)),
  'layer-norm': op(ops.layerNorm),
  'layer-norm-fused': op((x) => layerNorm(x)),
  'matmul-64': matmul,
  'matmul-128': matmul,
  'matmul-256': matmul,
  'matmul-512': matmul,
  'matmul-1024': matmul,
  'mlp-momentum': training(
    mlp.momentumStep,
    ['images', 'labels'],
    (params) => ({ params, velocity: zerosOf(params) }),
    (state) => state.params,
  ),
  'mlp-adam': training(mlp.adamStep, ['images', 'labels'], adamState, (state) => state.params),
  transformer: training(transformer.adamStep, ['text', 'next'], adamState, (state) => state.params),
  tiny: training(
    tiny.step,
    ['x', 'y'],
    (params): tiny.Layers => [1, 2, 3].map((n) => ({ w: params[`w${n}`]!, b: params[`b${n}`]! })),
    (layers) =>
      Object.fromEntries(
        layers.flatMap(({ w, b }, i) => [[`w${i + 1}`, w] as const, [`b${i + 1}`, b] as const]),
      ),
  ),
});
