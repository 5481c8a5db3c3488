// The numbered rules every function obeys, checked between passes. docs/ir.md explains each; every rule has a negative test.
import { TracejitError, VerifyError } from '../util/errors.ts';
import { attrProblem } from './attrs.ts';
import type { Func, Instr, Value } from './func.ts';
import { print } from './print.ts';
import { sameType, showType, type TensorType } from './types.ts';

export const rules = {
  V1: 'every operand is a parameter or an earlier result of the same function',
  V2: 'every value is defined once',
  V3: 'result types equal what the shape rule gives',
  V4: 'attributes match the schema, and nothing is extra',
  V5: 'regions are closed: they mention only their own values',
  V6: 'operands and regions have the signature that the op asks for',
  V7: 'every result of the function is one of its values',
} as const;

export type Rule = keyof typeof rules;

/** Throws a VerifyError that quotes the broken rule and shows the function. */
export function verify(func: Func): void {
  const problem = findProblem(func, new Set());
  if (problem === undefined) return;
  const { rule, what } = problem;
  throw new VerifyError(`${rule} broken in @${func.name}: ${what}\n  rule: ${rules[rule]}\n${print(func)}`);
}

interface Problem {
  readonly rule: Rule;
  readonly what: string;
}

// `outer` holds the values of the surrounding functions, to tell a region that reaches out from one with a stray value.
function findProblem(func: Func, outer: ReadonlySet<Value>): Problem | undefined {
  const known = new Set<Value>();
  const visible = new Set<Value>(outer);
  const define = (v: Value): boolean => {
    if (known.has(v) || outer.has(v)) return false;
    known.add(v);
    visible.add(v);
    return true;
  };
  for (const p of func.params) {
    if (p.def !== null) return { rule: 'V2', what: 'a parameter is also the result of an instruction' };
    if (!define(p)) return { rule: 'V2', what: 'a parameter appears twice' };
  }
  for (const [at, instr] of func.body.entries()) {
    const where = `instruction ${at} (${instr.op.name})`;
    for (const [i, arg] of instr.args.entries()) {
      if (known.has(arg)) continue;
      if (outer.has(arg))
        return { rule: 'V5', what: `operand ${i} of ${where} belongs to a surrounding function` };
      return { rule: 'V1', what: `operand ${i} of ${where} is not defined before it` };
    }
    const problem = instrProblem(instr, where, visible);
    if (problem) return problem;
    for (const r of instr.results) {
      if (r.def !== instr) return { rule: 'V2', what: `a result of ${where} is tied to another instruction` };
      if (!define(r)) return { rule: 'V2', what: `a result of ${where} is defined twice` };
    }
  }
  for (const [i, r] of func.results.entries()) {
    if (!known.has(r))
      return { rule: outer.has(r) ? 'V5' : 'V7', what: `result ${i} is not a value of the function` };
  }
  return undefined;
}

function instrProblem(instr: Instr, where: string, visible: ReadonlySet<Value>): Problem | undefined {
  const attrs = attrProblem(instr.op.attrs, instr.attrs);
  if (attrs) return { rule: 'V4', what: `${where}: ${attrs}` };
  for (const region of instr.regions) {
    const inside = findProblem(region, visible);
    if (inside) return { rule: inside.rule, what: `${where}, in its region: ${inside.what}` };
  }
  let types: readonly TensorType[];
  try {
    types = instr.op.infer(
      instr.args.map((a) => a.type),
      instr.attrs,
      instr.regions,
    );
  } catch (error) {
    if (!(error instanceof TracejitError)) throw error;
    return { rule: 'V6', what: `${where}: ${error.summary}` };
  }
  const same =
    types.length === instr.results.length && types.every((t, i) => sameType(t, instr.results[i]!.type));
  if (same) return undefined;
  const show = (list: readonly TensorType[]): string => `(${list.map(showType).join(', ')})`;
  return {
    rule: 'V3',
    what: `${where} has results ${show(instr.results.map((r) => r.type))}, its shape rule gives ${show(types)}`,
  };
}
