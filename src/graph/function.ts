// Theano's way: symbols, shared variables, and functions compiled from expressions.
import type { Value } from '../ir/func.ts';
import type { DType } from '../ir/types.ts';
import { sameType } from '../ir/types.ts';
import { isTensor, type TensorLike } from '../ops/coerce.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import { ArgumentError, GraphError } from '../util/errors.ts';
import { checkOptions } from '../util/options.ts';
import { eagerInitial, Graph, type OpenShape } from './graph.ts';
import type { Assignment } from './graph-trace.ts';
import { GraphTensor, GraphVariable, Placeholder, showGraphType } from './nodes.ts';
import { type Feed, Plan } from './plan.ts';

// Symbols need no graph of their own: what no symbol leads to is forgotten.
const symbols = new Graph('symbols');

/** An input of functions to be compiled: a placeholder of a graph that all symbols are in. */
export function symbol(name: string, shape: OpenShape = [], dtype: DType = 'float32'): Placeholder {
  return symbols.makePlaceholder(dtype, shape, name);
}

let unnamed = 0;

/** A variable that functions share: it holds its value itself, from the start. `updates` of functions assign it, and so does `setValue`. */
export function shared(initial: TensorLike, name: string = `shared${unnamed++}`): GraphVariable {
  const first = eagerInitial(initial, name);
  const home = new Variable(first.requireView(), name, true);
  return symbols.makeVariable(first, { name }, home);
}

/** New values for shared variables: a Map, or pairs. */
export type Updates =
  | ReadonlyMap<GraphVariable, TensorLike>
  | readonly (readonly [GraphVariable, TensorLike])[];

export interface FunctionOptions {
  /** Assigned after the outputs are computed, all at once: outputs and updates see the values before. */
  readonly updates?: Updates;
  /** Tensors that others stand in for: `[[x, data.slice([0, 10])]]`. */
  readonly givens?: ReadonlyMap<Tensor, Tensor> | readonly (readonly [Tensor, Tensor])[];
  readonly name?: string;
}

/**
 * A function of `inputs` that computes `outputs`, one tensor or a list, compiled. Throws a GraphError for outputs that depend on a symbol that is no input,
 * and for tensors of different graphs; a call throws a ShapeError for arguments of another shape.
 *
 *     const state = shared(0);
 *     const inc = symbol('inc');
 *     const accumulate = compileFunction([inc], state, { updates: [[state, state.add(inc)]] });
 *     accumulate(10);   // 0, and state.getValue() is 10
 */
export function compileFunction(
  inputs: readonly Placeholder[],
  outputs: Tensor,
  options?: FunctionOptions,
): (...args: Feed[]) => Tensor;
export function compileFunction(
  inputs: readonly Placeholder[],
  outputs: readonly Tensor[],
  options?: FunctionOptions,
): (...args: Feed[]) => Tensor[];
export function compileFunction(
  inputs: readonly Placeholder[],
  outputs: Tensor | readonly Tensor[],
  options: FunctionOptions = {},
): (...args: Feed[]) => Tensor | Tensor[] {
  checkOptions(options, ['updates', 'givens', 'name'], 'compileFunction');
  const { updates = [], givens = [], name = 'compiled' } = options;
  inputs.forEach((x, i) => {
    if (!(x instanceof Placeholder))
      throw new GraphError(`compileFunction: inputs[${i}] is no symbol; make it with symbol(name, shape)`);
  });
  const again = inputs.find((x, i) => inputs.indexOf(x) !== i);
  if (again !== undefined)
    throw new GraphError(`compileFunction: ${again.label} is given twice; a call could give it two values`);
  const list = isTensor(outputs) ? [outputs] : outputs;
  const results = list.map((y, i) => nodeOf(y, `outputs[${i}]`));
  const pairs = [...(updates as Iterable<readonly [GraphVariable, TensorLike]>)].map(assignmentOf);
  const replaced = new Map<Value, Value>(
    [...(givens as Iterable<readonly [Tensor, Tensor]>)].map(([from, to], i) => {
      const [a, b] = [nodeOf(from, `givens[${i}][0]`), nodeOf(to, `givens[${i}][1]`)];
      if (!sameType(a.type, b.type))
        throw new GraphError(
          `compileFunction: ${showGraphType(b.type)} cannot stand in for ${a.label}, which is ${showGraphType(a.type)}`,
        );
      return [a.value, b.value];
    }),
  );
  const graph = (results[0] ?? inputs[0])?.graph ?? symbols.trace;
  const other = [...results, ...inputs].find((x) => x.graph !== graph);
  if (other !== undefined)
    throw new GraphError(
      `compileFunction: ${other.label} is of ${other.graph.title}, other tensors are of ${graph.title}`,
    );
  const plan = new Plan(
    graph,
    results.map((r) => r.value),
    pairs,
    name,
    homeOf,
    replaced,
  );
  const missing = plan.placeholders.find((p) => !inputs.includes(p));
  if (missing !== undefined)
    throw new GraphError(
      `compileFunction: the outputs depend on ${missing.label}, which is no input; add it to the inputs, or give it a value with givens`,
    );
  return (...args) => {
    if (args.length !== inputs.length)
      throw new ArgumentError(
        `${name}: takes ${inputs.length} argument${inputs.length === 1 ? '' : 's'} (${inputs.map((x) => x.name).join(', ')}), got ${args.length}`,
      );
    const values = plan.run(new Map(inputs.map((x, i) => [x, args[i]!])));
    return isTensor(outputs) ? values[0]! : [...values];
  };
}

function assignmentOf([variable, value]: readonly [GraphVariable, TensorLike]): Assignment {
  if (!(variable instanceof GraphVariable))
    throw new GraphError(
      'compileFunction: only shared variables can be updated; make it with shared(initial), so that what is computed from it is an expression',
    );
  // An assign node of which only the new value is used.
  const node = variable.assign(value);
  return node.graph.assignments.get(node.value)!;
}

function nodeOf(x: unknown, what: string): GraphTensor {
  if (x instanceof GraphTensor) return x;
  throw new GraphError(
    `compileFunction: ${what} is no expression of symbols and shared variables${isTensor(x) ? ': it was computed when it was written' : ''}`,
  );
}

function homeOf(variable: GraphVariable): Variable {
  if (variable.home !== null) return variable.home;
  throw new GraphError(
    `compileFunction: every session has its own value of variable '${variable.name}'; functions use shared(initial)`,
  );
}
