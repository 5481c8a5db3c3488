// The regions being traced, and in each a journal of the members written: what a branch did to objects is undone before the other is traced.
import { TraceError, type TracejitError } from '../../util/errors.ts';
import type { Loc } from '../../util/location.ts';
import { locOf } from './construct.ts';

/** A member whose name only the class can say: `#private`, or of `super`. */
export class Hidden {
  readonly name: string;
  readonly read: (object: never) => unknown;
  readonly write: (object: never, value: unknown) => void;

  constructor(name: string, read: Hidden['read'], write: Hidden['write']) {
    this.name = name;
    this.read = read;
    this.write = write;
  }
}

export type Key = PropertyKey | Hidden;

/** A member that was written in a region. */
export interface Member {
  readonly object: object;
  readonly key: Key;
  /** Did it exist before? */
  readonly existed: boolean;
  readonly before: unknown;
}

export interface Region {
  readonly parent: Region | null;
  /** The place of its construct: `file:line:column`. */
  readonly at: string;
  readonly members: Map<object, Map<PropertyKey, Member>>;
  /** Objects made in it: they are gone when it ends, and may change freely. */
  readonly born: WeakSet<object>;
  /** What a staged loop over a known number of rows gathers by `push`; null where arrays may not grow. */
  readonly gathered: Map<unknown[], unknown[]> | null;
  /** `branch`: one side of a condition. `loop`: a part of a staged loop. `question`: the test of a loop that is not staged yet. */
  readonly kind: RegionKind;
  /** An array, Map or Set from outside was changed, which no journal undoes. */
  changed: boolean;
}

export type RegionKind = 'branch' | 'loop' | 'question';

let current: Region | null = null;

export function currentRegion(): Region | null {
  return current;
}

/** The innermost region that is staged: what only asks a question does not count. */
export function stagedRegion(): Region | null {
  let region = current;
  while (region !== null && region.kind === 'question') region = region.parent;
  return region;
}

/** Runs `f` in a region of its own. */
export function inRegion<T>(f: (region: Region) => T, kind: RegionKind, at: string, gathers = false): T {
  checkDepth(at);
  const region: Region = {
    parent: current,
    at,
    members: new Map(),
    born: new WeakSet(),
    gathered: gathers ? new Map() : null,
    kind,
    changed: false,
  };
  current = region;
  const tried = tries;
  tries = null;
  try {
    return f(region);
  } finally {
    current = region.parent;
    tries = tried;
  }
}

// A construct so often inside itself comes from a function that calls itself: loops that are unrolled have their iterations side by side.
const maxDepth = 64;

function checkDepth(at: string): void {
  let depth = 0;
  for (let region = current; region !== null; region = region.parent) if (region.at === at) depth++;
  if (depth < maxDepth) return;
  throw new TraceError(
    `the condition at ${at} is reached ${maxDepth} times inside itself: a function calls itself, and whether it does is decided by a traced tensor, of which both sides are traced. Write a loop, or decide it by a number`,
    locOf(at),
  );
}

export function readMember(object: object, key: Key): unknown {
  return key instanceof Hidden ? key.read(object as never) : (object as Record<PropertyKey, unknown>)[key];
}

/** Sets a member, and notes what it was. */
export function writeMember(object: object, key: Key, value: unknown): void {
  note(object, key);
  if (key instanceof Hidden) key.write(object as never, value);
  else (object as Record<PropertyKey, unknown>)[key] = value;
}

/** Notes what a member is before it is written. */
export function note(object: object, key: Key): void {
  if (current === null || (typeof object !== 'object' && typeof object !== 'function') || object === null)
    return;
  let keys = current.members.get(object);
  if (keys === undefined) {
    keys = new Map();
    current.members.set(object, keys);
  }
  const name = key instanceof Hidden ? key.name : key;
  if (keys.has(name)) return;
  const existed = key instanceof Hidden || key in object;
  keys.set(name, { object, key, existed, before: existed ? readMember(object, key) : undefined });
}

/** The members written in a region, without those of objects made in it. */
export function membersOf(region: Region): readonly Member[] {
  const found: Member[] = [];
  for (const [object, keys] of region.members) if (!region.born.has(object)) found.push(...keys.values());
  return found;
}

/** What a question wrote stays, and is known to the region around it. */
export function keep({ members, parent }: Region): void {
  if (parent === null) return;
  for (const [object, keys] of members) {
    const known = parent.members.get(object) ?? new Map<PropertyKey, Member>();
    for (const [name, member] of keys) if (!known.has(name)) known.set(name, member);
    parent.members.set(object, known);
  }
}

/** As it was before the region. */
export function restore({ object, key, existed, before }: Member): void {
  if (key instanceof Hidden) key.write(object as never, before);
  else if (existed) (object as Record<PropertyKey, unknown>)[key] = before;
  else delete (object as Record<PropertyKey, unknown>)[key];
}

/** An object made here. */
export function fresh<T>(object: T): T {
  if (typeof object !== 'object' || object === null) return object;
  current?.born.add(object);
  stagedRegion()?.born.add(object);
  return object;
}

/** A try block that is under way. */
interface Try {
  readonly at: string;
  readonly outer: Try | null;
  /** What may not happen in it did. The program's own catch must not hide that. */
  refusal: TracejitError | null;
}

// Innermost first; a region begins without.
let tries: Try | null = null;

export function enterTry(at: string): Try {
  if (stagedRegion() !== null)
    throw new TraceError(
      `the try at ${at} is inside a staged branch or loop: exceptions belong to tracing, and compiled code has none. Move the try out of the condition, or out of the jitted function`,
    );
  tries = { at, outer: tries, refusal: null };
  return tries;
}

/** Its block is over: its handlers may stage. */
export function leaveTry({ outer }: Try): void {
  tries = outer;
}

/** All of it is over. */
export function endTry({ outer, refusal }: Try): void {
  if (refusal === null) return;
  if (outer !== null) outer.refusal ??= refusal;
  throw refusal;
}

/** Throws in a try block: there nothing may be staged. `asked` says what was to be. */
export function checkStaging(asked: string, loc: Loc | undefined): void {
  if (tries === null) return;
  tries.refusal = new TraceError(
    `${asked} is a traced tensor inside the try block at ${tries.at}: exceptions belong to tracing, and compiled code has none. Move the try out of the jitted function, or the condition out of the try block`,
    loc,
  );
  throw tries.refusal;
}
