// switch: the number of the case that is entered.
import { isTensor } from '../../ops/coerce.ts';
import { where } from '../../ops/logic.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { TraceError } from '../../util/errors.ts';
import { locOf } from './construct.ts';
import { same } from './operators.ts';

/**
 * The index of the first test that equals `subject`, or of the default (null), or as many as there are tests. The tests are
 * evaluated in order, up to the first that is known to be equal.
 */
export function switchCase(
  subject: unknown,
  tests: readonly ((() => unknown) | null)[],
  assigningAt?: string,
): number | Tensor {
  const fallback = tests.indexOf(null);
  const maybe: { readonly index: number; readonly holds: Tensor }[] = [];
  let known = fallback < 0 ? tests.length : fallback;
  for (const [index, test] of tests.entries()) {
    if (test === null) continue;
    const holds = same(subject, test());
    if (isTensor(holds)) {
      if (assigningAt !== undefined)
        throw new TraceError(
          `a case of the switch at ${assigningAt} assigns something in its test, and a tensor decides whether that is asked at all. Assign it before the switch`,
          locOf(assigningAt),
        );
      maybe.push({ index, holds });
    } else if (holds) {
      known = index;
      break;
    }
  }
  let result: number | Tensor = known;
  for (const { index, holds } of maybe.reverse()) result = where(holds, index, result).cast('int32');
  return result;
}
