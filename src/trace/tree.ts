// Pytrees: nested plain objects and arrays as flat lists of leaves and back. Structure is data, so that it can be compared, printed and kept in a cache.
import { isTensor } from '../ops/coerce.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { TreeError } from '../util/errors.ts';

/** What a tree of arguments holds at its ends besides null, undefined and strings, which belong to the structure. */
export type Leaf = Tensor | number | boolean;

export type Tree =
  /** `index` counts the leaves in order. */
  | { readonly kind: 'leaf'; readonly index: number }
  /** A value that is part of the structure: null, undefined, a string, a boolean that is no leaf, or whatever `isStatic` named. */
  | { readonly kind: 'static'; readonly value: unknown }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  /** `keys` in insertion order: a function that iterates over an object sees the order it was built in. */
  | { readonly kind: 'dict'; readonly keys: readonly string[]; readonly items: readonly Tree[] };

export interface Flat<L = Leaf> {
  readonly tree: Tree;
  readonly leaves: readonly L[];
  /** Where each leaf was found, such as `args[1].x`. */
  readonly paths: readonly string[];
}

/** Says that the value at a step (a list index or an object key, `depth` levels below the root) belongs to the structure whatever it is. */
export type IsStatic = (key: string | number, depth: number) => boolean;

// Deeper than any sensible argument: only a cycle gets here.
const maxDepth = 100;

/** Leaves of `value` in order, and its structure. `root` starts the path names. Throws a TreeError with the path of anything that is no tree. */
export function flatten(value: unknown, root: string, isStatic?: IsStatic): Flat {
  return flattenAs(value, root, isLeaf, isStatic);
}

/** `flatten` of a tree whose leaves are something else. */
export function flattenAs<L>(
  value: unknown,
  root: string,
  isLeaf: (x: unknown) => x is L,
  isStatic: IsStatic = () => false,
): Flat<L> {
  const leaves: L[] = [];
  const paths: string[] = [];

  function walk(x: unknown, path: string, depth: number): Tree {
    if (isLeaf(x)) {
      paths.push(path);
      return { kind: 'leaf', index: leaves.push(x) - 1 };
    }
    if (x === null || x === undefined || typeof x === 'string' || typeof x === 'boolean')
      return { kind: 'static', value: x };
    checkDepth(depth, path);
    if (Array.isArray(x))
      return { kind: 'list', items: Array.from(x, (item, i) => child(item, i, `${path}[${i}]`, depth)) };
    const keys = keysOf(x, path);
    const record = x as Record<string, unknown>;
    return { kind: 'dict', keys, items: keys.map((k) => child(record[k], k, `${path}${keyPath(k)}`, depth)) };
  }
  function child(x: unknown, key: string | number, path: string, depth: number): Tree {
    return isStatic(key, depth) ? { kind: 'static', value: x } : walk(x, path, depth + 1);
  }

  return { tree: walk(value, root, 0), leaves, paths };
}

/** Throws a TreeError below the greatest depth of a tree. */
export function checkDepth(depth: number, path: string): void {
  if (depth > maxDepth)
    throw new TreeError(`${path}: nested more than ${maxDepth} levels deep; does the object contain itself?`);
}

function isLeaf(x: unknown): x is Leaf {
  return typeof x === 'number' || typeof x === 'boolean' || isTensor(x);
}

/** The inverse of `flatten`, with other leaves. Objects come back as plain objects with the same keys in the same order. */
export function unflatten(tree: Tree, leaves: readonly unknown[]): unknown {
  switch (tree.kind) {
    case 'leaf':
      return leaves[tree.index];
    case 'static':
      return tree.value;
    case 'list': {
      // Sized at once: an array that grows takes room for what it may still become.
      const list = new Array<unknown>(tree.items.length);
      for (let i = 0; i < list.length; i++) list[i] = unflatten(tree.items[i]!, leaves);
      return list;
    }
    case 'dict': {
      const dict: Record<string, unknown> = {};
      for (let i = 0; i < tree.keys.length; i++) dict[tree.keys[i]!] = unflatten(tree.items[i]!, leaves);
      return dict;
    }
  }
}

/** The tree with its leaves replaced. */
export function mapLeaves(tree: Tree, f: (index: number) => Tree): Tree {
  switch (tree.kind) {
    case 'leaf':
      return f(tree.index);
    case 'static':
      return tree;
    case 'list':
      return { kind: 'list', items: tree.items.map((item) => mapLeaves(item, f)) };
    case 'dict':
      return { kind: 'dict', keys: tree.keys, items: tree.items.map((item) => mapLeaves(item, f)) };
  }
}

/** Are leaves and other values at the same places, under the same keys? */
export function sameStructure(a: Tree, b: Tree): boolean {
  if (a.kind === 'leaf' || a.kind === 'static') return a.kind === b.kind;
  if (a.kind !== b.kind || a.items.length !== b.items.length) return false;
  if (a.kind === 'dict' && b.kind === 'dict' && !a.keys.every((key, i) => key === b.keys[i])) return false;
  return a.items.every((item, i) => sameStructure(item, b.items[i]!));
}

/** The own enumerable string keys of a plain object. Refuses anything else, and the one key that could change a prototype. */
function keysOf(x: unknown, path: string): readonly string[] {
  if (!isPlainObject(x))
    throw new TreeError(`${path}: ${describe(x)} cannot be part of a tree; ${wayOut(x)}`);
  const keys = Object.keys(x);
  if (keys.includes('__proto__'))
    throw new TreeError(`${path}: an own key named "__proto__" is refused; rename it`);
  if (Object.getOwnPropertySymbols(x).length > 0)
    throw new TreeError(`${path}: keys that are symbols are refused; use strings`);
  return keys;
}

/** An object literal, of this realm or another, or one without a prototype. */
export function isPlainObject(x: unknown): x is Readonly<Record<string, unknown>> {
  if (typeof x !== 'object' || x === null) return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  // Mostly this is all there is to see.
  if (prototype === Object.prototype) return true;
  if (Array.isArray(x) || isTensor(x)) return false;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** How a key continues a path: `.x`, or `["a b"]` where it is no identifier. */
export function keyPath(key: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function describe(x: unknown): string {
  if (typeof x === 'function') return `a function${x.name === '' ? '' : ` (${x.name})`}`;
  if (typeof x === 'object' && x !== null) {
    const name: unknown = x.constructor?.name;
    return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an object with a prototype';
  }
  return `a ${typeof x}`;
}

function wayOut(x: unknown): string {
  if (ArrayBuffer.isView(x)) return 'make it a tensor: tensor(array, { shape })';
  if (x instanceof Promise) return 'an async function runs past its trace: make it synchronous';
  return 'a tree is made of plain objects, arrays, tensors, numbers, booleans, strings and null; anything else can be a static argument: jit(f, { static: [position] })';
}
