// The graph of a functional model: what was applied to its inputs, in order, and the way to do it again on tensors.
import {
  ArgumentError,
  DTypeError,
  InternalError,
  ShapeError,
  Tensor,
  TreeError,
  Variable,
} from '../../index.ts';
import type { Module } from '../module.ts';
import { isPlainObject } from '../plain.ts';
import {
  type Application,
  replaceSymbolic,
  Symbolic,
  showSymbolic,
  symbolicIn,
  unknownSize,
} from '../symbolic.ts';

/** Symbolic tensors in nested lists and objects, as a model takes and gives them. */
export type SymbolicTree = Tensor | readonly SymbolicTree[] | { readonly [key: string]: SymbolicTree };

export interface Graph {
  readonly inputs: SymbolicTree;
  readonly outputs: SymbolicTree;
  /** All that leads from the inputs to the outputs, in the order it was applied. */
  readonly applications: readonly Application[];
  /** Modules in the order of their first use. */
  readonly modules: readonly Module[];
  /** Variables used by functions, outside every module. */
  readonly variables: readonly Variable[];
}

/** The graph between inputs and outputs. Throws an ArgumentError for what is no tree of symbolic tensors, and for an output that needs an input not given. */
export function graphBetween(inputs: SymbolicTree, outputs: SymbolicTree): Graph {
  const list = checkedTree(inputs, 'inputs');
  const given = new Set(list);
  checkDifferent(list);
  const applications = new Set<Application>();
  const visit = (x: Symbolic): void => {
    if (given.has(x)) return;
    const { source } = x;
    if (source === null)
      throw new ArgumentError(
        `functional: an output depends on the input ${x.label === undefined ? '' : `'${x.label}' `}${showSymbolic(x)}, which is not among the inputs`,
      );
    if (applications.has(source)) return;
    applications.add(source);
    for (const operand of symbolicIn(source.args)) visit(operand);
  };
  for (const output of checkedTree(outputs, 'outputs')) visit(output);
  const ordered = [...applications].sort((a, b) => a.order - b.order);
  const modules = new Set(ordered.flatMap(({ what }) => (what.kind === 'module' ? [what.module] : [])));
  const variables = new Set(ordered.flatMap(({ args }) => variablesIn(args)));
  return { inputs, outputs, applications: ordered, modules: [...modules], variables: [...variables] };
}

function checkDifferent(inputs: readonly Symbolic[]): void {
  inputs.forEach((x, i) => {
    const what = `${x.label === undefined ? '' : `'${x.label}' `}${showSymbolic(x)}`;
    if (inputs.indexOf(x) !== i)
      throw new ArgumentError(
        `functional: the input ${what} is given twice; a call could give it two values`,
      );
    if (x.label !== undefined && inputs.findIndex((other) => other.label === x.label) !== i)
      throw new ArgumentError(
        `functional: two inputs are named '${x.label}'; names in one model must differ`,
      );
  });
}

function checkedTree(tree: SymbolicTree, what: string): readonly Symbolic[] {
  const found: Symbolic[] = [];
  const visit = (x: unknown, path: string): void => {
    if (x instanceof Symbolic) found.push(x);
    else if (Array.isArray(x)) x.forEach((item, i) => visit(item, `${path}[${i}]`));
    else if (isPlainObject(x)) for (const [key, item] of Object.entries(x)) visit(item, `${path}.${key}`);
    else
      throw new ArgumentError(
        `functional: ${path} is no symbolic tensor; begin with input(shape) and apply layers and functions to it`,
      );
  };
  visit(tree, what);
  if (found.length === 0) throw new ArgumentError(`functional: ${what} holds no symbolic tensor`);
  return found;
}

function variablesIn(value: unknown): readonly Variable[] {
  if (value instanceof Variable) return [value];
  if (Array.isArray(value)) return value.flatMap(variablesIn);
  return isPlainObject(value) ? Object.values(value).flatMap(variablesIn) : [];
}

/** The outputs for these values of the inputs. Throws a TreeError, ShapeError or DTypeError that names the input where they do not fit. */
export function runGraph(graph: Graph, values: unknown, where: string): unknown {
  const known = new Map<Symbolic, unknown>();
  bindInputs(graph.inputs, values, known, where, 'the input');
  const lookUp = (x: Symbolic): unknown => known.get(x);
  for (const { args, apply, results } of graph.applications) {
    const made = apply(replaceSymbolic(args, lookUp) as unknown[]);
    match(results, made, known);
  }
  return replaceSymbolic(graph.outputs, lookUp);
}

function bindInputs(
  tree: SymbolicTree,
  value: unknown,
  known: Map<Symbolic, unknown>,
  where: string,
  path: string,
): void {
  if (tree instanceof Symbolic) {
    known.set(tree, checkedInput(tree, value, where, path));
  } else if (Array.isArray(tree)) {
    if (!Array.isArray(value) || value.length !== tree.length)
      throw new TreeError(
        `${where}: ${path} must be a list of ${tree.length} tensors, got ${shapeOfTree(value)}`,
      );
    tree.forEach((item, i) => bindInputs(item, value[i], known, where, labelled(item, i)));
  } else {
    const keys = Object.keys(tree);
    if (!isPlainObject(value) || keys.some((key) => !Object.hasOwn(value, key)))
      throw new TreeError(
        `${where}: ${path} must be an object of ${keys.join(', ')}, got ${shapeOfTree(value)}`,
      );
    for (const key of keys)
      bindInputs((tree as Record<string, SymbolicTree>)[key]!, value[key], known, where, `input '${key}'`);
  }
}

function labelled(input: SymbolicTree, i: number): string {
  return input instanceof Symbolic && input.label !== undefined ? `input '${input.label}'` : `input ${i}`;
}

function shapeOfTree(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isPlainObject(value)) return `an object of ${Object.keys(value).join(', ')}`;
  return value instanceof Tensor ? 'one tensor' : typeof value;
}

function checkedInput(expected: Symbolic, value: unknown, where: string, path: string): Tensor {
  const x = value as Tensor;
  if (typeof value !== 'object' || value === null || !Array.isArray(x.shape))
    throw new ArgumentError(
      `${where}: ${path} must be a tensor ${showSymbolic(expected)}, got ${typeof value}`,
    );
  const fits =
    x.type.shape.length === expected.shape.length &&
    expected.shape.every(
      (n, axis) => n === unknownSize || x.type.shape[axis] === unknownSize || n === x.type.shape[axis],
    );
  if (!fits)
    throw new ShapeError(
      `${where}: ${path} takes ${showSymbolic(expected)}, got ${showSymbolic(x)}; ${wayOut(expected, x)}`,
    );
  if (x.dtype !== expected.dtype)
    throw new DTypeError(
      `${where}: ${path} takes ${showSymbolic(expected)}, got ${showSymbolic(x)}; cast it: x.cast('${expected.dtype}')`,
    );
  return x;
}

// Most often the batch is missing; else the data or the model is another.
function wayOut(expected: Symbolic, x: Tensor): string {
  const { shape } = x.type;
  const isOne = shape.length + 1 === expected.shape.length;
  if (
    isOne &&
    shape.every((n, axis) => expected.shape[axis + 1] === n || expected.shape[axis + 1] === unknownSize)
  )
    return 'the first axis is the batch: x.expandDims(0)';
  return `a model for such data begins with input([${shape.slice(1)}])`;
}

function match(results: unknown, made: unknown, known: Map<Symbolic, unknown>): void {
  if (results instanceof Symbolic) known.set(results, made);
  else if (Array.isArray(results)) {
    if (!Array.isArray(made) || made.length !== results.length)
      throw new InternalError('a layer gave another number of results than when the model was made');
    results.forEach((item, i) => match(item, made[i], known));
  } else if (isPlainObject(results))
    for (const [key, item] of Object.entries(results))
      match(item, (made as Record<string, unknown>)[key], known);
}
