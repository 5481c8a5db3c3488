// Gradient clipping: no gradient larger than allowed, by element, by tensor, or all together.
import { type Tensor, tree, where } from '../index.ts';
import { checkNumber } from './checks.ts';

/**
 * Every element of every gradient into [-limit, limit]. `gradients` is a tree, and so is the result.
 *
 *     clipByValue({ w: tensor([3, -4]) }, 1)   // { w: [1, -1] }
 */
export function clipByValue<T>(gradients: T, limit: number): T {
  checkNumber(limit, 'limit', 'clipByValue', { above: 0 });
  return tree.map((g: Tensor) => g.clamp(-limit, limit), gradients);
}

/** Each gradient scaled down so that its Euclidean norm is at most `limit`: `g * limit / max(norm, limit)`, as Keras's clipnorm. */
export function clipByNorm<T>(gradients: T, limit: number): T {
  checkNumber(limit, 'limit', 'clipByNorm', { above: 0 });
  return tree.map((g: Tensor) => scaledTo(g, limit, g.norm()), gradients);
}

/** All gradients scaled by one factor so that their joint norm is at most `limit` (Pascanu et al. 2013). */
export function clipByGlobalNorm<T>(gradients: T, limit: number): T {
  checkNumber(limit, 'limit', 'clipByGlobalNorm', { above: 0 });
  const norm = globalNorm(gradients);
  return tree.map((g: Tensor) => scaledTo(g, limit, norm), gradients);
}

/** The Euclidean norm of all elements of all tensors of a tree. */
export function globalNorm(gradients: unknown): Tensor {
  const squares = (tree.leaves(gradients) as readonly Tensor[]).map((g) => g.square().sum());
  return squares.reduce((a, b) => a.add(b)).sqrt();
}

// Untouched to the bit where the norm is within the limit.
function scaledTo(g: Tensor, limit: number, norm: Tensor): Tensor {
  return where(norm.greater(limit), g.mul(norm.reciprocal().mul(limit)), g);
}
