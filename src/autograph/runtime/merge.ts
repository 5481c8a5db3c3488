// What a variable is after a staged branch: the same on both ways, or a result of the `cond` with one type.
import { type DType, promote, sameShape, showType, type TensorType } from '../../ir/types.ts';
import { castTo, isTensor, lift, weak } from '../../ops/coerce.ts';
import { broadcastTo } from '../../tensor/composites/shaping.ts';
import { zeros } from '../../tensor/fill.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { TracedTensor } from '../../trace/tracer.ts';
import { invariant, TraceError } from '../../util/errors.ts';
import { type Loc, showLocation } from '../../util/location.ts';
import { Copies, originsOf } from './copies.ts';
import { fresh } from './regions.ts';
import {
  type Container,
  container,
  describe,
  isContainer,
  itemLike,
  type Leaf,
  pathOf,
  type Snapshot,
  type Value,
} from './values.ts';
import { isWeak, isWhole, weaken } from './weak.ts';

/** A leaf that the two ways give different values, and the type that holds both. */
export interface Slot {
  readonly one: Leaf | null;
  readonly other: Leaf | null;
  readonly type: TensorType;
  /** Both were numbers, so the result takes the dtype of what it meets. */
  readonly weak: boolean;
}

/** The two ways, as messages call them. */
export interface Sides {
  readonly one: string;
  readonly other: string;
  readonly loc: Loc | undefined;
  /** What a variable is told that is set on one way only. */
  readonly unset: (name: string, missing: string) => string;
}

/** One construct's variables, members and results on their way through the `cond`. */
export class Merging {
  readonly slots: Slot[] = [];
  readonly copies: Copies;
  // Two names of one object are one object afterwards, too.
  readonly #pairs = new Map<object, Map<object, Merged>>();
  readonly #rebuilt = new Map<object, object>();

  constructor(at: string) {
    this.copies = new Copies(at);
  }

  pair(a: object, b: object, make: () => Merged): Merged {
    const known = this.#pairs.get(a) ?? new Map<object, Merged>();
    this.#pairs.set(a, known);
    const merged = known.get(b) ?? make();
    known.set(b, merged);
    return merged;
  }

  /** What `make` gives, once for every `of`. */
  once(of: object, make: () => object): object {
    const made = this.#rebuilt.get(of) ?? fresh(make());
    this.#rebuilt.set(of, made);
    return made;
  }
}

/** Both values of one variable. Slots are added; the answer rebuilds the variable from their results. On an `unread` side it may be anything. `sole`: nothing else has the object it is. */
export function merge(
  name: string,
  one: Snapshot,
  other: Snapshot,
  sides: Sides,
  merging: Merging,
  unread: { readonly one: boolean; readonly other: boolean } = { one: false, other: false },
  sole = false,
): (results: readonly Tensor[]) => unknown {
  if (Object.is(one.raw, other.raw)) return () => one.raw;
  const [a, b] = [one.value, other.value] as const;
  invariant(a !== undefined && b !== undefined, 'a side of a condition is merged before it is read');
  if (unread.one) return filled(b, 'other', merging);
  if (unread.other) return filled(a, 'one', merging);
  const found = mergeValues(name, a, b, sides, merging);
  const merged: Merged = sole && found.kind === 'object' ? { ...found, origins: [] } : found;
  return (results) => rebuildMerged(merged, results, merging);
}

// The way that has no value gets zeros, which nothing reads. What is no tensor is what it is: it is read on the other way only.
function filled(
  value: Value,
  side: 'one' | 'other',
  merging: Merging,
): (results: readonly Tensor[]) => unknown {
  const places = new Map<Leaf, number>();
  const place = (part: Value): void => {
    if (isContainer(part)) {
      if (part.own) part.items.forEach(place);
    } else if (part.kind === 'leaf' && isTensor(part.leaf) && !places.has(part.leaf)) {
      const t = part.leaf;
      const slot = side === 'one' ? { one: t, other: null } : { one: null, other: t };
      places.set(t, merging.slots.push({ ...slot, ...typeOf(t) }) - 1);
    }
  };
  place(value);
  const again = (part: Value, results: readonly Tensor[]): unknown => {
    switch (part.kind) {
      case 'leaf':
        return isTensor(part.leaf) ? results[places.get(part.leaf)!] : part.leaf;
      case 'other':
        return part.value;
      default:
        // An object of the surroundings is the object itself: what the side wrote to it is written there.
        if (!part.own) return part.raw;
        return merging.once(part.raw, () => {
          const items = part.items.map((item) => again(item, results));
          return merging.copies.add(container(part, items), originsOf(part));
        });
    }
  };
  return (results) => again(value, results);
}

type Merged =
  | { readonly kind: 'same'; readonly value: unknown }
  | { readonly kind: 'slot'; readonly index: number }
  | {
      readonly kind: 'object';
      readonly like: Container;
      readonly items: readonly Merged[];
      /** Objects of the surroundings that it may be. */
      readonly origins: readonly object[];
    };

function rebuildMerged(merged: Merged, results: readonly Tensor[], merging: Merging): unknown {
  switch (merged.kind) {
    case 'same':
      return merged.value;
    case 'slot':
      return results[merged.index];
    case 'object':
      return merging.once(merged, () => {
        const items = merged.items.map((item) => rebuildMerged(item, results, merging));
        return merging.copies.add(container(merged.like, items), merged.origins);
      });
  }
}

function mergeValues(name: string, a: Value, b: Value, sides: Sides, merging: Merging): Merged {
  if (a.kind === 'leaf' && b.kind === 'leaf') {
    if (Object.is(a.leaf, b.leaf)) return { kind: 'same', value: a.leaf };
    return { kind: 'slot', index: merging.slots.push(slotOf(name, a.leaf, b.leaf, sides)) - 1 };
  }
  if (a.kind === 'other' && b.kind === 'other' && Object.is(a.value, b.value))
    return { kind: 'same', value: a.value };
  if (isContainer(a) && isContainer(b) && sameShapeOf(a, b)) {
    if (a.raw === b.raw) return { kind: 'same', value: a.raw };
    return merging.pair(a.raw, b.raw, () => ({
      kind: 'object',
      like: a,
      items: a.items.map((item, i) =>
        mergeValues(`${name}${pathOf(a, i)}`, item, itemLike(a, i, b), sides, merging),
      ),
      origins: [a, b].flatMap(originsOf),
    }));
  }
  if (isUnset(a)) throw new TraceError(sides.unset(name, sides.one), sides.loc);
  if (isUnset(b)) throw new TraceError(sides.unset(name, sides.other), sides.loc);
  throw new TraceError(
    `'${name}' is ${describe(a)} ${sides.one} and ${describe(b)} ${sides.other}; a tensor decides which, so both must be tensors or numbers of one structure`,
    sides.loc,
  );
}

function sameShapeOf(a: Container, b: Container): boolean {
  if (a.kind === 'list') return b.kind === 'list' && a.items.length === b.items.length;
  return b.kind === 'dict' && sameKeys(a.keys, b.keys);
}

function isUnset(value: Value): boolean {
  return value.kind === 'other' && (value.value === undefined || value.value === null);
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key) => b.includes(key));
}

interface LeafType {
  readonly type: TensorType;
  readonly weak: boolean;
}

/** A number is int32 where it is whole, as counters are, else float32. */
export function typeOf(leaf: Leaf): LeafType {
  if (isTensor(leaf)) return { type: { dtype: leaf.dtype, shape: leaf.shape }, weak: isWeak(leaf) };
  const dtype: DType = typeof leaf === 'boolean' ? 'bool' : isWhole(leaf) ? 'int32' : 'float32';
  return { type: { dtype, shape: [] }, weak: true };
}

/** The type that holds both leaves, or undefined. Weak ones take the dtype and shape of the other. */
export function commonType(a: LeafType, b: LeafType): LeafType | undefined {
  const bools = (a.type.dtype === 'bool') !== (b.type.dtype === 'bool');
  if (bools) return undefined;
  const dtype = promote(a.type.dtype, b.type.dtype);
  const [holdsA, holdsB] = [a.weak || a.type.dtype === dtype, b.weak || b.type.dtype === dtype];
  if (!holdsA || !holdsB) return undefined;
  const weakBoth = a.weak && b.weak;
  if (sameShape(a.type.shape, b.type.shape)) return { type: { dtype, shape: a.type.shape }, weak: weakBoth };
  if (a.weak && a.type.shape.length === 0) return { type: { dtype, shape: b.type.shape }, weak: weakBoth };
  if (b.weak && b.type.shape.length === 0) return { type: { dtype, shape: a.type.shape }, weak: weakBoth };
  return undefined;
}

function slotOf(name: string, one: Leaf, other: Leaf, sides: Sides): Slot {
  const common = commonType(typeOf(one), typeOf(other));
  if (common === undefined) {
    const same = isTensor(one) && isTensor(other) && one.dtype === other.dtype;
    const remedy = same
      ? 'give both one shape, for example with broadcastTo(x, shape)'
      : "give both one dtype, for example with x.cast('float32')";
    throw new TraceError(
      `'${name}' is ${showLeaf(one)} ${sides.one}, but ${showLeaf(other)} ${sides.other}; ${remedy}`,
      sides.loc,
    );
  }
  return { one, other, type: common.type, weak: common.weak };
}

/** A leaf's type, and the line that made it where that is known. */
export function showLeaf(leaf: Leaf): string {
  if (!isTensor(leaf)) return `the ${typeof leaf} ${String(leaf)}`;
  const loc = leaf instanceof TracedTensor ? leaf.value.def?.loc : undefined;
  return `${showType(leaf.type)}${loc === undefined ? '' : ` (${showLocation(loc)})`}`;
}

/** The leaf as a tensor of the slot's type; zeros where there is none. */
export function adapt(leaf: Leaf | null, { type, weak: isNumber }: Pick<Slot, 'type' | 'weak'>): Tensor {
  const { dtype, shape } = type;
  if (leaf === null) return zeros(shape, dtype);
  const scalar =
    typeof leaf === 'number' || typeof leaf === 'boolean'
      ? weak(leaf, dtype, 'autograph')
      : lift(leaf, 'autograph');
  const cast = castTo(scalar, dtype);
  const result = sameShape(cast.shape, shape) ? cast : broadcastTo(cast, shape);
  return isNumber ? weaken(result) : result;
}
