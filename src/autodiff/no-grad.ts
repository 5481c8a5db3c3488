// noGrad: computing without leaving a trace for any gradient.
import type { Func } from '../ir/func.ts';
import { currentInterpreter, type Interpreter, within } from '../ops/dispatch.ts';
import type { OpDef } from '../ops/opdef.ts';
import { stopGradient } from '../ops/stop-gradient.ts';
import { EagerTensor } from '../tensor/eager.ts';
import { withRecording } from '../tensor/history.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { Trace } from '../trace/tracer.ts';
import { ArgumentError } from '../util/errors.ts';
import { baseOf } from './base.ts';

/**
 * What `f` returns; nothing it computes requires a gradient, whatever it computes it from, for backward() as for grad and tapes around it.
 * Throws an ArgumentError for an async function, which would run on after its end.
 *
 *     noGrad(() => w.assignSub(w.grad!.mul(0.1)));
 */
export function noGrad<T>(f: () => T): T {
  if (typeof f !== 'function')
    throw new ArgumentError(
      `noGrad: expected a function, got ${f === null ? 'null' : typeof f}; write noGrad(() => …)`,
    );
  const interpreter = currentInterpreter();
  const base = baseOf(interpreter);
  const silent =
    interpreter === base && !(base instanceof Trace) ? interpreter : new Unwatched(interpreter, base);
  const result = withRecording(false, () => within(silent, f));
  if (result instanceof Promise)
    throw new ArgumentError(
      'noGrad: an async function runs on after noGrad has ended; use noGrad around the parts between two awaits',
    );
  return result;
}

/** Passes everything by the tapes. In a trace it also says so, for gradients that are taken of the traced function later. */
export class Unwatched implements Interpreter {
  readonly parent: Interpreter;
  readonly base: Interpreter;
  readonly #stopped = new Map<Tensor, Tensor>();

  constructor(parent: Interpreter, base: Interpreter) {
    this.parent = parent;
    this.base = base;
  }

  bind(op: OpDef, args: readonly Tensor[], attrs: unknown, regions: readonly Func[]): readonly Tensor[] {
    const results = this.base.bind(
      op,
      args.map((a) => this.stop(a)),
      attrs,
      regions,
    );
    for (const r of results) this.#stopped.set(r, r);
    return results;
  }
  read(variable: Variable): Tensor {
    return this.parent.read(variable);
  }
  write(variable: Variable, value: Tensor): void {
    // Under another identity, so that no tape knows where it comes from.
    const free =
      this.base instanceof Trace ? this.base.again(this.stop(value)) : new EagerTensor(value.requireView());
    this.parent.write(variable, free);
  }

  /** The tensor as a constant. */
  stop(x: Tensor): Tensor {
    if (!(this.base instanceof Trace) || x.dtype !== 'float32') return x;
    let stopped = this.#stopped.get(x);
    if (stopped === undefined) {
      stopped = this.base.bind(stopGradient.def, [x], {}, [])[0]!;
      this.#stopped.set(x, stopped);
    }
    return stopped;
  }
}
