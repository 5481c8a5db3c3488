// Calls and members: `Math`, `Number` and their kind have versions for tensors, `x[i]` reads a tensor too, arrays that grow are watched, and what collections are asked is answered for tensors too.
import type { CallExpression, MemberExpression, NewExpression } from 'acorn';
import type { Node } from '../ast.ts';
import { argument, call, copy, type Place } from '../context.ts';
import { mark, type Rope, slice } from '../rope.ts';
import { lentMethod, ofObject, watched, watchedCall } from './collections.ts';

const globals = new Set(['Math', 'Number', 'console']);

// Functions that answer about a number, and have a version for tensors.
const answering = new Set(['Number', 'Array', 'Boolean', 'isNaN', 'isFinite']);

export function isGlobal(node: Node, at: Place): boolean {
  return node.type === 'Identifier' && at.file.scopes.of.get(node)?.binding === null;
}

export function callExpression(node: CallExpression, at: Place): Rope {
  const callee = node.callee as Node;
  if (callee.type === 'Identifier' && isGlobal(callee, at)) {
    if (callee.name === 'eval')
      at.file.report.add(node.start, 'eval runs code that is not converted; write the code out');
    if (answering.has(callee.name)) return [mark(node.start), `${at.file.names.ag}.`, copy(node, at)];
  }
  const special = ofObject(node, (n) => isGlobal(n, at), at) ?? lentMethod(node, at);
  if (special !== null) return special;
  const seen = watched(node);
  if (seen !== null) {
    const { object } = callee as MemberExpression;
    return watchedCall(node, seen, argument(object as Node, at), at);
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

function keyWithoutMark({ property, computed, end }: MemberExpression, at: Place): Rope {
  return computed ? ['[', at.emit(property as Node), ']'] : ['.', slice(property.start, end)];
}

/** `a?.b[c].d()`: the members and calls along it stay one chain, but for calls that the runtime must see. */
export function chain(expression: Node, at: Place): Rope {
  if (expression.type === 'MemberExpression' && expression.computed && expression.optional) {
    const { object } = expression;
    if (object.type !== 'MemberExpression' && object.type !== 'CallExpression') return member(expression, at);
  }
  const link = alongChain(expression).some((n) => n.type === 'CallExpression' && watched(n))
    ? lastOptional(expression)
    : undefined;
  const start = at.file.names.value;
  const along = (node: Node): Rope => {
    if (node === link) return [start, keyWithoutMark(node as MemberExpression, at)];
    if (node.type === 'MemberExpression') {
      const object = node.object as Node;
      return [slice(node.start, object.start), along(object), keyOf(node, at)];
    }
    if (node.type === 'CallExpression') {
      const callee = node.callee as Node;
      const seen = link === undefined ? null : watched(node);
      if (seen !== null) {
        const { object } = callee as MemberExpression;
        return watchedCall(node, seen, callee === link ? start : along(object as Node), at);
      }
      return [slice(node.start, callee.start), along(callee), rest(node, callee, at)];
    }
    return at.emit(node);
  };
  if (link === undefined) return along(expression);
  const object = link.object as Node;
  return call(at, 'chained', isLink(object) ? chain(object, at) : argument(object, at), [
    `(${start}) => `,
    along(expression),
  ]);
}

const isLink = (node: Node): boolean => node.type === 'MemberExpression' || node.type === 'CallExpression';

/** The members and calls of a chain, the last one first. */
function alongChain(expression: Node): readonly Node[] {
  const found: Node[] = [];
  for (let node = expression; isLink(node); ) {
    found.push(node);
    node = (node.type === 'CallExpression' ? node.callee : (node as MemberExpression).object) as Node;
  }
  return found;
}

// An optional call, `f?.()`, has no object to take for the rest of the chain: what is behind it stays as it is.
function lastOptional(expression: Node): MemberExpression | undefined {
  const last = alongChain(expression).find(
    (n) => (n.type === 'MemberExpression' || n.type === 'CallExpression') && n.optional,
  );
  return last?.type === 'MemberExpression' ? last : undefined;
}
