// random_bits: random integers from a key, the source of all random numbers. The same key gives the same numbers, in every mode.
import { allocate, flatData, ndView } from '../array/nd.ts';
import { checkShape, type Shape, showType, sizeOf, type TensorType } from '../ir/types.ts';
import { binary, call, i32, linearIndex } from '../loop/make.ts';
import { threefry, threefryParity, threefryRotations } from '../loop/math/threefry.ts';
import { ArgumentError, DTypeError, ShapeError } from '../util/errors.ts';
import { lift, type TensorLike } from './coerce.ts';
import { type Op, op } from './opdef.ts';

export interface RandomBitsAttrs {
  readonly shape: Shape;
  /** How many of 32 bits are kept: results lie in 0 … 2^bits - 1, or for 32 in the whole of int32. */
  readonly bits: number;
  /** Which of independent sequences of one key: the high word of the counter. */
  readonly stream: number;
}

/**
 * Random int32 of the given shape: the top `bits` bits of both words xored that Threefry-2x32 makes of the key and the counter (stream, row-major index).
 * A key is int32[2]; anything else is a DTypeError or ShapeError.
 */
export const randomBits: Op<
  RandomBitsAttrs,
  [key: TensorLike, shape: Shape, bits?: number, stream?: number]
> = op<RandomBitsAttrs, [key: TensorLike, shape: Shape, bits?: number, stream?: number]>(
  {
    name: 'random_bits',
    doc: 'Element i is the top `bits` bits of a ^ b, where (a, b) is Threefry-2x32 (20 rounds) of the int32[2] key and the counter (stream, i).',
    attrs: { shape: 'ints', bits: 'int', stream: 'int' },
    infer: ([key], { shape, bits }) => {
      checkKey(key!, 'random_bits');
      checkShape(shape, 'random_bits');
      if (!Number.isInteger(bits) || bits < 1 || bits > 32)
        throw new ArgumentError(`random_bits: bits must be from 1 to 32, got ${bits}`);
      return [{ dtype: 'int32', shape }];
    },
    eval: ([key], { attrs: { shape, bits, stream } }) => {
      const [key0, key1] = flatData(key!);
      const out = allocate('int32', sizeOf(shape));
      for (let i = 0; i < out.length; i++) {
        const [a, b] = threefryWords(key0!, key1!, stream, i);
        out[i] = (a ^ b) >>> (32 - bits);
      }
      return [ndView('int32', shape, out)];
    },
    vjp: () => [null],
    lower: {
      kind: 'index',
      read: (out, load, { shape, bits, stream }) => {
        const key = [load(0, [i32(0)]), load(0, [i32(1)])] as const;
        const word = call(threefry, ...key, i32(stream), linearIndex(out, shape));
        return bits === 32 ? word : binary('ushr', word, i32(32 - bits));
      },
    },
  },
  (key, shape, bits = 32, stream = 0) => ({
    args: [lift(key, 'randomBits')],
    attrs: { shape, bits, stream },
  }),
);

/** Throws unless the type is that of a key. */
export function checkKey(type: TensorType, where: string): void {
  const way = 'a key is int32[2], made by random.key(seed) or random.split(key)';
  if (type.dtype !== 'int32') throw new DTypeError(`${where}: ${way}, got ${showType(type)}`);
  if (type.shape.length !== 1 || type.shape[0] !== 2)
    throw new ShapeError(`${where}: ${way}, got ${showType(type)}`);
}

/** Both words of Threefry-2x32, in plain JavaScript: the reference for the definition in the loop language. */
export function threefryWords(
  key0: number,
  key1: number,
  high: number,
  low: number,
): readonly [number, number] {
  const schedule = [key0, key1, key0 ^ key1 ^ threefryParity];
  let x0 = (high + key0) | 0;
  let x1 = (low + key1) | 0;
  for (let group = 0; group < 5; group++) {
    for (const by of threefryRotations[group % 2]!) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << by) | (x1 >>> (32 - by))) ^ x0;
    }
    x0 = (x0 + schedule[(group + 1) % 3]!) | 0;
    x1 = (x1 + schedule[(group + 2) % 3]! + group + 1) | 0;
  }
  return [x0, x1];
}
