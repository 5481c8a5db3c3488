// What goes around a staged loop: the tensors and numbers in the variables it assigns, each with the type it keeps.
import { sameType, showType, type TensorType } from '../../ir/types.ts';
import { isTensor } from '../../ops/coerce.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { TraceError } from '../../util/errors.ts';
import { type Construct, locOf } from './construct.ts';
import { type Copies, originsOf, rootsOf } from './copies.ts';
import { adapt, commonType, showLeaf, typeOf } from './merge.ts';
import { fresh, type Member } from './regions.ts';
import {
  container,
  describe,
  isContainer,
  itemLike,
  type Leaf,
  pathOf,
  type Value,
  valueFrom,
} from './values.ts';
import { weaken } from './weak.ts';

/** A place whose value the loop may change. */
export interface Cell {
  readonly name: string;
  /** See `Construct.kinds`; members are read at the head. */
  readonly kind: string;
  /** ` (line 5)`: where the loop first assigns it. */
  readonly line: string;
  /** Before the loop. */
  readonly start: unknown;
  /** The member it is; null for a variable. */
  readonly member: Member | null;
  /** Its structure, where its leaves go around; null while it is the same JavaScript value in every iteration. */
  shape: Value | null;
  /** Per leaf of `shape`. */
  carries: Carry[];
  /** Other objects than that of `shape` that it is at the end of an iteration, made outside of the loop. */
  others: readonly Value[];
  /** No other variable or member has the object it is. */
  readonly sole: boolean;
}

export interface Carry {
  readonly name: string;
  /** Null: zeros, which nothing reads. */
  readonly start: Leaf | null;
  type: TensorType;
  weak: boolean;
}

/** Flags of jumps and the value returned: an iteration begins without them. */
export function isJump({ kind }: Pick<Cell, 'kind'>): boolean {
  return kind === 'f' || kind === 'r';
}

export function leavesOf(
  value: Value,
  name: string,
  found: { leaf: Leaf; name: string }[] = [],
): { leaf: Leaf; name: string }[] {
  if (value.kind === 'leaf') found.push({ leaf: value.leaf, name });
  else if (isContainer(value))
    value.items.forEach((item, i) => leavesOf(item, `${name}${pathOf(value, i)}`, found));
  return found;
}

/** From now on the leaves of the cell go around. `placeholder`: it had no value before the loop. */
export function carry(cell: Cell, shape: Value, placeholder: boolean): void {
  cell.shape = shape;
  cell.carries = leavesOf(shape, cell.name).map(({ leaf, name }) => ({
    name,
    start: placeholder ? null : leaf,
    ...typeOf(leaf),
  }));
}

/**
 * The cell's value with tensors at its leaves, taken from `next` in order. Its objects are copies of those that it is before the loop or after an
 * iteration, unless nothing but this variable has them.
 */
export function valueWith(
  { shape, carries, others, sole }: Cell,
  copies: Copies,
  next: () => Tensor,
): unknown {
  let k = 0;
  const again = (value: Value, like: readonly Value[], mayChange: boolean): unknown => {
    if (value.kind === 'other') return value.value;
    if (value.kind === 'leaf') {
      const t = next();
      return carries[k++]!.weak ? weaken(t) : t;
    }
    const containers = like.filter(isContainer);
    const items = value.items.map((item, i) =>
      again(
        item,
        containers.map((c) => itemLike(value, i, c)),
        false,
      ),
    );
    const made = container(value, items);
    return mayChange
      ? fresh(made)
      : copies.add(
          made,
          [value, ...containers].map((c) => c.raw),
        );
  };
  return again(shape!, others, sole);
}

/** The tensors of one value of the cell, of the types its carries have. True instead where a carry needs another type first. */
export function tensorsOf(cell: Cell, after: unknown, construct: Construct): readonly Tensor[] | true {
  const value = valueFrom(after);
  checkStructure(cell.name, cell.shape!, value, construct);
  const leaves = leavesOf(value, cell.name);
  let widened = false;
  cell.carries.forEach((c, i) => {
    const { leaf } = leaves[i]!;
    const common = commonType(c, typeOf(leaf));
    if (common === undefined || (!c.weak && !sameType(common.type, c.type)))
      throw mismatch(c, leaf, construct);
    if (sameType(common.type, c.type) && (common.weak || !c.weak)) return;
    c.type = common.type;
    c.weak = common.weak;
    widened = true;
  });
  return widened ? true : cell.carries.map((c, i) => adapt(leaves[i]!.leaf, c));
}

const mostOthers = 4;

/** Objects of the surroundings that the cell is after an iteration are among those it may be in the next. True where one is new. */
export function meets(cell: Cell, after: Value): boolean {
  // Another one in every attempt is made in the body, by code that does not say so.
  if (!isContainer(after) || cell.others.length >= mostOthers) return false;
  const known = [cell.shape!, ...cell.others].filter(isContainer).flatMap(({ raw }) => rootsOf(raw));
  const found = originsOf(after).filter((origin) => !known.includes(origin));
  cell.others = [...cell.others, ...found.map((origin) => valueFrom(origin))];
  return found.length > 0;
}

function mismatch({ name, start, type }: Carry, after: Leaf, { at }: Construct): TraceError {
  const before = start === null ? showType(type) : showLeaf(start);
  const remedy =
    isTensor(after) && after.dtype === type.dtype
      ? 'start from a value of the shape it will have, such as zeros(shape)'
      : "start from a value of the dtype it will have, such as tensor(0, { dtype: 'int32' }), or cast what the iteration gives";
  return new TraceError(
    `'${name}' is ${before} before the loop at ${at}, but ${showLeaf(after)} after one iteration; a staged loop keeps the type of its variables: ${remedy}`,
    locOf(at),
  );
}

function checkStructure(name: string, before: Value, after: Value, construct: Construct): void {
  const { at } = construct;
  const differ = (): never => {
    const grows = before.kind === 'list' && after.kind === 'list';
    throw new TraceError(
      `'${name}' is ${describe(before)} before the loop at ${at}, and ${describe(after)} after one iteration; ${
        grows
          ? 'an array cannot grow in a staged loop. Go over the rows of a tensor and push once per iteration, use scan, or write into a tensor of the final size with dynamicUpdateSlice'
          : 'a staged loop keeps the structure of its variables'
      }`,
      locOf(at),
    );
  };
  if (before.kind === 'list' && after.kind === 'list') {
    if (before.items.length !== after.items.length) differ();
    before.items.forEach((item, i) =>
      checkStructure(`${name}${pathOf(before, i)}`, item, after.items[i]!, construct),
    );
  } else if (before.kind === 'dict' && after.kind === 'dict') {
    if (before.keys.length !== after.keys.length || !before.keys.every((key, i) => key === after.keys[i]))
      differ();
    before.items.forEach((item, i) =>
      checkStructure(`${name}${pathOf(before, i)}`, item, after.items[i]!, construct),
    );
  } else if (before.kind === 'other' && after.kind === 'other') {
    if (!Object.is(before.value, after.value)) differ();
  } else if (before.kind !== after.kind) differ();
}

/** A cell that is the same JavaScript value in every iteration so far, and now is not: can it go around? */
export function checkChange(cell: Cell, after: unknown, { at }: Construct): void {
  const { name, line, start, kind } = cell;
  if (start === undefined || start === null)
    throw new TraceError(
      kind === 'h'
        ? `'${name}' must be set before the loop at ${at}: the loop sets it${line} and reads it in the next iteration, and a tensor decides whether it runs at all`
        : `'${name}' is set only in the loop at ${at}${line} and used after it, but a tensor decides whether the loop runs at all; set it before the loop`,
      locOf(at),
    );
  throw new TraceError(
    `'${name}' is ${describe(valueFrom(start))} before the loop at ${at}, and ${describe(valueFrom(after))} after one iteration; only tensors and numbers can change in a staged loop`,
    locOf(at),
  );
}
