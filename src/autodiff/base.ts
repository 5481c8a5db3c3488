// What computes: the interpreter below all tapes.
import { currentInterpreter, type Interpreter } from '../ops/dispatch.ts';
import { Trace } from '../trace/tracer.ts';

/** The interpreter below all tapes: eager mode or a trace. */
export function baseInterpreter(): Interpreter {
  return baseOf(currentInterpreter());
}

/** What is left of an interpreter without the tapes and whatever else stands between. */
export function baseOf(interpreter: Interpreter): Interpreter {
  let base = interpreter;
  while (!(base instanceof Trace) && base.parent !== null) base = base.parent;
  return base;
}
