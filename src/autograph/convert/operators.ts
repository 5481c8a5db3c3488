// Operators: calls of the runtime, which computes with tensors by their ops and with everything else as JavaScript does.
import type {
  BinaryExpression,
  ConditionalExpression,
  LogicalExpression,
  TemplateLiteral,
  UnaryExpression,
} from 'acorn';
import type { Node } from '../ast.ts';
import { argument, call, copy, type Place, thunk } from '../context.ts';
import { mark, type Rope, slice } from '../rope.ts';
import { stateOf } from '../state.ts';

/** What the runtime calls each operator. `instanceof` stays as it is. */
export const operatorNames: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '%': 'mod',
  '**': 'pow',
  '<': 'less',
  '<=': 'lessEqual',
  '>': 'greater',
  '>=': 'greaterEqual',
  '===': 'same',
  '!==': 'different',
  '==': 'looselySame',
  '!=': 'looselyDifferent',
  '&': 'bitAnd',
  '|': 'bitOr',
  '^': 'bitXor',
  '<<': 'shiftLeft',
  '>>': 'shiftRight',
  '>>>': 'shiftRightUnsigned',
};

const unaryNames: Readonly<Record<string, string>> = { '-': 'neg', '+': 'plus', '~': 'bitNot', '!': 'not' };

export function binary(node: BinaryExpression, at: Place): Rope {
  const name = operatorNames[node.operator];
  const [left, right] = [node.left as Node, node.right as Node];
  if (node.operator === 'in' && left.type !== 'PrivateIdentifier' && left.type !== 'Literal')
    return [mark(node.start), call(at, 'isIn', argument(left, at), argument(right, at))];
  if (name === undefined || staysPlain(node, at)) return copy(node, at);
  return [mark(node.start), call(at, name, argument(left, at), argument(right, at))];
}

/** Certainly a string: `+` joins, `===` compares names. */
function isText(node: Node): boolean {
  return (
    (node.type === 'Literal' && typeof node.value === 'string') ||
    node.type === 'TemplateLiteral' ||
    (node.type === 'UnaryExpression' && node.operator === 'typeof')
  );
}

// Comparisons with text, null and undefined are about the variable, not about elements; literals compute nothing new. Text that a tensor is joined to says what the tensor is.
function staysPlain({ operator, left, right }: BinaryExpression, at: Place): boolean {
  const sides = [left as Node, right as Node];
  if (sides.every((s) => s.type === 'Literal' || isText(s))) return true;
  if (sides.some(isText)) return operator !== '+';
  return /^[=!]==?$/.test(operator) && sides.some((s) => isNullish(s, at));
}

function isNullish(node: Node, at: Place): boolean {
  if (node.type === 'Literal') return node.value === null && node.raw === 'null';
  if (node.type === 'UnaryExpression') return node.operator === 'void';
  return (
    node.type === 'Identifier' && node.name === 'undefined' && at.file.scopes.of.get(node)?.binding === null
  );
}

export function unary(node: UnaryExpression, at: Place): Rope {
  const name = unaryNames[node.operator];
  if (name === undefined || node.argument.type === 'Literal') return copy(node, at);
  return [mark(node.start), call(at, name, argument(node.argument as Node, at))];
}

export function logical(node: LogicalExpression, at: Place): Rope {
  if (node.operator === '??') return copy(node, at);
  const right = node.right as Node;
  const name = node.operator === '&&' ? 'and' : 'or';
  const state = stateOf({ start: right.start, end: right.end, after: null, jumps: [], node }, at);
  return [mark(node.start), call(at, name, argument(node.left as Node, at), thunk(right, at), state)];
}

export function conditional(node: ConditionalExpression, at: Place): Rope {
  const [yes, no] = [node.consequent as Node, node.alternate as Node];
  const state = stateOf({ start: yes.start, end: no.end, after: null, jumps: [], node }, at);
  const test = argument(node.test as Node, at);
  return [mark(node.start), call(at, 'ifExpression', test, thunk(yes, at), thunk(no, at), state)];
}

/** `${t}` of a traced tensor is what it is called, as text. */
export function template(node: TemplateLiteral, at: Place): Rope {
  const parts: Rope[] = [];
  let from = node.start;
  for (const e of node.expressions) {
    parts.push(
      slice(from, e.start),
      e.type === 'Literal' ? at.emit(e) : call(at, 'text', argument(e as Node, at)),
    );
    from = e.end;
  }
  return [parts, slice(from, node.end)];
}
