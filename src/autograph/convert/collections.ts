// Methods of arrays, Maps and Sets that the runtime must see: those that change them, and those whose answer is a truth value or the finding of a value again.
import type { CallExpression, MemberExpression } from 'acorn';
import type { Node } from '../ast.ts';
import { argument, call, type Place } from '../context.ts';
import { asking, mutating, ofObjects } from '../methods.ts';
import { mark, type Rope } from '../rope.ts';

/** The call of such a method: what the runtime calls it, and the name of the method. */
export interface Watched {
  readonly as: 'mutate' | 'query';
  readonly method: string;
}

export function watched({ callee, arguments: args }: CallExpression): Watched | null {
  if (callee.type !== 'MemberExpression' || callee.object.type === 'Super') return null;
  const method = methodName(callee);
  if (mutating.has(method)) return { as: 'mutate', method };
  return asking.has(method) && args.length > 0 ? { as: 'query', method } : null;
}

/** The name of a member where it is written out, else nothing. */
export function methodName({ property, computed }: MemberExpression): string {
  if (!computed) return property.type === 'Identifier' ? property.name : '';
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : '';
}

/** The call, of an object that is spelled already. */
export function watchedCall(node: CallExpression, { as, method }: Watched, object: Rope, at: Place): Rope {
  const args = argumentsOf(node, at);
  const { object: from, property } = node.callee as MemberExpression;
  // Of a chain over several lines errors name the line of the method.
  return [
    mark(property.start),
    call(at, as, as === 'mutate' ? made(from as Node, object, at) : object, `"${method}"`, ...args),
  ];
}

/** `push.apply(list, items)`: a method of another object, or of a prototype. */
export function lentMethod(node: CallExpression, at: Place): Rope | null {
  const callee = node.callee as Node;
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'MemberExpression') return null;
  const how = methodName(callee);
  if ((how !== 'apply' && how !== 'call') || node.optional || callee.optional) return null;
  if (node.arguments.length === 0 || !mutating.has(methodName(callee.object))) return null;
  return [mark(node.start), call(at, 'lent', at.emit(callee.object), `"${how}"`, ...argumentsOf(node, at))];
}

/** `Object.assign(p, …)` and its kind: the runtime has a version of its own. */
export function ofObject(node: CallExpression, isGlobal: (node: Node) => boolean, at: Place): Rope | null {
  const callee = node.callee as Node;
  if (callee.type !== 'MemberExpression' || !isGlobal(callee.object as Node)) return null;
  const { name } = callee.object as { name?: string };
  const method = methodName(callee);
  if ((name !== 'Object' && name !== 'Reflect') || !ofObjects[name].has(method)) return null;
  const [first, ...others] = argumentsOf(node, at);
  const target = first === undefined ? [] : [made(node.arguments[0] as Node, first, at)];
  return [mark(node.start), call(at, `${name}.${method}`, ...target, ...others)];
}

function argumentsOf(node: CallExpression, at: Place): readonly Rope[] {
  return node.arguments.map((a) => argument(a as Node, at));
}

// Methods of arrays that make a new one.
const making = new Set([
  'concat',
  'filter',
  'flat',
  'flatMap',
  'map',
  'slice',
  'split',
  'toReversed',
  'toSorted',
  'toSpliced',
]);

// What is made right here may change in a staged branch: `xs.slice().sort()`, `Object.assign({}, p)`.
function made(node: Node, value: Rope, at: Place): Rope {
  const isNew =
    node.type === 'ArrayExpression' ||
    node.type === 'ObjectExpression' ||
    node.type === 'NewExpression' ||
    (node.type === 'CallExpression' &&
      node.callee.type === 'MemberExpression' &&
      making.has(methodName(node.callee)));
  return isNew ? call(at, 'fresh', value) : value;
}
