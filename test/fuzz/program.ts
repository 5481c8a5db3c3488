// Random user programs as data: a list of steps over earlier tensors, drawn from recipes, that runs under any interpreter.

import type { Tensor } from 'tracejit';
import * as tj from 'tracejit';
import { type DType, sizeOf, type TensorType } from '../../src/ir/types.ts';

export interface Step {
  readonly recipe: string;
  /** Indices into inputs, then earlier results. */
  readonly args: readonly number[];
  /** What the recipe chose besides its operands; plain JSON. */
  readonly choice: unknown;
}

export interface Program {
  readonly inputs: readonly TensorType[];
  readonly steps: readonly Step[];
  /** Indices of the tensors the program returns. */
  readonly results: readonly number[];
}

export type Random = () => number;

/** Picks operands among the tensors so far and makes its other choices, or gives up with null. */
interface Recipe {
  readonly draw: (pool: readonly TensorType[], r: Draw) => Omit<Step, 'recipe'> | null;
  readonly run: (args: readonly Tensor[], choice: never) => Tensor;
}

/** Choices drawn from a seeded generator. */
export class Draw {
  readonly random: Random;
  constructor(random: Random) {
    this.random = random;
  }
  int(below: number): number {
    return Math.floor(this.random() * below);
  }
  of<T>(list: readonly T[]): T {
    return list[this.int(list.length)]!;
  }
  chance(p: number): boolean {
    return this.random() < p;
  }
  /** An index of a tensor that fits, preferring late ones, so that chains grow. */
  pick(pool: readonly TensorType[], fits: (t: TensorType) => boolean): number | null {
    const found = pool.flatMap((t, i) => (fits(t) ? [i] : []));
    if (found.length === 0) return null;
    return found[Math.floor(found.length * Math.sqrt(this.random()))]!;
  }
}

const isFloat = (t: TensorType): boolean => t.dtype === 'float32';
const isNumeric = (t: TensorType): boolean => t.dtype !== 'bool';
const isBool = (t: TensorType): boolean => t.dtype === 'bool';
const nonEmpty = (t: TensorType): boolean => sizeOf(t.shape) > 0;
const limit = 400;

const numbers: readonly number[] = [0, -0, 1, -1, 2, 0.5, -0.5, 3, 1e-3, 1e30, 1e-42, 1 / 3];

function unaryRecipe(fits: (t: TensorType) => boolean, run: (x: Tensor) => Tensor): Recipe {
  return {
    draw: (pool, r) => {
      const x = r.pick(pool, fits);
      return x === null ? null : { args: [x], choice: null };
    },
    run: ([x]) => run(x!),
  };
}

// A partner of the same shape, or one that broadcasts, or a number (choice).
function binaryRecipe(
  fits: (t: TensorType) => boolean,
  run: (a: Tensor, b: Tensor | number) => Tensor,
): Recipe {
  return {
    draw: (pool, r) => {
      const a = r.pick(pool, fits);
      if (a === null) return null;
      if (r.chance(0.25) && pool[a]!.dtype === 'float32') return { args: [a], choice: r.of(numbers) };
      const b = r.pick(pool, (t) => fits(t) && broadcasts(pool[a]!, t));
      return b === null ? null : { args: [a, b], choice: null };
    },
    run: ([a, b], choice: number | null) => run(a!, b ?? choice!),
  };
}

function broadcasts(a: TensorType, b: TensorType): boolean {
  const n = Math.max(a.shape.length, b.shape.length);
  let size = 1;
  for (let i = 1; i <= n; i++) {
    const x = a.shape[a.shape.length - i] ?? 1;
    const y = b.shape[b.shape.length - i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return false;
    size *= x === 1 ? y : x;
  }
  return size <= limit;
}

function axisRecipe(fits: (t: TensorType) => boolean, run: (x: Tensor, axis: number) => Tensor): Recipe {
  return {
    draw: (pool, r) => {
      const x = r.pick(pool, (t) => fits(t) && t.shape.length > 0);
      return x === null ? null : { args: [x], choice: r.int(pool[x]!.shape.length) };
    },
    run: ([x], axis: number) => run(x!, axis),
  };
}

function reduceRecipe(
  fits: (t: TensorType) => boolean,
  run: (x: Tensor, axes: number[], keep: boolean) => Tensor,
): Recipe {
  return {
    draw: (pool, r) => {
      const x = r.pick(pool, fits);
      if (x === null) return null;
      const axes = pool[x]!.shape.map((_, i) => i).filter(() => r.chance(0.5));
      return { args: [x], choice: { axes, keep: r.chance(0.3) } };
    },
    run: ([x], { axes, keep }: { axes: number[]; keep: boolean }) => run(x!, axes, keep),
  };
}

// Any integers as indices that are in bounds for an axis of n elements.
function inBounds(x: Tensor, n: number): Tensor {
  return x.maximum(-n).minimum(n - 1);
}

export const recipes: Readonly<Record<string, Recipe>> = {
  ...Object.fromEntries(
    (['neg', 'abs', 'sign', 'square', 'relu', 'stopGradient'] as const).map((name) => [
      name,
      unaryRecipe(isNumeric, (x) => tj[name](x)),
    ]),
  ),
  ...Object.fromEntries(
    (
      [
        'exp',
        'expm1',
        'log',
        'log1p',
        'sqrt',
        'rsqrt',
        'reciprocal',
        'sin',
        'cos',
        'tan',
        'asin',
        'acos',
        'atan',
        'sinh',
        'cosh',
        'tanh',
        'sigmoid',
        'erf',
        'floor',
        'ceil',
        'round',
        'trunc',
        'gelu',
        'silu',
        'softplus',
      ] as const
    ).map((name) => [name, unaryRecipe(isFloat, (x) => tj[name](x))]),
  ),
  isNaN: unaryRecipe(isFloat, (x) => tj.isNaN(x)),
  isFinite: unaryRecipe(isFloat, (x) => tj.isFinite(x)),
  logicalNot: unaryRecipe(isBool, (x) => x.logicalNot()),
  ...Object.fromEntries(
    (['add', 'sub', 'mul', 'maximum', 'minimum', 'mod'] as const).map((name) => [
      name,
      binaryRecipe(isNumeric, (a, b) => tj[name](a, b)),
    ]),
  ),
  ...Object.fromEntries(
    (['add', 'mul', 'sub', 'div', 'pow', 'atan2'] as const).map((name) => [
      `float ${name}`,
      binaryRecipe(isFloat, (a, b) => tj[name](a, b)),
    ]),
  ),
  ...Object.fromEntries(
    (['equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual'] as const).map((name) => [
      name,
      binaryRecipe(isNumeric, (a, b) => tj[name](a, b)),
    ]),
  ),
  ...Object.fromEntries(
    (['logicalAnd', 'logicalOr', 'logicalXor'] as const).map((name) => [
      name,
      binaryRecipe(isBool, (a, b) => tj[name](a, b as Tensor)),
    ]),
  ),
  where: {
    draw: (pool, r) => {
      const c = r.pick(pool, isBool);
      const a = c === null ? null : r.pick(pool, (t) => isNumeric(t) && broadcasts(pool[c]!, t));
      if (c === null || a === null) return null;
      return {
        args: [c, a],
        choice: r.of(
          numbers.filter((x) => pool[a]!.dtype === 'float32' || (Number.isInteger(x) && Math.abs(x) < 100)),
        ),
      };
    },
    run: ([c, a], other: number) => tj.where(c!, a!, other),
  },
  cast: {
    draw: (pool, r) => {
      const x = r.pick(pool, () => true);
      return x === null ? null : { args: [x], choice: r.of(['float32', 'int32', 'bool'] satisfies DType[]) };
    },
    run: ([x], dtype: DType) => x!.cast(dtype),
  },
  sum: reduceRecipe(isNumeric, (x, axes, keep) => x.sum(axes, keep)),
  mean: reduceRecipe(
    (t) => isFloat(t) && nonEmpty(t),
    (x, axes, keep) => x.mean(axes, keep),
  ),
  prod: reduceRecipe(isNumeric, (x, axes, keep) => x.prod(axes, keep)),
  max: reduceRecipe(
    (t) => isNumeric(t) && nonEmpty(t),
    (x, axes, keep) => x.max(axes, keep),
  ),
  min: reduceRecipe(
    (t) => isNumeric(t) && nonEmpty(t),
    (x, axes, keep) => x.min(axes, keep),
  ),
  any: reduceRecipe(isBool, (x, axes, keep) => x.any(axes, keep)),
  all: reduceRecipe(isBool, (x, axes, keep) => x.all(axes, keep)),
  argmax: axisRecipe(
    (t) => isNumeric(t) && nonEmpty(t),
    (x, axis) => x.argmax(axis),
  ),
  argmin: axisRecipe(
    (t) => isNumeric(t) && nonEmpty(t),
    (x, axis) => x.argmin(axis),
  ),
  cumsum: axisRecipe(isNumeric, (x, axis) => x.cumsum(axis)),
  cumprod: axisRecipe(isNumeric, (x, axis) => x.cumprod(axis)),
  argsort: axisRecipe(isNumeric, (x, axis) => x.argsort(axis, { descending: true })),
  sort: axisRecipe(isNumeric, (x, axis) => x.sort(axis)),
  softmax: axisRecipe(
    (t) => isFloat(t) && nonEmpty(t),
    (x, axis) => x.softmax(axis),
  ),
  logSoftmax: axisRecipe(
    (t) => isFloat(t) && nonEmpty(t),
    (x, axis) => x.logSoftmax(axis),
  ),
  flip: axisRecipe(
    () => true,
    (x, axis) => x.flip(axis),
  ),
  transpose: {
    draw: (pool, r) => {
      const x = r.pick(pool, (t) => t.shape.length > 1);
      if (x === null) return null;
      const perm: number[] = [];
      const axes = pool[x]!.shape.map((_, i) => i);
      while (axes.length > 0) perm.push(axes.splice(r.int(axes.length), 1)[0]!);
      return { args: [x], choice: perm };
    },
    run: ([x], perm: number[]) => x!.transpose(perm),
  },
  reshape: {
    draw: (pool, r) => {
      const x = r.pick(pool, nonEmpty);
      if (x === null) return null;
      let rest = sizeOf(pool[x]!.shape);
      const shape: number[] = [];
      while (rest > 1 && shape.length < 3) {
        const factors = Array.from({ length: rest }, (_, i) => i + 1).filter((d) => rest % d === 0);
        const d = r.of(factors);
        shape.push(d);
        rest /= d;
      }
      return { args: [x], choice: rest > 1 ? [...shape, rest] : shape };
    },
    run: ([x], shape: number[]) => x!.reshape(shape),
  },
  slice: {
    draw: (pool, r) => {
      const x = r.pick(pool, (t) => t.shape.length > 0 && nonEmpty(t));
      if (x === null) return null;
      const choice = pool[x]!.shape.map((d) => {
        if (r.chance(0.2)) return r.int(2 * d) - d;
        const start = r.int(d);
        return r.chance(0.3) ? null : [start, start + 1 + r.int(d - start), 1 + r.int(3)];
      });
      return { args: [x], choice };
    },
    run: ([x], choice: (number | null | [number, number, number])[]) => x!.slice(...choice),
  },
  pad: {
    draw: (pool, r) => {
      const x = r.pick(pool, (t) => t.shape.length > 0 && isNumeric(t) && sizeOf(t.shape) < 60);
      return x === null ? null : { args: [x], choice: pool[x]!.shape.map(() => [r.int(3), r.int(3)]) };
    },
    run: ([x], padding: [number, number][]) => x!.pad(padding, 1),
  },
  concat: {
    draw: (pool, r) => {
      const a = r.pick(pool, (t) => t.shape.length > 0 && sizeOf(t.shape) < 100);
      if (a === null) return null;
      const axis = r.int(pool[a]!.shape.length);
      const fits = (t: TensorType): boolean =>
        t.dtype === pool[a]!.dtype &&
        t.shape.length === pool[a]!.shape.length &&
        t.shape.every((d, i) => i === axis || d === pool[a]!.shape[i]) &&
        sizeOf(t.shape) < 100;
      return {
        args: [a, r.pick(pool, fits)!, ...(r.chance(0.3) ? [r.pick(pool, fits)!] : [])],
        choice: axis,
      };
    },
    run: (args, axis: number) => tj.concat([...args], axis),
  },
  gather: {
    draw: (pool, r) => {
      const x = r.pick(pool, (t) => t.shape.length > 0 && nonEmpty(t));
      const i =
        x === null
          ? null
          : r.pick(
              pool,
              (t) =>
                t.dtype === 'int32' &&
                sizeOf(t.shape) * sizeOf(pool[x]!.shape) <= limit &&
                t.shape.length + pool[x]!.shape.length < 5,
            );
      return x === null || i === null ? null : { args: [x, i], choice: r.int(pool[x]!.shape.length) };
    },
    run: ([x, i], axis: number) => x!.gather(inBounds(i!, x!.shape[axis]!), axis),
  },
  scatterAdd: {
    draw: (pool, r) => {
      const x = r.pick(pool, (t) => isNumeric(t) && t.shape.length > 0 && nonEmpty(t));
      const i =
        x === null
          ? null
          : r.pick(
              pool,
              (t) =>
                t.dtype === 'int32' &&
                t.shape.length === 1 &&
                sizeOf(t.shape) * sizeOf(pool[x]!.shape) <= limit,
            );
      return x === null || i === null ? null : { args: [x, i], choice: null };
    },
    run: ([x, i]) => {
      const updates = x!.slice([0, 1]).broadcastTo([i!.size, ...x!.shape.slice(1)]);
      return x!.scatterAdd(inBounds(i!, x!.shape[0]!), updates);
    },
  },
  oneHot: {
    draw: (pool, r) => {
      const x = r.pick(pool, (t) => t.dtype === 'int32' && sizeOf(t.shape) < 60);
      return x === null ? null : { args: [x], choice: 1 + r.int(5) };
    },
    run: ([x], depth: number) => tj.oneHot(x!, depth),
  },
  matmul: {
    draw: (pool, r) => {
      const a = r.pick(pool, (t) => isNumeric(t) && t.shape.length > 0 && t.shape.length < 4);
      if (a === null) return null;
      const k = pool[a]!.shape.at(-1)!;
      const b = r.pick(
        pool,
        (t) =>
          t.dtype === pool[a]!.dtype &&
          t.shape.length > 0 &&
          t.shape.length < 3 &&
          (t.shape.at(-2) ?? t.shape[0]) === k &&
          sizeOf(t.shape) * sizeOf(pool[a]!.shape) <= limit * 20,
      );
      return b === null ? null : { args: [a, b], choice: null };
    },
    run: ([a, b]) => a!.matmul(b!),
  },
  outer: {
    draw: (pool, r) => {
      const vector = (t: TensorType): boolean => isFloat(t) && t.shape.length === 1 && sizeOf(t.shape) <= 20;
      const a = r.pick(pool, vector);
      return a === null ? null : { args: [a, r.pick(pool, vector)!], choice: null };
    },
    run: ([a, b]) => tj.outer(a!, b!),
  },
  'matmul of transposes': {
    draw: (pool, r) => {
      const a = r.pick(pool, (t) => isFloat(t) && t.shape.length === 2);
      const b =
        a === null
          ? null
          : r.pick(pool, (t) => isFloat(t) && t.shape.length === 2 && t.shape[1] === pool[a]!.shape[0]);
      return a === null || b === null ? null : { args: [a, b], choice: null };
    },
    run: ([a, b]) => a!.transpose().matmul(b!.transpose()).relu(),
  },
};

/** Runs the steps under the current interpreter. */
export function run(program: Program, inputs: readonly Tensor[]): Tensor[] {
  const tensors = [...inputs];
  for (const { recipe, args, choice } of program.steps) {
    tensors.push(
      recipes[recipe]!.run(
        args.map((i) => tensors[i]!),
        choice as never,
      ),
    );
  }
  return program.results.map((i) => tensors[i]!);
}
