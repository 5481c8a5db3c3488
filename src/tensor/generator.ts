// Generator: random numbers with state, for programs that do not want to hand keys around.
import type { Shape } from '../ir/types.ts';
import type { TensorLike } from '../ops/coerce.ts';
import * as random from './random.ts';
import type { Tensor } from './tensor.ts';
import { type Variable, variable } from './variable.ts';

/**
 * A stream of random numbers. Its key is a variable, so that `jit` carries it as hidden state: two calls of a compiled function differ,
 * and the compiled sequence equals the eager one.
 *
 *     const rng = new Generator(42);
 *     const noise = rng.normal([2, 3]);
 */
export class Generator {
  /** The state: assign a key to it to start again from there. */
  readonly key: Variable;

  constructor(seed: number) {
    this.key = variable(random.key(seed), { name: 'generator key', trainable: false });
  }

  /** A key of its own for each call; the state moves on. */
  next(): Tensor {
    const keys = random.split(this.key);
    this.key.assign(keys.slice(0));
    return keys.slice(1);
  }
  /** Evenly distributed float32; see `random.uniform`. */
  uniform(shape: Shape, low?: TensorLike, high?: TensorLike): Tensor {
    return random.uniform(this.next(), shape, low, high);
  }
  /** Normally distributed float32; see `random.normal`. */
  normal(shape: Shape, mean?: TensorLike, std?: TensorLike): Tensor {
    return random.normal(this.next(), shape, mean, std);
  }
  /** bool, true with probability `p`; see `random.bernoulli`. */
  bernoulli(shape: Shape, p?: TensorLike): Tensor {
    return random.bernoulli(this.next(), shape, p);
  }
  /** int32 positions drawn by logits; see `random.categorical`. */
  categorical(logits: TensorLike, count?: number): Tensor {
    return random.categorical(this.next(), logits, count);
  }
  /** The integers `0 … n - 1`, or the rows of a tensor, in random order; see `random.permutation`. */
  permutation(x: Tensor | number): Tensor {
    return random.permutation(this.next(), x);
  }
}
