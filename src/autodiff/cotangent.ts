// Cotangents on a backward walk. Inside compiled code it may depend on data whether one has come together at all: which branch was taken,
// whether a loop took a round. Eager mode just knows. To compute the same, such a cotangent carries its presence with it.
import { type Func, instr, param } from '../ir/func.ts';
import { sameType, showType, type TensorType } from '../ir/types.ts';
import { isTensor } from '../ops/coerce.ts';
import { constant } from '../ops/constant.ts';
import { ifOp } from '../ops/if.ts';
import { logicalAnd, logicalOr } from '../ops/logic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { invariant } from '../util/errors.ts';

/** A sum of contributions. */
export interface Cotangent {
  readonly value: Tensor;
  /** A bool scalar: is there any contribution? Null: certainly. */
  readonly present: Tensor | null;
  /** What every element of `value` is where there is none: -0, which adds nothing to any number, or 0. Null: anything. */
  readonly absent: number | null;
}

export type MaybeCotangent = Cotangent | null;

/** A cotangent that is certainly there. */
export function certain(value: Tensor): Cotangent {
  return { value, present: null, absent: null };
}

/** The value, with every element `absent` where there is no cotangent. */
export function masked({ value, present, absent }: Cotangent, wanted: number): Tensor {
  if (present === null || Object.is(absent, wanted)) return value;
  const [chosen] = ifOp(present, [itself(value.type), filled(wanted, value.type)], [value]);
  return chosen!;
}

// A branch, and no `where`, though it computes as little: the way back through it leads to the value where there is one, and nowhere else.
function itself(type: TensorType): Func {
  const value = param(type);
  return { name: '', params: [value], body: [], results: [value] };
}

function filled(number: number, type: TensorType): Func {
  const { dtype, shape } = type;
  const made = instr(constant.def, [], { data: [number], dtype, shape });
  return { name: '', params: [param(type)], body: [made], results: made.results };
}

/** The value, zeros where there is none. */
export function settled(cotangent: Cotangent): Tensor {
  return masked(cotangent, 0);
}

/** The two added, each as far as it is there. */
export function joined(a: Cotangent, b: Cotangent): Cotangent {
  const value = masked(a, -0).add(masked(b, -0));
  const present = eitherOf(a.present, b.present);
  return { value, present, absent: present === null ? null : -0 };
}

/** Presence of what is there if either is. */
export function eitherOf(a: Tensor | null, b: Tensor | null): Tensor | null {
  if (a === null || b === null) return null;
  return a === b ? a : logicalOr(a, b);
}

/** The cotangents of a step's operands, as far as they have come together. */
export interface Operands {
  /** Null: nothing yet, or no cotangent is wanted. */
  sum(i: number): MaybeCotangent;
  add(i: number, contribution: Cotangent): void;
  /** In place of what there was, for a step that has added to it itself. */
  set(i: number, total: Cotangent): void;
  /** The first operand from `start` on that is the same tensor. */
  first(i: number, start: number): number;
}

/** One step of a backward walk: from the cotangents of the results, of which there is at least one, to those of the operands. */
export type WayBack = (given: readonly MaybeCotangent[], operands: Operands) => void;

/** The operands of a step, of which the sums are kept by `keys`; null: no cotangent is wanted. `begun` makes a sum of the first contribution. */
export function operandsOf<K>(
  name: string,
  keys: readonly (K | null)[],
  types: readonly { readonly type: Tensor['type'] }[],
  sums: Map<K, Cotangent>,
  begun: (key: K, first: Cotangent) => Cotangent = (_, first) => first,
): Operands {
  const put = (i: number, merge: (key: K) => Cotangent, { type }: Tensor): void => {
    const key = keys[i] ?? null;
    if (key === null) return;
    invariant(
      sameType(type, types[i]!.type),
      `the vjp of ${name} gave ${showType(type)} for operand ${i} of type ${showType(types[i]!.type)}`,
    );
    sums.set(key, merge(key));
  };
  return {
    sum: (i) => {
      const key = keys[i] ?? null;
      return key === null ? null : (sums.get(key) ?? null);
    },
    add: (i, contribution) => {
      const merge = (key: K): Cotangent => {
        const sum = sums.get(key);
        return sum === undefined ? begun(key, contribution) : joined(sum, contribution);
      };
      put(i, merge, contribution.value);
    },
    set: (i, total) => put(i, () => total, total.value),
    first: (i, start) => (keys[i] == null ? i : keys.indexOf(keys[i]!, start)),
  };
}

/** What a rule gives for an operand: a tensor is certainly there. */
export type Contribution = Tensor | MaybeCotangent;

/**
 * The step of a rule from tensors to contributions, null for none. They are there if any of what it is given is, and as far as the rule
 * itself says.
 */
export function plainly(rule: (cotangents: readonly (Tensor | null)[]) => readonly Contribution[]): WayBack {
  return (given, operands) => {
    const present = presenceOf(given);
    const values = given.map((c) => c && valueBeside(c, present));
    rule(values).forEach((found, i) => {
      if (found === null) return;
      const own = isTensor(found) ? null : found.present;
      operands.add(i, {
        value: isTensor(found) ? found : found.value,
        present: present === null || own === null ? (present ?? own) : logicalAnd(present, own),
        absent: present === null && !isTensor(found) ? found.absent : null,
      });
    });
  };
}

function presenceOf(given: readonly MaybeCotangent[]): Tensor | null {
  const there = given.filter((c) => c !== null);
  return there.map((c) => c.present).reduce(eitherOf);
}

// Where none is there it does not matter what is computed; where others are, one that is not counts as zeros.
function valueBeside(c: Cotangent, present: Tensor | null): Tensor {
  return c.present === present ? c.value : settled(c);
}
