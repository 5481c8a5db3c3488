// The cache key of a call: the structure of its arguments, the type of every tensor, static values as they are. Never a string.
import { sameShape, sameType, showDType, showShape, showType, type TensorType } from '../ir/types.ts';
import { isTensor } from '../ops/coerce.ts';
import { Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import {
  checkDepth,
  type Flat,
  flattenAs,
  type IsStatic,
  isPlainObject,
  keyPath,
  type Tree,
} from '../trace/tree.ts';
import { TreeError } from '../util/errors.ts';
import { Spec } from './spec.ts';

/** What is known of a leaf: its type, or which variable it is. Numbers are float32 scalars. */
export type LeafKey =
  | { readonly kind: 'tensor'; readonly type: TensorType }
  | { readonly kind: 'variable'; readonly variable: Variable };

export interface ArgumentKey {
  /** Static values in it are snapshots: a later change of the caller's object is another key. */
  readonly tree: Tree;
  readonly leaves: readonly LeafKey[];
}

const numberKey: LeafKey = { kind: 'tensor', type: { dtype: 'float32', shape: [] } };

/** The arguments flattened, and their key. Booleans are part of the structure, so that `if (training)` asks a boolean. Throws a TreeError for arguments that are no trees. */
export function describeArguments(
  args: readonly unknown[],
  isStatic: IsStatic,
): { readonly flat: Flat; readonly key: ArgumentKey } {
  const flat = flattenAs(args, 'args', isArgumentLeaf, isStatic);
  const leaves = flat.leaves.map((x): LeafKey => {
    if (typeof x === 'number') return numberKey;
    if (x instanceof Variable) return { kind: 'variable', variable: x };
    return { kind: 'tensor', type: x.type };
  });
  return { flat, key: { tree: snapshotStatics(flat.tree, 'args'), leaves } };
}

function isArgumentLeaf(x: unknown): x is Tensor | number {
  return typeof x === 'number' || isTensor(x);
}

/** The key a `signature` stands for. Static positions hold anything. */
export function keyOfSignature(signature: readonly unknown[], isStatic: IsStatic): ArgumentKey {
  const flat = flattenAs(signature, 'signature', (x): x is Spec => x instanceof Spec, isStatic);
  return { tree: flat.tree, leaves: flat.leaves.map(({ type }) => ({ kind: 'tensor', type })) };
}

/** Does `value` have this key? If so, `out` holds its leaves. The guard in front of every compiled call: allocates nothing, stops at the first difference. */
export function matches(tree: Tree, value: unknown, leaves: readonly LeafKey[], out: unknown[]): boolean {
  switch (tree.kind) {
    case 'leaf':
      out[tree.index] = value;
      return matchesLeaf(leaves[tree.index]!, value);
    case 'static':
      return sameStatic(tree.value, value);
    case 'list': {
      const { items } = tree;
      if (!Array.isArray(value) || value.length !== items.length) return false;
      for (let i = 0; i < items.length; i++) if (!matches(items[i]!, value[i], leaves, out)) return false;
      return true;
    }
    case 'dict': {
      const { keys, items } = tree;
      if (!isPlainObject(value)) return false;
      let i = 0;
      // A list of the keys would have to be allocated. Inherited ones come last, and there are none.
      for (const key in value) {
        if (key !== keys[i] || !matches(items[i]!, value[key], leaves, out)) return false;
        i++;
      }
      return i === keys.length;
    }
  }
}

/** Does a leaf have this key? */
export function matchesLeaf(key: LeafKey, value: unknown): boolean {
  if (key.kind === 'variable') return value === key.variable;
  const { dtype, shape } = key.type;
  if (value instanceof Tensor) {
    if (value instanceof Variable) return false;
    const { type } = value;
    // Results of a compiled function have the type objects of its arguments, where there are some of their types.
    return type === key.type || (type.dtype === dtype && sameShape(type.shape, shape));
  }
  if (shape.length > 0) return false;
  return typeof value === 'number' && dtype === 'float32';
}

/** Plain objects and arrays by content, everything else by SameValue: NaN is itself, 0 and -0 differ, functions and instances are who they are. */
export function sameStatic(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) && (typeof a !== 'object' || a === null)) return true;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((x, i) => sameStatic(x, b[i]));
  if (!isPlainObject(a) || !isPlainObject(b)) return Object.is(a, b);
  const keys = Object.keys(a);
  const others = Object.keys(b);
  return (
    keys.length === others.length && keys.every((key, i) => key === others[i] && sameStatic(a[key], b[key]))
  );
}

function snapshotStatics(tree: Tree, path: string): Tree {
  switch (tree.kind) {
    case 'leaf':
      return tree;
    case 'static':
      return { kind: 'static', value: snapshot(tree.value, path, 0) };
    case 'list':
      return { kind: 'list', items: tree.items.map((item, i) => snapshotStatics(item, `${path}[${i}]`)) };
    case 'dict':
      return {
        kind: 'dict',
        keys: tree.keys,
        items: tree.items.map((item, i) => snapshotStatics(item, `${path}${keyPath(tree.keys[i]!)}`)),
      };
  }
}

function snapshot(value: unknown, path: string, depth: number): unknown {
  if (isTensor(value))
    throw new TreeError(
      `${path}: a static argument holds a tensor; static arguments are compared by value and become part of the code. Leave it out of \`static\``,
    );
  checkDepth(depth, path);
  if (Array.isArray(value)) return value.map((x, i) => snapshot(x, `${path}[${i}]`, depth + 1));
  if (!isPlainObject(value)) return value;
  const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(value)) copy[key] = snapshot(value[key], `${path}${keyPath(key)}`, depth + 1);
  return copy;
}

/** Every place where two keys differ, as `args[1].x shape [32,784] -> [17,784]`. With `ignoreStatics` static values are not compared. */
export function differences(from: ArgumentKey, to: ArgumentKey, ignoreStatics = false): readonly string[] {
  const found: string[] = [];

  function walk(a: Tree, b: Tree, path: string): void {
    if (ignoreStatics && a.kind === 'static' && b.kind === 'static') return;
    if (a.kind === 'leaf' && b.kind === 'leaf') {
      const change = leafChange(from.leaves[a.index]!, to.leaves[b.index]!);
      if (change !== undefined) found.push(`${path} ${change}`);
    } else if (a.kind === 'static' && b.kind === 'static') {
      if (sameStatic(a.value, b.value)) return;
      const [was, is] = [showStatic(a.value), showStatic(b.value)];
      found.push(was === is ? `${path} another ${is}` : `${path} ${was} -> ${is}`);
    } else if (a.kind === 'list' && b.kind === 'list') {
      if (a.items.length !== b.items.length)
        found.push(`${path}${path === 'args' ? ' count' : ' length'} ${a.items.length} -> ${b.items.length}`);
      else a.items.forEach((item, i) => walk(item, b.items[i]!, `${path}[${i}]`));
    } else if (a.kind === 'dict' && b.kind === 'dict') {
      if (a.keys.length !== b.keys.length || !a.keys.every((key, i) => key === b.keys[i]))
        found.push(`${path} keys {${a.keys.join(', ')}} -> {${b.keys.join(', ')}}`);
      else a.items.forEach((item, i) => walk(item, b.items[i]!, `${path}${keyPath(a.keys[i]!)}`));
    } else {
      found.push(`${path} ${showNode(a, from)} -> ${showNode(b, to)}`);
    }
  }

  walk(from.tree, to.tree, 'args');
  return found;
}

function leafChange(a: LeafKey, b: LeafKey): string | undefined {
  if (a.kind === 'tensor' && b.kind === 'tensor') {
    if (sameType(a.type, b.type)) return undefined;
    if (a.type.dtype === b.type.dtype)
      return `shape ${showShape(a.type.shape)} -> ${showShape(b.type.shape)}`;
    if (sameShape(a.type.shape, b.type.shape))
      return `dtype ${showDType(a.type.dtype)} -> ${showDType(b.type.dtype)}`;
  } else if (a.kind === 'variable' && b.kind === 'variable') {
    if (a.variable === b.variable) return undefined;
    if (a.variable.name === b.variable.name) return `another variable '${b.variable.name}'`;
  }
  return `${showLeaf(a)} -> ${showLeaf(b)}`;
}

function showLeaf(key: LeafKey): string {
  return key.kind === 'tensor' ? showType(key.type) : `variable '${key.variable.name}'`;
}

function showNode(node: Tree, { leaves }: ArgumentKey): string {
  switch (node.kind) {
    case 'leaf':
      return showLeaf(leaves[node.index]!);
    case 'static':
      return showStatic(node.value);
    case 'list':
      return `an array of length ${node.items.length}`;
    case 'dict':
      return `an object {${node.keys.join(', ')}}`;
  }
}

const shownKeyLength = 100;

/** The arguments in short: `(f32[32,784], {w: f32[3], b: f32[]})`. */
export function showKey(key: ArgumentKey): string {
  const show = (node: Tree): string => {
    switch (node.kind) {
      case 'leaf':
      case 'static':
        return showNode(node, key);
      case 'list':
        return `[${node.items.map(show).join(', ')}]`;
      case 'dict':
        return `{${node.items.map((item, i) => `${node.keys[i]!}: ${show(item)}`).join(', ')}}`;
    }
  };
  const text = show(key.tree).slice(1, -1);
  return `(${text.length <= shownKeyLength ? text : `${text.slice(0, shownKeyLength)}…`})`;
}

const shownLength = 40;

function showStatic(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name === '' ? '(anonymous)' : value.name}`;
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'string') return cut(JSON.stringify(value));
  if (Array.isArray(value)) return cut(`[${value.map(showStatic).join(', ')}]`);
  if (isPlainObject(value))
    return cut(
      `{${Object.keys(value)
        .map((key) => `${key}: ${showStatic(value[key])}`)
        .join(', ')}}`,
    );
  if (typeof value === 'object' && value !== null) return `an instance of ${String(value.constructor?.name)}`;
  return String(value);
}

function cut(text: string): string {
  return text.length <= shownLength ? text : `${text.slice(0, shownLength)}…`;
}

/** What changed against the most similar of the keys known. */
export function nearestDifference(known: readonly ArgumentKey[], key: ArgumentKey): string {
  let nearest: readonly string[] | undefined;
  for (const candidate of known) {
    const found = differences(candidate, key);
    if (nearest === undefined || found.length < nearest.length) nearest = found;
  }
  return (nearest ?? []).join(', ');
}
