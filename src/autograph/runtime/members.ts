// Members of objects: writes go into the journal of the region being traced, reads understand tensors, arrays may not grow unseen.
import { showType } from '../../ir/types.ts';
import { isTensor } from '../../ops/coerce.ts';
import { stagingTrace } from '../../trace/control/region.ts';
import { TraceError } from '../../util/errors.ts';
import { asking, mutating, ofNumbers } from '../methods.ts';
import { mutate, refuseOutside } from './changes.ts';
import { query } from './collections.ts';
import { and, or } from './logic.ts';
import { Hidden, type Key, note, readMember, stagedRegion, writeMember } from './regions.ts';

// biome-ignore lint/suspicious/noExplicitAny: any value has members
type Any = any;

function checkTarget(object: unknown, key: Key, value?: unknown): void {
  if (isTensor(object) && (typeof key === 'number' || isTensor(key)))
    throw new TraceError(
      `an element of a tensor ${showType(object.type)} is assigned, but tensors do not change; make a new one with dynamicUpdateSlice, scatterAdd or where`,
    );
  checkKey(object, key);
  if (Array.isArray(object) && (key === 'length' || (typeof key === 'number' && key >= object.length)))
    refuseOutside(object, key === 'length' ? 'setting its length' : 'a new element');
  if (ArrayBuffer.isView(object)) checkView(object, value);
}

// What is written to memory is a number at once; no journal could make a result of a condition of it.
function checkView(object: ArrayBufferView, value: unknown): void {
  if (isTensor(value))
    throw new TraceError(
      `an element of a ${object.constructor.name} is set to a tensor, but typed arrays hold numbers, and a tensor has none while a function is traced. Keep tensors in an array, [a, b], or in one tensor of the final size with dynamicUpdateSlice`,
    );
  if (stagedRegion() !== null) refuseOutside(object, 'setting an element');
}

function checkKey(object: unknown, key: unknown): void {
  if (!isTensor(key)) return;
  const what = Array.isArray(object) ? 'an array' : 'an object';
  throw new TraceError(
    `a tensor is used as the key of ${what}, but which member it names is known only to the compiled program; stack the members into one tensor and take x[i] of that`,
  );
}

/** `object[key] = value`. */
export function set(object: Any, key: Key, value: unknown): unknown {
  checkTarget(object, key, value);
  // What a setter does is noted by what it does.
  if (!(key instanceof Hidden) && hasConvertedSetter(object, key)) object[key] = value;
  else writeMember(object, key, value);
  return value;
}

const converted = new WeakMap<object, boolean>();

function hasConvertedSetter(object: unknown, key: PropertyKey): boolean {
  for (let at: unknown = object; at !== null && at !== undefined; at = Object.getPrototypeOf(at)) {
    const { set: setter } = Object.getOwnPropertyDescriptor(at, key) ?? {};
    if (setter === undefined) {
      if (Object.hasOwn(at as object, key)) return false;
      continue;
    }
    const known =
      converted.get(setter) ?? /\.(?:enter|set|update|mutate|ifStatement|touch)\(/.test(setter.toString());
    converted.set(setter, known);
    return known;
  }
  return false;
}

/** `object[key] op= …`, and `++` before. */
export function update(object: Any, key: Key, next: (value: unknown) => unknown): unknown {
  checkTarget(object, key);
  return set(object, key, next(readMember(object, key)));
}

/** `object[key]++`: the value before. */
export function updateAfter(object: Any, key: Key, next: (value: unknown) => unknown): unknown {
  checkTarget(object, key);
  const before: Any = readMember(object, key);
  set(object, key, next(before));
  return typeof before === 'string' ? Number(before) : before;
}

/** `object[key] &&= …` and its relatives, which assign only if they evaluate the right side. */
export function assignLogical(
  object: Any,
  key: Key,
  operator: '&&' | '||' | '??',
  value: () => unknown,
): unknown {
  const before = readMember(object, key);
  const assign = (): unknown => set(object, key, value());
  if (operator === '??') return before ?? assign();
  return (operator === '&&' ? and : or)(before, assign, { at: 'an assignment' });
}

/** A member is about to be assigned by a pattern. */
export function touch(object: Any, key: Key): void {
  checkTarget(object, key);
  note(object, key);
}

/** A member that only its class can name. */
export function hidden(name: string, of: string, read: Hidden['read'], write: Hidden['write']): Hidden {
  return new Hidden(name, `${name} of ${of}`, read, write);
}

/** `object[key]`: of a tensor, slices along axis 0. */
export function at(object: Any, given: unknown): unknown {
  // The keys of for-in are text.
  const key = isTensor(object) && typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given;
  if (stagedRegion()?.gathered?.has(object))
    throw new TraceError(
      'an element is read of an array that a staged loop over the rows of a tensor pushes to; what is pushed is gathered until the loop is over. Carry what it reads in a variable of its own',
    );
  if (isTensor(object) && (typeof key === 'number' || isTensor(key)))
    return isTensor(key) ? object.gather(key) : object.slice(key);
  if (isTensor(key) && stagingTrace() === null && key.size === 1) return object[key.item<number>()];
  checkKey(object, key);
  return object[key as PropertyKey];
}

/** What `{ 0: a } = x` takes apart. */
export function byPosition(object: unknown): unknown {
  if (isTensor(object))
    throw new TraceError(
      'a pattern with positions, { 0: a } = x, takes a tensor apart, whose rows are no members of it; write [a] = x, or x[0]',
    );
  return object;
}

/** `key in object`. */
export function isIn(key: unknown, object: Any): boolean {
  checkKey(object, key);
  return (key as PropertyKey) in object;
}

/** `{ [key]: … }`. */
export function computedKey(key: unknown): unknown {
  checkKey(null, key);
  return key;
}

/** `object?.[key]`. */
export function atOptional(object: Any, key: () => unknown): unknown {
  return object === null || object === undefined ? undefined : at(object, key());
}

/** `object[key](…args)`. */
export function invoke(object: Any, key: unknown, ...args: readonly unknown[]): unknown {
  if (typeof key === 'string' && mutating.has(key)) return mutate(object, key, ...args);
  if (typeof key === 'string' && (asking.has(key) || ofNumbers.has(key))) return query(object, key, ...args);
  if (!isTensor(key)) return object[key as PropertyKey](...args);
  return Reflect.apply(at(object, key) as Any, object, args);
}

/** `object?.method?.(…)`, and what follows. */
export function chainedMethod(object: Any, method: MethodKey, rest: Rest): unknown {
  return object === null || object === undefined ? undefined : optionalMethod(object, method, rest);
}

/** `object.method?.(…)`, and what follows. */
export function optionalMethod(object: Any, method: MethodKey, rest: Rest): unknown {
  const f: unknown = typeof method === 'function' ? method(object) : object[method];
  return f === null || f === undefined ? undefined : rest(object, method);
}

/** A private name is read by a function. */
type MethodKey = PropertyKey | ((object: Any) => unknown);
type Rest = (object: Any, method: MethodKey) => unknown;

/** `object?.…`: what follows, of an object that is there. */
export function chained(object: unknown, rest: (object: Any) => unknown): unknown {
  return object === null || object === undefined ? undefined : rest(object);
}
