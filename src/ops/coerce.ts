// From what users pass to what ops take: numbers become constants, dtypes promote, shapes broadcast. The only place that does so;
// the IR has neither weak types nor implicit broadcasting.
import {
  broadcastShapes,
  type DType,
  promote,
  type Shape,
  sameShape,
  showShape,
  showType,
} from '../ir/types.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ArgumentError, DTypeError, ShapeError } from '../util/errors.ts';
import { broadcast } from './broadcast.ts';
import { cast } from './cast.ts';
import { constant } from './constant.ts';

/** What every op takes: a tensor or variable, or a JavaScript number or boolean, which takes the dtype of the tensor it meets. */
export type TensorLike = Tensor | number | boolean;

/** Marks tensors without a run-time import of the class (which stands above this room), and across copies of the package. */
export const tensorBrand: unique symbol = Symbol.for('tracejit.tensor');

export function isTensor(x: unknown): x is Tensor {
  return typeof x === 'object' && x !== null && tensorBrand in x;
}

/** The tensor a user's argument stands for: variables are read, numbers become float32 scalars, booleans bool scalars. */
export function lift(x: TensorLike, where: string): Tensor {
  if (typeof x === 'number') return constant(x, 'float32');
  if (typeof x === 'boolean') return constant(x ? 1 : 0, 'bool');
  if (isTensor(x)) return x.resolve();
  throw new ArgumentError(
    `${where}: expected a tensor or a number, got ${describe(x)}${Array.isArray(x) ? '; wrap it: tensor([…])' : ''}`,
  );
}

/** `lift`, then float32: what sin, exp, mean … take. int32 and bool tensors are converted, as in NumPy. */
export function liftFloat(x: TensorLike, where: string): Tensor {
  return castTo(lift(x, where), 'float32');
}

/** `lift`, with bool converted to int32: what neg, abs, sum … take. */
export function liftNumeric(x: TensorLike, where: string): Tensor {
  const t = typeof x === 'boolean' ? lift(x ? 1 : 0, where) : lift(x, where);
  return t.dtype === 'bool' ? cast(t, 'int32') : t;
}

/** `lift`, refusing everything but bool. */
export function liftBool(x: TensorLike, where: string): Tensor {
  const t = lift(x, where);
  if (t.dtype !== 'bool')
    throw new DTypeError(
      `${where}: expected bool, got ${showType(t.type)}; compare first, for example x.notEqual(0)`,
    );
  return t;
}

/** A number as a scalar of the given dtype; refuses fractions and overflow for int32 instead of cutting them off. */
export function weak(x: number | boolean, dtype: DType, where: string): Tensor {
  const value = Number(x);
  if (dtype === 'float32') return constant(value, 'float32');
  if (dtype === 'bool') {
    if (typeof x === 'boolean') return constant(value, 'bool');
    throw new DTypeError(`${where}: a bool tensor meets the number ${x}; use a boolean, or cast the tensor`);
  }
  if (!Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 31) {
    throw new DTypeError(
      `${where}: an int32 tensor meets the number ${value}, which int32 cannot hold; cast the tensor first: x.cast('float32')`,
    );
  }
  return constant(value, 'int32');
}

/** A JavaScript number or boolean: it takes the dtype of what it meets. */
export function isNumber(x: TensorLike): x is number | boolean {
  return typeof x === 'number' || typeof x === 'boolean';
}

/** `lift`, of what goes into a tensor of this dtype: a number takes it. */
export function liftInto(x: TensorLike, dtype: DType, where: string): Tensor {
  return isNumber(x) ? weak(x, dtype, where) : lift(x, where);
}

/** Both operands of an elementwise op, with one dtype and one shape. `floor` is the least dtype (arithmetic on bool happens in int32). */
export function pair(
  a: TensorLike,
  b: TensorLike,
  where: string,
  floor: DType = 'bool',
): readonly [Tensor, Tensor] {
  let x: Tensor;
  let y: Tensor;
  if (isNumber(a) && !isNumber(b)) {
    y = lift(b, where);
    x = weak(a, weakTarget(a, y.dtype, floor), where);
  } else if (isNumber(b) && !isNumber(a)) {
    x = lift(a, where);
    y = weak(b, weakTarget(b, x.dtype, floor), where);
  } else {
    x = lift(a, where);
    y = lift(b, where);
  }
  const dtype = promote(promote(x.dtype, y.dtype), floor);
  return broadcastPair(castTo(x, dtype), castTo(y, dtype), where);
}

// A number that meets a bool tensor is int32 if it is an integer, else float32; any other tensor's dtype wins.
function weakTarget(x: number | boolean, dtype: DType, floor: DType): DType {
  const least = promote(dtype, floor);
  if (dtype !== 'bool' || typeof x === 'boolean') return least;
  return promote(least, Number.isInteger(x) ? 'int32' : 'float32');
}

/** Broadcasts two tensors against each other by NumPy's rules. */
export function broadcastPair(x: Tensor, y: Tensor, where: string): readonly [Tensor, Tensor] {
  if (sameShape(x.shape, y.shape)) return [x, y];
  const shape = broadcastShapes(x.shape, y.shape);
  if (shape === undefined) {
    throw new ShapeError(
      `${where}: shapes ${showShape(x.shape)} and ${showShape(y.shape)} do not broadcast: each dimension, counted from the end, must be equal or 1`,
    );
  }
  return [broadcastTo(x, shape, where), broadcastTo(y, shape, where)];
}

/** NumPy's broadcast_to: trailing axes line up, sizes 1 are repeated. */
export function broadcastTo(x: Tensor, shape: Shape, where = 'broadcastTo'): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const joint = broadcastShapes(x.shape, shape);
  if (joint === undefined || !sameShape(joint, shape)) {
    throw new ShapeError(`${where}: shape ${showShape(x.shape)} does not broadcast to ${showShape(shape)}`);
  }
  const lead = shape.length - x.shape.length;
  return broadcast(
    x,
    shape,
    x.shape.map((_, i) => lead + i),
  );
}

export function castTo(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : cast(x, dtype);
}

function describe(x: unknown): string {
  if (x === null) return 'null';
  if (Array.isArray(x)) return 'an array';
  return typeof x === 'object'
    ? `an object (${x.constructor?.name ?? 'no class'})`
    : typeof x === 'string'
      ? `the string ${JSON.stringify(x)}`
      : typeof x;
}
