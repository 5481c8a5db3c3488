// Draws random programs and inputs from a seed. Sizes are small, values include the special ones.
import { type Tensor, tensor } from 'tracejit';
import { type DType, sizeOf, type TensorType } from '../../src/ir/types.ts';
import { seeded } from '../../src/util/rng.ts';
import { Draw, type Program, recipes, type Step } from './program.ts';

const specials = [
  0,
  -0,
  1,
  -1,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  1e-45,
  -1e-40,
  3e38,
  1e-20,
];
const integers = [0, 1, -1, 2, 7, -(2 ** 31), 2 ** 31 - 1];

function element(dtype: DType, r: Draw): number {
  switch (dtype) {
    case 'float32':
      return r.chance(0.08) ? r.of(specials) : (r.random() - 0.5) * r.of([2, 6, 40]);
    case 'int32':
      return r.chance(0.1) ? r.of(integers) : r.int(13) - 6;
    case 'bool':
      return r.int(2);
  }
}

/** A tensor of random elements, made the way a user makes one. */
export function randomTensor(type: TensorType, r: Draw): Tensor {
  const values = Array.from({ length: sizeOf(type.shape) }, () => element(type.dtype, r));
  const shape = { shape: [...type.shape] };
  switch (type.dtype) {
    case 'float32':
      return tensor(Float32Array.from(values), shape);
    case 'int32':
      return tensor(Int32Array.from(values), shape);
    case 'bool':
      return tensor(Uint8Array.from(values), { ...shape, dtype: 'bool' });
  }
}

export interface Case {
  readonly seed: number;
  readonly program: Program;
  readonly inputs: readonly Tensor[];
}

/** The program of a seed, about `length` steps, with inputs. Runs eagerly while it is drawn: that is how shapes are known. */
export function generate(seed: number, length = 8): Case {
  const r = new Draw(seeded(seed));
  // Few different dimensions, so that shapes meet.
  const dims = [1, r.of([2, 3, 4]), r.of([3, 5, 8, 9]), r.of([1, 7, 16, 17])];
  const dim = (): number => (r.chance(0.01) ? 0 : r.of(dims));
  const types = Array.from({ length: 1 + r.int(4) }, (): TensorType => {
    const dtype: DType = r.chance(0.7) ? 'float32' : r.chance(0.6) ? 'int32' : 'bool';
    return { dtype, shape: Array.from({ length: r.of([0, 1, 1, 2, 2, 2, 3]) }, dim) };
  });
  const inputs = types.map((type) => randomTensor(type, r));
  const tensors = [...inputs];
  const steps: Step[] = [];
  const names = Object.keys(recipes);
  for (let tries = 0; steps.length < length && tries < 10 * length; tries++) {
    const recipe = r.of(names);
    const drawn = recipes[recipe]!.draw(
      tensors.map((t) => t.type),
      r,
    );
    if (drawn === null) continue;
    const result = recipes[recipe]!.run(
      drawn.args.map((i) => tensors[i]!),
      drawn.choice as never,
    );
    if (result.size > 4000) continue;
    tensors.push(result);
    steps.push({ recipe, ...drawn });
  }
  // What nothing uses is a result, and now and then something else, also an input.
  const used = new Set(steps.flatMap((s) => s.args));
  const results = tensors
    .map((_, i) => i)
    .filter((i) => (i >= inputs.length && !used.has(i)) || r.chance(0.05));
  return { seed, program: { inputs: types, steps, results }, inputs };
}
