// Hash-consing: structurally equal expressions become one object, so that common subexpressions are found by identity.
import type { Expr, ScalarFunction } from '../loop/kernel.ts';
import { mapOperands } from '../loop/rewrite.ts';
import { operandsOf } from '../loop/visit.ts';
import { unreachable } from '../util/errors.ts';

export type Intern = (e: Expr) => Expr;

/** A table of its own for each kernel. */
export function interner(): Intern {
  const done = new Map<Expr, Expr>();
  const table = new Map<string, Expr>();
  const numbers = new Map<Expr | ScalarFunction, number>();
  const number = (x: Expr | ScalarFunction): number => {
    const known = numbers.get(x);
    if (known !== undefined) return known;
    numbers.set(x, numbers.size);
    return numbers.size - 1;
  };
  const intern = (e: Expr): Expr => {
    const known = done.get(e);
    if (known) return known;
    const made = mapOperands(e, intern);
    let key = `${made.kind} ${made.type} ${detail(made, number)}`;
    for (const operand of operandsOf(made)) key += ` ${number(operand)}`;
    const first = table.get(key) ?? made;
    if (first === made) table.set(key, made);
    done.set(e, first);
    done.set(first, first);
    return first;
  };
  return intern;
}

// What distinguishes nodes of one kind and type with the same operands.
function detail(e: Expr, number: (fn: ScalarFunction) => number): string | number {
  switch (e.kind) {
    case 'const':
      return Object.is(e.value, -0) ? '-0' : e.value;
    case 'local':
      return e.name;
    case 'load':
      return e.buffer;
    case 'unary':
    case 'binary':
    case 'compare':
      return e.op;
    case 'select':
    case 'convert':
    case 'bits':
      return '';
    case 'call':
      return number(e.fn);
    default:
      return unreachable(e);
  }
}
