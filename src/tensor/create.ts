// Tensors from the program's own data: numbers, booleans, nested arrays, typed arrays.
import { allocate, ndView, type TypedArray } from '../array/nd.ts';
import { checkDType, type DType, type Shape, showShape, sizeOf } from '../ir/types.ts';
import { checkedShape } from '../ops/axes.ts';
import { isTensor } from '../ops/coerce.ts';
import { constant } from '../ops/constant.ts';
import { ArgumentError, DTypeError, ShapeError } from '../util/errors.ts';
import { checkFlag, checkOptions } from '../util/options.ts';
import { EagerTensor } from './eager.ts';
import { autograd } from './history.ts';
import type { Tensor } from './tensor.ts';

type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

/** What a tensor can be made of. A typed array counts as one level of nesting. */
export type TensorData = number | boolean | NumberArray | readonly TensorData[];

export interface TensorOptions {
  /** Default: bool for booleans, int32 for integer typed arrays, float32 for all else. */
  readonly dtype?: DType;
  /** Default: the nesting of the data. Otherwise the data fill this shape in row-major order. */
  readonly shape?: Shape;
  /** Make it a leaf of which backward() computes a gradient; float32 only. Default false. */
  readonly requiresGrad?: boolean;
}

/** Up to this size a tensor made while tracing is written into the function; larger ones are captured, as a hidden input. */
const literalSize = 16;

/**
 * A tensor that holds a copy of `data`.
 *
 * Throws a ShapeError where nested arrays are ragged or do not fill `shape`; an ArgumentError for anything that is not a number or boolean,
 * or a mix of both; a DTypeError where the dtype cannot hold a number (int32 takes integers below 2^31 in size, bool takes booleans, 0 and 1).
 *
 *     tensor([[1, 2], [3, 4]])                          // float32[2,2]
 *     tensor([1, 2, 3], { dtype: 'int32' })
 *     tensor(new Float32Array(6), { shape: [2, 3] })
 *     tensor(5, { requiresGrad: true })                 // see backward
 */
export function tensor(data: TensorData, options?: TensorOptions): Tensor {
  checkOptions(options, ['dtype', 'shape', 'requiresGrad'], 'tensor');
  checkFlag(options?.requiresGrad, 'requiresGrad', 'tensor');
  if (options?.dtype !== undefined) checkDType(options.dtype, 'tensor');
  const shape = nestingOf(data);
  const given = options?.shape === undefined ? shape : checkedShape(options.shape, 'tensor');
  if (sizeOf(given) !== sizeOf(shape))
    throw new ShapeError(
      `tensor: ${sizeOf(shape)} elements do not fill shape ${showShape(given)}, which has ${sizeOf(given)}`,
    );
  const { elements, dtype } = collect(data, shape, options?.dtype);
  const made =
    elements.length <= literalSize
      ? constant(Array.from(elements), dtype, given)
      : new EagerTensor(ndView(dtype, given, elements));
  return options?.requiresGrad ? autograd().detach(made, true) : made;
}

// Deeper than any sensible tensor: only a cycle gets there.
const maxRank = 100;

// The shape as the first element at every level says; `collect` compares all others with it.
function nestingOf(data: TensorData): number[] {
  const shape: number[] = [];
  for (let level: unknown = data; isLevel(level); level = level[0]) {
    shape.push(level.length);
    if (shape.length > maxRank)
      throw new ShapeError(
        `tensor: arrays nested more than ${maxRank} levels deep; does one contain itself?`,
      );
  }
  return shape;
}

function isNumberArray(x: unknown): x is NumberArray {
  return ArrayBuffer.isView(x) && !(x instanceof DataView) && !isBigIntArray(x);
}

function isBigIntArray(x: unknown): boolean {
  return x instanceof BigInt64Array || x instanceof BigUint64Array;
}

function isLevel(x: unknown): x is NumberArray | readonly TensorData[] {
  return Array.isArray(x) || isNumberArray(x);
}

// All elements in row-major order, checked one by one.
function collect(
  data: TensorData,
  shape: Shape,
  wanted: DType | undefined,
): { readonly elements: TypedArray; readonly dtype: DType } {
  const first = firstElement(data);
  const dtype = wanted ?? inferred(first);
  const elements = allocate(dtype, sizeOf(shape));
  const wantsBoolean = typeof first.value === 'boolean';
  let at = 0;
  const path: number[] = [];
  const visit = (x: unknown): void => {
    if (path.length === shape.length) {
      elements[at++] = checkedElement(x, dtype, wantsBoolean, path);
      return;
    }
    const count = shape[path.length]!;
    if (!isLevel(x) || x.length !== count) throw raggedError(x, count, path);
    if (isNumberArray(x) && x.constructor === elements.constructor && dtype !== 'bool') {
      elements.set(x, at);
      at += x.length;
      return;
    }
    for (let i = 0; i < count; i++) {
      path.push(i);
      visit(x[i]);
      path.pop();
    }
  };
  visit(data);
  return { elements, dtype };
}

function firstElement(data: TensorData): {
  readonly value: unknown;
  readonly array: NumberArray | undefined;
} {
  let value: unknown = data;
  let array: NumberArray | undefined;
  while (isLevel(value)) {
    if (isNumberArray(value)) array = value;
    value = value[0];
  }
  return { value, array };
}

function inferred({ value, array }: ReturnType<typeof firstElement>): DType {
  if (typeof value === 'boolean') return 'bool';
  const isFloat = array === undefined || array instanceof Float32Array || array instanceof Float64Array;
  return isFloat ? 'float32' : 'int32';
}

function checkedElement(x: unknown, dtype: DType, wantsBoolean: boolean, path: readonly number[]): number {
  if (typeof x !== 'number' && typeof x !== 'boolean') throw elementError(x, path);
  if ((typeof x === 'boolean') !== wantsBoolean)
    throw new ArgumentError(
      `tensor: numbers and booleans are mixed: ${place(path)} is ${x}, but the first element is a ${wantsBoolean ? 'boolean' : 'number'}; convert one of them`,
    );
  const value = Number(x);
  const fits =
    dtype === 'float32' || (dtype === 'int32' ? value === (value | 0) : value === 0 || value === 1);
  if (!fits)
    throw new DTypeError(
      `tensor: ${place(path)} is ${value}, which ${dtype} cannot hold; ${dtype === 'bool' ? 'compare first, for example x.notEqual(0)' : "round the data, or use dtype 'float32'"}`,
    );
  return value;
}

function elementError(x: unknown, path: readonly number[]): ArgumentError | ShapeError {
  if (isLevel(x)) return new ShapeError(`tensor: ragged array: ${place(path)} is an array, others are not`);
  if (isTensor(x))
    return new ArgumentError(
      path.length === 0
        ? `tensor: the data are a tensor already; use it as it is, or x.cast(dtype)`
        : `tensor: ${place(path)} is a tensor; join tensors with stack([…]) or concat([…])`,
    );
  const what =
    typeof x === 'string'
      ? `the string ${JSON.stringify(x)}`
      : isBigIntArray(x)
        ? 'an array of bigints'
        : x === undefined || x === null
          ? String(x)
          : `of type ${typeof x}`;
  return new ArgumentError(`tensor: ${place(path)} is ${what}; elements are numbers or booleans`);
}

function raggedError(x: unknown, count: number, path: readonly number[]): ArgumentError | ShapeError {
  if (isLevel(x))
    return new ShapeError(
      `tensor: ragged array: ${place(path)} has length ${x.length}, but others at its level have ${count}`,
    );
  if (typeof x === 'number' || typeof x === 'boolean')
    return new ShapeError(
      `tensor: ragged array: ${place(path)} is ${x}, but others at its level are arrays of length ${count}`,
    );
  return elementError(x, path);
}

function place(path: readonly number[]): string {
  return path.length === 0 ? 'the data' : `data[${path.join('][')}]`;
}
