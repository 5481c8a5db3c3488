// Methods of arrays, Maps and Sets that the runtime must see: those that change them, and those whose answer is a truth value or the finding of a value again.
import type { CallExpression } from 'acorn';
import type { Node } from '../ast.ts';
import { argument, type Place } from '../context.ts';
import { mark, type Rope } from '../rope.ts';

// Methods that change the array, Map or Set they are called on.
const mutating = new Set([
  'push',
  'pop',
  'shift',
  'unshift',
  'splice',
  'sort',
  'reverse',
  'fill',
  'copyWithin',
  'clear',
  'delete',
  'set',
  'add',
]);

// Methods of arrays, Maps and Sets that answer by a truth value, or by finding a value again: of tensors JavaScript knows neither.
const asking = new Set([
  'filter',
  'find',
  'findIndex',
  'findLast',
  'findLastIndex',
  'some',
  'every',
  'indexOf',
  'lastIndexOf',
  'includes',
  'has',
  'get',
]);

/** The call of such a method: what the runtime calls it, and the name of the method. */
export interface Watched {
  readonly as: 'mutate' | 'query';
  readonly method: string;
}

/** `statement`: the result of the call is not used. `x.add(y)` whose result is used is an expression of tensors. */
export function watched({ callee, arguments: args }: CallExpression, statement: boolean): Watched | null {
  if (callee.type !== 'MemberExpression' || callee.object.type === 'Super') return null;
  const { property, computed } = callee;
  const method =
    property.type === 'Identifier' && !computed
      ? property.name
      : property.type === 'Literal' && typeof property.value === 'string'
        ? property.value
        : '';
  if (mutating.has(method) && (statement || method !== 'add')) return { as: 'mutate', method };
  return asking.has(method) && args.length > 0 ? { as: 'query', method } : null;
}

/** The call, of an object that is spelled already. */
export function watchedCall(node: CallExpression, { as, method }: Watched, object: Rope, at: Place): Rope {
  const args = node.arguments.map((a): Rope => [', ', argument(a as Node, at)]);
  return [mark(node.start), `${at.file.names.ag}.${as}(`, object, `, "${method}"`, args, ')'];
}
