// Tensors made of a rule instead of data: constants, ranges, the identity. They are ops, so that a trace holds the rule and never a large array.
// Sizes that are no integers >= 0 are a ShapeError, a dtype that does not exist is a DTypeError.
import { checkDType, checkShape, type DType, type Shape } from '../ir/types.ts';
import { checkedShape } from '../ops/axes.ts';
import {
  broadcastTo,
  castTo,
  isNumber,
  isTensor,
  lift,
  liftFloat,
  type TensorLike,
  weak,
} from '../ops/coerce.ts';
import { constant } from '../ops/constant.ts';
import { iota } from '../ops/iota.ts';
import { overridable } from '../ops/override.ts';
import { ArgumentError, DTypeError } from '../util/errors.ts';
import type { Tensor } from './tensor.ts';

/**
 * All zeros; of a bool tensor, false.
 *
 *     zeros([2, 3])   // [[0, 0, 0], [0, 0, 0]]
 */
export function zeros(shape: Shape, dtype: DType = 'float32'): Tensor {
  return filled(shape, 0, dtype, 'zeros');
}

/**
 * All ones; of a bool tensor, true.
 *
 *     ones([3], 'int32')   // [1, 1, 1]
 */
export function ones(shape: Shape, dtype: DType = 'float32'): Tensor {
  return filled(shape, 1, dtype, 'ones');
}

/**
 * `value` everywhere: a number (float32), a boolean (bool), or a tensor that broadcasts to the shape. `dtype` converts it.
 * Throws a ShapeError for a tensor that does not broadcast, a DTypeError for a number that the dtype does not hold.
 *
 *     full([2], 0.5)   // [0.5, 0.5]
 */
export function full(shape: Shape, value: TensorLike, dtype?: DType): Tensor {
  const given = checkedShape(shape, 'full');
  if (dtype !== undefined) checkDType(dtype, 'full');
  return broadcastTo(element(value, dtype), given, 'full');
}

// A number must fit the dtype; a tensor is cast to it, because asking for another dtype is asking for a cast.
function element(value: TensorLike, dtype: DType | undefined): Tensor {
  if (isNumber(value)) return dtype === undefined ? lift(value, 'full') : weak(value, dtype, 'full');
  const one = lift(value, 'full');
  return castTo(one, dtype ?? one.dtype);
}

/** Zeros of the shape and dtype of `x`. */
export const zerosLike: (x: TensorLike) => Tensor = overridable('zerosLike', (x) => {
  const { shape, dtype } = lift(x, 'zerosLike');
  return zeros(shape, dtype);
});

/** Ones of the shape and dtype of `x`. */
export const onesLike: (x: TensorLike) => Tensor = overridable('onesLike', (x) => {
  const { shape, dtype } = lift(x, 'onesLike');
  return ones(shape, dtype);
});

/**
 * The identity matrix of `rows` rows and `columns` (as many) columns.
 *
 *     eye(2)   // [[1, 0], [0, 1]]
 */
export function eye(rows: number, columns: number = rows, dtype: DType = 'float32'): Tensor {
  const shape = checkedShape([rows, columns], 'eye');
  checkDType(dtype, 'eye');
  return castTo(iota(shape, 0).equal(iota(shape, 1)), dtype);
}

/**
 * `start, start + step, …` up to but without `stop`; with one argument `0 … start - 1`. As in NumPy it is int32 if all numbers are integers, else float32.
 * Element i is `start + i * step`, the product and the sum rounded to the dtype. Throws an ArgumentError for a step of 0 and for what is no finite number.
 *
 *     arange(2, 8, 2)   // [2, 4, 6]
 */
export function arange(start: number, stop?: number, step = 1, dtype?: DType): Tensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  for (const x of [from, to, step]) {
    if (!Number.isFinite(x)) throw new ArgumentError(`arange: takes finite numbers, got ${describe(x)}`);
  }
  if (step === 0) throw new ArgumentError('arange: step must not be 0');
  const type = dtype ?? ([from, to, step].every(Number.isInteger) ? 'int32' : 'float32');
  checkDType(type, 'arange');
  if (type === 'bool') throw new DTypeError('arange: positions are int32 or float32, not bool');
  const count = Math.max(0, Math.ceil((to - from) / step));
  checkShape([count], 'arange');
  const positions = iota([count], 0, type);
  const scaled = step === 1 ? positions : positions.mul(step);
  return from === 0 ? scaled : scaled.add(from);
}

/**
 * `count` float32 numbers at even distances from `start` to `stop`, both included: element i is `start * (1 - t) + stop * t` with `t = i / (count - 1)`,
 * so that both ends are exact. One number is `start`. Throws an ArgumentError unless both ends are scalars.
 *
 *     linspace(0, 1, 5)   // [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(start: TensorLike, stop: TensorLike, count: number): Tensor {
  checkShape([count], 'linspace');
  const first = liftFloat(start, 'linspace');
  const last = liftFloat(stop, 'linspace');
  if (first.ndim > 0 || last.ndim > 0)
    throw new ArgumentError(
      `linspace: start and stop must be scalars, got shapes [${first.shape}] and [${last.shape}]`,
    );
  if (count === 1) return first.reshape([1]);
  const t = iota([count], 0, 'float32').div(Math.max(1, count - 1));
  return first.mul(constant(1, 'float32').sub(t)).add(last.mul(t));
}

function filled(shape: Shape, value: number, dtype: DType, where: string): Tensor {
  checkDType(dtype, where);
  return constant(value, dtype, checkedShape(shape, where));
}

function describe(x: unknown): string {
  return isTensor(x) ? 'a tensor; its length must be known, read it with item() outside jit' : String(x);
}
