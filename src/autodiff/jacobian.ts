// Derivatives of more than scalars: jacobian, hessian, and jvp, all from pullbacks.
import { sameType, showType } from '../ir/types.ts';
import { isTensor, lift, type TensorLike } from '../ops/coerce.ts';
import { stack } from '../tensor/composites/shaping.ts';
import { eye } from '../tensor/fill.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { flatten, unflatten } from '../trace/tree.ts';
import { ArgumentError, GradientError, TreeError } from '../util/errors.ts';
import { zerosOf } from './backward.ts';
import { type Gradient, grad, vjp } from './grad.ts';

/** For each element of `y` a tensor of its shape: 1 there, 0 elsewhere. */
export function unitVectors(y: Tensor): readonly Tensor[] {
  const all = eye(y.size);
  return Array.from({ length: y.size }, (_, i) => all.slice(i).reshape(y.type.shape));
}

/**
 * The function that computes all derivatives of `f`, from one float32 tensor to another, by its first argument: a tensor of shape `[...result, ...argument]`.
 * One pullback per element of the result, so that it suits functions with few results; for a scalar it is `grad`. Further arguments are handed on. Throws a GradientError
 * for anything but float32 tensors.
 *
 *     jacobian((x) => x.square())(tensor([1, 2, 3]))   // [[2, 0, 0], [0, 4, 0], [0, 0, 6]]
 */
export function jacobian<Rest extends readonly unknown[]>(
  f: (x: Tensor, ...rest: Rest) => Tensor,
): (x: TensorLike, ...rest: Rest) => Tensor {
  checkFunction(f, 'jacobian');
  return (x, ...rest) => {
    const at = lift(x, 'jacobian');
    const [y, pullback] = vjp((t: Tensor) => f(t, ...rest), at);
    if (!isTensor(y) || y.dtype !== 'float32')
      throw new GradientError(
        `jacobian: the function must return a float32 tensor, got ${isTensor(y) ? showType(y.type) : typeof y}`,
      );
    const shape = [...y.type.shape, ...at.type.shape];
    if (y.size === 0)
      return zerosOf(at)
        .broadcastTo([0, ...at.type.shape])
        .reshape(shape);
    return stack(unitVectors(y).map((e) => pullback(e as never)[0] as Tensor)).reshape(shape);
  };
}

/**
 * The function that computes the second derivatives of `f`, from a float32 tensor to a scalar: of shape `[...argument, ...argument]`. Otherwise as `jacobian`.
 *
 *     hessian((x) => x.pow(3).sum())(tensor([1, 2]))   // [[6, 0], [0, 12]]
 */
export function hessian<Rest extends readonly unknown[]>(
  f: (x: Tensor, ...rest: Rest) => Tensor,
): (x: TensorLike, ...rest: Rest) => Tensor {
  checkFunction(f, 'hessian');
  return jacobian<Rest>((x, ...rest) => grad((t: Tensor) => f(t, ...rest))(x));
}

/**
 * The value of `f` at `primals`, and its derivative in the direction of `tangents`, which have the structure and types of the primals. As the pullback is linear in
 * its cotangent, the derivative is the pullback of the pullback: exact, at the cost of a gradient (there is no forward mode). Results must be float32.
 *
 *     jvp((x) => x.square(), [tensor([1, 2])], [tensor([1, 10])])   // [[1, 4], [2, 40]]
 */
export function jvp<Args extends readonly unknown[], R>(
  f: (...args: Args) => R,
  primals: Args,
  tangents: { readonly [K in keyof Args]: Gradient<Args[K]> },
): [R, Gradient<R>] {
  checkFunction(f, 'jvp');
  const at = flatten(primals, 'primals');
  const along = flatten(tangents, 'tangents');
  if (at.paths.join() !== along.paths.map((p) => p.replace(/^tangents/, 'primals')).join())
    throw new TreeError(
      `jvp: the tangents must have the structure of the primals, with leaves ${at.paths.join(', ')}; got ${along.paths.join(', ')}`,
    );
  along.leaves.forEach((t, i) => {
    const [tangent, primal] = [lift(t, 'jvp'), lift(at.leaves[i]!, 'jvp')];
    if (!sameType(tangent.type, primal.type))
      throw new GradientError(
        `jvp: ${along.paths[i]} must be ${showType(primal.type)} like ${at.paths[i]}, got ${showType(tangent.type)}`,
      );
  });
  const [output, pullback] = vjp(f, ...primals);
  const { tree, leaves, paths } = flatten(output, 'result');
  const cotangents = leaves.map((y, i) => {
    const t = lift(y, 'jvp');
    if (t.dtype !== 'float32')
      throw new GradientError(
        `jvp: ${paths[i]} is ${showType(t.type)}; derivatives are float32, cast it or leave it out`,
      );
    return zerosOf(t);
  });
  const [, forth] = vjp((ct: unknown) => pullback(ct as never), unflatten(tree, cotangents));
  return [output, forth(tangents as never)[0] as Gradient<R>];
}

function checkFunction(f: unknown, where: string): void {
  if (typeof f !== 'function')
    throw new ArgumentError(
      `${where}: expected a function, got ${f === null ? 'null' : isTensor(f) ? `a tensor ${showType(f.type)}` : typeof f}`,
    );
}
