// Calls and members: `Math`, `Number` and their kind have versions for tensors, `x[i]` reads a tensor too, arrays that grow are watched, and what collections are asked is answered for tensors too.
import type { CallExpression, MemberExpression, NewExpression } from 'acorn';
import type { Node } from '../ast.ts';
import { argument, call, copy, type Place } from '../context.ts';
import { mutating } from '../methods.ts';
import { mark, type Rope, slice } from '../rope.ts';
import { argumentsOf, lentMethod, methodKey, methodName, ofObject, watched, watchedCall } from './methods.ts';

const globals = new Set(['Number', 'console']);

// Functions that answer about a number, and have a version for tensors.
const answering = new Set(['Number', 'Array', 'Boolean', 'isNaN', 'isFinite']);

export function isGlobal(node: Node, at: Place): boolean {
  return node.type === 'Identifier' && at.file.scopes.of.get(node)?.binding === null;
}

export function callExpression(node: CallExpression, at: Place): Rope {
  const spelled = converted(node, at);
  return at.file.objects.made.has(node) ? call(at, 'fresh', spelled) : spelled;
}

function converted(node: CallExpression, at: Place): Rope {
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
  if (
    callee.type === 'MemberExpression' &&
    callee.object.type === 'Super' &&
    mutating.has(methodName(callee))
  )
    return [
      '(',
      call(at, 'changes', 'this', JSON.stringify(methodName(callee))),
      ', ',
      plainCall(node, at),
      ')',
    ];
  return plainCall(node, at);
}

function plainCall(node: CallExpression, at: Place): Rope {
  const callee = node.callee as Node;
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
    parts.push(slice(from, a.start), asCallback(a as Node, callee, at) ?? at.emit(a as Node));
    from = a.end;
  }
  return [parts, slice(from, node.end)];
}

// `xs.map(Number)`: the version for tensors. As any other argument Number is the constructor it is.
const calling = new Set(['map', 'flatMap', 'from']);

function asCallback(node: Node, callee: Node, at: Place): Rope | null {
  if (callee.type !== 'MemberExpression' || !calling.has(methodName(callee))) return null;
  if (node.type !== 'Identifier' || !answering.has(node.name) || !isGlobal(node, at)) return null;
  return `${at.file.names.ag}.${node.name}`;
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
  const made: Rope = [slice(node.start, callee.start), calleeRope(callee, at), rest(node, callee, at)];
  const isKeyed = callee.type === 'Identifier' && (callee.name === 'Set' || callee.name === 'Map');
  const keyed = isKeyed && isGlobal(callee, at) && node.arguments.length > 0;
  return [mark(node.start), keyed ? call(at, 'keyed', made) : made];
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
    if (!isLink(object as Node)) return member(expression, at);
  }
  const links = alongChain(expression);
  if (!links.some(isSeen)) return unbroken(expression, at);

  // The part behind the last question mark is a function of what stands before it.
  const { value } = at.file.names;
  const last = links.find(isOptional)!;
  const behind = (first: Rope): Rope => [`(${value}) => `, along(expression, last, first, at)];
  if (last.type === 'MemberExpression')
    return call(
      at,
      'chained',
      partOf(last.object as Node, at),
      behind(memberOf(value, last, expression, at)),
    );
  const callee = last.callee as Node;
  if (callee.type !== 'MemberExpression' || callee.object.type === 'Super')
    return call(at, 'chained', partOf(callee, at), behind([value, called(last, at)]));

  // A method that may be missing: its object is needed as `this`, its name only once.
  const object = callee.object as Node;
  const name = isOptional(callee) || alongChain(object).some(isOptional) ? 'chainedMethod' : 'optionalMethod';
  const key = keyOfMethod(callee, at);
  const self = `${value}, ${value}2`;
  const seen = watched(last);
  const first: Rope =
    seen === null
      ? [value, keyWithoutMark(callee, at), called(last, at)]
      : call(at, seen, self, ...argumentsOf(last, at));
  return call(at, name, partOf(object, at), key, [`(${self}) => `, along(expression, last, first, at)]);
}

type Link = MemberExpression | CallExpression;

// Calls that are watched, and members that may be elements of a tensor.
function isSeen(link: Link): boolean {
  return link.type === 'CallExpression' ? watched(link) !== null : isElement(link);
}

function isElement({ computed, property }: MemberExpression): boolean {
  return computed && !(property.type === 'Literal' && typeof property.value === 'string');
}

function isOptional(link: Link): boolean {
  return link.optional;
}

// What stands before a question mark: a chain of its own, or any expression.
function partOf(node: Node, at: Place): Rope {
  return isLink(node) && alongChain(node).some(isOptional) ? chain(node, at) : argument(node, at);
}

// A private name can only be read by its class.
function keyOfMethod(callee: MemberExpression, at: Place): Rope {
  if (callee.property.type !== 'PrivateIdentifier') return methodKey(callee, at);
  const { value } = at.file.names;
  return [`(${value}) => ${value}`, keyWithoutMark(callee, at)];
}

// What stands behind the last question mark itself; where it is called it keeps its form.
function memberOf(value: string, last: MemberExpression, whole: Node, at: Place): Rope {
  const isCallee = alongChain(whole).some((n) => n.type === 'CallExpression' && n.callee === last);
  if (isCallee || !isElement(last)) return [value, keyWithoutMark(last, at)];
  return call(at, 'at', value, argument(last.property as Node, at));
}

/** The chain as it stands from `first` on, which is what `from` is. */
function along(node: Node, from: Node, first: Rope, at: Place): Rope {
  if (node === from) return first;
  if (node.type === 'MemberExpression') {
    const self = along(node.object as Node, from, first, at);
    return isElement(node)
      ? call(at, 'at', self, argument(node.property as Node, at))
      : [self, keyWithoutMark(node, at)];
  }
  const { callee } = node as CallExpression;
  const seen = watched(node as CallExpression);
  if (seen === null) {
    // A callee keeps its form, for `this`.
    const self =
      callee.type === 'MemberExpression' && callee !== from
        ? [along(callee.object as Node, from, first, at), keyWithoutMark(callee, at)]
        : along(callee as Node, from, first, at);
    return [self, called(node as CallExpression, at)];
  }
  // The question mark may be that of the method itself.
  const object = (callee as MemberExpression).object as Node;
  const self = callee === from ? at.file.names.value : along(object, from, first, at);
  return watchedCall(node as CallExpression, seen, self, at);
}

// A chain without calls that the runtime must see.
function unbroken(node: Node, at: Place): Rope {
  if (node.type === 'MemberExpression') {
    const object = node.object as Node;
    return [slice(node.start, object.start), unbroken(object, at), keyOf(node, at)];
  }
  if (node.type !== 'CallExpression') return at.emit(node);
  const callee = node.callee as Node;
  return [slice(node.start, callee.start), unbroken(callee, at), rest(node, callee, at)];
}

/** `(…args)` of a call, without its question mark. */
function called(node: CallExpression, at: Place): Rope {
  return ['(', argumentsOf(node, at).map((a, i) => (i === 0 ? a : [', ', a])), ')'];
}

const isLink = (node: Node): node is Link =>
  node.type === 'MemberExpression' || node.type === 'CallExpression';

/** The members and calls of a chain, the last one first. */
function alongChain(expression: Node): readonly Link[] {
  const found: Link[] = [];
  let node = expression;
  while (isLink(node)) {
    found.push(node);
    node = (node.type === 'CallExpression' ? node.callee : node.object) as Node;
  }
  return found;
}
