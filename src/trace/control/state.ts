// The values that control flow hands around: trees of tensors whose structure, dtypes and shapes are the same on every way through.
import { type DType, sameType, showType, type TensorType } from '../../ir/types.ts';
import { isTensor, lift } from '../../ops/coerce.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { DTypeError, ShapeError, TreeError } from '../../util/errors.ts';
import { type Loc, showLocation } from '../../util/location.ts';
import { TracedTensor } from '../tracer.ts';
import { flatten, keyPath, type Tree } from '../tree.ts';

/** A value in the hands of control flow: its leaves are tensors. */
export type Tensors<T> = T extends Tensor | number | boolean
  ? Tensor
  : T extends string | null | undefined
    ? T
    : { -readonly [K in keyof T]: Tensors<T[K]> };

/** What may be given for a `T`: any tensor, number or boolean at its leaves. */
export type Like<T> = T extends Tensor | number | boolean
  ? Tensor | number | boolean
  : T extends string | null | undefined
    ? T
    : { readonly [K in keyof T]: Like<T[K]> };

/** A tree with its leaves lifted: numbers are float32 scalars, booleans bool scalars, variables the values they have now. */
export interface State {
  readonly tree: Tree;
  readonly tensors: readonly Tensor[];
  readonly paths: readonly string[];
}

export function stateOf(value: unknown, root: string, where: string): State {
  const { tree, leaves, paths } = flatten(value, root);
  return { tree, tensors: leaves.map((leaf) => lift(leaf, where)), paths };
}

/** How two ways through a program are called in messages: `before the loop`, `after one round`. */
export interface Ways {
  readonly first: string;
  readonly second: string;
  /** What to do about a dtype or a shape that differs. */
  readonly remedy: Readonly<Record<'dtype' | 'shape', string>>;
}

export const rounds: Ways = {
  first: 'before the loop',
  second: 'after one round',
  remedy: {
    dtype:
      "start from a value of the dtype it will have, such as tensor(0, { dtype: 'int32' }), or cast what the round gives",
    shape:
      'start from a value of the shape it will have, such as zeros(shape), or reduce or broadcast what the round gives',
  },
};

/** Throws unless `second` has the structure, dtypes and shapes of `first`: an error with the path, both types, and both lines where they are known. */
export function checkSame(where: string, ways: Ways, first: State, second: State): void {
  const structure = structureDifference(first.tree, second.tree, rootOf(first, second));
  if (structure !== undefined) {
    const { path, one, other } = structure;
    throw new TreeError(
      `${where}: ${path} is ${one} ${ways.first} and ${other} ${ways.second}; both must have one structure`,
    );
  }
  first.tensors.forEach((before, i) => {
    const after = second.tensors[i]!;
    if (sameType(before.type, after.type)) return;
    const kind = before.dtype === after.dtype ? 'shape' : 'dtype';
    const ErrorClass = kind === 'shape' ? ShapeError : DTypeError;
    throw new ErrorClass(
      `${where}: ${first.paths[i]} is ${described(before)} ${ways.first}, but ${described(after)} ${ways.second}; ${ways.remedy[kind]}`,
    );
  });
}

function described(x: Tensor): string {
  const loc = lineOf(x);
  return `${showType(x.type)}${loc === undefined ? '' : ` (${showLocation(loc)})`}`;
}

/** The line that made a traced tensor. */
function lineOf(x: Tensor): Loc | undefined {
  return x instanceof TracedTensor ? x.value.def?.loc : undefined;
}

function rootOf(first: State, second: State): string {
  return /^\w+/.exec(first.paths[0] ?? second.paths[0] ?? 'result')![0];
}

interface Difference {
  readonly path: string;
  readonly one: string;
  readonly other: string;
}

function structureDifference(a: Tree, b: Tree, path: string): Difference | undefined {
  const differ = (): Difference => ({ path, one: describe(a), other: describe(b) });
  if (a.kind === 'leaf' || b.kind === 'leaf') return a.kind === b.kind ? undefined : differ();
  if (a.kind === 'static' || b.kind === 'static')
    return a.kind === 'static' && b.kind === 'static' && Object.is(a.value, b.value) ? undefined : differ();
  if (a.kind !== b.kind || a.items.length !== b.items.length) return differ();
  const keys = a.kind === 'dict' ? a.keys : undefined;
  if (keys !== undefined && b.kind === 'dict' && !keys.every((key, i) => key === b.keys[i])) return differ();
  for (const [i, item] of a.items.entries()) {
    const step = keys === undefined ? `[${i}]` : keyPath(keys[i]!);
    const found = structureDifference(item, b.items[i]!, path + step);
    if (found !== undefined) return found;
  }
  return undefined;
}

function describe(tree: Tree): string {
  switch (tree.kind) {
    case 'leaf':
      return 'a tensor';
    case 'static':
      return typeof tree.value === 'string' ? JSON.stringify(tree.value) : String(tree.value);
    case 'list':
      return `an array of ${tree.items.length}`;
    case 'dict':
      return `{${tree.keys.join(', ')}}`;
  }
}

/** A condition as a bool scalar tensor, or a JavaScript boolean. */
export function conditionOf(x: unknown, where: string): Tensor | boolean {
  if (typeof x === 'boolean') return x;
  return scalarOf(x, 'bool', `${where}: the condition must be a bool scalar`, {
    dtype: 'compare it, for example x.greater(0) or x.notEqual(0)',
    shape: 'make it one answer with .all() or .any()',
  });
}

/** `x` as a scalar tensor of a dtype; `must` begins the message. */
export function scalarOf(
  x: unknown,
  dtype: DType,
  must: string,
  remedy: Readonly<Record<'dtype' | 'shape', string>>,
): Tensor {
  if (!isTensor(x)) {
    const got =
      x === null
        ? 'null'
        : typeof x === 'number'
          ? `the number ${x}`
          : Array.isArray(x)
            ? 'an array'
            : `${typeof x}`;
    throw new DTypeError(`${must}, got ${got}; ${remedy.dtype}`);
  }
  const t = x.resolve();
  const { type }: { readonly type: TensorType } = t;
  if (type.dtype !== dtype) throw new DTypeError(`${must}, got ${showType(type)}; ${remedy.dtype}`);
  if (type.shape.length > 0) throw new ShapeError(`${must}, got ${showType(type)}; ${remedy.shape}`);
  return t;
}
