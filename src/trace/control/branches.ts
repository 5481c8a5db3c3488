// cond and switchCase: one of several functions, chosen by a value. In a trace all of them are traced, and the compiled program runs one.
import { currentInterpreter } from '../../ops/dispatch.ts';
import { chosen, ifOp } from '../../ops/if.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { ArgumentError } from '../../util/errors.ts';
import { unflatten } from '../tree.ts';
import { borders } from './border.ts';
import { assignedBy, closeBranches, stagingTrace, traceRegion } from './region.ts';
import { checkSame, conditionOf, type State, scalarOf, stateOf, type Tensors, type Ways } from './state.ts';

/**
 * `then()` where `pred` holds, else `otherwise()`. `pred` is a bool scalar tensor, or a JavaScript boolean, which decides at once.
 * The functions may read anything around them and return nested objects and arrays of tensors; the results of both must have the
 * same structure, dtypes and shapes (numbers are float32 scalars, booleans bool scalars). Variables may be assigned in either.
 * Under eager mode it is JavaScript's `?:`; in `jit` both functions are traced and one of them runs. Gradients flow through the one that ran.
 *
 * Throws a DTypeError or ShapeError for a condition that is no bool scalar and for results of different types, a TreeError for
 * results of different structure.
 *
 *     cond(x.greater(0), () => x.sqrt(), () => zerosLike(x))
 */
export function cond<T>(pred: Tensor | boolean, then: () => T, otherwise: () => NoInfer<T>): Tensors<T> {
  checkFunction(then, 'cond', 'the second argument');
  checkFunction(otherwise, 'cond', 'the third argument');
  const condition = conditionOf(pred, 'cond');
  const functions = [then, otherwise];
  if (typeof condition === 'boolean') return taken('cond', condition ? then : otherwise);
  if (stagingTrace() === null) return ran('cond', condition.item<boolean>() ? then : otherwise);
  const ways = { ...branchWays, first: 'in the first branch', second: 'in the second' };
  return staged('cond', condition, functions, () => ways);
}

/**
 * Calls one of several functions: the one at position `index`, an int32 scalar tensor or an integer. Positions outside are clamped:
 * a negative one calls the first, one too large the last. As for `cond`, all results must have the same structure, dtypes and shapes.
 *
 *     switchCase(k, [() => x.relu(), () => x.tanh(), () => x.sigmoid()])
 */
export function switchCase<T>(index: Tensor | number, branches: readonly (() => T)[]): Tensors<T> {
  if (!Array.isArray(branches) || branches.length === 0)
    throw new ArgumentError('switchCase: expected a list of at least one function');
  branches.forEach((branch, i) => {
    checkFunction(branch, 'switchCase', `branch ${i}`);
  });
  const pick = (at: number): (() => T) => branches[chosen(at, false, branches.length)]!;
  if (typeof index === 'number') {
    if (!Number.isInteger(index))
      throw new ArgumentError(`switchCase: the index must be an integer, got ${index}`);
    return taken('switchCase', pick(index));
  }
  const position = scalarOf(index, 'int32', 'switchCase: the index must be an int32 scalar', {
    dtype: "convert it: x.cast('int32')",
    shape: 'choose one element, for example with x.slice(0)',
  });
  if (stagingTrace() === null) return ran('switchCase', pick(position.item()));
  return staged('switchCase', position, branches, (k) => ({
    ...branchWays,
    first: 'in branch 0',
    second: `in branch ${k}`,
  }));
}

const branchWays: Pick<Ways, 'remedy'> = {
  remedy: {
    dtype: "give both one dtype, for example with x.cast('float32') or tensor(0, { dtype: 'int32' })",
    shape: 'give both one shape, for example with broadcastTo(x, shape) or zerosLike(x)',
  },
};

function taken<T>(where: string, f: () => T): Tensors<T> {
  const { tree, tensors } = stateOf(f(), 'result', where);
  return unflatten(tree, tensors) as Tensors<T>;
}

// In eager mode, by the value of a tensor.
function ran<T>(where: string, f: () => T): Tensors<T> {
  let result: State | undefined;
  const tensors = borders().leave(() => {
    result = stateOf(f(), 'result', where);
    return result.tensors;
  });
  return unflatten(result!.tree, tensors) as Tensors<T>;
}

function staged<T>(
  where: string,
  selector: Tensor,
  functions: readonly (() => T)[],
  ways: (k: number) => Ways,
): Tensors<T> {
  const states: State[] = [];
  const traced = functions.map((f, k) =>
    traceRegion(
      () => {
        const state = stateOf(f(), 'result', where);
        if (k > 0) checkSame(where, ways(k), states[0]!, state);
        states.push(state);
        return state.tensors;
      },
      [],
      [],
    ),
  );
  const variables = assignedBy(traced);
  const { regions, operands } = closeBranches(traced, variables);
  const results = ifOp(selector, regions, operands);
  const { tree, tensors } = states[0]!;
  const interpreter = currentInterpreter();
  variables.forEach((variable, k) => {
    interpreter.write(variable, results[tensors.length + k]!);
  });
  return unflatten(tree, results.slice(0, tensors.length)) as Tensors<T>;
}

export function checkFunction(f: unknown, where: string, which: string): void {
  if (typeof f !== 'function')
    throw new ArgumentError(
      `${where}: ${which} must be a function, got ${f === null ? 'null' : typeof f}; write () => value`,
    );
}
