// Nested objects and arrays of tensors as users handle them: `tree.map`, `tree.leaves`, `tree.flatten`.
import { TreeError } from '../util/errors.ts';
import { flatten as flattenTree, type Leaf, sameStructure, type Tree, unflatten } from './tree.ts';

export interface Flattened {
  /** Tensors, numbers and booleans, in order. */
  readonly leaves: readonly Leaf[];
  /** Where each leaf is, such as `.layers[0].w`. */
  readonly paths: readonly string[];
  /** The same structure with other leaves. */
  unflatten(leaves: readonly unknown[]): unknown;
}

/**
 * The leaves of nested plain objects and arrays, and the way back. null, undefined and strings belong to the structure.
 * Throws a TreeError for what is no tree.
 *
 *     const { leaves, unflatten } = tree.flatten({ w, b });   // [w, b]
 */
export function flatten(value: unknown): Flattened {
  const { tree, leaves, paths } = flattenTree(value, '');
  return { leaves, paths, unflatten: (others) => rebuilt(tree, leaves.length, others) };
}

/** The leaves in order. */
export function leaves(value: unknown): readonly Leaf[] {
  return flattenTree(value, '').leaves;
}

/**
 * `f` of every leaf, in the structure of the first tree; with more trees `f` takes the leaves at the same place of each.
 * Throws a TreeError where their structures differ.
 *
 *     tree.map((w, g) => w.sub(g.mul(0.1)), params, gradients)
 */
export function map<T, L extends Leaf = Leaf>(
  f: (...leaves: L[]) => unknown,
  first: T,
  ...others: readonly unknown[]
): T {
  const flat = flattenTree(first, 'tree');
  const rest = others.map((other, i) => {
    const found = flattenTree(other, 'tree');
    if (!sameStructure(found.tree, flat.tree))
      throw new TreeError(
        `tree.map: tree ${i + 2} has another structure than the first, which has leaves ${list(flat.paths)}; got ${list(found.paths)}`,
      );
    return found.leaves;
  });
  const mapped = flat.leaves.map((leaf, i) => f(leaf as L, ...rest.map((list) => list[i] as L)));
  return unflatten(flat.tree, mapped) as T;
}

function rebuilt(tree: Tree, count: number, leaves: readonly unknown[]): unknown {
  if (leaves.length !== count)
    throw new TreeError(`tree.unflatten: the structure has ${count} leaves, got ${leaves.length}`);
  return unflatten(tree, leaves);
}

function list(paths: readonly string[]): string {
  return paths.length === 0 ? 'none' : paths.join(', ');
}
