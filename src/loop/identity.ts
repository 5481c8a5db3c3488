// The values that reductions of nothing have.
import type { Expr, ReduceOp, Scalar } from './kernel.ts';
import { constOf } from './make.ts';

/** The constant that combining with `op` leaves any value as it is. */
export function identityOf(op: ReduceOp, type: Scalar): Expr {
  switch (op) {
    case 'add':
    case 'or':
      return constOf(type, 0);
    case 'mul':
    case 'and':
      return constOf(type, 1);
    case 'min':
      return constOf(type, type === 'i32' ? 2 ** 31 - 1 : Infinity);
    case 'max':
      return constOf(type, type === 'i32' ? -(2 ** 31) : -Infinity);
  }
}
