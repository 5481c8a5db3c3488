// From a user's function and the key of a call to a Func: arguments become traced tensors, results a flat list with a structure.
import type { TensorType } from '../ir/types.ts';
import { isTensor } from '../ops/coerce.ts';
import type { Interpreter } from '../ops/dispatch.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { askedArgument, unconvertedHelper, unusedCondition, unusedWarning } from '../trace/messages.ts';
import { type GradientEffects, type TracedFunction, traceFunction } from '../trace/tracer.ts';
import { type Flat, flatten, mapLeaves, type Tree, unflatten } from '../trace/tree.ts';
import { withWrittenPlaces } from '../util/location.ts';
import { type ArgumentEffects, ArgumentHistories } from './argument-history.ts';
import { askedOf, branchesOn } from './asked.ts';
import type { ArgumentKey } from './key.ts';
import { configuration } from './options.ts';

export interface TracedCall extends TracedFunction {
  /** The structure of the result; leaf i is result i of the func. Numbers and booleans returned are part of it. */
  readonly output: Tree;
  /** How many of the func's results are the function's own; then come the gradients of arguments, then the writes. */
  readonly outputCount: number;
  readonly gradients: GradientEffects;
  /** What it does with the histories of its arguments; null: nothing, it is the same function for all. */
  readonly effects: ArgumentEffects | null;
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
  const parameterCount = types.length;
  const histories = new ArgumentHistories(
    key.leaves.flatMap((leaf, i) => (leaf.kind === 'tensor' ? [given[i]] : [])),
    parameterPaths,
  );
  const gradientTypes = histories.given.map((i) => types[i]!);
  const gradientPaths = histories.given.map((i) => `${parameterPaths[i]}.grad`);
  let effects: ArgumentEffects | null = null;
  let output: Tree | undefined;
  let outputCount = 0;
  const body = (parameters: readonly Tensor[]): readonly Tensor[] => {
    let next = 0;
    histories.attach(parameters, parameters.slice(parameterCount));
    const leaves = key.leaves.map((leaf, i) => (leaf.kind === 'tensor' ? parameters[next++] : given[i]));
    const args = unflatten(tree, leaves) as never[];
    const flat = flatten(
      withWrittenPlaces(() => f(...args)),
      'result',
    );
    const tensors: Tensor[] = [];
    output = mapLeaves(flat.tree, (i) => {
      const leaf = flat.leaves[i]!;
      return isTensor(leaf)
        ? { kind: 'leaf', index: tensors.push(leaf) - 1 }
        : { kind: 'static', value: leaf };
    });
    outputCount = tensors.length;
    effects = histories.finish((x) => tensors.push(x) - 1);
    return tensors;
  };
  const start = performance.now();
  const traced = traceFunction(body, [...types, ...gradientTypes], {
    name,
    parent,
    paths: [...parameterPaths, ...gradientPaths],
    leavesGradients: true,
    checksLoops: configuration.checkConditions,
  });
  const { unused, ...result } = traced;
  if (configuration.checkConditions) {
    if (unused?.helper === null) throw unusedCondition(unused);
    if (unused?.loc !== undefined && branchesOn(unused.loc)) throw unconvertedHelper(unused);
    if (unused !== null) console.warn(unusedWarning(unused));
    const { params, body: instrs, results } = traced.func;
    const used = new Set([...results, ...instrs.flatMap((i) => i.args)]);
    const unusedScalars = parameterPaths.filter(
      (_, k) => types[k]!.shape.length === 0 && !used.has(params[k]!),
    );
    const asked = askedOf(f, unusedScalars);
    if (asked !== undefined) throw askedArgument(name, asked);
  }
  // Gradients that nobody asked for are no parameters.
  const { func } = result;
  const unasked = (i: number): boolean =>
    effects === null && i >= parameterCount && i < parameterCount + gradientTypes.length;
  return {
    ...result,
    func: { ...func, params: func.params.filter((_, i) => !unasked(i)) },
    effects,
    paths: parameterPaths,
    output: output!,
    outputCount,
    ms: performance.now() - start,
  };
}
