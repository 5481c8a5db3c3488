// Generator: random numbers with state, for programs that do not want to hand keys around.
import type { Shape } from '../ir/types.ts';
import { isTensor, type TensorLike } from '../ops/coerce.ts';
import { alongside } from './alongside.ts';
import * as random from './random.ts';
import type { Tensor } from './tensor.ts';
import { type Variable, variable } from './variable.ts';

/**
 * A stream of random numbers. Its key is a variable, so that `jit` carries it as hidden state: two calls of a compiled function differ,
 * and the compiled sequence equals the eager one. A graph draws when it is run, other numbers in every run. Instead of a shape, a tensor of that shape will do.
 *
 *     const rng = new Generator(42);
 *     const noise = rng.normal([2, 3]);
 */
export class Generator {
  /** The state: assign a key to it to start again from there. */
  readonly key: Variable;

  constructor(seed: number) {
    this.key = variable(random.key(seed), { name: 'generator key', trainable: false });
    streams.add(this.key);
  }

  /** A key of its own for each call; the state moves on. */
  next(): Tensor {
    const keys = random.split(this.key);
    this.key.assign(keys.slice(0));
    return keys.slice(1);
  }
  /** Evenly distributed float32; see `random.uniform`. */
  uniform(shape: Shape | Tensor, low?: TensorLike, high?: TensorLike): Tensor {
    return alongside([shape], () => random.uniform(this.next(), sizesOf(shape), low, high));
  }
  /** Normally distributed float32; see `random.normal`. */
  normal(shape: Shape | Tensor, mean?: TensorLike, std?: TensorLike): Tensor {
    return alongside([shape], () => random.normal(this.next(), sizesOf(shape), mean, std));
  }
  /** bool, true with probability `p`; see `random.bernoulli`. */
  bernoulli(shape: Shape | Tensor, p?: TensorLike): Tensor {
    return alongside([shape], () => random.bernoulli(this.next(), sizesOf(shape), p));
  }
  /** int32 positions drawn by logits; see `random.categorical`. */
  categorical(logits: TensorLike, count?: number): Tensor {
    return alongside([logits], () => random.categorical(this.next(), logits, count));
  }
  /** The integers `0 … n - 1`, or the rows of a tensor, in random order; see `random.permutation`. */
  permutation(x: Tensor | number): Tensor {
    return alongside([x], () => random.permutation(this.next(), x));
  }
}

// What a graph may assign while it is built: it draws when it is run, and the state moves on then.
const streams = new WeakSet<Variable>();

/** @internal Is it the key of a generator? */
export function isStream(variable: Variable): boolean {
  return streams.has(variable);
}

function sizesOf(shape: Shape | Tensor): Shape {
  return isTensor(shape) ? shape.shape : shape;
}
