// The one dispatch point: every op of every mode goes through `bind`, which asks the current interpreter.
import type { Func } from '../ir/func.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { invariant } from '../util/errors.ts';
import type { OpDef } from './opdef.ts';

/** Eager, Trace, Tape (and later Batch). Each holds the parent it was created under and runs its rules there. */
export interface Interpreter {
  readonly parent: Interpreter | null;
  bind(op: OpDef, args: readonly Tensor[], attrs: unknown, regions: readonly Func[]): readonly Tensor[];
  /** The value a variable has now, in this interpreter. */
  read(variable: Variable): Tensor;
  /** Assigns; the type has been checked. */
  write(variable: Variable, value: Tensor): void;
  /** What was traced below it read a value that it had assigned to `variable` itself. Throws where this interpreter had to see that reading. */
  missed?(variable: Variable): void;
}

/** Tells the interpreters from `innermost` on that they missed readings of these variables. */
export function tellMissed(variables: Iterable<Variable>, innermost: Interpreter): void {
  for (const variable of variables)
    for (let i: Interpreter | null = innermost; i !== null; i = i.parent) i.missed?.(variable);
}

let current: Interpreter | null = null;
let recordedBind: Interpreter['bind'] | null = null;

/** Applies an op under the current interpreter. What depends on a tensor that requires a gradient is given a history on the way. */
export function bind(
  op: OpDef,
  args: readonly Tensor[],
  attrs: unknown,
  regions: readonly Func[] = [],
): readonly Tensor[] {
  for (let i = 0; i < args.length; i++)
    if (args[i]!.history !== null && recordedBind !== null) return recordedBind(op, args, attrs, regions);
  return currentInterpreter().bind(op, args, attrs, regions);
}

export function currentInterpreter(): Interpreter {
  invariant(current !== null, 'no interpreter: tensor/eager.ts installs the eager one when it is loaded');
  return current;
}

/** Runs `f` with `interpreter` current; the former one is restored also when `f` throws. */
export function within<T>(interpreter: Interpreter, f: () => T): T {
  const saved = current;
  current = interpreter;
  try {
    return f();
  } finally {
    current = saved;
  }
}

/** From here on `interpreter` is current, until `leave` or the end of the enclosing `within`. For scopes that are no functions. */
export function enter(interpreter: Interpreter): void {
  current = interpreter;
}

/** Makes the parent of `interpreter` current, if it is current now. */
export function leave(interpreter: Interpreter): boolean {
  if (current !== interpreter) return false;
  current = interpreter.parent;
  return true;
}

/** Called once, by autodiff/history.ts: how an op is applied to operands of which some have a history. */
export function installRecordedBind(bind: Interpreter['bind']): void {
  recordedBind = bind;
}

/** Called once, by tensor/eager.ts: what runs outside every transform. */
export function installRoot(interpreter: Interpreter): void {
  current ??= interpreter;
}
