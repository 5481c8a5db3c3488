// Calls and members: `Math`, `Number` and `console` have versions for tensors, `x[i]` reads a tensor too, and arrays that grow are watched.
import type { CallExpression, MemberExpression, NewExpression } from 'acorn';
import type { Node } from '../ast.ts';
import { argument, call, copy, type Place } from '../context.ts';
import { mark, type Rope, slice } from '../rope.ts';

const globals = new Set(['Math', 'Number', 'console']);

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

export function isGlobal(node: Node, at: Place): boolean {
  return node.type === 'Identifier' && at.file.scopes.of.get(node)?.binding === null;
}

/** `statement`: the result of the call is not used. */
export function callExpression(node: CallExpression, statement: boolean, at: Place): Rope {
  const callee = node.callee as Node;
  if (callee.type === 'Identifier' && isGlobal(callee, at)) {
    if (callee.name === 'eval')
      at.file.report.add(node.start, 'eval runs code that is not converted; write the code out');
    if (callee.name === 'Number' || callee.name === 'Array')
      return [mark(node.start), `${at.file.names.ag}.`, copy(node, at)];
  }
  if (callee.type === 'MemberExpression' && !node.optional && !callee.optional && !callee.computed) {
    const { property } = callee;
    const method = property.type === 'Identifier' ? property.name : '';
    // `x.add(y)` and `x.set(k, v)` whose result is used are expressions of tensors and the like.
    const watched =
      mutating.has(method) && (statement || method === 'push' || method === 'pop' || method === 'shift');
    if (watched && callee.object.type !== 'Super') {
      const args = node.arguments.map((a): Rope => [', ', argument(a as Node, at)]);
      return [
        mark(node.start),
        `${at.file.names.ag}.mutate(`,
        argument(callee.object as Node, at),
        `, "${method}"`,
        args,
        ')',
      ];
    }
  }
  return [mark(node.start), slice(node.start, callee.start), calleeRope(callee, at), rest(node, callee, at)];
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
  const along = (node: Node): Rope => {
    if (node.type === 'MemberExpression') {
      const object = node.object as Node;
      return [slice(node.start, object.start), along(object), keyOf(node, at)];
    }
    if (node.type === 'CallExpression') {
      const callee = node.callee as Node;
      return [slice(node.start, callee.start), along(callee), rest(node, callee, at)];
    }
    return at.emit(node);
  };
  return along(expression);
}
