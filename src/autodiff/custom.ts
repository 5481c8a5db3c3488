// customGradient: a function that brings its own pullback.
import { sameType, showType } from '../ir/types.ts';
import { isTensor, lift, type TensorLike } from '../ops/coerce.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { GradientError } from '../util/errors.ts';
import { detached, recordOnTapes } from './identity.ts';
import type { Pullback } from './tape.ts';

/** From the cotangent of the value to that of the one argument, or a list with one per argument; null where no gradient flows. */
export type CustomPullback = (cotangent: Tensor) => Tensor | null | readonly (Tensor | null)[];

/**
 * A function whose gradient is what it says: `f` returns `[value, pullback]`. The pullback is written with tensor methods, so
 * that it can be differentiated again. Throws a GradientError where the pullback's answers do not fit the arguments.
 *
 *     const clipped = customGradient((x) => [x, (g) => g.clamp(-1, 1)])   // identity whose gradient is clipped
 */
export function customGradient<Args extends readonly TensorLike[]>(
  f: (...args: { -readonly [K in keyof Args]: Tensor }) => readonly [Tensor, CustomPullback],
): (...args: Args) => Tensor {
  const name = f.name === '' ? 'customGradient' : f.name;
  return (...args) => {
    const operands = args.map((x) => lift(x, name));
    const made: unknown = f(...(operands as { -readonly [K in keyof Args]: Tensor }));
    if (!Array.isArray(made) || made.length !== 2 || !isTensor(made[0]) || typeof made[1] !== 'function')
      throw new GradientError(
        `${name}: a custom gradient must return [value, pullback], a tensor and a function`,
      );
    const pullback = made[1] as CustomPullback;
    // The tapes saw how the value was computed and must not follow it; what the pullback keeps of that computation they still may.
    const value = detached(made[0].resolve());
    recordOnTapes(name, operands, [value], ([g]) => checked(name, pullback(g!), operands));
    return value;
  };
}

function checked(
  name: string,
  answer: ReturnType<CustomPullback>,
  operands: readonly Tensor[],
): ReturnType<Pullback> {
  const cotangents = Array.isArray(answer) ? answer : [answer];
  if (cotangents.length !== operands.length)
    throw new GradientError(
      `${name}: the pullback must give one cotangent per argument, ${operands.length}, got ${cotangents.length}; null says that no gradient flows`,
    );
  cotangents.forEach((ct: unknown, i) => {
    if (ct === null) return;
    const type = operands[i]!.type;
    if (!isTensor(ct) || !sameType(ct.type, type))
      throw new GradientError(
        `${name}: the pullback must give ${showType(type)} or null for argument ${i}, got ${isTensor(ct) ? showType(ct.type) : String(ct)}`,
      );
  });
  return cotangents.map((ct) => (ct === null ? null : ct.resolve()));
}
