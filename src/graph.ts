// `tracejit/graph`: define-and-run. TensorFlow 1's graphs and sessions, Theano's functions of symbols.

import './autodiff/history.ts';
import { gradientNodes } from './graph/gradients.ts';
import { GraphTensor, showGraphType } from './graph/nodes.ts';
import { isTensor } from './ops/coerce.ts';
import { constant } from './ops/constant.ts';
import type { Tensor } from './tensor/tensor.ts';
import { TracedTensor } from './trace/tracer.ts';
import { GraphError, ShapeError } from './util/errors.ts';

export {
  compileFunction,
  type FunctionOptions,
  shared,
  symbol,
  type Updates,
} from './graph/function.ts';
export { Graph, type GraphVariableOptions, type OpenShape } from './graph/graph.ts';
export { GraphTensor, GraphVariable, Initializer, Placeholder } from './graph/nodes.ts';
export type { Feed } from './graph/plan.ts';
export { type Round, type ScanOptions, scan } from './graph/scan.ts';
export { type Feeds, type Fetch, Session } from './graph/session.ts';

/**
 * The size of an axis of a tensor of a graph, as a float32 scalar of the graph: also where it is known only when the graph is fed. Throws a ShapeError for an axis that there is none of.
 *
 *     x.sum(0).div(sizeOf(x, 0))
 */
export function sizeOf(x: Tensor, axis: number): Tensor {
  if (!(x instanceof TracedTensor))
    throw new GraphError('sizeOf: expected a tensor of a graph; of others x.shape[axis] is the size');
  const { shape } = x.type;
  const size = shape.at(axis);
  if (!Number.isInteger(axis) || size === undefined)
    throw new ShapeError(`sizeOf: a tensor ${showGraphType(x.type)} has no axis ${axis}`);
  const size32 = (): Tensor => constant(size, 'float32');
  return x instanceof GraphTensor ? x.graph.within(size32) : size32();
}

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
