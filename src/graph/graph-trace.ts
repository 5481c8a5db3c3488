// The interpreter that builds graphs: instructions that are not run but kept, each by the values it defines, so that what no tensor leads to is forgotten.
import { isContiguous } from '../array/nd.ts';
import { type Func, type Instr, instr, param, type Value } from '../ir/func.ts';
import { sameType } from '../ir/types.ts';
import { liftInto, type TensorLike } from '../ops/coerce.ts';
import { constant } from '../ops/constant.ts';
import { currentInterpreter, type Interpreter, within } from '../ops/dispatch.ts';
import type { OpDef } from '../ops/opdef.ts';
import { stopGradient } from '../ops/stop-gradient.ts';
import { type EagerTensor, eager } from '../tensor/eager.ts';
import { isStream } from '../tensor/generator.ts';
import { type Symbolic, withRecording } from '../tensor/history.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { isUpdating } from '../tensor/update.ts';
import { Variable } from '../tensor/variable.ts';
import { instructionLocation } from '../trace/place.ts';
import { Trace, TracedTensor } from '../trace/tracer.ts';
import { GraphError } from '../util/errors.ts';
import { noteNode } from './cone.ts';
import { GraphTensor, type GraphVariable, type Placeholder, showGraphType } from './nodes.ts';

/** Where the value of an input comes from when the graph is run. */
export type Source =
  | { readonly kind: 'placeholder'; readonly placeholder: Placeholder }
  | { readonly kind: 'state'; readonly variable: GraphVariable }
  /** An ordinary variable, read by reference. */
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'tensor'; readonly tensor: EagerTensor };

/** A node that assigns. */
export interface Assignment {
  readonly variable: GraphVariable | Variable;
  readonly next: Value;
}

// Tensors up to this size become literals, as in jit.
const literalSize = 16;

export class GraphTrace extends Trace {
  /** What it is called in messages: `graph 'g'`. */
  readonly title: string;
  readonly symbolic: Symbolic;
  /** Of the values that are inputs. */
  readonly sources: WeakMap<Value, Source> = new WeakMap();
  /** Of the values that assign nodes define. */
  readonly assignments: WeakMap<Value, Assignment> = new WeakMap();
  /** The last states of generators that draw in the graph. A run that has to do with one leaves it there, so that the next run draws other numbers. */
  readonly streams: Map<Variable, Value> = new Map();
  // What layers make of their moving statistics, in a run that asks for it.
  readonly #updated = new Map<Variable, Value>();
  readonly #updates = new Map<Value, GraphTensor>();
  readonly #inputs = new WeakMap<Tensor, Value>();

  constructor(title: string) {
    super('graph', eager);
    this.title = title;
    this.symbolic = {
      kind: 'symbolic',
      bind: (op, args, attrs, regions) =>
        this.within(() => currentInterpreter().bind(op, args, attrs, regions)),
      within: (f) => this.within(f),
    };
  }

  /** Runs `f` with its ops going into the graph: through what is current, where that stands on this graph. */
  within<T>(f: () => T): T {
    let other: Trace | null = null;
    for (let i: Interpreter | null = currentInterpreter(); i !== null; i = i.parent) {
      if (i === this) return f();
      if (i instanceof Trace) other = i;
    }
    if (other !== null)
      throw new GraphError(
        other instanceof GraphTrace
          ? `a tensor of ${this.title} was used in ${other.title}; a graph computes with its own tensors. Build both parts in one graph, or run the first and feed its result`
          : `a tensor of ${this.title} was used while @${other.name} is traced; run the graph and pass the result, or write it as a function and jit that`,
      );
    return withRecording(true, () => within(this, f));
  }

  override bind(
    op: OpDef,
    args: readonly Tensor[],
    attrs: unknown,
    regions: readonly Func[],
  ): readonly GraphTensor[] {
    const operands = args.map((a) => this.own(a));
    const made = instr(op, operands, attrs, regions, instructionLocation()) as Instr;
    if (made.results.length === 0)
      throw new GraphError(
        `${op.name} gives no tensor that could be asked for, so no run of ${this.title} would ever come by; run the values it is about, and look at what that returns`,
      );
    noteNode(made);
    return made.results.map((r) => new GraphTensor(this, r));
  }

  /** An input as a value. */
  input(type: Value['type'], source: (value: Value) => Source): Value {
    const value = param({ dtype: type.dtype, shape: type.shape });
    this.sources.set(value, source(value));
    return value;
  }

  override read(variable: Variable): Tensor {
    const moved =
      this.streams.get(variable) ?? (isUpdating(variable) ? this.#updated.get(variable) : undefined);
    if (moved !== undefined) return new GraphTensor(this, moved);
    let value = this.#inputs.get(variable);
    if (value === undefined) {
      value = this.input(variable.type, () => ({ kind: 'variable', variable }));
      this.#inputs.set(variable, value);
    }
    return new GraphTensor(this, value);
  }

  override write(variable: Variable, value: Tensor): void {
    if (isStream(variable)) {
      this.streams.set(variable, this.own(value));
      return;
    }
    if (isUpdating(variable)) {
      this.#updated.set(variable, this.own(value));
      return;
    }
    throw new GraphError(
      `variable '${variable.name}' was assigned while ${this.title} is built, which runs nothing; g.assign(variable, value) is a node that assigns when it is run, and so is assign() of a variable of the graph, g.variable(initial)`,
    );
  }

  /** A node for each variable that `update` has been called for. */
  get updates(): readonly GraphTensor[] {
    return [...this.#updated].map(([variable, next]) => {
      const node = this.#updates.get(next) ?? this.assign(variable, new GraphTensor(this, next));
      this.#updates.set(next, node);
      return node;
    });
  }

  override again(tensor: Tensor): GraphTensor {
    return new GraphTensor(this, this.own(tensor));
  }

  /** A node that assigns `value` when it is run. */
  assign(variable: GraphVariable | Variable, value: TensorLike): GraphTensor {
    const where = `variable '${variable.name}'.assign`;
    return this.within(() => {
      const next = liftInto(value, variable.dtype, where);
      if (!sameType(next.type, variable.type))
        throw new GraphError(
          `${where}: the variable is ${showGraphType(variable.type)}, got ${showGraphType(next.type)}`,
        );
      const [node] = this.bind(stopGradient.def, [next], {}, []);
      this.assignments.set(node!.value, { variable, next: this.own(next) });
      return node!;
    });
  }

  protected override own(tensor: Tensor): Value {
    const t = tensor instanceof Variable ? this.read(tensor) : tensor.resolve();
    if (t instanceof TracedTensor) {
      if (t.trace === this) return t.value;
      if (t instanceof GraphTensor) return t.graph.within(() => t.value);
      throw new GraphError(
        `a tensor traced in @${t.trace.name} was used in ${this.title}, which outlives that trace; build the graph outside of jit`,
      );
    }
    const known = this.#inputs.get(t);
    if (known !== undefined) return known;
    const value = this.#constant(t);
    this.#inputs.set(t, value);
    return value;
  }

  // What an op got as a number arrives as a tensor: literals of the graph, however large they are broadcast.
  #constant(t: Tensor): Value {
    const variable = Variable.of(t);
    if (variable !== null) return this.own(variable);
    const view = t.requireView();
    const { dtype, shape } = t;
    const isSplat = t.size > 0 && view.strides.every((s, i) => s === 0 || shape[i] === 1);
    const data = isSplat
      ? [view.data[view.offset]!]
      : t.size <= literalSize && isContiguous(view)
        ? Array.from(view.data.subarray(view.offset, view.offset + t.size))
        : null;
    if (data === null) return this.input(t.type, () => ({ kind: 'tensor', tensor: t as EagerTensor }));
    return this.bind(constant.def, [], { data, dtype, shape }, [])[0]!.value;
  }
}
