// Tracing: the interpreter that writes instructions instead of computing, and the tensors it hands out.
import { type Func, type Instr, instr, param, type Value } from '../ir/func.ts';
import { type Shape, showType, sizeOf, type TensorType } from '../ir/types.ts';
import { isOpen } from '../ir/unknown.ts';
import { currentInterpreter, type Interpreter, tellMissed, within } from '../ops/dispatch.ts';
import type { OpDef } from '../ops/opdef.ts';
import { conversionSummary, type PrimitiveHint } from '../tensor/errors.ts';
import { gradientSlot } from '../tensor/gradient-slot.ts';
import { type Leaf, withRecording } from '../tensor/history.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { InternalError } from '../util/errors.ts';
import type { Loc } from '../util/location.ts';
import { Conditions, type UnusedCondition } from './conditions.ts';
import { leaked, noData, type Provenance, unusedCondition } from './messages.ts';
import { guardedShape, readsStandIns, unknownSizeError } from './open-shape.ts';
import { instructionLocation, isReplaying } from './place.ts';
import type { SettingRead } from './setting.ts';
import { SettingReads } from './setting-reads.ts';
import { Unrolling } from './unrolled.ts';

/** A tensor of a function that is being traced: its dtype and shape are known, its elements are not. */
export class TracedTensor extends Tensor {
  override readonly type: TensorType;
  /** @internal */
  readonly trace: Trace;
  /** @internal */
  readonly value: Value;

  constructor(trace: Trace, value: Value) {
    super();
    this.trace = trace;
    this.value = value;
    this.type = value.type;
  }

  /** Every op resolves its operands, so a tensor that outlived its trace is caught at its first use. */
  override resolve(): Tensor {
    if (!this.trace.live) throw leaked(this.provenance());
    return this;
  }

  /**
   * In a graph, reading a size that is not known before the graph is fed throws a GraphError: a program cannot decide by it. The list can be handed on as it is, and ops know what
   * to do with it.
   */
  override get shape(): Shape {
    const { shape } = this.type;
    return isOpen(shape) && !readsStandIns() ? guardedShape(shape, this.called) : shape;
  }
  override get size(): number {
    if (isOpen(this.type.shape) && !readsStandIns())
      throw unknownSizeError(this.called, 'the number of elements');
    return sizeOf(this.type.shape);
  }
  /** What it is called where a size is asked for that is not known. */
  protected get called(): string {
    return `a tensor in @${this.trace.name}`;
  }

  override get requiresGrad(): boolean {
    noteHistories();
    return super.requiresGrad;
  }

  /** @internal Somebody outside the trace has it; see Conditions. */
  see(): void {
    this.trace.conditions.see(this.value);
  }

  /** @internal What this tensor is, for messages. */
  provenance(): Provenance {
    const { def } = this.value;
    return {
      type: this.type,
      trace: this.trace.name,
      maker: def === null ? this.trace.nameOf(this.value) : def.op.name,
      loc: def === null ? this.trace.loc : def.loc,
    };
  }

  // `asked` is a clause: what happened to the tensor.
  #refuse(asked: (what: string) => string): never {
    throw this.trace.live ? noData(asked, this.provenance()) : leaked(this.provenance());
  }
  #refuseRead(method: string): never {
    return this.#refuse((what) => `${method} asked for the elements of ${what}`);
  }

  /** Operators, `Math.*`, template literals and property keys all come here; any answer but an error would be a lie. */
  override [Symbol.toPrimitive](hint: PrimitiveHint): never {
    return this.#refuse((what) => conversionSummary(what, hint));
  }
  override item(): never {
    return this.#refuseRead('item()');
  }
  override toArray(): never {
    return this.#refuseRead('toArray()');
  }
  override data(): never {
    return this.#refuseRead('data()');
  }
  override toString(): never {
    return this.#refuseRead('toString()');
  }
  override toJSON(): never {
    return this.#refuseRead('JSON.stringify()');
  }
  override requireView(): never {
    throw this.#refuse((what) => `eager mode was given ${what}`);
  }

  /** What `console.log` shows: the abstract value, since the line runs once per trace. */
  override inspect(): string {
    this.see();
    return `Tensor ${showType(this.type)} (traced in @${this.trace.name})`;
  }
}

/** A hidden input of a traced function: a tensor of its surroundings, or the value a variable has when the function is called. */
export type Capture =
  | { readonly kind: 'tensor'; readonly tensor: Tensor }
  | { readonly kind: 'variable'; readonly variable: Variable };

/** A function as an IR Func, with what it takes from and gives to its surroundings. */
export interface TracedFunction {
  /** Parameters: the arguments, then one per capture. Results: those of the function, then one per write. */
  readonly func: Func;
  readonly captures: readonly Capture[];
  /** The variables assigned, in order of first assignment. */
  readonly writes: readonly Variable[];
  /** Those of them that were read after they had been assigned, here or in a loop's round before. */
  readonly missed: readonly Variable[];
  /** The settings it was traced under: with others it is another function. */
  readonly settings: readonly SettingRead[];
}

/** A leaf that has a gradient, or has none. */
export type Presence = readonly [leaf: Leaf, present: boolean];

/** What a function does with the gradients of leaves, as far as it is no matter of tensors. */
export interface GradientEffects {
  /** What it was traced for. */
  readonly expected: readonly Presence[];
  /** What it leaves behind; the gradients themselves are in the slots, which are among its writes. */
  readonly left: readonly Presence[];
}

/** Appends one instruction per op. Tensors it does not own become captured parameters, once per identity, so that no data is ever folded into code. */
export class Trace implements Interpreter {
  readonly parent: Interpreter;
  readonly name: string;
  /** Where the trace began. */
  readonly loc: Loc | undefined;
  readonly conditions: Conditions = new Conditions();
  /** Does its caller see to the gradients that it leaves in leaves from outside? */
  readonly leavesGradients: boolean;
  /** Has anything in it to do with how its tensors came about: a backward pass, a question for a gradient? */
  seesHistories = false;
  /** The gradients of leaves that it has set, or removed (null). */
  readonly gradients: Map<Leaf, Tensor | null> = new Map();
  /** Which leaves from outside were found with a gradient, and which without. */
  readonly expected: Map<Leaf, boolean> = new Map();
  readonly #checksLoops: boolean;
  readonly #unrolling = new Unrolling();
  readonly settings: SettingReads = new SettingReads();
  readonly #params: Value[] = [];
  readonly #body: Instr[] = [];
  readonly #captures: Capture[] = [];
  readonly #captured = new Map<Tensor, Value>();
  readonly #variables = new Map<Variable, TracedTensor>();
  readonly #writes = new Set<Variable>();
  readonly #missed = new Set<Variable>();
  readonly #versions = new Map<Variable, number>();
  readonly #names = new Map<Value, string>();
  #live = true;

  constructor(
    name: string,
    parent: Interpreter,
    {
      leavesGradients = false,
      checksLoops = false,
    }: Pick<TraceOptions, 'leavesGradients' | 'checksLoops'> = {},
  ) {
    this.name = name;
    this.parent = parent;
    this.leavesGradients = leavesGradients;
    this.#checksLoops = checksLoops;
    this.loc = instructionLocation();
  }

  /** False once the traced function has returned or thrown. */
  get live(): boolean {
    return this.#live;
  }

  /** A fresh parameter; `name` is its path for messages, such as `args[1].x`. */
  parameter(type: TensorType, name: string): TracedTensor {
    const value = param(type);
    this.#params.push(value);
    this.#names.set(value, name);
    return new TracedTensor(this, value);
  }

  nameOf(parameter: Value): string {
    return this.#names.get(parameter) ?? 'parameter';
  }

  bind(op: OpDef, args: readonly Tensor[], attrs: unknown, regions: readonly Func[]): readonly Tensor[] {
    if (!this.#live) throw new InternalError(`the trace of @${this.name} has ended and takes no more ops`);
    const operands = args.map((a) => this.own(a));
    const loc = instructionLocation();
    const made = instr(op, operands, attrs, regions, loc) as Instr;
    this.#body.push(made);
    if (loc !== undefined && !isReplaying()) this.#unrolling.note(this.name, loc);
    if (this.conditions.note(op, made) && this.#checksLoops && this.conditions.areInVain(loc!, this.#body))
      throw unusedCondition(new TracedTensor(this, made.results[0]!).provenance());
    return made.results.map((r) => new TracedTensor(this, r));
  }

  read(variable: Variable): Tensor {
    let now = this.#variables.get(variable);
    if (now === undefined) {
      now = this.#capture({ kind: 'variable', variable }, variable.type, 'a captured variable');
      now.history = variable.history;
      this.#variables.set(variable, now);
    } else if (this.#writes.has(variable)) this.missed(variable);
    return now;
  }

  missed(variable: Variable): void {
    this.#missed.add(variable);
  }

  write(variable: Variable, value: Tensor): void {
    const now = new TracedTensor(this, this.own(value));
    now.history = variable.history;
    this.#variables.set(variable, now);
    this.#writes.add(variable);
    this.#versions.set(variable, this.versionOf(variable) + 1);
  }

  /** How often a variable was assigned in this trace. */
  versionOf(variable: Variable): number {
    return this.#versions.get(variable) ?? 0;
  }

  /** Puts the gradients of leaves from outside into their slots, and says what became of them. */
  leaveGradients(): GradientEffects {
    const left = [...this.gradients].filter(([leaf]) => leaf.home !== this);
    for (const [leaf, gradient] of left) if (gradient !== null) this.write(gradientSlot(leaf), gradient);
    return {
      expected: [...this.expected],
      left: left.map(([leaf, gradient]) => [leaf, gradient !== null]),
    };
  }

  /** The same value as a tensor of another identity, of this trace. */
  again(tensor: Tensor): TracedTensor {
    return new TracedTensor(this, this.own(tensor));
  }

  /** The trace as a Func returning `results`, and then the last value of every variable assigned. */
  finish(results: readonly Tensor[]): TracedFunction {
    const writes = [...this.#writes];
    const outputs = results.map((r) => this.own(r));
    for (const variable of writes) outputs.push(this.#variables.get(variable)!.value);
    return {
      func: { name: this.name, params: [...this.#params], body: [...this.#body], results: outputs },
      captures: [...this.#captures],
      writes,
      missed: [...this.#missed],
      settings: this.settings.list,
    };
  }

  /** From here on every use of its tensors is a LeakError. */
  end(): void {
    this.#live = false;
  }

  /** The value of a tensor in this trace: a captured parameter, if it is of another. */
  protected own(tensor: Tensor): Value {
    const t = tensor.resolve();
    if (t instanceof TracedTensor && t.trace === this) return t.value;
    const known = this.#captured.get(t);
    if (known !== undefined) return known;
    const { value } = this.#capture({ kind: 'tensor', tensor: t }, t.type, 'a captured tensor');
    this.#captured.set(t, value);
    return value;
  }

  #capture(capture: Capture, type: TensorType, name: string): TracedTensor {
    this.#captures.push(capture);
    // Only dtype and shape: the type object of an eager tensor is its storage, which a Func must not keep alive.
    return this.parameter({ dtype: type.dtype, shape: type.shape }, name);
  }
}

/** The traces in force depend on how their tensors came about. */
export function noteHistories(): void {
  for (let i: Interpreter | null = currentInterpreter(); i !== null; i = i.parent)
    if (i instanceof Trace) i.seesHistories = true;
}

export interface TraceOptions {
  readonly name: string;
  /** The interpreter the function would otherwise run under. */
  readonly parent: Interpreter;
  /** Path of each argument, for messages. */
  readonly paths?: readonly string[];
  /** See Trace; default false, which makes a gradient left outside an error. */
  readonly leavesGradients?: boolean;
  /** Is a loop that asks a traced tensor whether to go on, and would for ever, an error? Default false. */
  readonly checksLoops?: boolean;
}

/** Runs `f` on traced tensors of the given types. Whatever `f` does or throws, its surroundings stay as they were. */
export function traceFunction(
  f: (args: readonly Tensor[]) => readonly Tensor[],
  types: readonly TensorType[],
  { name, parent, paths, ...options }: TraceOptions,
): TracedFunction & {
  readonly gradients: GradientEffects;
  readonly unused: (Provenance & UnusedCondition) | null;
} {
  const trace = new Trace(name, parent, options);
  const args = types.map(({ dtype, shape }, i) =>
    trace.parameter({ dtype, shape }, paths?.[i] ?? `args[${i}]`),
  );
  try {
    const results = within(trace, () => withRecording(true, () => f(args)));
    const gradients = trace.leaveGradients();
    const traced = trace.finish(results);
    tellMissed(traced.missed, parent);
    const found = trace.conditions.unused(traced.func);
    const unused = found && { ...new TracedTensor(trace, found.value).provenance(), ...found };
    return { ...traced, gradients, unused };
  } finally {
    trace.end();
  }
}

/** Tells their traces that the traced tensors in `x` are in the user's hands. `x` is anything a function may return. */
export function seeAll(x: unknown, met: Set<object> = new Set()): void {
  if (typeof x !== 'object' || x === null || met.has(x)) return;
  met.add(x);
  if (x instanceof TracedTensor) x.see();
  else if (x instanceof Tensor) return;
  else if (x instanceof Map || x instanceof Set) for (const item of x.values()) seeAll(item, met);
  else for (const item of Object.values(x)) seeAll(item, met);
}
