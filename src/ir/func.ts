// The three nouns of the tensor IR. A region is a Func without surroundings; there are no blocks, graphs or modules.
import type { Loc } from '../util/location.ts';
import type { OpSig } from './op.ts';
import type { TensorType } from './types.ts';

/** One tensor in a function: a parameter (`def` null) or a result of an instruction. Compared by identity. */
export interface Value {
  readonly type: TensorType;
  readonly def: Instr | null;
}

export interface Instr<A = unknown> {
  readonly op: OpSig<A>;
  readonly args: readonly Value[];
  readonly attrs: A;
  readonly regions: readonly Func[];
  readonly results: readonly Value[];
  readonly loc?: Loc;
}

/** Immutable. `body` is in program order; every operand is a parameter or an earlier result of the same Func. */
export interface Func {
  readonly name: string;
  readonly params: readonly Value[];
  readonly body: readonly Instr[];
  readonly results: readonly Value[];
}

/** Is `instr` an `op`? Narrows `attrs`, so that no pass reads an attribute it has not earned. */
export function is<A>(instr: Instr, op: { readonly def: OpSig<A> }): instr is Instr<A> {
  return instr.op === op.def;
}

/** A fresh parameter. */
export function param(type: TensorType): Value {
  return { type, def: null };
}

/** An instruction with its results tied to it. The types come from `op.infer`; nothing else makes instructions. */
export function instr<A>(
  op: OpSig<A>,
  args: readonly Value[],
  attrs: A,
  regions: readonly Func[] = [],
  loc?: Loc,
): Instr<A> {
  const types = op.infer(
    args.map((a) => a.type),
    attrs,
    regions,
  );
  const results: Value[] = [];
  const made: Instr<A> =
    loc === undefined ? { op, args, attrs, regions, results } : { op, args, attrs, regions, results, loc };
  // The knot value <-> instruction is tied here, once; afterwards both are read-only.
  for (const type of types) results.push({ type, def: made });
  return made;
}
