// Questions to arrays, Maps and Sets that JavaScript answers by truth or by finding a value again, neither of which a tensor has while tracing.
import { showType } from '../../ir/types.ts';
import { isTensor } from '../../ops/coerce.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { ArgumentError, TraceError } from '../../util/errors.ts';
import { ofNumbers } from '../methods.ts';
import { decide } from './condition.ts';
import { and, or } from './logic.ts';
import { same } from './operators.ts';
import { isTraced } from './text.ts';

// biome-ignore lint/suspicious/noExplicitAny: any value has methods
type Any = any;
type List = readonly unknown[];
type Ask = (value: unknown, index: number, list: List) => unknown;

/** `object.method(…args)` of such a method; of anything but the collections of JavaScript it is the call that was written. */
export function query(object: Any, method: string, ...args: readonly Any[]): unknown {
  const [asked] = args;
  if (isTensor(object) && object[method as keyof typeof object] === undefined)
    throw ofNumbers.has(method) ? noText(object, method) : noMethod(method);
  if (object instanceof Map || object instanceof Set) {
    if (isTensor(asked) && !object.has(asked as never)) checkNumbers(object.keys(), method, object);
  } else if (isList(object)) {
    if (typeof asked === 'function') return byTruth(object, method, asked, args[1]);
    if (isTensor(asked) && !object.includes(asked)) {
      if (method === 'includes') return byTruth(object, 'some', (value) => same(value, asked), undefined);
      checkNumbers(object, method, object);
    }
  }
  return object[method](...args);
}

export function noMethod(method: string): TraceError {
  return new TraceError(
    `a tensor has no method ${method}: it is no array, and does not change. Go over its rows with for-of, take x[i], or compute with all of it at once`,
  );
}

function noText({ type }: Tensor, method: string): ArgumentError {
  return new ArgumentError(
    `${method}() is a method of numbers, and this is a tensor ${showType(type)}. Ways out: print or console.log(x) shows its elements whenever the compiled program comes by; outside of jit, x.item().${method}()`,
  );
}

function isList(x: unknown): x is List {
  return Array.isArray(x) || (ArrayBuffer.isView(x) && !(x instanceof DataView));
}

// A tensor equals no number by identity. Where there are only other tensors and objects, identity is what was asked for.
function checkNumbers(values: Iterable<unknown>, method: string, object: object): void {
  for (const value of values)
    if (typeof value === 'number' || typeof value === 'boolean')
      throw new TraceError(
        `${method}() looks for a tensor among numbers in ${nameOf(object)}, where JavaScript never finds it. Ways out: compare by element, x.equal(value), or make one tensor of the numbers`,
      );
}

function nameOf(object: object): string {
  return Array.isArray(object) ? 'an array' : `a ${object.constructor.name}`;
}

// Boolean itself, as in `filter(Boolean)`, knows of no tensors: the answer is then the value.
function asks(f: Ask, self: unknown, value: unknown, index: number, list: List): unknown {
  return f === (Boolean as Ask) ? value : Reflect.apply(f, self, [value, index, list]);
}

function byTruth(list: List, method: string, f: Ask, self: unknown): unknown {
  if (method === 'some' || method === 'every') return decided(list, method, f, self);
  const answer: Ask = (value, index, whole) => {
    const truth = asks(f, self, value, index, whole);
    if (!isTensor(truth)) return truth;
    if (isTraced(truth))
      throw new TraceError(
        `${method}() asks its function whether it takes an element, and the answer is a traced tensor: only the compiled program will know. Ways out: where(condition, a, b) with a value that does not count, a loop with if, or stack the elements into one tensor`,
      );
    return decide(truth, { at: `${method}()` });
  };
  return (list as Any)[method](answer);
}

// One question after the other, as long as the answer is open: `a || b || …`, where a tensor among the answers makes the whole one.
function decided(list: List, method: 'some' | 'every', f: Ask, self: unknown): unknown {
  const construct = { at: `${method}()` };
  const { length } = list;
  const from = (first: number): unknown => {
    for (let index = first; index < length; index++) {
      // Holes are not asked.
      if (!(index in list)) continue;
      const truth = asks(f, self, list[index], index, list);
      const rest = (): unknown => from(index + 1);
      if (isTensor(truth))
        return method === 'some' ? or(truth, rest, construct) : and(truth, rest, construct);
      if (Boolean(truth) === (method === 'some')) return method === 'some';
    }
    return method === 'every';
  };
  return from(0);
}
