// The tape of a GradientTape: it can end while others go on, and gives every reading of a trainable variable an identity of its own.
import type { Func } from '../ir/func.ts';
import { type Interpreter, leave, within } from '../ops/dispatch.ts';
import type { OpDef } from '../ops/opdef.ts';
import { type Sealed, withRecording } from '../tensor/history.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { GradientError } from '../util/errors.ts';
import { renew } from './identity.ts';
import { Tape } from './tape.ts';

interface Reading {
  /** The value as the interpreters below know it. */
  readonly value: Tensor;
  /** The value as this tape watches it. */
  readonly own: Tensor;
}

export class WatchingTape extends Tape {
  readonly #watchesVariables: boolean;
  readonly #asked = new Set<Variable>();
  readonly #readings = new Map<Variable, Reading[]>();

  constructor(parent: Interpreter, watchesVariables: boolean) {
    super(parent);
    this.#watchesVariables = watchesVariables;
  }

  override bind(
    op: OpDef,
    args: readonly Tensor[],
    attrs: unknown,
    regions: readonly Func[],
  ): readonly Tensor[] {
    // It may have ended where it could not be taken off: under a `within` that made it current again.
    if (!this.recording) leave(this);
    return super.bind(op, args, attrs, regions);
  }

  watchVariable(variable: Variable): void {
    this.#asked.add(variable);
  }

  /** A value that was assigned is a value like others: a gradient by the variable counts all readings, and does not go on into what was assigned. */
  override read(variable: Variable): Tensor {
    const value = this.parent.read(variable);
    if (!this.#watches(variable)) return value;
    const readings = this.#readings.get(variable) ?? [];
    this.#readings.set(variable, readings);
    const known = readings.find((r) => r.value === value);
    if (known !== undefined) return known.own;
    const own = within(this.parent, () => withRecording(false, () => renew(value)));
    // Two ways to one gradient would be half a gradient each where they are mixed.
    own.history = variable.history === null ? null : sealed(variable);
    this.watch(own);
    readings.push({ value, own });
    return own;
  }

  override write(variable: Variable, value: Tensor): void {
    this.parent.write(variable, value);
  }

  // Each of these readings would be one to take a gradient by, and none of them happens here.
  missed(variable: Variable): void {
    if (!this.#watches(variable)) return;
    throw new GradientError(
      `GradientTape: variable '${variable.name}' is assigned inside a jitted function or a staged loop or branch, and read again in there, where a tape around it cannot tell one value from the other; let the loop carry a tensor (v.value()) and assign it at the end, or begin the tape inside`,
    );
  }

  #watches(variable: Variable): boolean {
    const isAsked = (this.#watchesVariables && variable.history !== null) || this.#asked.has(variable);
    return this.recording && isAsked;
  }

  /** What readings of the variable gave. */
  readsOf(variable: Variable): readonly Tensor[] {
    return (this.#readings.get(variable) ?? []).map((r) => r.own);
  }

  variables(): readonly Variable[] {
    return [...this.#readings.keys()];
  }

  /** From here on it lets everything pass, and is taken off as soon as it lies on top. */
  end(): void {
    this.recording = false;
    for (let top: Interpreter | null = this; top instanceof WatchingTape && !top.recording; top = top.parent)
      if (!leave(top)) return;
  }

  override forget(): void {
    super.forget();
    this.#readings.clear();
  }
}

function sealed(variable: Variable): Sealed {
  return {
    kind: 'sealed',
    why: `variable '${variable.name}' was read under a GradientTape, which gives its gradient: tape.gradient(target, variable); for backward(), compute without a tape`,
  };
}
