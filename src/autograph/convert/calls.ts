// Calls and members: `Math`, `Number` and `console` have versions for tensors, `x[i]` reads a tensor too, and arrays that grow are watched.
import type { CallExpression, MemberExpression, NewExpression } from 'acorn';
import type { Node } from '../ast.ts';
import { argument, call, copy, type Place } from '../context.ts';
import { mark, type Rope, slice } from '../rope.ts';

const globals = new Set(['Math', 'Number', 'console']);

// Functions of JavaScript that would ask a tensor for its value, or that write members no assignment shows.
const functions = new Set(['Number', 'Array', 'Boolean', 'isNaN', 'isFinite']);

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

// Those that tensors have too, where the result is used: a set, then, only where the file makes one.
const shared = new Set(['add']);

// Methods that look for a value, and those that ask a callback for a decision.
const lookups = new Set(['includes', 'indexOf', 'lastIndexOf', 'has', 'get']);
const choosing = new Set(['filter', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex']);

export function isGlobal(node: Node, at: Place): boolean {
  return node.type === 'Identifier' && at.file.scopes.of.get(node)?.binding === null;
}

/** `statement`: the result of the call is not used. */
export function callExpression(node: CallExpression, statement: boolean, at: Place): Rope {
  const callee = node.callee as Node;
  if (callee.type === 'Identifier' && isGlobal(callee, at)) {
    if (callee.name === 'eval')
      at.file.report.add(node.start, 'eval runs code that is not converted; write the code out');
    if (functions.has(callee.name)) return [mark(node.start), `${at.file.names.ag}.`, copy(node, at)];
  }
  if (callee.type === 'MemberExpression' && !node.optional && !callee.optional) {
    const object = callee.object as Node;
    const method = methodName(callee);
    if (
      method === 'assign' &&
      object.type === 'Identifier' &&
      object.name === 'Object' &&
      isGlobal(object, at)
    )
      return [mark(node.start), call(at, 'assign', ...node.arguments.map((a) => argument(a as Node, at)))];
    const name = watching(node, object, method, statement, at);
    if (name !== null) return watched(name, node, argument(object, at), method, at);
  }
  return [mark(node.start), slice(node.start, callee.start), calleeRope(callee, at), rest(node, callee, at)];
}

function methodName({ property, computed }: MemberExpression): string {
  if (!computed) return property.type === 'Identifier' ? property.name : '';
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : '';
}

// The function of the runtime that calls a method in our place; null where JavaScript may.
function watching(
  node: CallExpression,
  object: Node,
  method: string,
  statement: boolean,
  at: Place,
): 'mutate' | 'lookup' | 'choose' | null {
  if (object.type === 'Super') return null;
  const first = node.arguments[0];
  if (lookups.has(method)) return first === undefined || first.type === 'Literal' ? null : 'lookup';
  if (choosing.has(method)) return first === undefined ? null : 'choose';
  if (!mutating.has(method)) return null;
  if (statement || method === 'push' || method === 'pop' || method === 'shift') return 'mutate';
  // What a call or a literal has just made is nobody else's.
  if (object.type !== 'Identifier' && object.type !== 'MemberExpression') return null;
  return shared.has(method) && !/\bSet\b/.test(at.file.source) ? null : 'mutate';
}

function watched(name: string, node: CallExpression, object: Rope, method: string, at: Place): Rope {
  const args = node.arguments.map((a): Rope => [', ', argument(a as Node, at)]);
  return [mark(node.start), `${at.file.names.ag}.${name}(`, object, `, "${method}"`, args, ')'];
}

// A callee keeps its form, for `this`; what is inside it is converted.
function calleeRope(callee: Node, at: Place): Rope {
  return callee.type === 'MemberExpression' ? plainMember(callee, at) : at.emit(callee);
}

function rest(node: CallExpression | NewExpression, callee: Node, at: Place): Rope {
  const parts: Rope[] = [];
  let from = callee.end;
  for (const a of node.arguments) {
    parts.push(slice(from, a.start), at.emit(a as Node));
    from = a.end;
  }
  return [parts, slice(from, node.end)];
}

export function newExpression(node: NewExpression, at: Place): Rope {
  const callee = node.callee as Node;
  if (
    callee.type === 'Identifier' &&
    callee.name === 'Array' &&
    isGlobal(callee, at) &&
    node.arguments.length === 1
  )
    return [mark(node.start), call(at, 'Array', argument(node.arguments[0] as Node, at))];
  return [mark(node.start), slice(node.start, callee.start), calleeRope(callee, at), rest(node, callee, at)];
}

/** A member that is read. */
export function member(node: MemberExpression, at: Place): Rope {
  const { object, property } = node;
  if (globals.has((object as { name?: string }).name ?? '') && isGlobal(object as Node, at))
    return plainMember(node, at);
  if (!node.computed || object.type === 'Super') return plainMember(node, at);
  if (property.type === 'Literal' && typeof property.value === 'string') return copy(node, at);
  const name = node.optional ? 'atOptional' : 'at';
  const key: Rope = node.optional
    ? ['() => ', argument(property as Node, at)]
    : argument(property as Node, at);
  return [mark(node.start), call(at, name, argument(object as Node, at), key)];
}

/** A member in its own form: a callee, which needs its `this`. */
export function plainMember(node: MemberExpression, at: Place): Rope {
  const object = node.object as Node;
  const parts: Rope = [slice(node.start, object.start), at.emit(object), keyOf(node, at)];
  const global = object.type === 'Identifier' && globals.has(object.name) && isGlobal(object, at);
  return global ? [`${at.file.names.ag}.`, parts] : parts;
}

// What follows the object: `.name`, `[key]`, `.#name`, with a question mark or without.
function keyOf(node: MemberExpression, at: Place): Rope {
  const { property, object } = node;
  if (!node.computed) return slice(object.end, node.end);
  return [slice(object.end, property.start), at.emit(property as Node), slice(property.end, node.end)];
}

/** `a?.b[c].d()`: the members and calls along it stay one chain. */
export function chain(expression: Node, at: Place): Rope {
  if (expression.type === 'MemberExpression' && expression.computed && expression.optional) {
    const { object } = expression;
    if (object.type !== 'MemberExpression' && object.type !== 'CallExpression') return member(expression, at);
  }
  if (expression.type === 'CallExpression' && !expression.optional) {
    const callee = expression.callee as Node;
    if (callee.type === 'MemberExpression' && callee.optional) {
      const object = callee.object as Node;
      const method = methodName(callee);
      const name = watching(expression, object, method, true, at);
      if (name !== null) {
        const { value } = at.file.names;
        return call(at, 'present', along(object), [
          `(${value}) => `,
          watched(name, expression, value, method, at),
        ]);
      }
    }
  }
  return along(expression);

  function along(node: Node): Rope {
    if (node.type === 'MemberExpression') {
      const object = node.object as Node;
      return [slice(node.start, object.start), along(object), keyOf(node, at)];
    }
    if (node.type === 'CallExpression') {
      const callee = node.callee as Node;
      return [slice(node.start, callee.start), along(callee), rest(node, callee, at)];
    }
    return at.emit(node);
  }
}
