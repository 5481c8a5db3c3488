// print and check: what traced code may say and refuse at run time.
import { isTensor } from '../ops/coerce.ts';
import { checkOp, printOp } from '../ops/effects.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ArgumentError, CheckError } from '../util/errors.ts';
import { conditionOf } from './control/state.ts';

/**
 * Writes its arguments to the console in one line: tensors as their elements, everything else as it is when the line is traced. In `jit` it runs whenever
 * the compiled program comes by, inside branches and loops too, in program order; `console.log` would show once what is being traced.
 *
 *     print('loss', loss)
 */
export function print(...values: readonly unknown[]): void {
  const { parts, tensors } = message(values);
  printOp(tensors, parts);
}

/**
 * Stops with a CheckError unless `condition`, a bool scalar tensor or a JavaScript boolean, holds. The message may go on with values, which are
 * shown as `print` does. In `jit` it is checked whenever the compiled program comes by; a program that stops has assigned no variable and
 * overwritten no argument.
 *
 *     check(x.greater(0).all(), 'all of x must be positive, got', x)
 */
export function check(condition: Tensor | boolean, text: string, ...values: readonly unknown[]): void {
  if (typeof text !== 'string')
    throw new ArgumentError(`check: the message must be a string, got ${typeof text}`);
  const holds = conditionOf(condition, 'check');
  const { parts, tensors } = message([text, ...values]);
  if (holds === true) return;
  if (holds === false) throw new CheckError(checkOp.text(parts, tensors));
  checkOp(holds, tensors, parts);
}

/** `check` by the name that other libraries have for it. */
export const assert: typeof check = check;

// The text between the tensors, one piece more than there are tensors.
function message(values: readonly unknown[]): { parts: readonly string[]; tensors: readonly Tensor[] } {
  const parts = [''];
  const tensors: Tensor[] = [];
  values.forEach((value, i) => {
    const space = i === 0 ? '' : ' ';
    parts[parts.length - 1] += space;
    if (isTensor(value)) {
      tensors.push(value.resolve());
      parts.push('');
    } else parts[parts.length - 1] += typeof value === 'string' ? value : shown(value);
  });
  return { parts, tensors };
}

function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(value) ?? String(value);
}
