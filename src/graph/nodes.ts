// The tensors of a graph: what they are, not what they hold. They have no elements until a session runs them.
import type { Value } from '../ir/func.ts';
import { type DType, showDType, type TensorType } from '../ir/types.ts';
import { isOpen, showSize } from '../ir/unknown.ts';
import type { TensorLike } from '../ops/coerce.ts';
import { giveOverride, type Override } from '../ops/override.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { withStandIns } from '../trace/open-shape.ts';
import { TracedTensor } from '../trace/tracer.ts';
import { GraphError } from '../util/errors.ts';
import type { GraphTrace } from './graph-trace.ts';

// Functions compute with stand-ins for sizes that are not known, which users cannot read.
const computeOpen: Override = ({ run }) => withStandIns(run);
/** To be called when the first size is left open. */
export const sizeIsOpen: () => void = giveOverride(TracedTensor.prototype, (x) =>
  isOpen(x.type.shape) ? computeOpen : null,
);

/** A tensor of a graph. Every op on it is a node of that graph. Sizes that are not known yet are very large numbers, printed as `?`. */
export class GraphTensor extends TracedTensor {
  /** @internal */
  readonly graph: GraphTrace;

  constructor(graph: GraphTrace, value: Value) {
    super(graph, value);
    this.graph = graph;
    this.history = graph.symbolic;
  }

  protected override get called(): string {
    return `${this.label} of ${this.graph.title}`;
  }

  /** What it is called in messages. */
  get label(): string {
    return `${this.value.def === null ? 'an input' : this.value.def.op.name} ${showGraphType(this.type)}`;
  }

  #refuse(asked: string): never {
    throw new GraphError(
      `${asked}: ${this.label} of ${this.graph.title} has no elements before it is run; run it, session.run(x), and read what that returns. Conditions and loops on it are g.cond and g.whileLoop`,
    );
  }
  override item(): never {
    return this.#refuse('item()');
  }
  override toArray(): never {
    return this.#refuse('toArray()');
  }
  override data(): never {
    return this.#refuse('data()');
  }
  override toString(): never {
    return this.#refuse('toString()');
  }
  override toJSON(): never {
    return this.#refuse('JSON.stringify()');
  }
  override [Symbol.toPrimitive](): never {
    return this.#refuse('a JavaScript operator or conversion');
  }
  override requireView(): never {
    return this.#refuse('an eager computation');
  }
  override inspect(): string {
    return `GraphTensor ${this.label} of ${this.graph.title}`;
  }
}

/** An input that is fed when the graph is run. */
export class Placeholder extends GraphTensor {
  readonly name: string;

  constructor(graph: GraphTrace, value: Value, name: string) {
    super(graph, value);
    this.name = name;
  }
  override get label(): string {
    return `placeholder '${this.name}' ${showGraphType(this.type)}`;
  }
}

/** State of a graph, which every session holds for itself; a shared variable holds its own. As a tensor it is the value at the beginning of a run. */
export class GraphVariable extends GraphTensor {
  readonly name: string;
  readonly trainable: boolean;
  /** @internal Its first value in a session. */
  readonly initial: TensorLike | (() => TensorLike);
  /** @internal The one home of a shared variable. */
  readonly home: Variable | null;
  /** @internal Its value in the round of a scan that updates it. */
  standIn: Tensor | null = null;
  /** Gives it its first value, when it is run. */
  readonly initializer: Initializer;

  constructor(
    graph: GraphTrace,
    value: Value,
    { name, trainable, initial, home }: Pick<GraphVariable, 'name' | 'trainable' | 'initial' | 'home'>,
  ) {
    super(graph, value);
    this.name = name;
    this.trainable = trainable;
    this.initial = initial;
    this.home = home;
    this.initializer = new Initializer(graph, () => [this]);
  }
  override get label(): string {
    return `variable '${this.name}' ${showGraphType(this.type)}`;
  }
  override resolve(): Tensor {
    return this.standIn?.resolve() ?? super.resolve();
  }
  /** A node that assigns when it is run, and is the new value. */
  assign(value: TensorLike): GraphTensor {
    return this.graph.assign(this, value);
  }
  assignAdd(delta: TensorLike): GraphTensor {
    return this.assign(this.add(delta));
  }
  assignSub(delta: TensorLike): GraphTensor {
    return this.assign(this.sub(delta));
  }
  /** What a shared variable holds now. Throws a GraphError for any other, of which each session has its own value: `session.run(v)`. */
  getValue(): Tensor {
    return this.#home('getValue').value();
  }
  /** Changes what a shared variable holds. */
  setValue(value: TensorLike): void {
    this.#home('setValue').assign(value);
  }
  #home(method: string): Variable {
    if (this.home !== null) return this.home;
    throw new GraphError(
      `${method}: every session has its own value of variable '${this.name}'; session.run(v) reads it, session.run(v.assign(x)) sets it, and shared(x) makes a variable that holds its value itself`,
    );
  }
}

/** A node that gives variables their first values when it is run. It has no value. */
export class Initializer {
  readonly graph: GraphTrace;
  /** @internal */
  readonly variables: () => readonly GraphVariable[];

  constructor(graph: GraphTrace, variables: () => readonly GraphVariable[]) {
    this.graph = graph;
    this.variables = variables;
  }
}

/** A type with `?` for sizes that are not known. */
export function showGraphType({ dtype, shape }: TensorType): string {
  return `${showDType(dtype as DType)}[${shape.map(showSize).join()}]`;
}
