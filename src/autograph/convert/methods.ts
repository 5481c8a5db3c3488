// Calls of methods that the runtime must see: those that change what they are called on, and those whose answer is a truth value or the finding of a value again.
import type { CallExpression, MemberExpression } from 'acorn';
import type { Node } from '../ast.ts';
import { argument, call, type Place } from '../context.ts';
import { asking, making, mutating, ofNumbers, ofObjects } from '../methods.ts';
import { mark, type Rope } from '../rope.ts';

/** What the runtime calls such a call. `invoke`: the name of the method is computed. */
export type Watched = 'mutate' | 'query' | 'invoke';

export function watched({ callee, arguments: args }: CallExpression): Watched | null {
  if (callee.type !== 'MemberExpression' || callee.object.type === 'Super') return null;
  const method = methodName(callee);
  if (mutating.has(method)) return 'mutate';
  if ((asking.has(method) && args.length > 0) || ofNumbers.has(method)) return 'query';
  return callee.computed && callee.property.type !== 'Literal' ? 'invoke' : null;
}

/** The name of a member where it is written out, else nothing. */
export function methodName({ property, computed }: MemberExpression): string {
  if (!computed) return property.type === 'Identifier' ? property.name : '';
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : '';
}

/** The call, of an object that is spelled already. */
export function watchedCall(node: CallExpression, as: Watched, object: Rope, at: Place): Rope {
  const args = argumentsOf(node, at);
  const callee = node.callee as MemberExpression;
  const self = as === 'mutate' ? made(callee.object as Node, object, at) : object;
  // Of a chain over several lines errors name the line of the method.
  return [mark(callee.property.start), call(at, as, self, methodKey(callee, at), ...args)];
}

/** The name of a method as an argument. */
export function methodKey(callee: MemberExpression, at: Place): Rope {
  if (!callee.computed) return JSON.stringify(methodName(callee));
  return argument(callee.property as Node, at);
}

/** `push.apply(list, items)`, `push.bind(list)`: a method of another object, or of a prototype. */
export function lentMethod(node: CallExpression, at: Place): Rope | null {
  const callee = node.callee as Node;
  if (callee.type !== 'MemberExpression' || callee.object.type === 'Super') return null;
  const how = methodName(callee);
  if (how !== 'apply' && how !== 'call' && how !== 'bind') return null;
  if (node.optional || callee.optional || node.arguments.length === 0) return null;
  const f = argument(callee.object as Node, at);
  return [mark(node.start), call(at, 'lent', f, `"${how}"`, ...argumentsOf(node, at))];
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

/** The arguments of a call. */
export function argumentsOf(node: CallExpression, at: Place): readonly Rope[] {
  return node.arguments.map((a) => argument(a as Node, at));
}

// What is made right here may change in a staged branch: `xs.slice().sort()`, `Object.assign({}, p)`.
function made(node: Node, value: Rope, at: Place): Rope {
  const isNew =
    node.type === 'ArrayExpression' ||
    node.type === 'ObjectExpression' ||
    node.type === 'NewExpression' ||
    (node.type === 'Literal' && 'regex' in node) ||
    (node.type === 'CallExpression' &&
      node.callee.type === 'MemberExpression' &&
      making.has(methodName(node.callee)));
  return isNew ? call(at, 'fresh', value) : value;
}
