// What a variable is after a staged branch: the same on both ways, or a result of the `cond` with one type.
import { type DType, promote, sameShape, showType, type TensorType } from '../../ir/types.ts';
import { castTo, isTensor, lift, weak } from '../../ops/coerce.ts';
import { broadcastTo } from '../../tensor/composites/shaping.ts';
import { zeros } from '../../tensor/fill.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { TracedTensor } from '../../trace/tracer.ts';
import { keyPath } from '../../trace/tree.ts';
import { TraceError } from '../../util/errors.ts';
import { type Loc, showLocation } from '../../util/location.ts';
import { describe, type Leaf, rebuild, type Snapshot, tensorsIn, type Value, valueFrom } from './values.ts';
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

/** Both values of one variable. Slots are added to the list; the answer rebuilds the variable from their results. On an `unread` side it may be anything. */
export function merge(
  name: string,
  one: Snapshot,
  other: Snapshot,
  sides: Sides,
  slots: Slot[],
  unread: { readonly one: boolean; readonly other: boolean } = { one: false, other: false },
): (results: readonly Tensor[]) => unknown {
  if (Object.is(one.raw, other.raw)) return () => one.raw;
  const [a, b] = [one.value ?? valueFrom(one.raw), other.value ?? valueFrom(other.raw)];
  if (unread.one) return filled(b, 'other', slots);
  if (unread.other) return filled(a, 'one', slots);
  const merged = mergeValues(name, a, b, sides, slots);
  return (results) => rebuildMerged(merged, results);
}

// The way that has no value gets zeros, which nothing reads. What is no tensor is what it is: it is read on the other way only.
function filled(value: Value, side: 'one' | 'other', slots: Slot[]): (results: readonly Tensor[]) => unknown {
  const places = new Map<Leaf, number>();
  for (const t of tensorsIn(value)) {
    const slot = side === 'one' ? { one: t, other: null } : { one: null, other: t };
    if (!places.has(t)) places.set(t, slots.push({ ...slot, ...typeOf(t) }) - 1);
  }
  return (results) => rebuild(value, (leaf) => (isTensor(leaf) ? results[places.get(leaf)!] : leaf));
}

type Merged =
  | { readonly kind: 'same'; readonly value: unknown }
  | { readonly kind: 'slot'; readonly index: number }
  | { readonly kind: 'list'; readonly items: readonly Merged[] }
  | { readonly kind: 'dict'; readonly keys: readonly string[]; readonly items: readonly Merged[] };

function rebuildMerged(merged: Merged, results: readonly Tensor[]): unknown {
  switch (merged.kind) {
    case 'same':
      return merged.value;
    case 'slot':
      return results[merged.index];
    case 'list':
      return merged.items.map((item) => rebuildMerged(item, results));
    case 'dict':
      return Object.fromEntries(merged.keys.map((key, i) => [key, rebuildMerged(merged.items[i]!, results)]));
  }
}

function mergeValues(name: string, a: Value, b: Value, sides: Sides, slots: Slot[]): Merged {
  if (a.kind === 'leaf' && b.kind === 'leaf') {
    if (Object.is(a.leaf, b.leaf)) return { kind: 'same', value: a.leaf };
    return { kind: 'slot', index: slots.push(slotOf(name, a.leaf, b.leaf, sides)) - 1 };
  }
  if (a.kind === 'other' && b.kind === 'other' && Object.is(a.value, b.value))
    return { kind: 'same', value: a.value };
  if (a.kind === 'list' && b.kind === 'list' && a.items.length === b.items.length)
    return {
      kind: 'list',
      items: a.items.map((item, i) => mergeValues(`${name}[${i}]`, item, b.items[i]!, sides, slots)),
    };
  if (a.kind === 'dict' && b.kind === 'dict' && sameKeys(a.keys, b.keys)) {
    const items = a.keys.map((key, i) =>
      mergeValues(`${name}${keyPath(key)}`, a.items[i]!, b.items[b.keys.indexOf(key)]!, sides, slots),
    );
    return { kind: 'dict', keys: a.keys, items };
  }
  if (isUnset(a)) throw new TraceError(sides.unset(name, sides.one), sides.loc);
  if (isUnset(b)) throw new TraceError(sides.unset(name, sides.other), sides.loc);
  throw new TraceError(
    `'${name}' is ${describe(a)} ${sides.one} and ${describe(b)} ${sides.other}; a tensor decides which, so both must be tensors or numbers of one structure`,
    sides.loc,
  );
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
