// The error classes users can catch. Every message says what happened, where in the user's program, and a way out.
import { type Loc, showLocation, userLocation } from './location.ts';

/** Base of all errors thrown on purpose. `loc` is the user's line; the message ends with it. */
export class TracejitError extends Error {
  readonly loc: Loc | undefined;
  /** What happened, without the location line. */
  readonly summary: string;

  constructor(summary: string, loc: Loc | undefined = userLocation()) {
    super(loc === undefined ? summary : `${summary}\n  at ${showLocation(loc)}`);
    this.summary = summary;
    this.loc = loc;
    this.name = new.target.name;
  }
}

/** Shapes that do not fit an op, ragged nested arrays, non-finite or negative dimensions. */
export class ShapeError extends TracejitError {}
/** An axis outside the rank, or named twice. */
export class AxisError extends TracejitError {}
/** A dtype an op does not take, or two dtypes that do not promote. */
export class DTypeError extends TracejitError {}
/** An argument of the wrong kind or value (not a tensor, not finite, an index out of bounds …). */
export class ArgumentError extends TracejitError {}
/** An option object with an unknown key or a value that means nothing. */
export class OptionError extends TracejitError {}
/** A traced tensor asked for its data: in a condition, an operator, a template literal, `item()` … */
export class TraceError extends TracejitError {}
/** A traced tensor used after its trace ended. */
export class LeakError extends TracejitError {}
/** A call that retraced more often than `maxTraces` allows. */
export class RetraceError extends TracejitError {}
/** A tensor used after a call took its buffer (`donate`). */
export class DonationError extends TracejitError {}
/** Arguments that do not match a fixed `signature`, or results/arguments that are no pytree. */
export class TreeError extends TracejitError {}
/** A gradient that cannot be taken: non-scalar output, integer input, op without a vjp. */
export class GradientError extends TracejitError {}
/** A graph used wrongly: a placeholder not fed, a variable not initialised, tensors of two graphs. */
export class GraphError extends TracejitError {}
/** IR text that does not parse. */
export class ParseError extends TracejitError {}
/** IR or a kernel that breaks a numbered rule. */
export class VerifyError extends TracejitError {}
/** A pass that produced a wrong function; names the pass and shows what it changed. */
export class PassError extends TracejitError {}
/** A `check(...)` that did not hold. */
export class CheckError extends TracejitError {}
/** A loop took more rounds than what is kept for its gradient has room for. Never seen by users: whoever compiled the program makes more room and runs again. */
export class CapacityError extends TracejitError {
  /** The user's line of the loop. */
  readonly loop: string;
  /** Rounds taken. */
  readonly needed: number;
  constructor(loop: string, needed: number) {
    super(`the loop at ${loop} took ${needed} rounds, more than there is room for`);
    this.loop = loop;
    this.needed = needed;
  }
}
/** A bug in this library: a state that should be impossible. */
export class InternalError extends TracejitError {
  constructor(summary: string) {
    super(`internal error: ${summary} (this is a bug in tracejit, please report it)`);
  }
}

/** The `default:` of an exhaustive switch: a new member of the union stops compiling here. */
export function unreachable(x: never): never {
  throw new InternalError(`unreachable value ${JSON.stringify(x)}`);
}

/** An internal invariant. For users' mistakes throw the class that names them. */
export function invariant(condition: boolean, what: string): asserts condition {
  if (!condition) throw new InternalError(what);
}
