// Model: a network made by applying layers to symbolic inputs, Keras's way, with what is needed to train it.
import { ArgumentError, type Tensor, type Variable } from '../../index.ts';
import type { CallOptions, LayerOptions } from '../layer.ts';
import { Layer } from '../layer.ts';
import { withTraining } from '../mode.ts';
import { Module } from '../module.ts';
import { Symbolic } from '../symbolic.ts';
import type { History, Logs } from './callbacks.ts';
import {
  type CompileOptions,
  type Data,
  type EvaluateOptions,
  type FitOptions,
  type PredictOptions,
  Trainer,
} from './fit.ts';
import { type Graph, graphBetween, runGraph, type SymbolicTree } from './graph.ts';
import { input } from './input.ts';
import { uniqueNames } from './names.ts';
import { structureOf } from './structure.ts';
import { summaryOf } from './summary.ts';

/** What a model gives for inputs: a tensor, or a tree of tensors where it has several outputs. */
// biome-ignore lint/suspicious/noExplicitAny: which of both is known to the program, not to the type
type Output = any;

/** Made by `functional` or `sequential`. Called like a function; without `{ training: true }`, or a training call around it, it predicts. */
export class Model extends Layer {
  // Null until the first call of a sequential model without an input.
  #graph: Graph | null = null;
  #sequence: readonly Module[] | null;
  #trainer: Trainer | null = null;
  #predictor: Trainer | null = null;

  /** @internal */
  constructor(graph: Graph | null, sequence: readonly Module[] | null, options: LayerOptions) {
    super(options, [], { ...options }, false);
    this.#sequence = sequence;
    this.#graph = graph;
    uniqueNames(this.layers, this.where);
  }

  protected override build(): void {}

  /** The layers, in the order of their first use. */
  get layers(): readonly Module[] {
    return this.#graph?.modules ?? this.#sequence ?? [];
  }
  /** A layer by its name in this model. Throws an ArgumentError that lists the names where there is none. */
  layer(name: string): Module {
    const names = uniqueNames(this.layers, this.where);
    const found = this.layers[names.indexOf(name)];
    if (found === undefined)
      throw new ArgumentError(`${this.where}: no layer is named '${name}'; there are ${names.join(', ')}`);
    return found;
  }

  /** The variables that are trained, in the order they were made. */
  get trainableWeights(): readonly Variable[] {
    return this.parameters();
  }
  /** All others, such as moving statistics. */
  get nonTrainableWeights(): readonly Variable[] {
    const trained = new Set(this.parameters());
    return this.weights.filter((v) => !trained.has(v));
  }
  get weights(): readonly Variable[] {
    return this.namedVariables().map(([, v]) => v);
  }

  /** @internal */
  override attributes(): readonly (readonly [string, unknown])[] {
    const names = uniqueNames(this.layers, this.where);
    const loose = this.#graph?.variables ?? [];
    return [
      ...this.layers.map((layer, i) => [names[i]!, layer] as const),
      ...loose.map((v, i) => [`variable${i}`, v] as const),
    ];
  }

  override forward(x: Tensor, _options?: CallOptions): Output;
  override forward(x: unknown, _options?: CallOptions): Output;
  override forward(x: unknown): Output {
    const graph = this.#graph ?? this.#complete(x);
    return withTraining(this.training, () => runGraph(graph, x, this.where));
  }

  /** @internal The graph; of a sequential model that was never called an ArgumentError. */
  graph(asked: string): Graph {
    if (this.#graph === null)
      throw new ArgumentError(
        `${this.where}: ${asked} needs the shape of the inputs; call the model once, or begin the list with input(shape)`,
      );
    return this.#graph;
  }

  // A sequential model takes the shape of its input from the first call.
  #complete(x: unknown): Graph {
    const { shape, dtype } = x as Tensor;
    if (!Array.isArray(shape))
      throw new ArgumentError(`${this.where}: expected a tensor, got ${x === null ? 'null' : typeof x}`);
    const start = input(shape.slice(1), { dtype });
    this.#graph = graphBetween(start, chain(start, this.#sequence!));
    return this.#graph;
  }

  /** Prints a table of layers, shapes and weights. */
  summary(print: (text: string) => void = console.log): void {
    print(summaryOf(this, this.graph('summary()')));
  }
  /** The structure, without weights, for JSON: `modelFromJSON` makes it again. Throws an ArgumentError where a layer holds a function. */
  override toJSON(): unknown {
    return structureOf(this, this.graph('toJSON()'));
  }

  /**
   * Says how the model is trained: optimizer, loss and metrics, by name or as objects. `jit: false` trains eagerly, to the same bits.
   * Layers frozen by `trainable = false` later are frozen after the next `compile`.
   *
   *     model.compile({ optimizer: new Adam({ lr: 1e-3 }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
   */
  compile(options: CompileOptions): this {
    this.#trainer = new Trainer(this, options ?? ({} as CompileOptions), this.where);
    return this;
  }
  #compiled(asked: string): Trainer {
    if (this.#trainer === null)
      throw new ArgumentError(
        `${this.where}: ${asked} before compile; say how to train: model.compile({ optimizer: 'adam', loss: 'meanSquaredError' })`,
      );
    return this.#trainer;
  }
  /** Trains for some epochs and returns their history. Data are tensors (or trees of them) or a data set of batches [x, y]. */
  async fit(x: Data, y?: Data | FitOptions, options?: FitOptions): Promise<History> {
    return this.#compiled('fit').fit(x, y, options);
  }
  /** Loss and metrics of data, by name. */
  evaluate(x: Data, y?: Data | EvaluateOptions, options?: EvaluateOptions): Logs {
    return this.#compiled('evaluate').evaluate(x, y, options);
  }
  /** The outputs for data, batch by batch, joined. */
  predict(x: Data, options?: PredictOptions): Output {
    this.#predictor ??= new Trainer(this, null, this.where);
    return this.#predictor.predict(x, options);
  }
}

function chain(start: Tensor, modules: readonly Module[]): Tensor {
  return modules.reduce((x, module) => module(x) as Tensor, start);
}

/**
 * The model between symbolic inputs and outputs; each may be one tensor, a list or an object. A layer used twice shares its weights.
 *
 *     const x = input([100]);
 *     const model = functional(x, new Dense(10)(new Dense(50)(x)));
 */
export function functional(inputs: SymbolicTree, outputs: SymbolicTree, options: LayerOptions = {}): Model {
  return new Model(graphBetween(inputs, outputs), null, options);
}

/**
 * The model that applies layers one after the other. The list may begin with `input(shape)`; otherwise the first call says the shape.
 *
 *     sequential([new Dense(50, { activation: 'relu' }), new Dense(10)])
 */
export function sequential(layers: readonly (Tensor | Module)[], options: LayerOptions = {}): Model {
  if (!Array.isArray(layers) || layers.length === 0)
    throw new ArgumentError('sequential: expected a list of layers');
  const [first, ...rest] = layers as [Tensor | Module, ...(Tensor | Module)[]];
  const modules = (first instanceof Symbolic ? rest : layers).map((layer, i) => {
    if (layer instanceof Module) return layer;
    throw new ArgumentError(`sequential: item ${first instanceof Symbolic ? i + 1 : i} is no layer`);
  });
  return first instanceof Symbolic
    ? functional(first, chain(first, modules), options)
    : new Model(null, modules, options);
}
