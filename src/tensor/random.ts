// Random numbers without hidden state: a key in, numbers out. The same key gives the same numbers in eager mode and compiled, on every machine.
// Whatever takes a key throws a DTypeError or ShapeError unless it is int32[2].
import { checkShape, type Shape, showType } from '../ir/types.ts';
import { argsort } from '../ops/argsort.ts';
import { checkedShape } from '../ops/axes.ts';
import { isTensor, lift, liftFloat, type TensorLike } from '../ops/coerce.ts';
import { constant } from '../ops/constant.ts';
import { checkKey, randomBits } from '../ops/random-bits.ts';
import { ArgumentError, ShapeError } from '../util/errors.ts';
import { stack } from './composites/shaping.ts';
import type { Tensor } from './tensor.ts';

// The sequences of one key. Keys made by `split` come from one that no draw uses.
const streams = { draw: 0, second: 1, split: 2 } as const;

// As many bits as float32 holds exactly, and one fewer where a half is added.
const bits = 24;
const step = 2 ** -bits;

/**
 * A key, int32[2], from an integer seed or an int32 scalar (a step counter, say). Different seeds give independent numbers.
 * Throws an ArgumentError for any other seed.
 *
 *     const key = random.key(42);
 */
export function key(seed: TensorLike): Tensor {
  if (isTensor(seed)) {
    const low = seed.resolve();
    if (low.ndim !== 0 || low.dtype !== 'int32')
      throw new ArgumentError(
        `random.key: a seed is an integer or an int32 scalar, got ${showType(low.type)}; cast it: seed.cast('int32')`,
      );
    return stack([constant(0, 'int32'), low]);
  }
  if (!Number.isSafeInteger(seed))
    throw new ArgumentError(`random.key: a seed is an integer, got ${String(seed)}`);
  const high = Math.floor(Number(seed) / 2 ** 32);
  return constant([high | 0, Number(seed) | 0], 'int32', [2]);
}

/**
 * `count` independent keys, int32[count, 2]. A key that has been split or drawn from should not be used again.
 *
 *     const [first, second] = random.split(key);
 */
export function split(key: TensorLike, count = 2): Tensor {
  checkShape([count], 'random.split');
  return randomBits(asKey(key, 'random.split'), [count, 2], 32, streams.split);
}

/**
 * Evenly distributed float32 from `low` (0) on and below `high` (1), in steps of 2^-24 of the range; other limits may be rounded up to `high`,
 * and may be tensors that broadcast with the shape.
 *
 *     random.uniform(key, [3], -1, 1)
 */
export function uniform(key: TensorLike, shape: Shape, low: TensorLike = 0, high: TensorLike = 1): Tensor {
  const unit = wholeNumbers(key, shape, streams.draw, 'random.uniform').mul(step);
  if (low === 0 && high === 1) return unit;
  const from = liftFloat(low, 'random.uniform');
  return unit.mul(liftFloat(high, 'random.uniform').sub(from)).add(from);
}

/**
 * Normally distributed float32, by the transform of Box and Muller (1958): `mean + std * sqrt(-2 log u) cos(2π v)`.
 *
 *     random.normal(key, [784, 10], 0, 0.01)
 */
export function normal(key: TensorLike, shape: Shape, mean: TensorLike = 0, std: TensorLike = 1): Tensor {
  // u is never 0, so that its logarithm is finite.
  const u = wholeNumbers(key, shape, streams.draw, 'random.normal').add(1).mul(step);
  const v = wholeNumbers(key, shape, streams.second, 'random.normal').mul(step);
  const standard = u
    .log()
    .mul(-2)
    .sqrt()
    .mul(v.mul(2 * Math.PI).cos());
  const scaled = std === 1 ? standard : standard.mul(std);
  return mean === 0 ? scaled : scaled.add(mean);
}

/**
 * bool: true with probability `p` (0.5), which may be a tensor that broadcasts to the shape.
 *
 *     random.bernoulli(key, x.shape, 0.9).where(x, 0)   // dropout
 */
export function bernoulli(key: TensorLike, shape: Shape, p: TensorLike = 0.5): Tensor {
  return uniform(asKey(key, 'random.bernoulli'), shape).less(p);
}

/**
 * int32 positions along the last axis of `logits`, drawn with probabilities `softmax(logits)`: one for each row, or with `count` that many, as a new first axis.
 * The largest of the logits plus Gumbel noise is taken. Throws a ShapeError for scalar logits.
 *
 *     random.categorical(key, tensor([0, 0, 0]))   // 0, 1 or 2
 */
export function categorical(key: TensorLike, logits: TensorLike, count?: number): Tensor {
  const x = liftFloat(logits, 'random.categorical');
  if (x.ndim === 0)
    throw new ShapeError('random.categorical: logits need an axis of categories, got a scalar');
  const shape = count === undefined ? x.shape : [count, ...x.shape];
  // u is neither 0 nor 1, so that both logarithms are finite.
  const u = wholeNumbers(key, shape, streams.draw, 'random.categorical', bits - 1)
    .add(0.5)
    .mul(2 * step);
  return x.sub(u.log().neg().log()).argmax(-1);
}

/**
 * A random order: of the integers `0 … n - 1` for a number (int32[n]), or of the slices of a tensor along axis 0. Random bits are sorted; as they are 32, orders are
 * even to about n² in 2^32. Throws an ArgumentError for a number that is no size, a ShapeError for a scalar tensor.
 *
 *     const rows = data.gather(random.permutation(key, data.shape[0]));
 */
export function permutation(key: TensorLike, x: Tensor | number): Tensor {
  const where = 'random.permutation';
  if (typeof x === 'number') {
    const [n] = checkedShape([x], where) as readonly [number];
    return argsort(randomBits(asKey(key, where), [n], 32, streams.draw));
  }
  const rows = lift(x, where);
  if (rows.ndim === 0)
    throw new ShapeError(
      `${where}: a scalar tensor has no rows; for 0 … n - 1 in random order pass a JavaScript number`,
    );
  return rows.gather(argsort(randomBits(asKey(key, where), [rows.shape[0]!], 32, streams.draw)));
}

// Whole numbers from 0 to 2^count - 1, as float32.
function wholeNumbers(key: TensorLike, shape: Shape, stream: number, where: string, count = bits): Tensor {
  return randomBits(asKey(key, where), checkedShape(shape, where), count, stream).cast('float32');
}

function asKey(key: TensorLike, where: string): Tensor {
  const k = lift(key, where);
  checkKey(k.type, where);
  return k;
}
