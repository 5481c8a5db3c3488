// evalShape: what a function would return, found by tracing it and running nothing.
import { isTensor } from '../ops/coerce.ts';
import { currentInterpreter } from '../ops/dispatch.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { traceFunction } from '../trace/tracer.ts';
import { flatten, flattenAs, mapLeaves, type Tree, unflatten } from '../trace/tree.ts';
import { Spec } from './spec.ts';

/**
 * The shapes and dtypes of what `f` returns for arguments of these shapes and dtypes: trees of `spec(…)` in, a tree of specs out.
 * Only what `f` traces is done; variables it assigns keep their values. Throws what `f` throws.
 *
 *     evalShape((x, w) => x.matmul(w), spec([32, 784]), spec([784, 10])).shape   // [32, 10]
 */
export function evalShape<R = Spec>(f: (...args: never[]) => unknown, ...args: readonly unknown[]): R {
  const { tree, leaves, paths } = flattenAs(args, 'args', (x): x is Spec => x instanceof Spec);
  let output: Tree | undefined;
  const body = (parameters: readonly Tensor[]): readonly Tensor[] => {
    const result = flatten(f(...(unflatten(tree, parameters) as never[])), 'result');
    const tensors: Tensor[] = [];
    output = mapLeaves(result.tree, (i) => {
      const leaf = result.leaves[i]!;
      return isTensor(leaf)
        ? { kind: 'leaf', index: tensors.push(leaf.resolve()) - 1 }
        : { kind: 'static', value: leaf };
    });
    return tensors;
  };
  const types = leaves.map(({ type }) => type);
  const { func } = traceFunction(body, types, { name: 'evalShape', parent: currentInterpreter(), paths });
  return unflatten(
    output!,
    func.results.map(({ type }) => new Spec(type)),
  ) as R;
}
