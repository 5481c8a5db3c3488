// Methods of arrays, maps and sets that look for a value or ask a callback, which would take a traced tensor for an object like any other.
import { showType } from '../../ir/types.ts';
import { isTensor } from '../../ops/coerce.ts';
import { stagingTrace } from '../../trace/control/region.ts';
import { TraceError } from '../../util/errors.ts';

// biome-ignore lint/suspicious/noExplicitAny: any value has methods
type Any = any;

/** `object.includes(x)`, `map.get(x)` and their kind. A tensor is found by identity, so it is never one of the numbers there. */
export function lookup(object: Any, method: string, ...args: readonly unknown[]): unknown {
  const key = args[0];
  if (isTensor(key) && stagingTrace() !== null && holdsPrimitives(object))
    throw new TraceError(
      `${method}() looks for a traced tensor ${showType(key.type)} among JavaScript values, but which of them it equals is known only to the compiled program; compare with each of them (x === a || x === b), or stack the values into a tensor`,
    );
  return object[method](...args);
}

function holdsPrimitives(object: unknown): boolean {
  if (typeof object === 'string') return true;
  const collection =
    Array.isArray(object) || object instanceof Map || object instanceof Set || ArrayBuffer.isView(object);
  if (!collection) return false;
  const keys: Iterable<unknown> =
    object instanceof Map ? object.keys() : (object as unknown as Iterable<unknown>);
  for (const key of keys) if (key !== null && key !== undefined && Object(key) !== key) return true;
  return false;
}

/** `array.filter(f)`, `some`, `every`, `find` and their kind: what `f` answers is a decision. */
export function choose(object: Any, method: string, f: Any, ...rest: readonly unknown[]): unknown {
  if (typeof f !== 'function' || !(Array.isArray(object) || ArrayBuffer.isView(object)))
    return object[method](f, ...rest);
  const answer = function (this: unknown, ...args: readonly unknown[]): unknown {
    const given: unknown = Reflect.apply(f, this, args);
    if (!isTensor(given)) return given;
    if (stagingTrace() === null && given.dtype === 'bool' && given.size === 1) return given.item();
    throw new TraceError(
      `the function given to ${method}() answers with a tensor ${showType(given.type)}, which JavaScript takes for true, whatever it holds; go over the array with for-of and if, or stack it into a tensor and use where, any() or all()`,
    );
  };
  return (object as Any)[method](answer, ...rest);
}
