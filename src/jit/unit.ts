// A function that can be called under any interpreter: compiled under eager mode, one `call` in a trace, a pair of units under a tape.
import { detached } from '../autodiff/identity.ts';
import { Tape } from '../autodiff/tape.ts';
import type { Func } from '../ir/func.ts';
import { call } from '../ops/call.ts';
import { currentInterpreter, within } from '../ops/dispatch.ts';
import { type Differentiated, differentiate } from '../passes/differentiate.ts';
import { eager } from '../tensor/eager.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { CodeOptions } from './backend.ts';
import { Executable } from './executable.ts';

interface Derivative extends Pick<Differentiated, 'inputs' | 'outputs'> {
  readonly forward: Unit;
  readonly backward: Unit;
}

export class Unit {
  readonly func: Func;
  readonly options: CodeOptions;
  #executable: Executable | undefined;
  // By the parameters differentiated by.
  readonly #derivatives = new Map<string, Derivative>();

  constructor(func: Func, options: CodeOptions) {
    this.func = func;
    this.options = options;
  }

  /** The results on tensors for all parameters, captures included. */
  call(args: readonly Tensor[]): readonly Tensor[] {
    const interpreter = currentInterpreter();
    if (interpreter === eager) return this.#compiled().call(args, null);
    if (!(interpreter instanceof Tape)) return call(this.func, args);
    const wanted = args.flatMap((a, i) => (interpreter.tracks(a) ? [i] : []));
    if (wanted.length === 0) return within(interpreter.parent, () => this.call(args));
    return this.#callTaped(interpreter, args, wanted);
  }

  // Runs the forward half under the tape's parent, and leaves the backward half on the tape. Both halves are units, so that
  // the parent may be eager mode, a trace or another tape.
  #callTaped(tape: Tape, args: readonly Tensor[], wanted: readonly number[]): readonly Tensor[] {
    const { forward, backward, inputs, outputs } = this.#derivative(wanted);
    const made = within(tape.parent, () => forward.call(args));
    const count = this.func.results.length;
    const residuals = made.slice(count);
    // A result that is an operand itself needs an identity of its own, or their cotangents would be confused.
    const results = made.slice(0, count).map((r) => (args.includes(r) ? detached(r) : r));
    tape.record(this.func.name, args, results, (cotangents) => {
      const given = backward.call([...residuals, ...outputs.map((i) => cotangents[i]!)]);
      const found = new Array<Tensor | null>(args.length).fill(null);
      inputs.forEach((i, k) => {
        found[i] = given[k]!;
      });
      return found;
    });
    return results;
  }

  #derivative(wanted: readonly number[]): Derivative {
    const key = wanted.join();
    let known = this.#derivatives.get(key);
    if (known === undefined) {
      const { forward, backward, inputs, outputs } = differentiate(this.func, wanted);
      known = {
        forward: new Unit(forward, this.options),
        backward: new Unit(backward, this.options),
        inputs,
        outputs,
      };
      this.#derivatives.set(key, known);
    }
    return known;
  }

  #compiled(): Executable {
    const { func, options } = this;
    this.#executable ??= new Executable({ func, captures: [], writes: [], donated: [] }, options);
    return this.#executable;
  }
}
