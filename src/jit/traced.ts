// From a user's function and the key of a call to a Func: arguments become traced tensors, results a flat list with a structure.
import type { TensorType } from '../ir/types.ts';
import { isTensor } from '../ops/coerce.ts';
import type { Interpreter } from '../ops/dispatch.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { askedArgument, unusedCondition, unusedWarning } from '../trace/messages.ts';
import { type GradientEffects, type TracedFunction, traceFunction } from '../trace/tracer.ts';
import { type Flat, flatten, mapLeaves, type Tree, unflatten } from '../trace/tree.ts';
import { askedOf } from './asked.ts';
import type { ArgumentKey } from './key.ts';
import { configuration } from './options.ts';

export interface TracedCall extends TracedFunction {
  /** The structure of the result; leaf i is result i of the func. Numbers and booleans returned are part of it. */
  readonly output: Tree;
  /** How many of the func's results are the function's own; the rest are the writes. */
  readonly outputCount: number;
  readonly gradients: GradientEffects;
  /** Where each argument among the parameters was found, such as `args[1].x`. */
  readonly paths: readonly string[];
  /** How long `f` took. */
  readonly ms: number;
}

/** Runs `f` on traced arguments. Whatever it throws passes through, and leaves nothing behind. */
export function traceCall(
  f: (...args: never[]) => unknown,
  { tree, leaves: given, paths }: Flat,
  key: ArgumentKey,
  name: string,
  parent: Interpreter,
): TracedCall {
  const types: TensorType[] = [];
  const parameterPaths: string[] = [];
  key.leaves.forEach((leaf, i) => {
    if (leaf.kind !== 'tensor') return;
    types.push(leaf.type);
    parameterPaths.push(paths[i]!);
  });
  let output: Tree | undefined;
  let outputCount = 0;
  const body = (parameters: readonly Tensor[]): readonly Tensor[] => {
    let next = 0;
    const leaves = key.leaves.map((leaf, i) => (leaf.kind === 'tensor' ? parameters[next++] : given[i]));
    const flat = flatten(f(...(unflatten(tree, leaves) as never[])), 'result');
    const tensors: Tensor[] = [];
    output = mapLeaves(flat.tree, (i) => {
      const leaf = flat.leaves[i]!;
      return isTensor(leaf)
        ? { kind: 'leaf', index: tensors.push(leaf) - 1 }
        : { kind: 'static', value: leaf };
    });
    outputCount = tensors.length;
    return tensors;
  };
  const start = performance.now();
  const traced = traceFunction(body, types, {
    name,
    parent,
    paths: parameterPaths,
    leavesGradients: true,
  });
  const { unused, ...result } = traced;
  if (configuration.checkConditions) {
    if (unused?.direct) throw unusedCondition(unused);
    if (unused !== null) console.warn(unusedWarning(unused));
    const { params, body: instrs, results } = traced.func;
    const used = new Set([...results, ...instrs.flatMap((i) => i.args)]);
    const unusedScalars = parameterPaths.filter(
      (_, k) => types[k]!.shape.length === 0 && !used.has(params[k]!),
    );
    const asked = askedOf(f, unusedScalars);
    if (asked !== undefined) throw askedArgument(name, asked);
  }
  return { ...result, paths: parameterPaths, output: output!, outputCount, ms: performance.now() - start };
}
