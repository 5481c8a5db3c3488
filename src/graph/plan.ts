// What it takes to run some nodes of a graph: the part they need, as one compiled function of what is fed.
import type { Value } from '../ir/func.ts';
import { type Shape, sameShape } from '../ir/types.ts';
import { mostUnknown, unknownSize } from '../ir/unknown.ts';
import { type Jitted, jit } from '../jit/jit.ts';
import { isTensor, lift } from '../ops/coerce.ts';
import type { TensorData } from '../tensor/create.ts';
import { tensor } from '../tensor/create.ts';
import { withRecording } from '../tensor/history.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import { GraphError, ShapeError, TracejitError } from '../util/errors.ts';
import { type Cone, coneOf, runAgain, type Sizes } from './cone.ts';
import type { Assignment, GraphTrace, Source } from './graph-trace.ts';
import { type GraphVariable, type Placeholder, showGraphType } from './nodes.ts';

/** What may be fed: a tensor, or data of which one is made. */
export type Feed = Tensor | TensorData;

/** Where a variable lives; null: nowhere yet. `reads`: its value is needed. */
export type HomeOf = (variable: GraphVariable, reads: boolean) => Variable;

export class Plan {
  readonly placeholders: readonly Placeholder[];
  readonly #homeOf: HomeOf;
  readonly #read: readonly GraphVariable[];
  readonly #assigned: readonly (GraphVariable | Variable)[];
  readonly #where: string;
  readonly #run: Jitted<[readonly Tensor[]], readonly Tensor[]>;

  /** `updates` are made after everything is computed, like the assign nodes that `results` depend on; `known` stands in for values. */
  constructor(
    graph: GraphTrace,
    results: readonly Value[],
    updates: readonly Assignment[],
    where: string,
    homeOf: HomeOf,
    known: ReadonlyMap<Value, Value> = new Map(),
  ) {
    this.#homeOf = homeOf;
    this.#where = where;
    const asked = [...results, ...updates.map((u) => u.next)];
    const streams = streamsBehind(asked, graph);
    const { before, after } = inTwoParts([...asked, ...streams.map((s) => s.next)], known, where);
    const assignments = [
      ...[...before.body, ...after.body].flatMap((i) =>
        i.results.flatMap((r) => graph.assignments.get(r) ?? []),
      ),
      ...updates,
    ];
    const inputs = new Set([...before.inputs, ...after.inputs]);
    const sources = [...inputs].flatMap((v) => {
      const source = graph.sources.get(v);
      return source === undefined || known.has(v) ? [] : [[v, source] as const];
    });
    this.placeholders = sources.flatMap(([, s]) => (s.kind === 'placeholder' ? [s.placeholder] : []));
    this.#read = sources.flatMap(([, s]) => (s.kind === 'state' ? [s.variable] : []));
    this.#assigned = assignments.map((a) => a.variable);
    const twice = this.#assigned.find((v, i) => this.#assigned.indexOf(v) !== i);
    if (twice !== undefined)
      throw new GraphError(
        `${where}: variable '${twice.name}' is assigned by two nodes of one run, whose order nothing says; run one after the other`,
      );

    const run = (feeds: readonly Tensor[]): readonly Tensor[] => {
      const sizes = sizesOf(this.placeholders, feeds, where);
      const at = new Map<Value, Tensor>();
      const inputOf = (s: Source): Tensor => {
        switch (s.kind) {
          case 'placeholder':
            return feeds[this.placeholders.indexOf(s.placeholder)]!;
          case 'state':
            return homeOf(s.variable, true).value();
          case 'variable':
            return s.variable.value();
          case 'tensor':
            return s.tensor;
        }
      };
      for (const [value, source] of sources) at.set(value, inputOf(source));
      runAgain(before.body, at, sizes);
      for (const [value, by] of known) at.set(value, at.get(by)!);
      runAgain(after.body, at, sizes);
      const find = (v: Value): Tensor => at.get(v)!;
      const answers = results.map(find);
      const next = assignments.map((a) => find(a.next));
      assignments.forEach(({ variable }, i) => {
        (variable instanceof Variable ? variable : homeOf(variable, false)).assign(next[i]!);
      });
      for (const { variable, next: state } of streams) variable.assign(find(state));
      return answers;
    };
    this.#run = jit(run, { name: where });
  }

  /** Runs it. Throws a GraphError for a placeholder that is not fed, a ShapeError for one that is fed another shape, and whatever `homeOf` throws. */
  run(feeds: ReadonlyMap<unknown, Feed>): readonly Tensor[] {
    const given = this.placeholders.map((p) => this.#feed(p, feeds));
    sizesOf(this.placeholders, given, this.#where);
    for (const v of this.#read) this.#homeOf(v, true);
    for (const v of this.#assigned) if (!(v instanceof Variable)) this.#homeOf(v, false);
    // A session hands out values: gradients are nodes.
    return withRecording(false, () => this.#run(given));
  }

  #feed(placeholder: Placeholder, feeds: ReadonlyMap<unknown, Feed>): Tensor {
    const { name, dtype } = placeholder;
    const feed = feeds.get(placeholder);
    if (feed === undefined)
      throw new GraphError(
        `${this.#where}: ${placeholder.label} is needed and was not fed; feed it: session.run(fetches, new Map([[${name}, value]]))`,
      );
    const value = isTensor(feed) ? lift(feed, this.#where) : made(feed, placeholder, this.#where);
    if (value.dtype !== dtype)
      throw new GraphError(
        `${this.#where}: ${placeholder.label} was fed ${showGraphType(value.type)}; cast it: x.cast('${dtype}')`,
      );
    return value;
  }
}

// Data as a tensor; what is wrong with it is wrong with the placeholder.
function made(data: TensorData, placeholder: Placeholder, where: string): Tensor {
  try {
    return tensor(data, { dtype: placeholder.dtype });
  } catch (error) {
    if (error instanceof TracejitError)
      throw new GraphError(`${where}: ${placeholder.label} was fed what makes no tensor: ${error.summary}`);
    throw error;
  }
}

// The generators that the values depend on, and the states they go on to.
function streamsBehind(
  values: readonly Value[],
  { sources, streams }: GraphTrace,
): readonly { readonly variable: Variable; readonly next: Value }[] {
  return coneOf(values).inputs.flatMap((input) => {
    const source = sources.get(input);
    const next = source?.kind === 'variable' ? streams.get(source.variable) : undefined;
    return source?.kind === 'variable' && next !== undefined ? [{ variable: source.variable, next }] : [];
  });
}

// What stands in for values is computed first, by itself.
function inTwoParts(
  wanted: readonly Value[],
  known: ReadonlyMap<Value, Value>,
  where: string,
): { readonly before: Cone; readonly after: Cone } {
  const before = coneOf([...known.values()]);
  const used = [...before.inputs, ...before.body.flatMap((i) => i.results)].find((v) => known.has(v));
  if (used !== undefined)
    throw new GraphError(`${where}: what stands in for a tensor depends on one that is replaced itself`);
  const after = coneOf(wanted, new Set([...known.keys(), ...before.body.flatMap((i) => i.results)]));
  return { before, after };
}

/** What the open sizes are, as the feeds say; they must agree. */
function sizesOf(placeholders: readonly Placeholder[], feeds: readonly Tensor[], where: string): Sizes {
  const sizes: (number | null)[] = [];
  const by: Placeholder[] = [];
  placeholders.forEach((p, i) => {
    const { shape } = feeds[i]!;
    const expected = (): Shape => p.type.shape.map((n, axis) => (openSize(n) < 0 ? n : shape[axis]!));
    if (shape.length !== p.type.shape.length || !sameShape(expected(), shape))
      throw new ShapeError(
        `${where}: ${p.label} was fed ${showGraphType(feeds[i]!.type)}; feed it that shape, or leave sizes that vary open where the placeholder is made, as null`,
      );
    p.type.shape.forEach((n, axis) => {
      const k = openSize(n);
      if (k < 0) return;
      const known = sizes[k];
      if (known !== undefined && known !== null && known !== shape[axis])
        throw new ShapeError(
          `${where}: ${by[k]!.label} and ${p.label} leave one size open between them, and were fed ${known} and ${shape[axis]}; sizes that are not the same need names: g.placeholder(dtype, ['rows', 784])`,
        );
      while (sizes.length <= k) sizes.push(null);
      sizes[k] = shape[axis]!;
      by[k] = p;
    });
  });
  return sizes;
}

function openSize(n: number): number {
  for (let k = 0; k < mostUnknown; k++) if (unknownSize(k) === n) return k;
  return -1;
}
