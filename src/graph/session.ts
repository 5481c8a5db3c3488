// Session: runs parts of a graph, and holds the values of its variables.

import { isTensor } from '../ops/coerce.ts';
import { zeros } from '../tensor/fill.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import { ArgumentError, GraphError } from '../util/errors.ts';
import { eagerInitial, type Graph } from './graph.ts';
import { GraphTrace } from './graph-trace.ts';
import { GraphTensor, type GraphVariable, Initializer } from './nodes.ts';
import { type Feed, Plan } from './plan.ts';

/** What a session runs: a tensor, which gives its value, or an initializer, which gives null. */
export type Fetch = Tensor | Initializer;

/** Values for placeholders: a Map, or pairs. */
export type Feeds = ReadonlyMap<Tensor, Feed> | readonly (readonly [Tensor, Feed])[];

type Fetched<F> = F extends Tensor ? Tensor : null;

/**
 * Runs nodes of a graph. What is asked for together runs as one compiled program, with nothing in it that the answers do not need, once for each size it is fed. Values of
 * variables belong to the session; all readings of a run see the values at its beginning, and assignments take effect at its end.
 *
 *     const session = new Session(g);
 *     session.run(g.initializer);
 *     const [l] = session.run([loss, train], new Map([[x, batch], [y, labels]]));
 */
export class Session {
  readonly graph: Graph;
  readonly #variables = new Map<GraphVariable, Variable>();
  readonly #plans = new Map<string, Plan>();
  readonly #numbers = new WeakMap<GraphTensor, number>();
  #count = 0;

  constructor(graph: Graph) {
    if (!(graph?.trace instanceof GraphTrace))
      throw new ArgumentError('Session: expected a graph: new Session(new Graph())');
    this.graph = graph;
  }

  /**
   * The value of one fetch, or the list of those of a list. Throws a GraphError that names a placeholder that is needed and not fed, a variable that is not initialised, or a tensor of another graph;
   * a ShapeError for a placeholder that is fed a shape it does not have.
   */
  run<F extends Fetch>(fetch: F, feeds?: Feeds): Fetched<F>;
  run<const L extends readonly Fetch[]>(
    fetches: L,
    feeds?: Feeds,
  ): { -readonly [K in keyof L]: Fetched<L[K]> };
  run(fetches: Fetch | readonly Fetch[], feeds: Feeds = []): unknown {
    const list: readonly unknown[] = Array.isArray(fetches) ? fetches : [fetches];
    const checked = list.map((f) => this.#check(f));
    for (const f of checked) if (f instanceof Initializer) for (const v of f.variables()) this.#initialise(v);
    const tensors = checked.filter((f) => f instanceof GraphTensor);
    const values = tensors.length === 0 ? [] : this.#evaluate(tensors, this.#feeds(feeds));
    let next = 0;
    const answers = checked.map((f) => (f instanceof GraphTensor ? values[next++]! : null));
    return Array.isArray(fetches) ? answers : answers[0];
  }

  // A run that fails leaves no variable behind that it would have assigned first.
  #evaluate(tensors: readonly GraphTensor[], feeds: ReadonlyMap<unknown, Feed>): readonly Tensor[] {
    const before = new Set(this.#variables.keys());
    try {
      return this.#plan(tensors).run(feeds);
    } catch (error) {
      for (const v of this.#variables.keys()) if (!before.has(v)) this.#variables.delete(v);
      throw error;
    }
  }

  #check(fetch: unknown): GraphTensor | Initializer {
    if (!(fetch instanceof GraphTensor || fetch instanceof Initializer))
      throw new ArgumentError(
        `Session.run: a fetch is a tensor of a graph or an initializer, got ${fetch === null ? 'null' : typeof fetch === 'object' ? 'another object' : typeof fetch}`,
      );
    if (fetch.graph !== this.graph.trace) {
      const what = fetch instanceof GraphTensor ? fetch.label : 'the initializer';
      throw new GraphError(
        `Session.run: ${what} is of ${fetch.graph.title}, and this session runs ${this.graph.trace.title}; run it in a session of its own graph, or build it in this one`,
      );
    }
    return fetch;
  }

  #feeds(feeds: Feeds): ReadonlyMap<unknown, Feed> {
    if (typeof (feeds as Partial<ReadonlyMap<Tensor, Feed>>)?.[Symbol.iterator] !== 'function')
      throw new ArgumentError(
        'Session.run: feeds are a Map of placeholders to values, or pairs: session.run(fetches, [[x, value]])',
      );
    const map = new Map<unknown, Feed>(feeds instanceof Map ? feeds : [...feeds]);
    for (const key of map.keys()) {
      const isInput =
        key instanceof GraphTensor && this.graph.trace.sources.get(key.value)?.kind === 'placeholder';
      if (isInput && key.graph === this.graph.trace) continue;
      const what =
        key instanceof GraphTensor
          ? `${key.label} of ${key.graph.title}`
          : typeof key === 'string'
            ? `the string ${JSON.stringify(key)}; the key is the placeholder itself`
            : `a key that is ${isTensor(key) ? 'a tensor with elements' : `of type ${typeof key}`}`;
      throw new GraphError(
        `Session.run: only placeholders of ${this.graph.trace.title} can be fed, got ${what}`,
      );
    }
    return map;
  }

  #plan(fetches: readonly GraphTensor[]): Plan {
    const key = fetches.map((f) => this.#numberOf(f)).join();
    let plan = this.#plans.get(key);
    if (plan === undefined) {
      const values = fetches.map((f) => f.value);
      plan = new Plan(this.graph.trace, values, [], 'Session.run', (v, reads) => this.#homeOf(v, reads));
      this.#plans.set(key, plan);
    }
    return plan;
  }

  #numberOf(fetch: GraphTensor): number {
    let n = this.#numbers.get(fetch);
    if (n === undefined) {
      n = this.#count++;
      this.#numbers.set(fetch, n);
    }
    return n;
  }

  #homeOf(variable: GraphVariable, reads: boolean): Variable {
    const home = variable.home ?? this.#variables.get(variable);
    if (home !== undefined) return home;
    if (reads)
      throw new GraphError(
        `Session.run: variable '${variable.name}' has no value in this session; run its initializer first: session.run(g.initializer)`,
      );
    // Only assigned: what it holds before does not matter.
    return this.#settle(variable, zeros(variable.shape, variable.dtype));
  }

  #initialise(variable: GraphVariable): void {
    const { initial, name } = variable;
    const first = eagerInitial(typeof initial === 'function' ? initial() : initial, name);
    const home = variable.home ?? this.#variables.get(variable);
    if (home !== undefined) home.assign(first);
    else this.#settle(variable, first);
  }

  #settle(variable: GraphVariable, first: Tensor): Variable {
    const home = new Variable(first.requireView(), variable.name, variable.trainable);
    this.#variables.set(variable, home);
    return home;
  }
}
