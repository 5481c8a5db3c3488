// `tracejit/graph`: define-and-run. TensorFlow 1's graphs and sessions, Theano's functions of symbols.

import './autodiff/history.ts';
import { gradientNodes } from './graph/gradients.ts';
import { GraphTensor } from './graph/nodes.ts';
import { isTensor } from './ops/coerce.ts';
import type { Tensor } from './tensor/tensor.ts';
import { GraphError } from './util/errors.ts';

export {
  compileFunction,
  type FunctionOptions,
  type ScanOptions,
  scan,
  shared,
  symbol,
  type Updates,
} from './graph/function.ts';
export { Graph, type GraphVariableOptions, type OpenShape } from './graph/graph.ts';
export { GraphTensor, GraphVariable, Initializer, Placeholder } from './graph/nodes.ts';
export type { Feed } from './graph/plan.ts';
export { type Feeds, type Fetch, Session } from './graph/session.ts';

/** `Graph.gradients` in the graph that `ys` are of: nodes for the gradients by each of `xs`, null where nothing is connected. */
export function gradients(ys: Tensor | readonly Tensor[], xs: readonly Tensor[]): (GraphTensor | null)[] {
  const targets = isTensor(ys) ? [ys] : ys;
  const first = targets[0];
  if (!(first instanceof GraphTensor))
    throw new GraphError(
      'gradients: expected tensors of a graph; for tensors with elements there is grad(f)',
    );
  return gradientNodes(first.graph, targets, xs);
}
