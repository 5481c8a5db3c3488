// What has to be known of a group to tell whether it may join another, kept with the group: looking at all members again for each join would make
// long programs take seconds.
import type { Instr, Value } from '../../ir/func.ts';
import { demandOf, roleOf, weightOf } from './cost.ts';

export interface Summary {
  readonly weight: number;
  /** Members that are functions of many steps, and those of them that compute in two halves. */
  readonly functions: number;
  readonly halves: number;
  /** Values from outside. */
  readonly operands: ReadonlySet<Value>;
  /** Values that are needed outside. */
  readonly results: readonly Value[];
  /** The members that read values at other places than their own. */
  readonly displaced: readonly Instr[];
  /** Reductions and contractions. */
  readonly anchors: readonly Instr[];
}

export function summaryOf(instr: Instr, isNeededOutside: (value: Value) => boolean): Summary {
  const role = roleOf(instr);
  return {
    weight: weightOf(instr),
    functions: demandOf(instr) === 'little' ? 0 : 1,
    halves: demandOf(instr) === 'halves' ? 1 : 0,
    operands: new Set(instr.args),
    results: instr.results.filter(isNeededOutside),
    displaced: role === 'view' || role === 'index' ? [instr] : [],
    anchors: role === 'reduce' || role === 'contract' ? [instr] : [],
  };
}

/** Of two groups together; `isMember` and `isNeededOutside` are said of both. */
export function joined(
  a: Summary,
  b: Summary,
  isMember: (instr: Instr) => boolean,
  isNeededOutside: (value: Value) => boolean,
): Summary {
  const operands = new Set<Value>();
  for (const { operands: own } of [a, b])
    for (const value of own) if (value.def === null || !isMember(value.def)) operands.add(value);
  return {
    weight: a.weight + b.weight,
    functions: a.functions + b.functions,
    halves: a.halves + b.halves,
    operands,
    results: [...a.results, ...b.results].filter(isNeededOutside),
    displaced: together(a.displaced, b.displaced),
    anchors: together(a.anchors, b.anchors),
  };
}

// Most often one of them has none.
function together(a: readonly Instr[], b: readonly Instr[]): readonly Instr[] {
  return a.length === 0 ? b : b.length === 0 ? a : [...a, ...b];
}
