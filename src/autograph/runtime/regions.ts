// The regions being traced, and in each a journal of the members written: what a branch did to objects is undone before the other is traced. And the try blocks
// around them: exceptions belong to tracing, so what a staged region throws never gets to a handler.
import { stagingTrace } from '../../trace/control/region.ts';
import { isFromRegion } from '../../trace/control/thrown.ts';
import { TraceError, TracejitError } from '../../util/errors.ts';
import { locOf } from './construct.ts';
import { checkWritable } from './copies.ts';

/** A member whose name only the class can say: `#private`, or of `super`. */
export class Hidden {
  readonly name: string;
  /** Names the class, too. */
  readonly id: string;
  readonly read: (object: never) => unknown;
  readonly write: (object: never, value: unknown) => void;

  constructor(name: string, id: string, read: Hidden['read'], write: Hidden['write']) {
    this.name = name;
    this.id = id;
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
  /** The try block it stands in. */
  readonly tried: Try | null;
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
    tried: tries,
    changed: false,
  };
  current = region;
  if (kind !== 'question') tries = null;
  try {
    return f(region);
  } catch (error) {
    throw kind === 'question' ? error : crossing(error, region);
  } finally {
    current = region.parent;
    tries = region.tried;
  }
}

// JavaScript would throw only if the branch ran; while tracing both sides do, and a handler would take that for an answer.
function crossing(error: unknown, { at, tried }: Region): unknown {
  if (!tried?.traced || error instanceof TraceError) return error;
  const what = error instanceof TracejitError ? error.summary : String(error);
  const refusal = new TraceError(
    `what is staged at ${at} inside the try block at ${tried.at} throws while it is traced, and compiled code has no exceptions to catch: ${what}. Move the try out of the jitted function, or what throws out of the condition`,
    locOf(at),
  );
  refusal.cause = error;
  return refusal;
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

/** One name for every way to say a key: 0 and '0' are one, `#v` of two classes are two. */
export function nameOf(key: Key): PropertyKey {
  if (key instanceof Hidden) return key.id;
  return typeof key === 'number' ? String(key) : key;
}

/** Notes what a member is before it is written. */
export function note(object: object, key: Key): void {
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null) return;
  checkWritable(object);
  if (current === null) return;
  let keys = current.members.get(object);
  if (keys === undefined) {
    keys = new Map();
    current.members.set(object, keys);
  }
  const name = nameOf(key);
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
  /** In eager mode it catches what compiled functions throw, too. */
  readonly traced: boolean;
  /** What cannot be traced was met in it. The program's own catch must not hide that. */
  refusal: TraceError | null;
}

// Innermost first; a staged region begins without.
let tries: Try | null = null;

/** The try block around what is being traced, be it outside of staged regions. */
export function tryAround(): { readonly at: string } | null {
  let found: Try | null = tries;
  for (let region = current; found === null && region !== null; region = region.parent) found = region.tried;
  return found?.traced ? found : null;
}

export function enterTry(at: string): Try {
  if (stagedRegion() !== null)
    throw new TraceError(
      `the try at ${at} is inside a staged branch or loop: exceptions belong to tracing, and compiled code has none. Move the try out of the condition, or out of the jitted function`,
      locOf(at),
    );
  tries = { at, outer: tries, traced: stagingTrace() !== null, refusal: null };
  return tries;
}

/** Its block threw this. What handlers hide from a trace that eager mode would have computed is thrown once more behind them. */
export function failed(tried: Try, error: unknown): unknown {
  if (!tried.traced) return error;
  if (error instanceof TraceError) tried.refusal ??= error;
  else if (isFromRegion(error)) {
    const what = error instanceof TracejitError ? error.summary : String(error);
    tried.refusal ??= new TraceError(
      `what a tensor decides about, inside the try block at ${tried.at}, throws while it is traced, and compiled code has no exceptions to catch: ${what}. Move the try out of the jitted function, or what throws out of the branch`,
    );
    tried.refusal.cause ??= error;
  }
  return tried.refusal ?? error;
}

/** Its block is over. */
export function leaveTry({ outer }: Try): void {
  tries = outer;
}

/** All of it is over. */
export function endTry({ outer, refusal }: Try): void {
  if (refusal === null) return;
  if (outer !== null) outer.refusal ??= refusal;
  throw refusal;
}
