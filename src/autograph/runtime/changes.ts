// Changes that no journal can undo: of arrays, Maps, iterators and dates by their methods, of objects by Object and Reflect. A staged branch may make them only to what it made itself.
import { isTensor } from '../../ops/coerce.ts';
import { TraceError } from '../../util/errors.ts';
import { asking, mutating, ofObjects } from '../methods.ts';
import { noMethod, query } from './collections.ts';
import { checkWritable } from './copies.ts';
import { currentRegion, fresh, note, stagedRegion, writeMember } from './regions.ts';

// biome-ignore lint/suspicious/noExplicitAny: any value has methods
type Any = any;

function isCollection(x: unknown): x is object {
  return (
    Array.isArray(x) ||
    x instanceof Map ||
    x instanceof Set ||
    x instanceof WeakMap ||
    x instanceof WeakSet ||
    ArrayBuffer.isView(x)
  );
}

// What arrays, Maps and generators hand out; it remembers how far it has come.
const IteratorPrototype: object = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));

export function isIterator(x: unknown): x is object {
  return typeof x === 'object' && x !== null && Object.prototype.isPrototypeOf.call(IteratorPrototype, x);
}

/** `super.method()` of such a method is about to be called. */
export function changes(object: object, method: string): void {
  if (remembers(object)) refuseOutside(object, `${method}()`);
}

// As keys numbers are found again by what they are, tensors by identity.
function checkKeys(object: Map<unknown, unknown> | Set<unknown>, method: string, key: unknown): void {
  if (method !== 'add' && !(method === 'set' && object instanceof Map)) return;
  const clash = isTensor(key) ? isNumber : typeof key === 'number' ? isTensor : null;
  if (clash === null) return;
  for (const other of object.keys())
    if (clash(other))
      throw new TraceError(
        `a ${object.constructor.name} has tensors and numbers as keys: a tensor is never found as a number, nor counted as the same. Ways out: compare by element, or make one tensor of the numbers`,
      );
}

/** A Map or Set that was made with its keys. */
export function keyed<T extends Map<unknown, unknown> | Set<unknown>>(made: T): T {
  const keys = [...made.keys()];
  const number = keys.find(isNumber);
  if (number !== undefined && keys.some(isTensor)) checkKeys(made, 'add', keys.find(isTensor));
  return made;
}

function isNumber(x: unknown): boolean {
  return typeof x === 'number' || typeof x === 'boolean';
}

/** What a loop goes over, just given by a call. */
export function started(items: unknown): unknown {
  return isIterator(items) ? fresh(items) : items;
}

// Do such methods change it? An expression remembers where it was only if it is global or sticky.
function remembers(x: unknown): x is object {
  return (
    isCollection(x) || isIterator(x) || x instanceof Date || (x instanceof RegExp && (x.global || x.sticky))
  );
}

/** An object made outside a staged region changes in it by `how`. */
export function refuseOutside(object: object, how: string): void {
  checkWritable(object);
  const inner = currentRegion();
  if (inner !== null && !inner.born.has(object)) inner.changed = true;
  const region = stagedRegion();
  if (region === null || region.born.has(object)) return;
  throw new TraceError(
    `${nameOf(object)} made outside is changed by ${how} in a staged branch or loop; a tensor decides how often that happens, and the compiled program has none to change. Ways out: ${isCollection(object) ? 'push once per iteration of a for-of over the rows of a tensor, use scan, or write into a tensor of the final size with dynamicUpdateSlice' : remembers(object) ? 'change it outside the condition' : 'assign its members, object.key = value, or change it outside the condition'}`,
  );
}

function nameOf(object: Any): string {
  if (Array.isArray(object)) return 'an array';
  if (isIterator(object)) return 'an iterator';
  return remembers(object) ? `a ${object.constructor.name}` : 'an object';
}

/** `object.method(…args)` of a method by which collections change. */
export function mutate(object: Any, method: string, ...args: readonly unknown[]): unknown {
  if (!remembers(object)) {
    if (isTensor(object) && object[method as keyof typeof object] === undefined) throw noMethod(method);
    return object[method](...args);
  }
  if (object instanceof Map || object instanceof Set) checkKeys(object, method, args[0]);
  const region = stagedRegion();
  // What a scan gathers changes once the loop is over.
  const gathered = method === 'push' && Array.isArray(object) ? region?.gathered : undefined;
  if (gathered && !region?.born.has(object)) {
    if (!currentRegion()!.born.has(object)) currentRegion()!.changed = true;
    const items = gathered.get(object as unknown[]) ?? [];
    items.push(...args);
    gathered.set(object as unknown[], items);
    return undefined;
  }
  refuseOutside(object, `${method}()`);
  return (object as Any)[method](...args);
}

// The methods themselves, for calls that do not name them: `const { push } = Array.prototype`.
const known = new Map<unknown, string>();
const TypedArray = Object.getPrototypeOf(Float32Array) as Any;
for (const { prototype } of [Array, Map, Set, WeakMap, WeakSet, Date, RegExp, DataView, TypedArray] as Any[])
  for (const name of [...mutating, ...asking])
    if (Object.hasOwn(prototype, name)) known.set(prototype[name], name);

/** `f.call(self, …args)`, `f.apply(self, args)`, `f.bind(self, …args)`. */
export function lent(
  f: Any,
  how: 'call' | 'apply' | 'bind',
  self: unknown,
  ...args: readonly Any[]
): unknown {
  const method = known.get(f);
  if (method === undefined) return f[how](self, ...args);
  if (how === 'bind') return (...more: readonly unknown[]) => lent(f, 'call', self, ...args, ...more);
  return called(self, method, how === 'apply' ? [...(args[0] ?? [])] : args, f);
}

// A method that is no member of the object may be called on it all the same: `push.call({ length: 0 }, 1)`.
function called(self: Any, method: string, args: readonly unknown[], f: Any): unknown {
  if (self?.[method] !== f) return Reflect.apply(f, self, args);
  return mutating.has(method) ? mutate(self, method, ...args) : query(self, method, ...args);
}

// These are more than a question whether they may.
const own = new Set(['apply', 'assign', 'create', 'is', 'set']);

/** `original`, whose named functions ask first whether they may change their first argument. */
function watching<T extends object>(original: T, name: 'Object' | 'Reflect'): T {
  const watched = Object.create(original) as T;
  for (const key of ofObjects[name] as ReadonlySet<keyof T & string>) {
    if (own.has(key)) continue;
    watched[key] = ((object: unknown, ...args: readonly unknown[]) => {
      if ((typeof object === 'object' && object !== null) || typeof object === 'function')
        refuseOutside(object, `${name}.${key}()`);
      return (original[key] as Any)(object, ...args);
    }) as Any;
  }
  return watched;
}

const ObjectOfRegions: ObjectConstructor = watching(Object, 'Object');
const ReflectOfRegions: typeof Reflect = watching(Reflect, 'Reflect');

/** As JavaScript's, with every member noted before it is written. */
ObjectOfRegions.assign = (target: Any, ...sources: readonly Any[]): Any => {
  if (currentRegion() === null || target === null || target === undefined)
    return Object.assign(target, ...sources);
  const object: object = Object(target);
  for (const source of sources) {
    if (source === null || source === undefined) continue;
    const from = Object(source);
    for (const key of Reflect.ownKeys(from))
      if (Object.prototype.propertyIsEnumerable.call(from, key)) writeMember(object, key, from[key]);
  }
  return object;
};

ObjectOfRegions.create = (...args: Any): Any => fresh(Reflect.apply(Object.create, Object, args));

/** Identity, but a tensor and a number are never one object: what is meant are their values. */
ObjectOfRegions.is = (a: unknown, b: unknown): boolean => {
  if ((isTensor(a) && isNumber(b)) || (isTensor(b) && isNumber(a)))
    throw new TraceError(
      'Object.is() of a tensor and a number is always false. Compare by element: x === y in converted code, or x.equal(y)',
    );
  return Object.is(a, b);
};

ReflectOfRegions.apply = (f: Any, self: unknown, args: Any): unknown => lent(f, 'apply', self, args);

ReflectOfRegions.set = (
  target: object,
  key: PropertyKey,
  value: unknown,
  ...receiver: [unknown?]
): boolean => {
  note(receiver.length === 0 ? target : (receiver[0] as object), key);
  return Reflect.set(target, key, value, ...receiver);
};

export { ObjectOfRegions as Object, ReflectOfRegions as Reflect };
