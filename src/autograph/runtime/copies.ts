// Copies of objects. Where a tensor decides which object a variable is, compiled code has its members only, in an object of their own. Reading that is reading the object
// itself as long as neither of the two changes; everything else is an error.
import { TraceError } from '../../util/errors.ts';
import { locOf } from './construct.ts';

interface Copy {
  /** `file:line:column` of the construct that decides which object it stands for. */
  readonly at: string;
  readonly origins: readonly object[];
}

const copies = new WeakMap<object, Copy>();

/** Copies that are being made: they are sealed once everything around them has its value. */
export class Copies {
  readonly #made: { readonly copy: object; readonly origins: readonly object[] }[] = [];
  readonly #at: string;

  constructor(at: string) {
    this.#at = at;
  }

  /** `copy` stands for one of `origins`; without any it is an object of its own. */
  add<T extends object>(copy: T, origins: readonly object[]): T {
    if (origins.length > 0) this.#made.push({ copy, origins });
    return copy;
  }

  /** From now on the copies cannot be written, and can be read as long as what they stand for does not change. */
  seal(): void {
    for (const { copy, origins } of this.#made) {
      const members = copy as Record<string, unknown>;
      for (const key of Object.keys(copy)) watch(members, key, origins, this.#at);
      Object.preventExtensions(copy);
      copies.set(copy, { at: this.#at, origins });
    }
  }
}

function watch(copy: Record<string, unknown>, key: string, origins: readonly object[], at: string): void {
  const value = copy[key];
  const before = origins.map((origin) => plainMember(origin, key));
  Object.defineProperty(copy, key, {
    enumerable: true,
    get: () => {
      const changed = origins.some((origin, i) => !Object.is(plainMember(origin, key), before[i]));
      if (changed) throw stale(key, at);
      return value;
    },
    set: () => {
      throw unwritable(at);
    },
  });
}

// An accessor of the program's own may give something else every time.
function plainMember(object: object, key: string): unknown {
  if (copies.has(object)) return (object as Record<string, unknown>)[key];
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}

/** The objects a copy stands for; of any other object, itself. */
export function rootsOf(object: object): readonly object[] {
  return copies.get(object)?.origins ?? [object];
}

/** The objects of the surroundings that `object` may be: those a copy stands for, none if it was made here, else itself. */
export function originsOf({ raw, own }: { readonly raw: object; readonly own: boolean }): readonly object[] {
  return own && !copies.has(raw) ? [] : rootsOf(raw);
}

/** Throws where `object` is a copy, and a member of something it may be was written. */
export function checkCurrent(object: object, key: string, isWritten: (root: object) => boolean): void {
  const copy = copies.get(object);
  if (copy?.origins.some(isWritten)) throw stale(key, copy.at);
}

/** Throws where `object` is such a copy: writing to it would not reach the object it stands for. */
export function checkWritable(object: object): void {
  const copy = copies.get(object);
  if (copy !== undefined) throw unwritable(copy.at);
}

const waysOut =
  'Ways out: change the objects inside the construct, make a new object instead, p = { ...p, key: value }, or choose between values, not between objects';

function unwritable(at: string): TraceError {
  return new TraceError(
    `an object is changed of which a tensor decided, in what is staged at ${at}, which one it is; the compiled program has its members, and the change would not reach the object itself. ${waysOut}`,
    locOf(at),
  );
}

function stale(key: string, at: string): TraceError {
  return new TraceError(
    `${JSON.stringify(key)} is read of an object of which a tensor decided, in what is staged at ${at}, which one it is; since then one of those it may be was changed, and the compiled program would read the old value. ${waysOut}`,
    locOf(at),
  );
}
