// Initial weights, by Keras's names and formulas (https://keras.io/api/layers/initializers/).
import { full, OptionError, ones, random, type Shape, type Tensor, tensor, zeros } from '../index.ts';
import { orthonormalColumns } from './orthonormal.ts';

/** The first value of a variable of this shape, drawn with this key. */
export type Initialiser = (shape: Shape, key: Tensor) => Tensor;

/** How many inputs and outputs an element has: of a matrix its sides, of a convolution's kernel those times the size of its window. */
export function fans(shape: Shape): readonly [number, number] {
  if (shape.length < 2) return [shape[0] ?? 1, shape[0] ?? 1];
  const window = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  return [shape.at(-2)! * window, shape.at(-1)! * window];
}

type Fan = 'in' | 'out' | 'average';

function scaleOf(shape: Shape, scale: number, fan: Fan): number {
  const [into, out] = fans(shape);
  return scale / Math.max(1, fan === 'in' ? into : fan === 'out' ? out : (into + out) / 2);
}

// The standard deviation of a normal distribution cut off at two standard deviations.
const truncatedDeviation = 0.8796256610342398;

function uniformly(scale: number, fan: Fan): Initialiser {
  return (shape, key) => {
    const limit = Math.sqrt(3 * scaleOf(shape, scale, fan));
    return random.uniform(key, shape, -limit, limit);
  };
}

function normally(scale: number, fan: Fan): Initialiser {
  return (shape, key) =>
    truncatedNormal(0, Math.sqrt(scaleOf(shape, scale, fan)) / truncatedDeviation)(shape, key);
}

/** Uniform in ±√(6 / (in + out)) (Glorot and Bengio 2010). */
export const glorotUniform: Initialiser = uniformly(1, 'average');
/** Cut-off normal of variance 2 / (in + out). */
export const glorotNormal: Initialiser = normally(1, 'average');
/** Uniform in ±√(6 / in) (He et al. 2015). */
export const heUniform: Initialiser = uniformly(2, 'in');
/** Cut-off normal of variance 2 / in. */
export const heNormal: Initialiser = normally(2, 'in');
/** Uniform in ±√(3 / in) (LeCun et al. 1998). */
export const lecunUniform: Initialiser = uniformly(1, 'in');
/** Cut-off normal of variance 1 / in. */
export const lecunNormal: Initialiser = normally(1, 'in');

/** The same number everywhere. */
export function constant(value: number): Initialiser {
  return (shape) => full(shape, value);
}
/** Evenly distributed; Keras's defaults. */
export function randomUniform(low = -0.05, high = 0.05): Initialiser {
  return (shape, key) => random.uniform(key, shape, low, high);
}
/** Normally distributed; Keras's defaults. */
export function randomNormal(mean = 0, std = 0.05): Initialiser {
  return (shape, key) => random.normal(key, shape, mean, std);
}
/** Normally distributed, what lies further than two standard deviations from the mean drawn again, up to eight times, then cut off there. */
export function truncatedNormal(mean = 0, std = 0.05): Initialiser {
  return (shape, key) => {
    const draws = random.split(key, 8).unstack();
    const standard = draws
      .map((k) => random.normal(k, shape))
      .reduceRight((later, x) => x.abs().lessEqual(2).where(x, later))
      .clamp(-2, 2);
    return standard.mul(std).add(mean);
  };
}
/** A matrix with orthonormal rows or columns, whichever are fewer, times `gain` (Saxe et al. 2014); more axes count as rows. */
export function orthogonal(gain = 1): Initialiser {
  return (shape, key) => {
    const columns = shape.at(-1) ?? 1;
    const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)];
    const q = tensor(orthonormalColumns(random.normal(key, [long, short]).data(), long, short), {
      shape: [long, short],
    });
    return (rows < columns ? q.transpose() : q).mul(gain).reshape(shape);
  };
}

const byName: Readonly<Record<string, Initialiser>> = {
  zeros: (shape) => zeros(shape),
  ones: (shape) => ones(shape),
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
  randomUniform: randomUniform(),
  randomNormal: randomNormal(),
  truncatedNormal: truncatedNormal(),
  orthogonal: orthogonal(),
};

/** A name of the list, or a function of shape and key. */
export type InitialiserLike = string | Initialiser;

export function initialiser(like: InitialiserLike, where: string): Initialiser {
  if (typeof like === 'function') return like;
  if (Object.hasOwn(byName, like)) return byName[like]!;
  throw new OptionError(
    `${where}: unknown initialiser ${JSON.stringify(like)}; there are ${Object.keys(byName).join(', ')}, or a function (shape, key) => tensor`,
  );
}
