// customGradient: a function that brings its own pullback.
import { sameType, showType } from '../ir/types.ts';
import { call } from '../ops/call.ts';
import { isTensor, lift, type TensorLike } from '../ops/coerce.ts';
import { currentInterpreter, within } from '../ops/dispatch.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Trace } from '../trace/tracer.ts';
import { GradientError } from '../util/errors.ts';
import { zerosOf } from './backward.ts';
import { baseInterpreter } from './base.ts';
import { detached, recordEverywhere } from './identity.ts';

/** From the cotangent of the value to that of the one argument, or a list with one per argument; null where no gradient flows. */
export type CustomPullback = (cotangent: Tensor) => Tensor | null | readonly (Tensor | null)[];

type CheckedPullback = (cotangents: readonly (Tensor | null)[]) => readonly (Tensor | null)[];

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
  const checkedF = (operands: readonly Tensor[]): readonly [Tensor, CheckedPullback] => {
    const made: unknown = f(...(operands as { -readonly [K in keyof Args]: Tensor }));
    if (!Array.isArray(made) || made.length !== 2 || !isTensor(made[0]) || typeof made[1] !== 'function')
      throw new GradientError(
        `${name}: a custom gradient must return [value, pullback], a tensor and a function`,
      );
    const pullback = made[1] as CustomPullback;
    return [made[0].resolve(), ([g]) => checked(name, pullback(g!), operands)];
  };
  return (...args) => {
    const operands = args.map((x) => lift(x, name));
    if (baseInterpreter() instanceof Trace) return staged(name, checkedF, operands);
    const [value, pullback] = checkedF(operands);
    // The tapes saw how the value was computed and must not follow it; what the pullback keeps of that computation they still may. So with histories.
    const result = detached(value);
    recordEverywhere(name, operands, [result], pullback);
    return result;
  };
}

// In a trace it becomes a call with a pullback, so that a gradient taken later, of the whole traced function, follows it too.
function staged(
  name: string,
  f: (operands: readonly Tensor[]) => readonly [Tensor, CheckedPullback],
  operands: readonly Tensor[],
): Tensor {
  const interpreter = currentInterpreter();
  const trace = new Trace(name.replace(/\W/g, '_'), interpreter);
  const args = operands.map(({ type }, i) => trace.parameter(type, `args[${i}]`));
  try {
    return within(trace, () => {
      const [value, pullback] = f(args);
      const { body } = trace.finish([]).func;
      const cotangent = trace.parameter(value.type, 'cotangent');
      const given = pullback([cotangent]);
      const cotangents = args.map((a, i) => given[i] ?? zerosOf(a));
      const { func: whole, captures, writes } = trace.finish([value, ...cotangents]);
      if (writes.length > 0)
        throw new GradientError(
          `${name}: a function with a custom gradient must not assign variables inside jit; return the new value and assign it outside`,
        );
      const params = whole.params.filter((p) => p !== cotangent.value);
      const [result, ...gradients] = whole.results;
      const primal = { name: trace.name, params, body, results: [result!] };
      const back = {
        name: `${trace.name}_pullback`,
        params: [...params, cotangent.value],
        body: whole.body,
        results: gradients,
      };
      const captured = captures.map((c) => (c.kind === 'tensor' ? c.tensor : interpreter.read(c.variable)));
      return within(interpreter, () => call(primal, [...operands, ...captured], back)[0]!);
    });
  } finally {
    trace.end();
  }
}

function checked(
  name: string,
  answer: ReturnType<CustomPullback>,
  operands: readonly Tensor[],
): readonly (Tensor | null)[] {
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
