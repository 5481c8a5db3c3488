// Graph: TensorFlow 1's way. First a program is written down, node by node; then a session runs the parts it is asked for.
import { checkDType, type DType, type Shape, type TensorType } from '../ir/types.ts';
import { mostUnknown, unknownSize } from '../ir/unknown.ts';
import { isTensor, lift, type TensorLike } from '../ops/coerce.ts';
import { EagerTensor } from '../tensor/eager.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import { cond } from '../trace/control/branches.ts';
import { whileLoop } from '../trace/control/loops.ts';
import type { Like, Tensors } from '../trace/control/state.ts';
import { ArgumentError, GraphError, ShapeError } from '../util/errors.ts';
import { checkFlag, checkOptions } from '../util/options.ts';
import { gradientNodes } from './gradients.ts';
import { GraphTrace } from './graph-trace.ts';
import { GraphTensor, GraphVariable, Initializer, Placeholder, sizeIsOpen } from './nodes.ts';

/** A size, or one that is known when the graph is fed: null, or a name. Nulls at the same axis stand for one size in a run, and so do equal names. */
export type OpenShape = readonly (number | null | string)[];

export interface GraphVariableOptions {
  readonly name?: string;
  /** Default true. */
  readonly trainable?: boolean;
  /** What it holds, where `initial` is a function or a tensor of the graph; else that of `initial`. */
  readonly shape?: Shape;
  readonly dtype?: DType;
}

let graphs = 0;

/**
 * A program of nodes. Ops on its tensors, methods and functions alike, are nodes of it and run nothing.
 *
 *     const g = new Graph();
 *     const x = g.placeholder('float32', [], 'x');
 *     const [df] = g.gradients(x.pow(2), [x]);
 *     new Session(g).run(df, new Map([[x, 5]]));   // 10
 */
export class Graph {
  readonly name: string;
  /** Gives every variable its first value, when it is run. */
  readonly initializer: Initializer;
  /** @internal */
  readonly trace: GraphTrace;
  readonly #variables: GraphVariable[] = [];
  // The unknown sizes in order, by what they are called: a name, or the axis.
  readonly #open: string[] = [];
  readonly #names = new Set<string>();
  #unnamed = 0;

  constructor(name: string = `graph${graphs++}`) {
    this.name = name;
    this.trace = new GraphTrace(`graph '${name}'`);
    this.initializer = new Initializer(this.trace, () => this.#variables);
  }

  /** In order of creation. */
  get variables(): readonly GraphVariable[] {
    return this.#variables;
  }

  /**
   * An input that has to be fed when a node that depends on it is run. Sizes may be left open (`[null, 784]`, `['batch', 784]`): the graph is compiled for each size it is fed.
   * Until then an open size cannot be read from `x.shape`, which can be handed on as it is; `sizeOf(x, axis)` is the size as a tensor. Throws a ShapeError or DTypeError for what is no shape or dtype.
   * A name that the graph has already is given a number: the second `x` is `x_1`.
   */
  placeholder(
    dtype: DType,
    shape: OpenShape = [],
    name: string = `placeholder${this.#unnamed++}`,
  ): Placeholder {
    return this.makePlaceholder(dtype, shape, this.#newName(name));
  }

  /** @internal */
  makePlaceholder(dtype: DType, shape: OpenShape, name: string): Placeholder {
    checkDType(dtype, `placeholder '${name}'`);
    if (!Array.isArray(shape))
      throw new ShapeError(
        `placeholder '${name}': expected a shape such as [null, 784], got ${String(shape)}`,
      );
    const sizes = shape.map((size, axis) => this.#sizeOf(size, axis, name));
    let made: Placeholder | undefined;
    const value = this.trace.input({ dtype, shape: sizes }, () => ({
      kind: 'placeholder',
      get placeholder() {
        return made!;
      },
    }));
    made = new Placeholder(this.trace, value, name);
    return made;
  }

  /**
   * A variable. `initial` is a tensor, a number or a function that makes one; the function is called at every initialisation, and once here for dtype and shape unless the options give them.
   * A session has to run `g.initializer` (or the variable's own) before it can read it.
   */
  variable(
    initial: TensorLike | (() => TensorLike),
    options: string | GraphVariableOptions = {},
  ): GraphVariable {
    const given: GraphVariableOptions = typeof options === 'string' ? { name: options } : options;
    const { name } = given;
    const made = this.makeVariable(
      initial,
      name === undefined ? given : { ...given, name: this.#newName(name) },
      null,
    );
    this.#variables.push(made);
    return made;
  }

  /** @internal `home` is where a shared variable lives. */
  makeVariable(
    initial: GraphVariable['initial'],
    options: GraphVariableOptions,
    home: Variable | null,
  ): GraphVariable {
    checkOptions(options, ['name', 'trainable', 'shape', 'dtype'], 'variable');
    const { name = `variable${this.#unnamed++}`, trainable = true } = options;
    checkFlag(trainable, 'trainable', `variable '${name}'`);
    const type = typeOfInitial(initial, options, name);
    let made: GraphVariable | undefined;
    const value = this.trace.input(type, () => ({
      kind: 'state',
      get variable() {
        return made!;
      },
    }));
    made = new GraphVariable(this.trace, value, { name, trainable, initial, home });
    return made;
  }

  /**
   * Nodes that move the statistics of layers that were called for training (`BatchNorm`), one for each variable: TensorFlow's UPDATE_OPS. They run only if they are fetched:
   *
   *     session.run([loss, train, ...g.updates], feeds);
   */
  get updates(): readonly GraphTensor[] {
    return this.trace.updates;
  }

  /** A node that assigns to a variable of a layer, or any other, when it is run, and is the new value. Throws a GraphError for a value of another dtype or shape. */
  assign(variable: Variable | GraphVariable, value: TensorLike): GraphTensor {
    if (variable instanceof Variable || (variable instanceof GraphVariable && variable.graph === this.trace))
      return this.trace.assign(variable, value);
    throw new GraphError(
      `assign: expected a variable${variable instanceof GraphVariable ? ` of ${this.trace.title}, got ${variable.label} of ${variable.graph.title}` : ', of this graph or of a layer'}`,
    );
  }

  /** Nodes for the gradients of `ys` (one tensor or several, whose sum is meant) by each of `xs`, variables of layers too; null where `ys` do not depend on it. Throws a GradientError where a node on the way has no gradient. */
  gradients(ys: Tensor | readonly Tensor[], xs: readonly Tensor[]): (GraphTensor | null)[] {
    return gradientNodes(this.trace, isTensor(ys) ? [ys] : ys, xs);
  }

  /** `then()` where `pred` holds when it is run, else `otherwise()`; as `cond`. Nodes made outside of the functions run in either case. */
  cond<T>(pred: Tensor | boolean, then: () => T, otherwise: () => NoInfer<T>): Tensors<T> {
    return this.asDefault(() => cond(pred, then, otherwise));
  }

  /** Repeats `state = body(state)` as long as `pred(state)` holds when it is run; as `whileLoop`. */
  whileLoop<const S>(
    pred: (state: Tensors<S>) => Tensor | boolean,
    body: (state: Tensors<S>) => Like<S>,
    init: S,
  ): Tensors<S> {
    return this.asDefault(() => whileLoop(pred, body, init));
  }

  /** Runs `f` with every op a node of this graph, also those without a tensor of it: `grad`, `cond`, `scan`, `arange` and other functions build there what they compute elsewhere. */
  asDefault<T>(f: () => T): T {
    return this.trace.within(f);
  }

  // As in TensorFlow: the second `w` is `w_1`, so that messages say which is meant.
  #newName(name: string): string {
    let unique = name;
    for (let n = 1; this.#names.has(unique); n++) unique = `${name}_${n}`;
    this.#names.add(unique);
    return unique;
  }

  // The stand-in of an open size.
  #sizeOf(size: number | null | string, axis: number, name: string): number {
    if (typeof size === 'number') {
      if (Number.isSafeInteger(size) && size >= 0) return size;
      throw new ShapeError(
        `placeholder '${name}': axis ${axis} has the size ${size}; sizes are integers from 0 on, or null or a name for one that is known when it is fed`,
      );
    }
    const key = size === null ? `axis ${axis}` : `'${size}'`;
    let k = this.#open.indexOf(key);
    if (k < 0) k = this.#open.push(key) - 1;
    if (k >= mostUnknown)
      throw new GraphError(
        `placeholder '${name}': a graph can have ${mostUnknown} different open sizes; give those that go together one name`,
      );
    sizeIsOpen();
    return unknownSize(k);
  }
}

function typeOfInitial(
  initial: GraphVariable['initial'],
  { shape, dtype }: GraphVariableOptions,
  name: string,
): TensorType {
  if (typeof initial === 'function') {
    if (shape !== undefined) return { dtype: dtype ?? 'float32', shape };
    const { type } = eagerInitial(initial(), name);
    return type;
  }
  return eagerInitial(initial, name).type;
}

/** The first value of a variable. */
export function eagerInitial(x: TensorLike, name: string): Tensor {
  if (typeof x === 'number' || typeof x === 'boolean') return lift(x, `variable '${name}'`);
  const tensor = isTensor(x) ? x.resolve() : x;
  if (tensor instanceof EagerTensor) return tensor;
  throw new ArgumentError(
    `variable '${name}': its first value must be a tensor with elements, a number, or a function that makes one${tensor instanceof GraphTensor ? '; run the node first, or assign it: session.run(v.assign(node))' : ''}`,
  );
}
