// Functions that ask their arguments: a tensor that has no numbers yet may say what becomes of a function it is given to, as with NumPy's __array_function__.
import { plainList } from '../ir/unknown.ts';
import type { TensorCore } from '../tensor/core.ts';

/** A function of tensors that was called with a tensor that wants to be asked. */
export interface FunctionCall {
  /** As users call the function: `softmax`. */
  readonly name: string;
  readonly args: readonly unknown[];
  /** The function on these arguments, without asking them again. */
  run(): unknown;
  /** The function on other arguments. */
  again(args: readonly unknown[]): unknown;
}

/** What a tensor makes of a call that it is an argument of. */
export type Override = (call: FunctionCall) => unknown;

type Compute = (...args: readonly unknown[]) => unknown;

const names = new WeakMap<object, string>();
// Programs without such tensors, most of them, pay nothing for the question.
let someAsk = false;

/**
 * Gives tensors of a class, by its prototype, an override: those for which `overrideOf` finds one. Returns what has to be called when the first such tensor is made:
 * from then on functions ask, so that loading the class costs nothing.
 */
export function giveOverride<T extends TensorCore>(
  prototype: T,
  overrideOf: (tensor: T) => Override | null,
): () => void {
  Object.defineProperty(prototype, 'override', {
    get(this: T) {
      return overrideOf(this);
    },
  });
  return () => {
    someAsk = true;
  };
}

/** `f`, as users call it: if one of its arguments, or of a list among them, has an override, that decides what the call gives. */
export function overridable<F extends (...args: never[]) => unknown>(name: string, f: F): F {
  const compute = f as unknown as Compute;
  const call: Compute = (...args) => {
    const override = overrideAmong(args);
    return override === null ? compute(...args) : override(callOf(name, args, compute, call));
  };
  return named(name, call) as unknown as F;
}

/** What decides a call in place of its function; null where nothing does. For functions that ask by themselves. */
export function overrideAmong(args: readonly unknown[]): Override | null {
  if (!someAsk) return null;
  for (const arg of args) {
    if (typeof arg !== 'object' || arg === null) continue;
    const found = Array.isArray(arg) ? overrideAmong(plainList(arg)) : (arg as Partial<TensorCore>).override;
    if (found) return found;
  }
  return null;
}

export function callOf(
  name: string,
  args: readonly unknown[],
  compute: Compute,
  call: Compute,
): FunctionCall {
  return { name, args, run: () => compute(...args), again: (given) => call(...given) };
}

/** Notes what users call a function. */
export function named<F extends object>(name: string, f: F): F {
  names.set(f, name);
  return f;
}

/** What a function of tensors is called, if it asks its arguments; undefined of any other value. */
export function overridableName(f: unknown): string | undefined {
  return typeof f === 'function' ? names.get(f) : undefined;
}
