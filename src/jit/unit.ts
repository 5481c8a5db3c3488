// A function that can be called under any interpreter: compiled under eager mode, one `call` in a trace, a pair of units under a tape.

import { certain, type MaybeCotangent } from '../autodiff/cotangent.ts';
import { detached, renew } from '../autodiff/identity.ts';
import { Unwatched } from '../autodiff/no-grad.ts';
import { withRoom, withRoomsOf } from '../autodiff/room.ts';
import { recordStep } from '../autodiff/steps.ts';
import { type Pullback, Tape } from '../autodiff/tape.ts';
import type { Func } from '../ir/func.ts';
import { withoutEffects } from '../ir/walk.ts';
import { call } from '../ops/call.ts';
import { currentInterpreter, within } from '../ops/dispatch.ts';
import { type Differentiated, differentiate } from '../passes/differentiate.ts';
import { EagerTensor, eager } from '../tensor/eager.ts';
import { isRecording } from '../tensor/history.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { dependOn, type SettingRead, unchanged } from '../trace/setting.ts';
import { invariant } from '../util/errors.ts';
import type { CodeOptions } from './backend.ts';
import { Executable } from './executable.ts';

/** `recompute`: nothing is kept for the backward half; the forward half runs again for it. */
export interface UnitOptions extends CodeOptions {
  readonly recompute?: boolean;
}

/** The backward half for some of the results. */
interface Backward extends Pick<Differentiated, 'inputs' | 'outputs' | 'uncertain'> {
  readonly unit: Unit;
  /** Which of the forward half's residuals it reads. */
  readonly reads: readonly number[];
}

interface Derivative {
  readonly wanted: readonly number[];
  readonly forward: Unit;
  readonly residuals: readonly number[];
  readonly settings: readonly SettingRead[];
  /** By the results that have cotangents. A result nothing depends on has none, and is left out: zeros in its place could become NaN. */
  readonly backwards: Map<string, Backward>;
}

export class Unit {
  readonly func: Func;
  readonly options: UnitOptions;
  #executable: Executable | undefined;
  // The same without effects.
  #silent: Unit | undefined;
  // By the parameters differentiated by.
  readonly #derivatives = new Map<string, Derivative>();

  constructor(func: Func, options: UnitOptions) {
    this.func = func;
    this.options = options;
  }

  /** The results on tensors for all parameters, captures included. */
  call(args: readonly Tensor[]): readonly Tensor[] {
    const interpreter = currentInterpreter();
    if (interpreter === eager)
      return hasHistory(args) ? this.#callRecorded(args) : this.#compiled().call(args, null);
    if (interpreter instanceof Unwatched) {
      const free = args.map((a) => interpreter.stop(a));
      return within(interpreter.base, () => this.call(free));
    }
    if (!(interpreter instanceof Tape)) return call(this.func, args);
    const wanted = args.flatMap((a, i) => (interpreter.recording && interpreter.tracks(a) ? [i] : []));
    if (wanted.length === 0) return within(interpreter.parent, () => this.call(args));
    return this.#callTaped(interpreter, args, wanted);
  }

  // Runs the forward half under the tape's parent, and leaves the backward half on the tape. Both halves are units, so that
  // the parent may be eager mode, a trace or another tape.
  #callTaped(tape: Tape, args: readonly Tensor[], wanted: readonly number[]): readonly Tensor[] {
    const own = (r: Tensor): Tensor => (args.includes(r) ? within(tape.parent, () => renew(r)) : r);
    if (this.options.recompute) {
      const results = within(tape.parent, () => this.call(args)).map(own);
      tape.record(this.func.name, args, results, (cotangents) => this.pullBack(args, wanted, cotangents));
      return results;
    }
    const { derivative, made } = withRoom(
      () => this.#derivative(wanted),
      (derivative) => ({ derivative, made: within(tape.parent, () => derivative.forward.call(args)) }),
    );
    const count = this.func.results.length;
    const residuals = made.slice(count);
    // A result that is an operand itself needs an identity of its own, or their cotangents would be confused.
    const results = made.slice(0, count).map(own);
    tape.record(this.func.name, args, results, (cotangents) =>
      this.#pull(derivative, args.length, residuals, cotangents),
    );
    return results;
  }

  // As under a tape, with the backward half in the history of the results.
  #callRecorded(args: readonly Tensor[]): readonly Tensor[] {
    const wanted = args.flatMap((a, i) => (a.history === null ? [] : [i]));
    const own = (r: Tensor): Tensor => (args.includes(r) ? detached(r) : r);
    const { name } = this.func;
    if (this.options.recompute) {
      const results = this.#compiled().call(args, null).map(own);
      recordStep(name, args, results, () => (cotangents) => this.pullBack(args, wanted, cotangents));
      return results;
    }
    const { derivative, made } = withRoom(
      () => this.#derivative(wanted),
      (derivative) => ({ derivative, made: derivative.forward.#compiled().call(args, null) }),
    );
    const count = this.func.results.length;
    const residuals = made.slice(count);
    const results = made.slice(0, count).map(own);
    const pull: Pullback = (cotangents) => this.#pull(derivative, args.length, residuals, cotangents);
    recordStep(name, args, results, () => pull);
    return results;
  }

  /** The cotangents of the parameters `wanted` on `args` (null for the others), from those of the results. Computes the results again on the way. */
  pullBack(
    args: readonly Tensor[],
    wanted: readonly number[],
    cotangents: readonly (Tensor | null)[],
  ): readonly MaybeCotangent[] {
    // What was printed and checked on the way forward is not printed and checked again.
    this.#silent ??=
      withoutEffects(this.func) === this.func ? this : new Unit(withoutEffects(this.func), this.options);
    if (this.#silent !== this) return this.#silent.pullBack(args, wanted, cotangents);
    const { derivative, made } = withRoom(
      () => this.#derivative(wanted),
      (derivative) => ({ derivative, made: derivative.forward.call(args) }),
    );
    return this.#pull(derivative, args.length, made.slice(this.func.results.length), cotangents);
  }

  #pull(
    derivative: Derivative,
    count: number,
    residuals: readonly Tensor[],
    cotangents: readonly (Tensor | null)[],
  ): readonly MaybeCotangent[] {
    const { unit, reads, inputs, outputs, uncertain } = this.#backward(derivative, cotangents);
    const given = unit.call([...reads.map((k) => residuals[k]!), ...outputs.map((i) => cotangents[i]!)]);
    const found = new Array<MaybeCotangent>(count).fill(null);
    inputs.forEach((i, k) => {
      const at = uncertain.indexOf(k);
      found[i] = at < 0 ? certain(given[k]!) : perhaps(given[k]!, given[inputs.length + at]!);
    });
    return found;
  }

  #derivative(wanted: readonly number[]): Derivative {
    const key = wanted.join();
    let known = this.#derivatives.get(key);
    if (known === undefined || !unchanged(known.settings)) {
      const whole = differentiate(this.func, wanted);
      const { forward, residuals, outputs } = whole;
      const backwards = new Map([[outputs.join(), this.#backwardUnit(whole, residuals)]]);
      const { settings } = whole;
      known = { wanted, forward: new Unit(forward, this.options), residuals, backwards, settings };
      this.#derivatives.set(key, known);
    }
    // Whoever is being traced depends on it too.
    dependOn(known.settings);
    return known;
  }

  #backward(derivative: Derivative, cotangents: readonly (Tensor | null)[]): Backward {
    const { wanted, residuals, backwards } = derivative;
    const given = cotangents.flatMap((ct, i) => (ct?.dtype === 'float32' ? [i] : []));
    const key = given.join();
    let known = backwards.get(key);
    if (known === undefined) {
      const whole = withRoomsOf(derivative.settings, () => differentiate(this.func, wanted, given));
      known = this.#backwardUnit(whole, residuals);
      backwards.set(key, known);
    }
    return known;
  }

  #backwardUnit({ backward, residuals, ...lists }: Differentiated, kept: readonly number[]): Backward {
    const reads = residuals.map((value) => kept.indexOf(value));
    invariant(
      !reads.includes(-1),
      `the gradient of @${this.func.name} for some results reads what that for all does not`,
    );
    return { ...lists, unit: new Unit(backward, this.options), reads };
  }

  #compiled(): Executable {
    const { func, options } = this;
    this.#executable ??= new Executable({ func, captures: [], writes: [], donated: [], types: [] }, options);
    return this.#executable;
  }
}

// Eager mode knows whether there is one. Elsewhere it goes along, with zeros where there is none.
function perhaps(value: Tensor, present: Tensor): MaybeCotangent {
  if (!(present instanceof EagerTensor)) return { value, present, absent: 0 };
  return present.item<boolean>() ? certain(value) : null;
}

function hasHistory(args: readonly Tensor[]): boolean {
  return isRecording() && args.some((a) => a.history !== null);
}
