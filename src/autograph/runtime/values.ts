// Values that cross the border of a staged region: trees of tensors and numbers, and between them whatever JavaScript has.
import { isTensor } from '../../ops/coerce.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { Variable } from '../../tensor/variable.ts';
import { isPlainObject } from '../../trace/tree.ts';

export type Leaf = Tensor | number | boolean;

export type Value =
  | { readonly kind: 'leaf'; readonly leaf: Leaf }
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'dict'; readonly keys: readonly string[]; readonly items: readonly Value[] }
  /** Strings, functions, instances, null and undefined: the same in every branch, or an error. */
  | { readonly kind: 'other'; readonly value: unknown };

// Deeper than sensible data: an object that contains itself stays what it is.
const maxDepth = 50;

export function valueFrom(x: unknown, depth = 0): Value {
  if (typeof x === 'number' || typeof x === 'boolean') return { kind: 'leaf', leaf: x };
  // A variable is read: what it is assigned later is not part of this value.
  if (isTensor(x)) return { kind: 'leaf', leaf: x instanceof Variable ? x.resolve() : x };
  if (depth < maxDepth && Array.isArray(x))
    return { kind: 'list', items: x.map((item) => valueFrom(item, depth + 1)) };
  if (depth < maxDepth && isPlainObject(x)) {
    const keys = Object.keys(x);
    return { kind: 'dict', keys, items: keys.map((key) => valueFrom(x[key], depth + 1)) };
  }
  return { kind: 'other', value: x };
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

/** The JavaScript value again, its leaves replaced. */
export function rebuild(value: Value, leaf: (x: Leaf) => unknown): unknown {
  switch (value.kind) {
    case 'leaf':
      return leaf(value.leaf);
    case 'list':
      return value.items.map((item) => rebuild(item, leaf));
    case 'dict':
      return Object.fromEntries(value.keys.map((key, i) => [key, rebuild(value.items[i]!, leaf)]));
    case 'other':
      return value.value;
  }
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
