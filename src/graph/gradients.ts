// Gradients as nodes: the part of the graph between is run again under a tape over the graph. What is there twice then, the passes make one.
import { backward } from '../autodiff/backward.ts';
import { Tape } from '../autodiff/tape.ts';
import type { Value } from '../ir/func.ts';
import { showType } from '../ir/types.ts';
import { within } from '../ops/dispatch.ts';
import { onesLike } from '../tensor/fill.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import { GradientError, GraphError } from '../util/errors.ts';
import { coneOf, runAgain } from './cone.ts';
import type { GraphTrace } from './graph-trace.ts';
import { GraphTensor } from './nodes.ts';

export function gradientNodes(
  graph: GraphTrace,
  ys: readonly Tensor[],
  xs: readonly Tensor[],
): (GraphTensor | null)[] {
  const targets = ys.map((y, i) => nodeOf(graph, y, `ys[${i}]`));
  const sources = xs.map((x, i) => nodeOf(graph, x, `xs[${i}]`));
  return graph.within(() => {
    const tape = new Tape(graph);
    const known = new Map<Value, Tensor>();
    const { body, inputs } = coneOf(targets.map((y) => y.value));
    const wanted = new Set(sources.map((s) => s.value));
    const meet = (v: Value): void => {
      if (wanted.has(v)) tape.watch(known.get(v)!);
    };
    for (const v of new Set([...inputs, ...wanted])) known.set(v, new GraphTensor(graph, v));
    for (const v of inputs) meet(v);
    within(tape, () => {
      for (const one of body) {
        for (const r of one.results) known.delete(r);
        runAgain([one], known, []);
        one.results.forEach(meet);
      }
    });
    const ends = targets.map((y) => known.get(y.value)!);
    const found = backward(
      tape,
      ends,
      ends.map(onesLike),
      sources.map((s) => known.get(s.value)!),
    );
    return found as (GraphTensor | null)[];
  });
}

function nodeOf(graph: GraphTrace, given: Tensor, what: string): GraphTensor {
  // Variables of layers are inputs of the graph.
  const x = given instanceof Variable ? graph.again(given) : given;
  if (!(x instanceof GraphTensor))
    throw new GraphError(
      `gradients: ${what} is no tensor of a graph; for tensors with elements there is grad(f)`,
    );
  if (x.graph !== graph)
    throw new GraphError(
      `gradients: ${what}, ${x.label}, is of ${x.graph.title} and was asked for in ${graph.title}; ask its own graph, or gradients(ys, xs), which finds it`,
    );
  if (x.dtype !== 'float32')
    throw new GradientError(`gradients: ${what} is ${showType(x.type)}; gradients exist for float32 only`);
  return x;
}
