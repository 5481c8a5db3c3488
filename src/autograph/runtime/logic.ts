// `&&`, `||` and `!`: JavaScript's, with the right side evaluated only if asked for; of traced tensors a staged bool.

import { showType } from '../../ir/types.ts';
import { isTensor } from '../../ops/coerce.ts';
import { logicalOr } from '../../ops/logic.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { TracedTensor } from '../../trace/tracer.ts';
import { TraceError } from '../../util/errors.ts';
import { ifExpression } from './branches.ts';
import { decide, negated } from './condition.ts';
import { type Construct, locOf } from './construct.ts';

export function and(left: unknown, right: () => unknown, construct: Construct): unknown {
  if (!isTensor(left)) return left ? right() : left;
  const known = decide(left, construct);
  if (!isTensor(known)) return known ? right() : left;
  return ifExpression(
    answer(left, '&&', construct, 'left'),
    () => answer(right(), '&&', construct),
    () => false,
    construct,
  );
}

export function or(left: unknown, right: () => unknown, construct: Construct): unknown {
  if (!isTensor(left)) return left ? left : right();
  const known = decide(left, construct);
  if (!isTensor(known)) return known ? left : right();
  return ifExpression(
    answer(left, '||', construct, 'left'),
    () => true,
    () => answer(right(), '||', construct),
    construct,
  );
}

// One side is a bool that only the compiled program knows, so the whole is one.
function answer(x: unknown, operator: string, { at }: Construct, side: 'left' | 'right' = 'right'): unknown {
  if (typeof x === 'boolean' || (isTensor(x) && x.dtype === 'bool' && x.ndim === 0)) return x;
  const got = isTensor(x) ? showType(x.type) : x === null ? 'null' : `a ${typeof x}`;
  if (side === 'left')
    throw new TraceError(
      `the left side of ${operator} at ${at} must be a boolean or a bool scalar, because it is traced; got ${got}. Compare it, x !== 0, or choose between values with ?:`,
      locOf(at),
    );
  throw new TraceError(
    `the right side of ${operator} at ${at} must be a boolean or a bool scalar, because the left side is a traced tensor; got ${got}. Choose between values with ?: or where(condition, a, b)`,
    locOf(at),
  );
}

export function not(x: unknown): unknown {
  return isTensor(x) ? negated(x) : !x;
}

/** Has one of these jumps been taken? */
export function any(...flags: readonly unknown[]): unknown {
  let result: Tensor | undefined;
  for (const flag of flags) {
    if (flag === true) return true;
    if (isTensor(flag)) result = result === undefined ? flag : logicalOr(result, flag);
  }
  return seen(result ?? false);
}

/** Has none of them? */
export function none(...flags: readonly unknown[]): unknown {
  return seen(not(any(...flags)));
}

// Asked by the runtime, and often again inside a region: it need not be used.
function seen(x: unknown): unknown {
  if (x instanceof TracedTensor) x.see();
  return x;
}
