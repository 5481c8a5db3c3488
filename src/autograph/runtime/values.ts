// Values that cross the border of a staged region: trees of tensors and numbers, and between them whatever JavaScript has.
import { isTensor } from '../../ops/coerce.ts';
import { currentInterpreter } from '../../ops/dispatch.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { Variable } from '../../tensor/variable.ts';
import { TracedTensor } from '../../trace/tracer.ts';
import { isPlainObject, keyPath } from '../../trace/tree.ts';
import { currentRegion, type Region } from './regions.ts';

export type Leaf = Tensor | number | boolean;

export type Value =
  | { readonly kind: 'leaf'; readonly leaf: Leaf }
  | (Whole & { readonly kind: 'list'; readonly items: readonly Value[] })
  | (Whole & { readonly kind: 'dict'; readonly keys: readonly string[]; readonly items: readonly Value[] })
  /** Strings, functions, instances, null and undefined: the same in every branch, or an error. */
  | { readonly kind: 'other'; readonly value: unknown };

interface Whole {
  /** The array or object itself. */
  readonly raw: object;
  /** Made in the region that is being traced, which ends with it. */
  readonly own: boolean;
}

// Deeper than sensible data: an object that contains itself stays what it is.
const maxDepth = 50;

/** A value as it is now. */
export function valueFrom(x: unknown): Value {
  return read(x, isOwn, () => undefined, 0);
}

/** A value from before a region, as the region left it: with the members that were `written` in it. */
export function valueBefore(x: unknown, written: (object: object, key: string) => Value | undefined): Value {
  return read(x, () => false, written, 0);
}

function read(
  x: unknown,
  own: (object: object, items: readonly Value[]) => boolean,
  written: (object: object, key: string) => Value | undefined,
  depth: number,
): Value {
  if (typeof x === 'number' || typeof x === 'boolean') return { kind: 'leaf', leaf: x };
  // A variable is read: what it is assigned later is not part of this value.
  if (isTensor(x)) return { kind: 'leaf', leaf: x instanceof Variable ? x.resolve() : x };
  if (depth >= maxDepth || typeof x !== 'object' || x === null) return { kind: 'other', value: x };
  const item = (key: string, value: unknown): Value =>
    written(x, key) ?? read(value, own, written, depth + 1);
  if (Array.isArray(x)) {
    const items = x.map((value, i) => item(String(i), value));
    return { kind: 'list', raw: x, own: own(x, items), items };
  }
  if (!isPlainObject(x)) return { kind: 'other', value: x };
  const keys = Object.keys(x);
  const items = keys.map((key) => item(key, x[key]));
  return { kind: 'dict', raw: x, own: own(x, items), keys, items };
}

// What holds a tensor of this trace was made in it, unless that tensor was written to it.
function isOwn(object: object, items: readonly Value[]): boolean {
  const region = currentRegion();
  if (region === null) return false;
  if (region.born.has(object)) return true;
  for (let around: Region | null = region; around !== null; around = around.parent)
    if (around.members.has(object)) return false;
  const trace = currentInterpreter();
  return items.some((item) =>
    item.kind === 'leaf'
      ? item.leaf instanceof TracedTensor && item.leaf.trace === trace
      : isContainer(item) && item.own,
  );
}

/** A value as it was when its region ended; `value` is there if it was changed in it. */
export interface Snapshot {
  readonly raw: unknown;
  readonly value?: Value;
}

export function tensorsIn(value: Value, found: Tensor[] = []): Tensor[] {
  if (value.kind === 'leaf') {
    if (isTensor(value.leaf)) found.push(value.leaf);
  } else if (value.kind !== 'other') for (const item of value.items) tensorsIn(item, found);
  return found;
}

export type Container = Extract<Value, Whole>;

export function isContainer(value: Value): value is Container {
  return value.kind === 'list' || value.kind === 'dict';
}

/** The array or object again, with other items. */
export function container(like: Container, items: readonly unknown[]): object {
  return like.kind === 'list' ? [...items] : Object.fromEntries(like.keys.map((key, i) => [key, items[i]]));
}

/** What stands in `other`, of the same structure, where item `i` of `value` stands. */
export function itemLike(value: Container, i: number, other: Container): Value {
  if (value.kind === 'list' || other.kind === 'list') return other.items[i]!;
  return other.items[other.keys.indexOf(value.keys[i]!)]!;
}

/** How item `i` continues a path: `[2]`, `.key`. */
export function pathOf(value: Container, i: number): string {
  return value.kind === 'list' ? `[${i}]` : keyPath(value.keys[i]!);
}

/** How a message calls it. */
export function describe(value: Value): string {
  switch (value.kind) {
    case 'leaf':
      return isTensor(value.leaf) ? 'a tensor' : `the ${typeof value.leaf} ${String(value.leaf)}`;
    case 'list':
      return `an array of ${value.items.length}`;
    case 'dict':
      return `{${value.keys.join(', ')}}`;
    case 'other': {
      const { value: x } = value;
      if (typeof x === 'string') return JSON.stringify(x);
      if (typeof x === 'function') return `the function ${x.name === '' ? '(anonymous)' : x.name}`;
      return typeof x === 'object' && x !== null
        ? `an instance of ${x.constructor?.name ?? 'a class'}`
        : String(x);
    }
  }
}
