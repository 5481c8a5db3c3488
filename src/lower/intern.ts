// Hash-consing: structurally equal expressions become one object, so that common subexpressions are found by identity.
import type { Expr, ScalarFunction } from '../loop/kernel.ts';
import { mapOperands } from '../loop/rewrite.ts';
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
    const key = keyOf(made, number);
    const first = table.get(key) ?? made;
    if (first === made) table.set(key, made);
    done.set(e, first);
    done.set(first, first);
    return first;
  };
  return intern;
}

// Equal keys: the same operation on the same operands.
function keyOf(e: Expr, number: (x: Expr | ScalarFunction) => number): string {
  switch (e.kind) {
    case 'const':
      return `${e.type} = ${Object.is(e.value, -0) ? '-0' : e.value}`;
    case 'local':
      return `${e.type} ${e.name}`;
    case 'load':
      return `${e.type} ${e.buffer}[${number(e.index)}`;
    case 'unary':
      return `${e.type} ${e.op} ${number(e.x)}`;
    case 'convert':
    case 'bits':
      return `${e.type} ${e.kind} ${number(e.x)}`;
    case 'binary':
      return `${e.type} ${e.op} ${number(e.a)} ${number(e.b)}`;
    case 'compare':
      return `${e.op} ${number(e.a)} ${number(e.b)}`;
    case 'select':
      return `? ${number(e.cond)} ${number(e.a)} ${number(e.b)}`;
    case 'call':
      return `call ${number(e.fn)} ${e.args.map(number).join(' ')}`;
    default:
      return unreachable(e);
  }
}
